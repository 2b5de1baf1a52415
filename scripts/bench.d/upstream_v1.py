#!/usr/bin/env python3
"""Runs the original's import of v1 agent sessions; run by the python of the release to be timed.

    upstream_v1.py FILE_OR_URL

Prints {"seconds", "cpu_seconds"} of the import alone, after the Python imports.
"""

import contextlib
import json
import sys
import time


def main():
    from agno.db.migrations.v1_to_v2 import migrate

    where = sys.argv[1]
    with contextlib.redirect_stdout(sys.stderr):
        if "://" in where:
            from agno.db.postgres import PostgresDb

            database = PostgresDb(db_url=where.replace("postgresql://", "postgresql+psycopg://"), db_schema="ai")
        else:
            from agno.db.sqlite import SqliteDb

            database = SqliteDb(db_file=where)
        started, cpu = time.perf_counter(), time.process_time()
        migrate(db=database, v1_db_schema="ai" if "://" in where else "", agent_sessions_table_name="agent_sessions")
        found = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
