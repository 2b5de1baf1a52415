#!/usr/bin/env python3
"""Times the original's `up` on a copy of a SQLite database; run by the python of the release to be timed.

    upstream_sqlite.py --db FILE

Promises: FILE stays as it is; the copy lies in a temporary directory beside it and is deleted. Prints
{"seconds", "cpu_seconds", "peak_rss_mb"}: time of MigrationManager.up() alone (after the imports, to the stamps),
memory of the whole process. Exit code 1 when the runs table has fewer rows than the run lists have elements.
"""

import argparse
import asyncio
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time


def measured(work):
    started, cpu = time.perf_counter(), time.process_time()
    work()
    found = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kilobytes, on Darwin bytes
    found["peak_rss_mb"] = peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024)
    return {name: round(value, 2) for name, value in found.items()}


def is_complete(path):
    """Whether every element of every run list has a row."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        elements = "SELECT sum(json_array_length(json_extract(runs, '$'))) FROM agno_sessions"
        rows = "SELECT count(*) FROM agno_runs"
        return connection.execute(f"SELECT ({rows}) = coalesce(({elements}), 0)").fetchone()[0] == 1


def main(migrate, description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(options.db))) as directory:
        copy = os.path.join(directory, "copy.db")
        shutil.copyfile(options.db, copy)
        with contextlib.redirect_stdout(sys.stderr):
            found = measured(migrate(copy))
        complete = is_complete(copy)
    print(json.dumps(found))
    return 0 if complete else 1


def original(path):
    from agno.db.migrations.manager import MigrationManager
    from agno.db.sqlite import SqliteDb

    manager = MigrationManager(SqliteDb(db_file=path))
    return lambda: asyncio.run(manager.up())


if __name__ == "__main__":
    sys.exit(main(original, __doc__))
