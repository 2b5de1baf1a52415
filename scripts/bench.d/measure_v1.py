#!/usr/bin/env python3
"""Runs a program on a copy of a database with v1 tables and measures it; its last argument will be the copy.

    measure_v1.py --db FILE_OR_URL --runs N [--data FOLDER] -- PROGRAM [ARGUMENT]...

{name} in an argument is replaced by the name of the copy.

Promises: the database stays as it is; the copy is deleted afterwards. Prints {"seconds", "cpu_seconds", "peak_rss_mb"}, of
a server also {"server_seconds"}: the program from start to exit, unless it prints a JSON object with its own seconds.
Exit code 1 when the program fails or fewer than N runs arrived. Needs psycopg and pymysql.
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

import mysql
import postgres
import psycopg
from measure import run


def server_of(where):
    """The functions for the server that a URL names; None for a file."""
    if "://" not in where:
        return None
    return mysql if where.startswith("mysql:") else postgres


@contextlib.contextmanager
def copy_of(where):
    if server := server_of(where):
        with server.copied(where) as copy:
            yield copy
        return
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(where))) as directory:
        yield shutil.copyfile(where, os.path.join(directory, "copy.db"))


def arrived(where):
    """How many runs there are now, in a table of their own or in the sessions' column."""
    if server_of(where) is mysql:
        with mysql.connect(where) as connection:
            if mysql.ask(connection, "SHOW TABLES LIKE 'agno_runs'"):
                (count,), = mysql.ask(connection, "SELECT COUNT(*) FROM agno_runs")
            else:
                (count,), = mysql.ask(connection, "SELECT SUM(JSON_LENGTH(runs)) FROM agno_sessions")
            return count
    if server_of(where) is postgres:
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
        cpu_seconds = server_of(copy).server_cpu_seconds if options.data else None
        server = cpu_seconds(options.data) if cpu_seconds else None
        program = [part.replace("{name}", mysql.name(copy)) for part in options.program]
        started = time.perf_counter()
        output, code, peak = run([*program, copy])
        found = {"seconds": time.perf_counter() - started}
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found["cpu_seconds"] = used.ru_utime + used.ru_stime
        found["peak_rss_mb"] = peak
        if server is not None:
            found["server_seconds"] = cpu_seconds(options.data) - server
        with contextlib.suppress(IndexError, ValueError):
            found |= json.loads(output.splitlines()[-1])
        complete = code == 0 and arrived(copy) >= options.runs
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
