#!/usr/bin/env python3
"""The least that any migration of the runs has to do: one statement inside MySQL or MariaDB, in one transaction.

    floor_mysql.py URL

The runs table, its primary key, foreign key and nine indexes are there before the clock starts. The server's settings
are what they are. No row is checked, nothing is stamped. Prints {"seconds", "cpu_seconds"}. Needs pymysql.
"""

import json
import sys
import time

from mysql import ask, connect

KEYS = ["agent_id", "created_at", "run_type", "session_id", "session_id, run_index", "status", "team_id", "user_id",
        "workflow_id"]
TABLE = f"""
CREATE TABLE agno_runs (
    run_id VARCHAR(128) NOT NULL, session_id VARCHAR(128) NOT NULL, run_type VARCHAR(20) NOT NULL,
    agent_id VARCHAR(128), team_id VARCHAR(128), workflow_id VARCHAR(128), user_id VARCHAR(128),
    parent_run_id VARCHAR(128), status VARCHAR(50), run_index BIGINT, run_data JSON NOT NULL, created_at BIGINT NOT NULL,
    updated_at BIGINT, PRIMARY KEY (run_id), {', '.join(f'KEY ({columns})' for columns in KEYS)},
    FOREIGN KEY (session_id) REFERENCES agno_sessions (session_id) ON DELETE CASCADE
)"""
# The list is parsed once, with the elements as they are among what is taken from it.
MOVE = """
INSERT INTO agno_runs
SELECT run.run_id, session.session_id,
       CASE WHEN run.agent_id IS NOT NULL THEN 'agent' WHEN run.team_id IS NOT NULL THEN 'team' ELSE 'workflow' END,
       run.agent_id, run.team_id, run.workflow_id, session.user_id, run.parent_run_id, run.status, run.place - 1,
       run.value, COALESCE(run.created_at, session.created_at), UNIX_TIMESTAMP()
FROM agno_sessions AS session
JOIN JSON_TABLE(session.runs, '$[*]' COLUMNS (
    place FOR ORDINALITY, run_id VARCHAR(128) PATH '$.run_id', agent_id VARCHAR(128) PATH '$.agent_id',
    team_id VARCHAR(128) PATH '$.team_id', workflow_id VARCHAR(128) PATH '$.workflow_id',
    parent_run_id VARCHAR(128) PATH '$.parent_run_id', status VARCHAR(50) PATH '$.status',
    created_at BIGINT PATH '$.created_at', value JSON PATH '$')) AS run"""


def main():
    with connect(sys.argv[1]) as connection:
        ask(connection, TABLE)
        started, cpu = time.perf_counter(), time.process_time()
        ask(connection, MOVE)
        print(json.dumps({"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
