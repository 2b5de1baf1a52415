#!/usr/bin/env python3
"""Runs a program on a copy of a database with v1 tables and measures it; its last argument will be the copy.

    measure_v1.py --db FILE_OR_URL --runs N [--data FOLDER] -- PROGRAM [ARGUMENT]...

Promises: the database stays as it is; the copy is deleted afterwards. Prints {"seconds", "cpu_seconds", "peak_rss_mb"}, of
a server also {"server_seconds"}: the program from start to exit, unless it prints a JSON object with its own seconds.
Exit code 1 when the program fails or fewer than N runs arrived. Needs psycopg.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import sqlite3
import sys
import tempfile
import time

import psycopg
from measure import run
from postgres import copied, server_cpu_seconds


@contextlib.contextmanager
def copy_of(where):
    if "://" in where:
        with copied(where) as copy:
            yield copy
        return
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(where))) as directory:
        yield shutil.copyfile(where, os.path.join(directory, "copy.db"))


def arrived(where):
    """How many runs there are now, in a table of their own or in the sessions' column."""
    if "://" in where:
        with psycopg.connect(where) as connection:
            if connection.execute("SELECT to_regclass('ai.agno_runs')").fetchone()[0]:
                return connection.execute("SELECT count(*) FROM ai.agno_runs").fetchone()[0]
            return connection.execute("SELECT sum(jsonb_array_length(runs)) FROM ai.agno_sessions").fetchone()[0]
    with contextlib.closing(sqlite3.connect(where)) as connection:
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'agno_runs'").fetchone():
            return connection.execute("SELECT count(*) FROM agno_runs").fetchone()[0]
        return connection.execute("SELECT sum(json_array_length(json_extract(runs, '$'))) FROM agno_sessions").fetchone()[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE_OR_URL")
    parser.add_argument("--runs", type=int, required=True, metavar="N")
    parser.add_argument("--data", metavar="FOLDER")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    with copy_of(options.db) as copy:
        server = server_cpu_seconds(options.data) if options.data else None
        started = time.perf_counter()
        output, code, peak = run([*options.program, copy])
        found = {"seconds": time.perf_counter() - started}
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found["cpu_seconds"] = used.ru_utime + used.ru_stime
        found["peak_rss_mb"] = peak
        if server is not None:
            found["server_seconds"] = server_cpu_seconds(options.data) - server
        with contextlib.suppress(IndexError, ValueError):
            found |= json.loads(output.splitlines()[-1])
        complete = code == 0 and arrived(copy) >= options.runs
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
