#!/usr/bin/env python3
"""Compares two results and prints each difference as one line.

    compare.py A B [--allow FILE]... [--engine NAME] [--direction up|down] [--schema NAME]
               [--ignore-now EPOCH_FROM] [--numbers-by-value]

A and B are each a SQLite database, a URL or a JSON document (of canonical.py or read_back.py). A line is

    path: value in A != value in B        path: only in A: value        path: only in B: value

Path parts are joined by ' > '; objects inside JSON texts are followed as well; long values are cut where they
start to differ. FILE is a JSON list of objects: a difference is allowed, and not printed unless --verbose, when
the regular expression "pattern" finds its line; "reason" says why. An entry with "direction" counts only with
that --direction, one with "engines" only with an --engine that is among them (without: with all); one with
"b_lacks" (a path; \\1 is the pattern's first group) only when B has nothing there.
--verbose says by which entry, counted from 0 over all FILEs.
With --ignore-now a time from EPOCH_FROM on, in created_at or updated_at, is "<now>". Promises: exit code 0 when
nothing differs but what is allowed, 1 otherwise, 2 for wrong usage; standard error ends with both counts.
"""

import argparse
import json
import re
import sys
from collections import Counter
from datetime import datetime
from decimal import Context, Decimal, InvalidOperation

from canonical import TIMES, canonical, parse
from where import is_file

WIDTH = 120


def load(path, schema, now_from):
    if not is_file(path):
        return canonical(path, schema, now_from)
    with open(path, "rb") as file:
        if file.read(16) in (b"SQLite format 3\0", b""):  # a file of no bytes is a database without tables
            return canonical(path, None, now_from)

    def mask(pairs):
        return {key: "<now>" if key in TIMES and is_now(value, now_from) else value for key, value in pairs}

    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_constant=lambda name: {"constant": name}, object_pairs_hook=mask)


def is_now(value, now_from):
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value).timestamp()
        except (ValueError, OverflowError, OSError):
            return False
    return now_from is not None and isinstance(value, (int, float)) and value >= now_from


class Allowed:
    """One entry of an allow file."""

    def __init__(self, number, entry):
        self.number = number
        self.pattern, self.reason = re.compile(entry["pattern"]), entry["reason"]
        self.direction, self.b_lacks = entry.get("direction"), entry.get("b_lacks")
        self.engines = entry.get("engines")

    def counts(self, engine, direction):
        return self.direction in (None, direction) and (self.engines is None or engine in self.engines)

    def covers(self, line, b):
        match = self.pattern.search(line)
        if match and self.b_lacks:
            for key in match.expand(self.b_lacks).split(" > "):
                if not isinstance(b, dict) or key not in b:
                    return True
                b = b[key]
            return False
        return match is not None


def opened(value, path):
    """The structure inside a cell's canonical JSON text, so that a difference in it has a path of its own."""
    is_cell = len(path) == 5 and path[0] == "tables" and path[2] == "rows"
    if is_cell and isinstance(value, dict) and value.keys() <= {"json", "json twice"}:
        (kind, text), = value.items()
        return kind, structure(parse(text))
    return None, value


spelling = str  # of numbers in JSON


def structure(value):
    if isinstance(value, dict):
        found = {}
        for key, item in value["pairs"]:
            while key in found:
                key += " again"
            found[key] = structure(item)
        return found
    if isinstance(value, list):
        return [structure(item) for item in value]
    return json.dumps(value) if type(value) is str else spelling(value) if isinstance(value, str) else value


def by_value(text):
    """A JSON number without its spelling, as binary JSON keeps it."""
    try:
        value = Decimal(text).normalize(Context(prec=2000))
        return format(value if value else Decimal(0), "f")
    except InvalidOperation:
        return text


def differences(a, b, path=()):
    (kind_a, a), (kind_b, b) = opened(a, path), opened(b, path)
    if kind_a != kind_b:
        yield path, f"{kind_a or 'value'} {short(a)} != {kind_b or 'value'} {short(b)}"
    elif isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(a.keys() | b.keys()):
            if key not in b:
                yield (*path, key), f"only in A: {short(a[key])}"
            elif key not in a:
                yield (*path, key), f"only in B: {short(b[key])}"
            else:
                yield from differences(a[key], b[key], (*path, key))
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (left, right) in enumerate(zip(a, b)):
            yield from differences(left, right, (*path, str(index)))
    elif spelling is by_value and {type(a), type(b)} <= {int, float} and a == b:
        return
    elif type(a) is not type(b) or a != b:
        yield path, "{} != {}".format(*pair(a, b))


def short(value):
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= WIDTH else text[:WIDTH] + "…"


def pair(a, b):
    a, b = json.dumps(a, sort_keys=True), json.dumps(b, sort_keys=True)
    if len(a) <= WIDTH and len(b) <= WIDTH:
        return a, b
    start = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    start = max(0, start - 20)
    end = start + WIDTH
    return tuple("…" * (start > 0) + text[start:end] + "…" * (len(text) > end) for text in (a, b))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a", metavar="A")
    parser.add_argument("b", metavar="B")
    parser.add_argument("--allow", action="append", default=[], metavar="FILE")
    parser.add_argument("--engine", metavar="NAME")
    parser.add_argument("--direction", choices=["up", "down"])
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--ignore-now", type=int, metavar="EPOCH_FROM")
    parser.add_argument("--numbers-by-value", action="store_true",
                        help="the spelling of numbers in JSON is no difference")
    parser.add_argument("--verbose", action="store_true", help="print allowed differences too, with their reasons")
    options = parser.parse_args()
    if options.numbers_by_value:
        global spelling
        spelling = by_value
    try:
        loaded = [entry for path in options.allow for entry in json.load(open(path, encoding="utf-8"))]
        entries = [Allowed(number, entry) for number, entry in enumerate(loaded)]
        entries = [entry for entry in entries if entry.counts(options.engine, options.direction)]
        a, b = (load(path, options.schema, options.ignore_now) for path in (options.a, options.b))
    except Exception as error:  # each driver has errors of its own
        parser.error(f"{type(error).__name__}: {error}")

    sys.stdout.reconfigure(errors="backslashreplace")
    found = Counter()
    for path, text in differences(a, b):
        line = re.sub(r"\s", " ", " > ".join(path) + ": " + text)
        entry = next((entry for entry in entries if entry.covers(line, b)), None)
        found[entry is not None] += 1
        if entry is None:
            print(line)
        elif options.verbose:
            print(f"allowed by {entry.number}: {line} [{entry.reason}]")
    print(f"{found[False]} differences, {found[True]} more are allowed", file=sys.stderr)
    return 1 if found[False] else 0


if __name__ == "__main__":
    sys.exit(main())
