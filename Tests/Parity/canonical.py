#!/usr/bin/env python3
"""Prints one SQLite database as canonical JSON, so that two programs' results can be compared.

    canonical.py FILE [--ignore-now EPOCH_FROM]

Promises: what does not matter to a reader of the tables does not show (order of columns, rows, indexes and
object keys, spacing of JSON, times of the stamps, the tables agno_migration_*); what does matter shows exactly:

  tables.T.columns.C       type, notnull, default, pk (position in the primary key, 0 outside it)
  tables.T.indexes.DEF     names of the indexes with that definition; <pk> and <unique> are nameless keys
  tables.T.foreign_keys    definitions
  tables.T.rows.KEY.C      NULL, integers and text as they are, {"real": R}, {"blob": HEX}; in a JSON column
                           {"json": TEXT}, {"json twice": TEXT} when the JSON is a text that holds JSON again,
                           {"not json": TEXT} when Python cannot read it. Numbers keep their spelling, duplicate
                           keys stay (in order), so do NaN and lone surrogates.
  others                   views and triggers
  stamps.T                 version

KEY is the primary key. With --ignore-now every integer from EPOCH_FROM on, in a column created_at or updated_at
and as such a column's default, shows as "<now>". The file is opened read-only; exit code 2 when that fails.
"""

import argparse
import contextlib
import json
import os
import re
import sqlite3
import sys

OURS, VERSIONS = "agno_migration_", {"table_name", "version", "created_at", "updated_at"}
TIMES = {"created_at", "updated_at"}


class Number(str):
    """A JSON number or constant as it was spelt."""


def parse(text):
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number,
                      object_pairs_hook=lambda pairs: {"pairs": sorted(pairs, key=lambda pair: pair[0])})


def dump(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {dump(item)}" for key, item in value["pairs"]) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value)


def canonical_json(text):
    try:
        value = parse(text)
    except ValueError:
        return {"not json": text}
    if isinstance(value, str) and not isinstance(value, Number):
        try:
            inner = parse(value)
        except ValueError:
            return {"json": dump(value)}
        if isinstance(inner, (dict, list)) or inner is None:
            return {"json twice": dump(inner)}
    return {"json": dump(value)}


class Canonical:
    def __init__(self, connection, now_from):
        self.connection, self.now_from = connection, now_from

    def ask(self, statement, *values):
        return self.connection.execute(statement, values).fetchall()

    def is_now(self, column, value):
        return self.now_from is not None and column in TIMES and isinstance(value, int) and value >= self.now_from

    def columns(self, table):
        found = {}
        for _, name, kind, notnull, default, key in self.ask("SELECT * FROM pragma_table_info(?)", table):
            if default is not None and default.isdigit() and self.is_now(name, int(default)):
                default = "<now>"
            found[name] = {"type": kind, "notnull": bool(notnull), "default": default, "pk": key}
        return found

    def indexes(self, table, definition):
        named = {}  # the names of unique constraints are only in the table's own text
        for name, columns in re.findall(r'CONSTRAINT\s+("[^"]+"|\S+)\s+UNIQUE\s*\(([^)]*)\)', definition, re.I):
            named[tuple(part.strip().strip('"') for part in columns.split(","))] = name.strip('"')
        found = {}
        for _, name, unique, origin, partial in self.ask("SELECT * FROM pragma_index_list(?)", table):
            parts = self.ask("SELECT name, desc, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno", name)
            text = ", ".join((part or "<expression>") + " DESC" * descending + f" COLLATE {order}" * (order != "BINARY")
                             for part, descending, order in parts)
            text = "UNIQUE " * unique + f"({text})"
            sql = self.ask("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", name)[0][0]
            if partial:
                text += " WHERE " + re.sub(r"^\((.*)\)$", r"\1", plain(re.split(r"\bWHERE\b", sql, 1, re.I)[1]))
            elif sql and "<expression>" in text:
                text += " " + plain(sql[sql.index("("):])
            if origin != "c":
                name = "<pk>" if origin == "pk" else named.get(tuple(part[0] for part in parts), "<unique>")
            found.setdefault(text, []).append(name)
        return {text: sorted(names) for text, names in found.items()}

    def foreign_keys(self, table):
        found = {}
        for number, _, target, column, to, on_update, on_delete, _ in self.ask(
                "SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", table):
            pairs = found.setdefault((number, target, on_update, on_delete), [])
            pairs.append(f"{column}->{to}")
        return sorted(f"{target}({', '.join(pairs)}) ON UPDATE {on_update} ON DELETE {on_delete}"
                      for (_, target, on_update, on_delete), pairs in found.items())

    def value(self, column, kind, value):
        if self.is_now(column, value):
            return "<now>"
        if isinstance(value, float):
            return {"real": repr(value)}
        if isinstance(value, bytes):
            return {"blob": value.hex()}
        if isinstance(value, str) and "JSON" in kind.upper():
            return canonical_json(value)
        return value

    def rows(self, table, columns):
        names = list(columns)
        keys = sorted((info["pk"], name) for name, info in columns.items() if info["pk"])
        quoted = ", ".join('"{}"'.format(name.replace('"', '""')) for name in names)
        found = {}
        for row in self.ask('SELECT {} FROM "{}"'.format(quoted, table.replace('"', '""'))):
            cells = {name: self.value(name, columns[name]["type"], value) for name, value in zip(names, row)}
            parts = [cells[name] for _, name in keys] or [cells]
            text = " / ".join(part if isinstance(part, str) else json.dumps(part, sort_keys=True) for part in parts)
            while text in found:  # NULL keys, or no key at all
                text += " again"
            found[text] = cells
        return found

    def document(self):
        tables, others, stamps = {}, {}, {}
        for kind, name, table, sql in self.ask("SELECT type, name, tbl_name, sql FROM sqlite_master"):
            if name.startswith("sqlite_") or table.startswith(OURS):
                continue
            if kind in ("view", "trigger"):
                others[f"{kind} {name}"] = plain(sql)
            if kind != "table":
                continue
            columns = self.columns(name)
            tables[name] = {"columns": columns, "indexes": self.indexes(name, sql),
                            "foreign_keys": self.foreign_keys(name)}
            if set(columns) == VERSIONS:
                stamps.update((stamped, version) for stamped, version in
                              self.ask('SELECT table_name, version FROM "{}"'.format(name.replace('"', '""'))))
            else:
                tables[name]["rows"] = self.rows(name, columns)
        return {"tables": tables, "others": others, "stamps": stamps}


def plain(sql):
    """Definition text without what does not matter: quotes around simple names, spacing."""
    return re.sub(r"\s+", " ", re.sub(r'["`]([A-Za-z_][A-Za-z0-9_]*)["`]', r"\1", sql)).strip()


def open_read_only(path):
    """A connection that leaves no files behind, as SQLite does when it opens a WAL database read-only."""
    wal = path + "-wal"
    idle = not os.path.exists(wal) or os.path.getsize(wal) == 0
    name = re.sub(r"[%?#]", lambda match: f"%{ord(match[0]):02x}", path)
    return sqlite3.connect(f"file:{name}?mode=ro{'&immutable=1' * idle}", uri=True)


def canonical(path, now_from=None):
    with contextlib.closing(open_read_only(path)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        return Canonical(connection, now_from).document()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    parser.add_argument("--ignore-now", type=int, metavar="EPOCH_FROM")
    options = parser.parse_args()
    try:
        document = canonical(options.file, options.ignore_now)
    except sqlite3.Error as error:
        parser.error(f"{options.file}: {error}")
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
