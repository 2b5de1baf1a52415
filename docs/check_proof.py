#!/usr/bin/env python3
"""Checks a proof of agno-migrate without agno-migrate; docs/proof.md defines every digest.

    check_proof.py PROOF sqlite:///agno.db
    check_proof.py PROOF postgresql://user@host:5432/database --schema ai     needs psycopg
    check_proof.py PROOF mysql://user@host:3306/database                      needs PyMySQL

Exits with 0 if the document balances and the database is what it says, with 1 if not.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from decimal import Decimal
from urllib.parse import unquote, urlparse

MODULUS = 1 << 256
LONGEST = 309


# Canonical values


class Number(str):
    """A JSON number as it is written."""


def canonical_number(text):
    if re.fullmatch(r"-?\d+", text) and len(text) < LONGEST:
        return "0" if text == "-0" else text
    if text in ("NaN", "Infinity", "-Infinity"):
        return text
    value = float(text)
    if not re.fullmatch(r"-?\d+", text) and value not in (float("inf"), float("-inf")):
        text = repr(value)
    sign, digits, exponent = Decimal(text).as_tuple()
    digits = "".join(map(str, digits)).lstrip("0")
    while digits.endswith("0"):
        digits, exponent = digits[:-1], exponent + 1
    if not digits:
        return "0"
    sign = "-" if sign else ""
    if exponent >= 0 and len(digits) + exponent < LONGEST:
        return sign + digits + "0" * exponent
    return f"{sign}{digits}e{exponent}"


SHORT = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def canonical_string(text):
    out = bytearray(b'"')
    for character in text:
        code = ord(character)
        if code in SHORT:
            out += SHORT[code]
        elif code < 0x20 or 0xD800 <= code < 0xE000:
            out += b"\\u%04x" % code
        else:
            out += character.encode()
    return bytes(out + b'"')


def canonical(value):
    if value is None:
        return b"null"
    if value is True or value is False:
        return b"true" if value else b"false"
    if isinstance(value, Number):
        return canonical_number(value).encode()
    if isinstance(value, str):
        return canonical_string(value)
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    members = sorted((canonical_string(key), canonical(member)) for key, member in value.items())
    return b"{" + b",".join(key + b":" + member for key, member in members) + b"}"


def parse(text):
    """The value of a JSON text; raises ValueError."""
    try:
        return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
    except RecursionError as error:
        raise ValueError from error


def canonical_json(text):
    """The canonical form of a JSON text; of a string that holds an object, an array or null, what it holds."""
    value = parse(text)
    if type(value) is str:
        try:
            inner = parse(value)
            if inner is None or isinstance(inner, (dict, list)):
                value = inner
        except ValueError:
            pass
    return canonical(value)


def plain(value):
    if value is None:
        return b""
    if isinstance(value, bool):
        return b"1" if value else b"0"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if isinstance(value, float):
        return canonical_number(repr(value)).encode()
    return str(value).encode("utf-8", "surrogateescape")


def json_bytes(value):
    text = plain(value)
    try:
        return canonical_json(text.decode())
    except ValueError:
        return text


def boolean(value):
    text = plain(value).decode("utf-8", "replace").lower()
    return {"1": b"1", "t": b"1", "true": b"1", "0": b"0", "f": b"0", "false": b"0"}.get(text, text.encode())


# Digests


def item(*fields):
    hasher = hashlib.sha256()
    for field in fields:
        hasher.update(len(field).to_bytes(8, "big"))
        hasher.update(field)
    return hasher.digest()


class Sum:
    """The digest of a set: the number of its items, and the sum of their digests modulo 2^256."""

    def __init__(self, document=None):
        self.count = document["count"] if document else 0
        self.sum = int(document["digest"], 16) if document else 0

    def add(self, digest):
        self.count += 1
        self.sum = (self.sum + int.from_bytes(digest, "big")) % MODULUS

    def __add__(self, other):
        result = Sum()
        result.count, result.sum = self.count + other.count, (self.sum + other.sum) % MODULUS
        return result

    def __eq__(self, other):
        return (self.count, self.sum) == (other.count, other.sum)

    def __repr__(self):
        return f"{self.count} items, {self.sum:064x}"


def cell(table, column, key, value, kind):
    if value is None:
        return None
    data = json_bytes(value) if kind == "json" else boolean(value) if kind == "boolean" else plain(value)
    if kind == "json" and data == b"null":
        return None
    return item(b"cell", table.encode(), column.encode(), *key, data)


def unified(table, row):
    """A learned entity of a user under the id that it has after the way up."""
    if table["type"] != "learnings":
        return row
    wanted = ["learning_id", "learning_type", "namespace", "user_id", "entity_type", "entity_id"]
    if not all(name in row for name in wanted):
        return row
    old, kind, namespace, user, type_, id_ = ("" if row[name] is None else str(row[name]) for name in wanted)
    if kind == "entity_memory" and namespace == "user" and user and type_ and id_:
        if old == f"entity_user_{type_}_{id_}":
            digest = hashlib.sha256(user.encode()).hexdigest()[:16]
            return {**row, "learning_id": f"entity_user_{digest}_{type_}_{id_}"}
    return row


def read_table(database, table):
    names = [column["name"] for column in table["columns"]]
    kinds = {column["name"]: column["kind"] for column in table["columns"]}
    columns, runs, rows = {name: Sum() for name in names}, Sum(), 0
    for values in database.rows(table["name"], names, kinds):
        row = unified(table, dict(zip(names, values)))
        rows += 1
        key = [plain(row[name]) for name in table["key"]]
        for name in names:
            digest = cell(table["type"], name, key, row[name], kinds[name])
            if digest:
                columns[name].add(digest)
        if "runs" in table:
            runs.add(item(b"run", plain(row["session_id"]), json_bytes(row["run_data"])))
    return rows, columns, runs


def run_list(value):
    """The elements of a stored run list; None if it is none."""
    try:
        found = parse(plain(value).decode())
        if type(found) is str:
            found = parse(found)
        return found if isinstance(found, list) else None
    except ValueError:
        return None


def read_lists(database, table):
    lists, elements = Sum(), Sum()
    for session, value in database.rows(table["name"], ["session_id", "runs"], {"runs": "json"}):
        if value is None:
            continue
        found = run_list(value)
        if found is None:
            digest = cell("sessions", "runs", [plain(session)], value, "json")
            if digest:
                lists.add(digest)
            continue
        digests = [item(b"run", plain(session), canonical(element)) for element in found]
        lists.add(item(b"list", plain(session), b"".join(digests)))
        for digest in digests:
            elements.add(digest)
    return lists, elements


# Databases


class Database:
    def __init__(self, url, schema):
        parts = urlparse(url)
        kind = parts.scheme.split("+")[0]
        self.schema = schema
        if kind == "sqlite":
            import sqlite3

            self.connection = sqlite3.connect(f"file:{url.split('://', 1)[1][1:]}?mode=ro", uri=True)
            self.connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            self.quote, self.json = '"', "{}"
        elif kind in ("postgresql", "postgres"):
            import psycopg

            self.connection = psycopg.connect(url.replace(parts.scheme, "postgresql", 1))
            self.quote, self.json = '"', "CAST({} AS text)"
        else:
            import pymysql
            import pymysql.cursors

            self.connection = pymysql.connect(
                host=parts.hostname, port=parts.port or 3306, user=unquote(parts.username or ""),
                password=unquote(parts.password or ""), database=schema or parts.path.lstrip("/"), charset="utf8mb4",
                cursorclass=pymysql.cursors.SSCursor,
            )
            self.quote, self.json, self.schema = "`", "{}", None

    def name(self, text):
        return self.quote + text.replace(self.quote, self.quote * 2) + self.quote

    def rows(self, table, columns, kinds):
        shown = [
            (self.json if kinds.get(column) == "json" else "{}").format(self.name(column)) for column in columns
        ]
        place = (self.name(self.schema) + "." if self.schema else "") + self.name(table)
        cursor = self.connection.cursor()
        cursor.execute(f"SELECT {', '.join(shown) or '1'} FROM {place}")
        yield from cursor
        cursor.close()


# The balance of the document


def entries(state, table):
    return next((found for found in state["tables"] if found["type"] == table), None)


def parked(state, table, column):
    for found in state["parked"]:
        if found["table"] == table:
            for entry in found["columns"]:
                if entry["name"] == column:
                    return Sum(entry["values"])
    return Sum()


def runs_of(state):
    total = Sum()
    sessions, runs = entries(state, "sessions"), entries(state, "runs")
    if sessions and "lists" in sessions:
        for kept in sessions["lists"]["kept"]:
            total += Sum(kept["elements"])
    if runs and "runs" in runs:
        total += Sum(runs["runs"])
    for found in state["parked"]:
        if found["table"] == "runs":
            total += Sum(found["runs"])
    return total


def balance(proof):
    """What the document itself does not prove."""
    if not proof["proved"]:
        yield f"the document says that it is no proof: {'; '.join(proof['reasons'])}"
    before, after = proof["before"], proof["after"]
    if proof["command"] == "import-v1":
        for table in proof["imported"]:
            if table["read"] != table["written"] + table["already_there"] + table["quarantined"]:
                yield f"{table['name']}: not every row is accounted for"
        return
    for state in (before, after):
        sessions = entries(state, "sessions")
        if sessions and "lists" in sessions:
            lists = sessions["lists"]
            total = Sum(lists["moved"]) + Sum(lists["deleted"])
            for kept in lists["kept"]:
                total += Sum(kept["elements"])
            if total != Sum(lists["elements"]):
                yield "not every element of a list is moved, deleted or kept"
    if runs_of(before) != runs_of(after):
        yield f"runs before: {runs_of(before)}; after: {runs_of(after)}"
    for old in before["tables"]:
        new = entries(after, old["type"])
        if old["type"] == "runs" and (new is None or old.get("runs") != new.get("runs")):
            continue
        if new is None:
            if old["rows"]:
                yield f"{old['name']} is gone"
            continue
        for column in old["columns"]:
            left = next((found for found in new["columns"] if found["name"] == column["name"]), None)
            if left is None:
                continue  # what the older schema has no place for is parked, or filled again on the way up
            was, now = Sum(column["values"]), Sum(left["values"])
            was += parked(before, old["type"], column["name"])
            now += parked(after, old["type"], column["name"])
            for moved in proof["elsewhere"]:
                if moved["table"] == old["type"] and moved.get("column") == column["name"]:
                    was, now = was + Sum(moved["made"]), now + Sum(moved["gone"])
            if was != now:
                yield f"{old['name']}, column {column['name']}: {was} before, {now} after"


def check_database(proof, database):
    for table in proof["after"]["tables"]:
        rows, columns, runs = read_table(database, table)
        if rows != table["rows"]:
            yield f"{table['name']} has {rows} rows, the proof says {table['rows']}"
        for column in table["columns"]:
            if columns[column["name"]] != Sum(column["values"]):
                yield f"{table['name']}, column {column['name']} is not what the proof says"
        if "runs" in table and runs != Sum(table["runs"]):
            yield f"{table['name']}: its runs are not what the proof says"
        if "lists" in table:
            lists, elements = read_lists(database, table)
            if lists != Sum(table["lists"]["lists"]) or elements != Sum(table["lists"]["elements"]):
                yield f"{table['name']}: its run lists are not what the proof says"


def check_signature(proof):
    signature = proof.pop("signature", None)
    if signature is None:
        return
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = canonical(parse(json.dumps(proof)))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["public_key"]))
    try:
        key.verify(base64.b64decode(signature["value"]), signed)
    except InvalidSignature:
        yield "the signature is not that of the document"


def main():
    parser = argparse.ArgumentParser(description="Checks a proof of agno-migrate.")
    parser.add_argument("proof")
    parser.add_argument("url")
    parser.add_argument("--schema")
    arguments = parser.parse_args()
    with open(arguments.proof, encoding="utf-8") as file:
        proof = json.load(file)
    if proof.get("format") != 1:
        sys.exit("this checker knows format 1 only")
    problems = list(check_signature(proof)) + list(balance(proof))
    schema = arguments.schema or proof["database"].get("schema")
    problems += check_database(proof, Database(arguments.url, schema))
    for problem in problems:
        print(problem)
    print("confirmed" if not problems else "not confirmed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
