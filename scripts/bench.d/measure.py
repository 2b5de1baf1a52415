#!/usr/bin/env python3
"""Runs a program on a copy of a PostgreSQL or MySQL database and measures it.

    measure.py --db URL --data FOLDER [--application PYTHON [--trace FILE]] -- PROGRAM [ARGUMENT]...

The program's last argument is the copy's URL; "{name}" in the others is the copy's name.

Promises: the database at URL stays as it is; the copy is analysed and written to disk before the program starts, and
dropped afterwards. Prints {"seconds", "cpu_seconds", "server_seconds", "peak_rss_mb"}: the program from start to
exit, unless it prints a JSON object with its own seconds; the server's processor time, from the server whose data lie
in FOLDER. With --application a process of application.py, run by that Python, reads and writes meanwhile, from three seconds before to
one after, and its figures are added. Exit code 1 when the program fails or rows are missing. A program "idle" does nothing for ten seconds.
Needs psycopg or pymysql.
"""

import argparse
import contextlib
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


class Application:
    """A process of application.py beside the program."""

    def __init__(self, python, url, trace):
        script = Path(__file__).with_name("application.py")
        command = [python, script, "--db", url] + (["--trace", trace] if trace else [])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self):
        output, _ = self.process.communicate()
        return json.loads(output.splitlines()[-1])


def run(program):
    """What a program printed, its exit code, and its peak memory in MB."""
    peak = 0.0
    # Into a file: nobody reads a pipe here while the program runs.
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(program, stdout=output)
        while child.poll() is None:
            # Not ru_maxrss: that begins with what this process had when it started the program.
            with contextlib.suppress(OSError), open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                peak = max([peak, *(int(line.split()[1]) / 1e6 * 1024 for line in status if line.startswith("VmHWM:"))])
            time.sleep(0.02)
        output.seek(0)
        return output.read(), child.returncode, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="URL")
    parser.add_argument("--data", required=True, metavar="FOLDER")
    parser.add_argument("--application", metavar="PYTHON")
    parser.add_argument("--trace", metavar="FILE")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    server = importlib.import_module("postgres" if options.db.startswith("postgresql") else "mysql")
    with server.copied(options.db) as copy:
        program = [word.replace("{name}", server.name(copy)) for word in options.program]
        application = Application(options.application, copy, options.trace) if options.application else None
        if application:
            time.sleep(3)  # it is under way before anything is measured
        before, started = server.server_cpu_seconds(options.data), time.perf_counter()
        output, code, peak = run(["sleep", "10"] if program == ["idle"] else [*program, copy])
        found = {"seconds": time.perf_counter() - started}
        if application:
            time.sleep(1)
            found |= application.end()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found["cpu_seconds"] = used.ru_utime + used.ru_stime
        found["peak_rss_mb"] = peak
        if before is not None:
            found["server_seconds"] = server.server_cpu_seconds(options.data) - before
        with contextlib.suppress(IndexError, ValueError):
            found |= json.loads(output.splitlines()[-1])
        complete = code == 0 and (program == ["idle"] or server.is_complete(copy))
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
