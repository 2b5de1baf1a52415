#!/usr/bin/env python3
"""Prints one database as canonical JSON, so that two programs' results can be compared.

    canonical.py FILE_OR_URL [--schema NAME] [--ignore-now EPOCH_FROM]

Promises: what does not matter to a reader of the tables does not show (order of columns, rows, indexes and
object keys, spacing of JSON, times of the stamps, the tables agno_migration_*); what does matter shows exactly:

  tables.T.columns.C       type, notnull, default, pk (position in the primary key, 0 outside it)
  tables.T.indexes.DEF     names of the indexes with that definition; <pk> and <unique> are nameless keys
  tables.T.foreign_keys    definitions, where they have names with them; on MySQL the table's engine and collation too
  tables.T.rows.KEY.C      NULL, integers and text as they are, {"real": R}, {"blob": HEX}; in a JSON column
                           {"json": TEXT}, {"json twice": TEXT} when the JSON is a text that holds JSON again,
                           {"not json": TEXT} when Python cannot read it. Numbers keep their spelling, duplicate
                           keys stay (in order), so do NaN and lone surrogates.
  others                   views, triggers and sequences
  stamps.T                 version

KEY is the primary key, or what takes its place in a table without. With --ignore-now every integer from EPOCH_FROM
on, in a column created_at or updated_at and as such a column's default, shows as "<now>". The schema is ai unless
given, on MySQL the URL's database. The database is opened read-only; exit code 2 when that fails.
"""

import argparse
import json
import sys

from catalogues import open_catalogue

VERSIONS = {"table_name", "version", "created_at", "updated_at"}
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
    def __init__(self, catalogue, now_from):
        self.catalogue, self.now_from = catalogue, now_from

    def is_now(self, column, value):
        return self.now_from is not None and column in TIMES and isinstance(value, int) and value >= self.now_from

    def columns(self, table):
        columns = self.catalogue.columns(table)
        for name, info in columns.items():
            if (info["default"] or "").isdigit() and self.is_now(name, int(info["default"])):
                info["default"] = "<now>"
        return columns

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
        found = {}
        for row in self.catalogue.rows(table, columns):
            cells = {name: self.value(name, columns[name]["type"], value) for name, value in zip(names, row)}
            parts = [cells[name] for _, name in keys or self.stable_key(columns)] or [cells]
            text = " / ".join(part if isinstance(part, str) else json.dumps(part, sort_keys=True) for part in parts)
            while text in found:  # NULL keys, or no key at all
                text += " again"
            found[text] = cells
        return found

    @staticmethod
    def stable_key(columns):
        """What tells rows apart before a version gives their table a primary key; none: all of the row does."""
        return [(0, name) for name in ("session_id",) if name in columns]

    def document(self):
        tables, stamps = {}, {}
        for name in self.catalogue.tables():
            columns = self.columns(name)
            tables[name] = {"columns": columns, "indexes": self.catalogue.indexes(name),
                            "foreign_keys": self.catalogue.foreign_keys(name)}
            if set(columns) == VERSIONS:
                versions = {column: columns[column] for column in ("table_name", "version")}
                stamps.update(self.catalogue.rows(name, versions))
            else:
                tables[name]["rows"] = self.rows(name, columns)
        return {"tables": tables, "others": self.catalogue.others(), "stamps": stamps}


def canonical(where, schema=None, now_from=None):
    with open_catalogue(where, schema) as catalogue:
        return Canonical(catalogue, now_from).document()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("db")
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--ignore-now", type=int, metavar="EPOCH_FROM")
    options = parser.parse_args()
    try:
        document = canonical(options.db, options.schema, options.ignore_now)
    except Exception as error:  # each driver has errors of its own
        parser.error(str(error))
    json.dump(document, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
