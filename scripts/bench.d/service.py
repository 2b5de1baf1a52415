#!/usr/bin/env python3
"""Measures the HTTP service: its start, its memory, and /health while it migrates a large database.

    service.py --db FILE --program PATH [--rounds N]

FILE (seed_sqlite.py makes one) stays as it is. Prints a Markdown table beside the limits that the service is held to; exit
code 1 when one is exceeded or the migration fails. /health is asked over one connection that stays open, every 5 ms.
"""

import argparse
import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


def start(program, configuration, port):
    """Starts the service; the process and the milliseconds to its first answer."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [program, "serve", "--config", configuration, "--port", str(port), "--quiet"], stderr=subprocess.DEVNULL)
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            return process, (time.perf_counter() - begin) * 1000
        except ConnectionRefusedError:
            if process.poll() is not None:
                raise SystemExit("the service did not start") from None
            time.sleep(0.0005)


def memory(process, name):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def stop(process):
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=120)


def health(port, seconds, is_over):
    """Milliseconds of each answer, until the time is up or it is over."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end and not is_over():
        begin = time.perf_counter()
        connection.request("GET", "/health")
        answer = connection.getresponse()
        answer.read()
        found.append((time.perf_counter() - begin) * 1000)
        assert answer.status == 200
        time.sleep(0.005)
    return sorted(found)


def share(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * part))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="FILE")
    parser.add_argument("--program", required=True, metavar="PATH")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(dir=pathlib.Path(options.db).absolute().parent) as name:
        folder = pathlib.Path(name)
        copy, configuration = folder / "copy.db", folder / "agno-migrate.toml"
        shutil.copyfile(options.db, copy)
        configuration.write_text(f'[[database]]\nid = "large"\nurl = "sqlite:///{copy}"\n')
        starts = []
        for _ in range(max(5, options.rounds)):
            process, milliseconds = start(options.program, configuration, port)
            starts.append(milliseconds)
            assert stop(process) == 0
        process, _ = start(options.program, configuration, port)
        try:
            time.sleep(2)
            idle = memory(process, "VmRSS")
            quiet = health(port, 5, lambda: False)
            ask = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

            def job(method, path):
                ask.request(method, path)
                return json.load(ask.getresponse())

            begin = time.perf_counter()
            identity = job("POST", "/databases/large/migrate?async=true")["id"]
            last = [time.perf_counter(), False]

            def is_over():
                # The job is asked for four times a second, between two questions that are timed.
                if time.perf_counter() - last[0] > 0.25:
                    last[:] = time.perf_counter(), job("GET", f"/jobs/{identity}")["status"] not in ("queued", "running")
                return last[1]

            busy = health(port, 3600, is_over)
            seconds = time.perf_counter() - begin
            status = job("GET", f"/jobs/{identity}")["status"]
            peak = memory(process, "VmHWM")
        finally:
            code = stop(process)
    rows = [
        ("start to the first answer, median, ms", sorted(starts)[len(starts) // 2], 100),
        ("memory when idle, MB", idle, 40),
        ("/health when idle, 99th percentile, ms", share(quiet, 0.99), None),
        (f"/health during a migration of {seconds:.1f} s, median, ms", share(busy, 0.5), None),
        ("/health during the migration, 99th percentile, ms", share(busy, 0.99), 20),
        ("/health during the migration, longest, ms", busy[-1], None),
        ("memory during the migration, peak, MB", peak, None),
    ]
    print("| | measured | limit |\n|---|---|---|")
    for title, value, limit in rows:
        print(f"| {title} | {value:.1f} | {limit or ''} |")
    exceeded = [title for title, value, limit in rows if limit and value >= limit]
    if exceeded or status != "succeeded" or code != 0:
        print(f"exceeded: {exceeded}; migration {status}; exit code {code}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
