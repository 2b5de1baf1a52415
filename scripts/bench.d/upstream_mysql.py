#!/usr/bin/env python3
"""Runs the original's `up` on a MySQL or MariaDB database; run by the python of the release to be timed.

    upstream_mysql.py URL

Prints {"seconds", "cpu_seconds"} of MigrationManager.up() alone, after the imports, to the stamps.
"""

import asyncio
import contextlib
import json
import sys
import time

from mysql import name


def main():
    from agno.db.migrations.manager import MigrationManager
    from agno.db.mysql import MySQLDb

    url = sys.argv[1]
    with contextlib.redirect_stdout(sys.stderr):
        manager = MigrationManager(MySQLDb(db_url=url.replace("mysql://", "mysql+pymysql://"), db_schema=name(url)))
        started, cpu = time.perf_counter(), time.process_time()
        asyncio.run(manager.up())
        found = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
