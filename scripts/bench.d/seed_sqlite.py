#!/usr/bin/env python3
"""Makes the SQLite database that the benchmark migrates: as release 2.5.17 of agno leaves one, stamped 2.5.6.

    seed_sqlite.py --db FILE [--sessions 20000] [--runs 10] [--bytes 2048]

Promises: that release's tables, indexes and stamps (all empty but the sessions); every session has --runs runs of
--bytes bytes of JSON each; the run list is stored as the release stores it, a JSON text inside JSON; the same rows
on every call. Standard library only. Fails when FILE exists. Prints {"runs", "file_mb"}.
"""

import json
import os
import sqlite3
import sys

from seed_rows import options, sessions

# column:type (VARCHAR where nothing is said), * primary key, ! not null, # indexed
TYPES = {"": "VARCHAR", "big": "BIGINT", "json": "JSON", "date": "DATE", "bool": "BOOLEAN"}
TABLES = {
    "sessions": "session_id* session_type!# agent_id team_id workflow_id user_id session_data:json agent_data:json "
                "team_data:json workflow_data:json metadata:json runs:json summary:json created_at:big!# updated_at:big",
    "memories": "memory_id* memory:json! input agent_id team_id user_id# topics:json feedback created_at:big!# "
                "updated_at:big#",
    "metrics": "id* agent_runs_count:big! team_runs_count:big! workflow_runs_count:big! agent_sessions_count:big! "
               "team_sessions_count:big! workflow_sessions_count:big! users_count:big! token_metrics:json! "
               "model_metrics:json! date:date!# aggregation_period!# created_at:big! updated_at:big completed:bool!",
    "eval_runs": "run_id* eval_type! eval_data:json! eval_input:json! name agent_id team_id workflow_id model_id "
                 "model_provider evaluated_component_name created_at:big!# updated_at:big",
    "knowledge": "id* name! description! metadata:json type size:big linked_to access_count:big status status_message "
                 "created_at:big updated_at:big external_id",
    "culture": "id* name!# summary content:json metadata:json input created_at:big updated_at:big agent_id team_id",
    "learnings": "learning_id* learning_type!# namespace# user_id# agent_id# team_id# workflow_id# session_id# "
                 "entity_id# entity_type# content:json! metadata:json created_at:big!# updated_at:big",
    "traces": "trace_id* name! status!# start_time!# end_time! duration_ms:big! run_id# session_id# user_id# agent_id# "
              "team_id# workflow_id# created_at!#",
    "spans": "span_id* trace_id!# parent_span_id# name! span_kind! status_code! status_message start_time!# end_time! "
             "duration_ms:big! attributes:json created_at!#",
    "components": "component_id* component_type!# name!# description current_version:big# metadata:json "
                  "created_at:big!# updated_at:big deleted_at:big",
    "component_configs": "component_id* version:big* label stage!# config:json! notes created_at:big!# updated_at:big",
    "component_links": "parent_component_id* parent_version:big* link_kind*# link_key* child_component_id! "
                       "child_version:big position:big! meta:json created_at:big# updated_at:big",
    "schedules": "id* name!# description method! endpoint! payload:json cron_expr! timezone! timeout_seconds:big! "
                 "max_retries:big! retry_delay_seconds:big! enabled:bool! next_run_at:big# locked_by locked_at:big "
                 "created_at:big!# updated_at:big",
    "schedule_runs": "id* schedule_id!# attempt:big! triggered_at:big completed_at:big status!# status_code:big run_id "
                     "session_id error input:json output:json requirements:json created_at:big!#",
    "approvals": "id* run_id!# session_id!# status!# source_type!# approval_type# pause_type!# tool_name tool_args:json "
                 "expires_at:big agent_id# team_id# workflow_id# user_id# schedule_id# schedule_run_id# source_name "
                 "requirements:json context:json resolution_data:json resolved_by resolved_at:big created_at:big!# "
                 "updated_at:big run_status#",
    "schema_versions": "table_name* version! created_at!# updated_at",
}
CONSTRAINTS = {
    "metrics": ", CONSTRAINT agno_metrics_uq_metrics_date_period UNIQUE (date, aggregation_period)",
    "spans": ", FOREIGN KEY(trace_id) REFERENCES agno_traces (trace_id)",
    "schedule_runs": ", FOREIGN KEY(schedule_id) REFERENCES agno_schedules (id) ON DELETE CASCADE",
}
def create(connection):
    for name, text in TABLES.items():
        table, columns, keys, indexed = f"agno_{name}", [], [], []
        for part in text.split():
            column, _, kind = part.rstrip("*!#").partition(":")
            columns.append(f"{column} {TYPES[kind]}" + " NOT NULL" * ("*" in part or "!" in part))
            keys += [column] * ("*" in part)
            indexed += [column] * ("#" in part)
        connection.execute(f"CREATE TABLE {table} ({', '.join(columns)}, PRIMARY KEY ({', '.join(keys)})"
                           f"{CONSTRAINTS.get(name, '')})")
        for column in indexed:
            connection.execute(f"CREATE INDEX idx_{table}_{column} ON {table} ({column})")
    connection.execute("CREATE INDEX idx_agno_schedules_enabled_next_run_at ON agno_schedules (enabled, next_run_at)")
    at = "2026-01-02T03:04:05.678901"
    stamped = [(f"agno_{name}", "2.5.6", at, at) for name in TABLES if name != "schema_versions"]
    connection.executemany("INSERT INTO agno_schema_versions VALUES (?, ?, ?, ?)", stamped)


def stored(row):
    """A row as the release stores it: JSON text inside JSON, and JSON null in three of the columns."""
    data, runs = json.dumps(json.dumps(row[6])), json.dumps(json.dumps(row[11]))
    texts = [data, "null", None, None, "null", runs, "null"]
    return (*row[:6], *texts, *row[13:])


def main():
    wanted = options(__doc__, "FILE")
    if os.path.exists(wanted.db):
        sys.exit(f"exists: {wanted.db}")
    connection = sqlite3.connect(wanted.db)
    connection.execute("PRAGMA synchronous = OFF")
    with connection:
        create(connection)
        connection.executemany(
            f"INSERT INTO agno_sessions VALUES ({', '.join('?' * 15)})",
            map(stored, sessions(wanted.sessions, wanted.runs, wanted.bytes)))
    connection.close()
    print(json.dumps({"runs": wanted.sessions * wanted.runs, "file_mb": round(os.path.getsize(wanted.db) / 1e6, 1)}))


if __name__ == "__main__":
    main()
