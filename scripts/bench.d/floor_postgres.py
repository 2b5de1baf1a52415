#!/usr/bin/env python3
"""The least that any migration of the runs has to do: one statement inside PostgreSQL, in one transaction.

    floor_postgres.py [--lz4] URL

The runs table, its primary key, foreign key and nine indexes are there before the clock starts. The server's settings
are what they are, but for --lz4: values are compressed as agno-migrate has them compressed. No row is checked, nothing
is stamped. Prints {"seconds", "cpu_seconds"}. Needs psycopg.
"""

import json
import sys
import time

import psycopg

TABLE = """
CREATE TABLE ai.agno_runs (
    run_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL, run_type VARCHAR NOT NULL, agent_id VARCHAR,
    team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, parent_run_id VARCHAR, status VARCHAR, run_index BIGINT,
    run_data JSONB NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT,
    PRIMARY KEY (run_id), FOREIGN KEY (session_id) REFERENCES ai.agno_sessions (session_id) ON DELETE CASCADE
)"""
INDEXES = ["agent_id", "created_at", "run_type", "session_id", "session_id, run_index", "status", "team_id", "user_id",
           "workflow_id"]
MOVE = """
INSERT INTO ai.agno_runs
SELECT run.value ->> 'run_id', session.session_id,
       CASE WHEN run.value ->> 'agent_id' IS NOT NULL THEN 'agent'
            WHEN run.value ->> 'team_id' IS NOT NULL THEN 'team' ELSE 'workflow' END,
       run.value ->> 'agent_id', run.value ->> 'team_id', run.value ->> 'workflow_id', session.user_id,
       run.value ->> 'parent_run_id', run.value ->> 'status', run.place - 1, run.value,
       coalesce((run.value ->> 'created_at')::bigint, session.created_at), extract(epoch FROM now())::bigint
FROM ai.agno_sessions AS session
CROSS JOIN LATERAL jsonb_array_elements(session.runs) WITH ORDINALITY AS run (value, place)"""


def main():
    with psycopg.connect(sys.argv[-1], autocommit=True) as connection:
        if "--lz4" in sys.argv[1:-1]:
            connection.execute("SET default_toast_compression = 'lz4'")
        connection.execute(TABLE)
        for columns in INDEXES:
            name = f"idx_agno_runs_{columns.replace(', ', '_')}"
            connection.execute(f"CREATE INDEX {name} ON ai.agno_runs ({columns})")
        started, cpu = time.perf_counter(), time.process_time()
        connection.execute(MOVE)
        print(json.dumps({"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
