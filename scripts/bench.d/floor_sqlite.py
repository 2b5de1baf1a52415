#!/usr/bin/env python3
"""Times the least that any migration of the runs has to do: one statement inside SQLite, in one transaction.

    floor_sqlite.py --db FILE

Promises: FILE stays as it is; the copy lies in a temporary directory beside it and is deleted. The runs table, its
primary key, foreign key and nine indexes are there before the clock starts. A run list that is JSON text inside
JSON is decoded by the statement. SQLite's settings are its defaults; no row is checked, nothing is stamped. Prints
{"seconds", "cpu_seconds", "peak_rss_mb"}; exit code 1 when rows are missing. Standard library only.
"""

import sqlite3
import sys

from upstream_sqlite import main

TABLE = """
CREATE TABLE agno_runs (
    run_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, run_type VARCHAR NOT NULL, agent_id VARCHAR,
    team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, parent_run_id VARCHAR, status VARCHAR, run_index BIGINT,
    run_data JSON NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT,
    PRIMARY KEY (run_id), FOREIGN KEY(session_id) REFERENCES agno_sessions (session_id) ON DELETE CASCADE
)"""
INDEXES = ["agent_id", "created_at", "run_type", "session_id", "session_id, run_index", "status", "team_id", "user_id",
           "workflow_id"]
MOVE = """
INSERT INTO agno_runs
SELECT json_extract(run.value, '$.run_id'), session.session_id,
       CASE WHEN json_extract(run.value, '$.agent_id') IS NOT NULL THEN 'agent'
            WHEN json_extract(run.value, '$.team_id') IS NOT NULL THEN 'team' ELSE 'workflow' END,
       json_extract(run.value, '$.agent_id'), json_extract(run.value, '$.team_id'),
       json_extract(run.value, '$.workflow_id'), session.user_id, json_extract(run.value, '$.parent_run_id'),
       json_extract(run.value, '$.status'), run.key, run.value,
       coalesce(json_extract(run.value, '$.created_at'), session.created_at), unixepoch()
FROM agno_sessions AS session, json_each(json_extract(session.runs, '$')) AS run
WHERE run.type = 'object'"""


def floor(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(TABLE)
    for columns in INDEXES:
        connection.execute(f"CREATE INDEX idx_agno_runs_{columns.replace(', ', '_')} ON agno_runs ({columns})")

    def move():
        connection.execute("BEGIN")
        connection.execute(MOVE)
        connection.execute("COMMIT")
        connection.close()

    return move


if __name__ == "__main__":
    sys.exit(main(floor, __doc__))
