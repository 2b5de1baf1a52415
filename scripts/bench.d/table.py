#!/usr/bin/env python3
"""Prints measurements as a Markdown table, each as the fastest of its rounds, with ratios to the first two.

    table.py NAME=FILE NAME=FILE NAME=FILE      (FILE: one JSON document per line)
"""

import json
import sys


def main():
    rows = []
    for argument in sys.argv[1:]:
        name, _, path = argument.partition("=")
        with open(path, encoding="utf-8") as lines:
            rounds = [json.loads(line) for line in lines if line.strip()]
        best = min(rounds, key=lambda row: row["seconds"])
        rows.append((name, best["seconds"], best["cpu_seconds"], max(row["peak_rss_mb"] for row in rounds)))
    print("| | seconds | processor seconds | peak memory, MB |")
    print("|---|---|---|---|")
    for name, seconds, cpu, memory in rows:
        print(f"| {name} | {seconds:.2f} | {cpu:.2f} | {memory:.0f} |")
    ours = rows[-1]
    for name, seconds, cpu, _ in rows[:-1]:
        print(f"\n{ours[0]} / {name}: {ours[1] / seconds:.2f} in time, {ours[2] / cpu:.2f} in processor time")


if __name__ == "__main__":
    main()
