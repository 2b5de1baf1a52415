#!/usr/bin/env python3
"""Times agno-migrate's commands on copies of a database: there, how it is, and back.

    ways.py --db FILE|URL --rounds N [--wire MILLISECONDS] PROGRAM...

Promises: the database stays as it is; each round takes a copy, and the programs take turns. Prints a Markdown table per program:
seconds (the fastest round) and peak memory (the worst) of up, status, plan, verify, down and a second up, and the ratios to
the first up. With --wire each program is measured a second time, behind a wire on which a question and its answer take that much
longer. Exit code 1 when a command fails. Needs psycopg or pymysql for a server.
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
from urllib.parse import urlsplit, urlunsplit

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
def copied(db, milliseconds):
    """The arguments that name a copy, behind a wire that takes so long."""
    if "://" not in db:
        with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(db))) as folder:
            yield ["--db", shutil.copyfile(db, os.path.join(folder, "copy.db"))]
        return
    server = importlib.import_module("postgres" if db.startswith("postgresql") else "mysql")
    with server.copied(db) as copy, wired(copy, milliseconds) as url:
        yield ["--db", url] + ([] if db.startswith("postgresql") else ["--schema", server.name(copy)])


@contextlib.contextmanager
def wired(url, milliseconds):
    """The URL of the other end of the wire."""
    if not milliseconds:
        yield url
        return
    parts = urlsplit(url)
    to = parts.netloc.rsplit("@", 1)[-1]
    program = [sys.executable, os.path.join(os.path.dirname(__file__), "delay.py")]
    with subprocess.Popen([*program, "--to", to, "--milliseconds", str(milliseconds)],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as wire:
        yield urlunsplit(parts._replace(netloc=parts.netloc.replace(to, f"127.0.0.1:{wire.stdout.readline().strip()}")))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE|URL")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--wire", type=float, default=0, metavar="MILLISECONDS")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    ways = [(program, wire) for program in options.program for wire in sorted({0, options.wire})]
    found = {way: {name: [] for name, _ in COMMANDS} for way in ways}
    for _ in range(options.rounds):
        for way in ways:
            with copied(options.db, way[1]) as place:
                for name, arguments in COMMANDS:
                    found[way][name].append(run([way[0], *arguments, *place]))
    for number, (program, wire) in enumerate(ways):
        title = "agno-migrate" if program == options.program[0] else "the other build"
        print(("\n" if number else "") + f"| {title}{f', {wire:g} ms away' if wire else ''} | seconds | / up | peak memory, MB |")
        print("|---|---|---|---|")
        times = found[program, wire]
        first = min(seconds for seconds, _ in times["up"])
        for name, _ in COMMANDS:
            seconds, peak = min(s for s, _ in times[name]), max(p for _, p in times[name])
            print(f"| {name} | {seconds:.2f} | {seconds / first:.2f} | {peak:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
