#!/usr/bin/env python3
"""Runs a program on a copy of a PostgreSQL or MySQL database and measures it.

    measure.py --db URL --data FOLDER [--writer SESSIONS] -- PROGRAM [ARGUMENT]...

The program's last argument is the copy's URL; "{name}" in the others is the copy's name.

Promises: the database at URL stays as it is; the copy is analysed and written to disk before the program starts, and
dropped afterwards. Prints {"seconds", "cpu_seconds", "server_seconds", "peak_rss_mb"}: the program from start to
exit, unless it prints a JSON object with its own seconds; the server's processor time, from the server whose data lie
in FOLDER. With --writer an application writes into the first SESSIONS sessions meanwhile, one every 20 ms in the shape
of 2.x, and {"writes", "failed", "longest_ms"} say how it fared. Exit code 1 when the program fails or rows are missing.
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
import threading
import time

from seed_rows import sessions

PERIOD = 0.02


class Writer(threading.Thread):
    """An application of 2.x that goes on writing; every write is a transaction of its own."""

    def __init__(self, server, url, count):
        super().__init__(daemon=True)
        self.server = server
        self.rows = [(row[0], row[1], row[2], row[5], json.dumps(row[11]), json.dumps(row[6]), row[13])
                     for row in sessions(count, 10, 2048)]
        self.connection = server.connect(url)
        self.ended = threading.Event()
        self.writes = self.failed = 0
        self.longest = 0.0

    def run(self):
        while not self.ended.is_set():
            started = time.perf_counter()
            try:
                row = (*self.rows[self.writes % len(self.rows)], int(time.time()))
                self.server.execute(self.connection, self.server.UPSERT, row)
            except self.server.Error as error:
                self.failed += 1
                print(f"a write failed: {error}", file=sys.stderr)
            taken = time.perf_counter() - started
            self.writes += 1
            self.longest = max(self.longest, taken)
            self.ended.wait(max(0, PERIOD - taken))

    def end(self):
        self.ended.set()
        self.join()
        self.connection.close()
        return {"writes": self.writes, "failed": self.failed, "longest_ms": self.longest * 1000}


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
    parser.add_argument("--writer", type=int, default=0, metavar="SESSIONS")
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    server = importlib.import_module("postgres" if options.db.startswith("postgresql") else "mysql")
    with server.copied(options.db) as copy:
        program = [word.replace("{name}", server.name(copy)) for word in options.program]
        writer = Writer(server, copy, options.writer) if options.writer else None
        if writer:
            writer.start()
            time.sleep(1)  # the writer is under way before anything is measured
        before, started = server.server_cpu_seconds(options.data), time.perf_counter()
        output, code, peak = run([*program, copy])
        found = {"seconds": time.perf_counter() - started}
        if writer:
            found |= writer.end()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        found["cpu_seconds"] = used.ru_utime + used.ru_stime
        found["peak_rss_mb"] = peak
        if before is not None:
            found["server_seconds"] = server.server_cpu_seconds(options.data) - before
        with contextlib.suppress(IndexError, ValueError):
            found |= json.loads(output.splitlines()[-1])
        complete = code == 0 and server.is_complete(copy)
    print(json.dumps({name: round(value, 2) for name, value in found.items()}))
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
