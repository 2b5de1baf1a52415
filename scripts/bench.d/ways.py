#!/usr/bin/env python3
"""Times agno-migrate's commands on copies of a database: there, how it is, and back.

    ways.py --db FILE|URL --rounds N PROGRAM...

Promises: the database stays as it is; each round takes a copy, and the programs take turns. Prints a Markdown table per program:
seconds (the fastest round) and peak memory (the worst) of up, status, plan, verify, down and a second up, and the ratios to
the first up. Exit code 1 when a command fails. Needs psycopg or pymysql for a server.
"""

import argparse
import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time

COMMANDS = [("up", ["up", "--quiet"]), ("status", ["status"]), ("plan", ["plan"]), ("verify", ["verify", "--quiet"]),
            ("down", ["down", "--quiet", "--yes", "--target", "2.5.6"]), ("up again", ["up", "--quiet"])]


def run(arguments):
    """The seconds from start to exit, and the peak memory in MB."""
    started = time.perf_counter()
    child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{' '.join(arguments[:2])} ended with {os.waitstatus_to_exitcode(status)}")
    return seconds, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


@contextlib.contextmanager
def copied(db):
    """The arguments that name a copy."""
    if "://" not in db:
        with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(db))) as folder:
            yield ["--db", shutil.copyfile(db, os.path.join(folder, "copy.db"))]
        return
    server = importlib.import_module("postgres" if db.startswith("postgresql") else "mysql")
    with server.copied(db) as copy:
        yield ["--db", copy] + ([] if db.startswith("postgresql") else ["--schema", server.name(copy)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE|URL")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    found = {program: {name: [] for name, _ in COMMANDS} for program in options.program}
    for _ in range(options.rounds):
        for program in options.program:
            with copied(options.db) as place:
                for name, arguments in COMMANDS:
                    found[program][name].append(run([program, *arguments, *place]))
    for number, program in enumerate(options.program):
        print(("\n" if number else "") + f"| {'the other build' if number else 'agno-migrate'} | seconds | / up | peak memory, MB |")
        print("|---|---|---|---|")
        first = min(seconds for seconds, _ in found[program]["up"])
        for name, _ in COMMANDS:
            seconds, peak = min(s for s, _ in found[program][name]), max(p for _, p in found[program][name])
            print(f"| {name} | {seconds:.2f} | {seconds / first:.2f} | {peak:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
