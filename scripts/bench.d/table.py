#!/usr/bin/env python3
"""Prints measurements as a Markdown table, each as the fastest of its rounds, with ratios to all but the last.

    table.py NAME=FILE NAME=FILE...      (FILE: one JSON document per line)

Peak memory, the longest write and failures are the worst of all rounds.
"""

import json
import sys

COLUMNS = [
    ("seconds", "seconds", 2), ("cpu_seconds", "processor seconds", 2),
    ("server_seconds", "processor seconds of the server", 2), ("peak_rss_mb", "peak memory, MB", 0),
    ("writes", "writes", 0), ("failed", "failed", 0), ("lost", "lost", 0), ("p50_ms", "median write, ms", 0),
    ("p99_ms", "99 %, ms", 0), ("longest_ms", "longest write, ms", 0), ("longest_read_ms", "longest read, ms", 0),
]
WORST = {"peak_rss_mb", "failed", "lost", "p99_ms", "longest_ms", "longest_read_ms"}
RATIOS = [("seconds", "time"), ("cpu_seconds", "processor time"), ("server_seconds", "processor time of the server"),
          ("longest_ms", "longest write")]


def read(path):
    with open(path, encoding="utf-8") as lines:
        rounds = [json.loads(line) for line in lines if line.strip()]
    best = min(rounds, key=lambda row: row["seconds"])
    return best | {name: max(row[name] for row in rounds) for name in WORST & best.keys()}


def main():
    rows = [(name, read(path)) for name, _, path in (argument.partition("=") for argument in sys.argv[1:])]
    ours, found = rows[-1]
    columns = [column for column in COLUMNS if column[0] in found]
    print(f"| | {' | '.join(title for _, title, _ in columns)} |")
    print("|---" * (len(columns) + 1) + "|")
    for name, row in rows:
        print(f"| {name} | {' | '.join(f'{row[key]:.{digits}f}' for key, _, digits in columns)} |")
    for name, row in rows[:-1]:
        ratios = [f"{found[key] / row[key]:.2f} in {title}" for key, title in RATIOS if row.get(key) and key in found]
        print(f"\n{ours} / {name}: {', '.join(ratios)}")


if __name__ == "__main__":
    main()
