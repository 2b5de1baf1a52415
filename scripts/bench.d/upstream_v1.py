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
        schema = ""
        if where.startswith("mysql:"):
            from agno.db.mysql import MySQLDb
            from mysql import name

            schema = name(where)
            database = MySQLDb(db_url=where.replace("mysql://", "mysql+pymysql://"), db_schema=schema)
        elif "://" in where:
            from agno.db.postgres import PostgresDb

            schema = "ai"
            database = PostgresDb(db_url=where.replace("postgresql://", "postgresql+psycopg://"), db_schema=schema)
        else:
            from agno.db.sqlite import SqliteDb

            database = SqliteDb(db_file=where)
        started, cpu = time.perf_counter(), time.process_time()
        migrate(db=database, v1_db_schema=schema, agent_sessions_table_name="agent_sessions")
        found = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
