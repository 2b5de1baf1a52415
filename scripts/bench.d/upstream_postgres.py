#!/usr/bin/env python3
"""Runs the original's `up` on a PostgreSQL database; run by the python of the release to be timed.

    upstream_postgres.py URL

Prints {"seconds", "cpu_seconds"} of MigrationManager.up() alone, after the imports, to the stamps.
"""

import asyncio
import contextlib
import json
import sys
import time


def main():
    from agno.db.migrations.manager import MigrationManager
    from agno.db.postgres import PostgresDb

    url = sys.argv[1].replace("postgresql://", "postgresql+psycopg://")
    with contextlib.redirect_stdout(sys.stderr):
        manager = MigrationManager(PostgresDb(db_url=url))
        started, cpu = time.perf_counter(), time.process_time()
        asyncio.run(manager.up())
        found = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
