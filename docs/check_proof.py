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
import threading
from decimal import Decimal
from urllib.parse import quote, unquote, urlparse

MODULUS = 1 << 256
LONGEST = 309
DEEPEST = 2000
MOST_DIGITS = 4300
# Bytes that are not UTF-8 on their way through JSON, apart from halves of surrogate pairs that are escaped.
STRAY = 0x10FF00


# Canonical values


class Number(str):
    """A JSON number as it is written."""


def canonical_number(text):
    if re.fullmatch(r"-?\d+", text) and len(text) < LONGEST:
        return "0" if text == "-0" else text
    if text in ("NaN", "Infinity", "-Infinity"):
        return text
    if text in ("nan", "inf", "-inf"):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[text]
    power = re.search(r"[eE]([+-]?\d+)$", text)
    if power and abs(int(power[1])) >= 10**12 and float(text) in (float("inf"), float("-inf")):
        return text.lower()
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
    return sign + digits + (f"e{exponent}" if exponent else "")


SHORT = {8: b"\\b", 9: b"\\t", 10: b"\\n", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def canonical_string(text):
    out = bytearray(b'"')
    for character in text:
        code = ord(character)
        if code in SHORT:
            out += SHORT[code]
        elif STRAY + 0x80 <= code <= STRAY + 0xFF:
            out.append(code - STRAY)
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


def whole(text):
    if len(text.lstrip("-")) > MOST_DIGITS:
        raise ValueError("too many digits")
    return Number(text)


def depth(value):
    """How deep arrays and objects are nested."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        value, level = waiting.pop()
        if isinstance(value, (list, dict)):
            deepest = max(deepest, level)
            waiting += [(inner, level + 1) for inner in (value.values() if isinstance(value, dict) else value)]
    return deepest


def parse(text):
    """The value of a JSON text; raises ValueError."""
    value = json.loads(text, parse_int=whole, parse_float=Number, parse_constant=Number)
    if depth(value) > DEEPEST:
        raise ValueError("nested too deeply")
    return value


def text_of(data):
    """Bytes as text; those that are not UTF-8 become characters of their own."""
    text = data.decode("utf-8", "surrogateescape")
    return "".join(chr(STRAY + ord(c) - 0xDC00) if 0xDC80 <= ord(c) <= 0xDCFF else c for c in text)


def canonical_json(data, twice):
    """The canonical form of JSON; twice: of a string that holds an object, an array or null, what it holds."""
    value = parse(data.decode())
    if twice and type(value) is str:
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


def json_bytes(value, twice=False):
    data = plain(value)
    try:
        return canonical_json(data, twice)
    except ValueError:
        return data


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
    if kind in ("json", "encoded_json"):
        data = json_bytes(value, twice=kind == "encoded_json")
        if data == b"null":
            return None
    else:
        data = boolean(value) if kind == "boolean" else plain(value)
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
            runs.add(item(b"run", plain(row["session_id"]), plain(row["run_id"]), json_bytes(row["run_data"])))
    return rows, columns, runs


def run_list(value):
    """The elements of a stored run list; None if it is none."""
    try:
        found = parse(text_of(plain(value)))
        if type(found) is str:
            found = parse(found)
        return found if isinstance(found, list) else None
    except ValueError:
        return None


def run_id(element):
    """The id of an element as the runs table holds it; nothing where it has none."""
    value = element.get("run_id") if isinstance(element, dict) else None
    if isinstance(value, bool):
        return b"1" if value else b"0"
    if isinstance(value, Number):
        if re.fullmatch(r"-?\d+", value):
            small = -(2**63) <= int(value) < 2**63
            return (str(int(value)) if small else value).encode()
        real = float(value)
        return (repr(real) if real - real == 0 else value).encode()
    if isinstance(value, str):
        try:
            return value.encode()
        except UnicodeEncodeError:  # half a surrogate pair
            return b""
    return b""


def read_lists(database, table):
    lists, elements = Sum(), Sum()
    for session, value in database.rows(table["name"], ["session_id", "runs"], {"runs": "encoded_json"}):
        if value is None:
            continue
        found = run_list(value)
        if found is None:
            digest = cell("sessions", "runs", [plain(session)], value, "encoded_json")
            if digest:
                lists.add(digest)
            continue
        digests = [item(b"run", plain(session), run_id(element), canonical(element)) for element in found]
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

            self.connection = sqlite3.connect(f"file:{quote(unquote(url.split('://', 1)[1][1:]))}?mode=ro", uri=True)
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

    def has(self, table):
        try:
            return all(True for _ in self.rows(table, [], {}))
        except Exception:
            if hasattr(self.connection, "rollback"):
                self.connection.rollback()
            return False

    def rows(self, table, columns, kinds):
        shown = [
            (self.json if "json" in kinds.get(column, "") else "{}").format(self.name(column)) for column in columns
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


def of_column(table, name, member="values"):
    for column in table["columns"] if table else []:
        if column["name"] == name:
            return Sum(column[member]) if member in column else None
    return None


def rows_parked(state, table):
    return sum(found["rows"] for found in state["parked"] if found["table"] == table)


def moved(proof, table, column):
    gone, made = Sum(), Sum()
    for entry in proof["elsewhere"]:
        if entry["table"] == table and entry.get("column") == column:
            gone, made = gone + Sum(entry["gone"]), made + Sum(entry["made"])
    return gone, made


def rows_balance(proof, old, new):
    gone, made = moved(proof, old["type"], None)
    was = old["rows"] + rows_parked(proof["before"], old["type"]) + made.count
    now = new["rows"] + rows_parked(proof["after"], old["type"]) + gone.count
    if was != now:
        yield f"{new['name']}: {was} rows before, {now} are there, parked or listed"


def is_filled(whole, others, listed, other):
    """Whether a set is another one and what a version fills in; what is listed may be filled in or not."""
    return others == other or others + listed == other or others.count + listed.count < other.count <= whole.count


def columns_balance(proof, old, new):
    names = {column["name"] for column in old["columns"] + new["columns"]}
    for name in sorted(names):
        gone, made = moved(proof, old["type"], name)
        parked_before = parked(proof["before"], old["type"], name)
        parked_after = parked(proof["after"], old["type"], name)
        was = (of_column(old, name) or Sum()) + parked_before + made
        now = (of_column(new, name) or Sum()) + parked_after + gone
        if was == now:
            continue
        filled, dropped = of_column(new, name, "others"), of_column(old, name, "others")
        if filled is not None and of_column(old, name) is None:
            if is_filled(now, filled + parked_after, gone, was):
                continue
        if dropped is not None and of_column(new, name) is None:
            if is_filled(was, dropped + parked_before, made, now):
                continue
        yield f"{new['name']}, column {name}: {was} before, {now} are there, parked or listed"


def balance(proof):
    """What the document itself does not prove."""
    if not proof["proved"] or proof["reasons"]:
        yield f"the document says that it is no proof: {'; '.join(proof['reasons'])}"
    before, after = proof["before"], proof["after"]
    for state in (before, after):
        types = [table["type"] for table in state["tables"]]
        if len(set(types)) != len(types):
            yield "it speaks of a table twice"
    if not before["tables"] and not after["tables"]:
        yield "no table of Agno's was found"
    if proof["command"] == "import-v1":
        for table in proof["imported"]:
            if table["read"] != table["written"] + table["already_there"] + table["quarantined"]:
                yield f"{table['name']}: not every row is accounted for"
        for old in before["tables"]:
            new = entries(after, old["type"])
            if new is None:
                yield f"{old['name']} is gone"
            elif old["type"] in ("sessions", "runs", "memories"):
                if new["rows"] < old["rows"]:
                    yield f"{old['name']}: {old['rows']} rows before, {new['rows']} after"
            else:
                yield from rows_balance(proof, old, new)
                yield from columns_balance(proof, old, new)
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
    had_runs, has_runs = entries(before, "runs") is not None, entries(after, "runs") is not None
    for table in after["tables"]:
        if table["type"] != "runs" and table["rows"] and entries(before, table["type"]) is None:
            yield f"{table['name']} was not there before"
    for old in before["tables"]:
        new = entries(after, old["type"])
        if new is None:
            if old["type"] != "runs" and old["rows"]:
                yield f"{old['name']} is gone"
            if old["type"] == "runs" and old.get("unlike"):
                yield f"{old['unlike']} rows of {old['name']} have columns that their run does not repeat"
            continue
        if old["type"] == "runs" and old.get("runs") != new.get("runs"):
            continue
        yield from rows_balance(proof, old, new)
        yield from columns_balance(proof, old, new)
        if "lists" in old and "lists" in new and (has_runs or not had_runs):
            if old["lists"]["lists"] != new["lists"]["lists"]:
                yield f"{new['name']}: its run lists are not what they were"
            elif had_runs and old["lists"]["deleted"] != new["lists"]["deleted"]:
                yield f"{new['name']}: other elements are without a row than before"


PARKED = "agno_migration_parked"


def read_parked(database, proof):
    """What is parked, by table and column, as in the document."""
    names = {table["name"]: table["type"] for state in ("before", "after") for table in proof[state]["tables"]}
    kinds = {
        (table["type"], column["name"]): column["kind"]
        for state in ("before", "after") for table in proof[state]["tables"] for column in table["columns"]
    }
    found, rows = {}, {}
    columns = ["id", "row_id", "table_name", "row_key", "column_name", "kind", "value"]
    for id_, row_id, name, key, column, kind, value in database.rows(PARKED, columns, {}):
        name, column = plain(name).decode(), plain(column).decode()
        table = names.get(name, name)
        digest = cell(table, column, [plain(key)], value, kinds.get((table, column), "plain"))
        total = found.setdefault((table, column), Sum())
        if digest:
            total.add(digest)
        if id_ == row_id:
            rows[table] = rows.get(table, 0) + 1
    return found, rows


def check_parked(proof, database):
    if proof["command"] == "copy":
        return
    said = {
        (entry["table"], column["name"]): Sum(column["values"])
        for entry in proof["after"]["parked"] for column in entry["columns"]
    }
    if not said and not database.has(PARKED):
        return
    found, rows = read_parked(database, proof)
    if found != said or rows != {entry["table"]: entry["rows"] for entry in proof["after"]["parked"] if entry["rows"]}:
        yield f"{PARKED} does not hold what the proof says"


def check_database(proof, database):
    yield from check_parked(proof, database)
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


def check_signature(proof, key_file):
    signature = proof.pop("signature", None)
    if signature is None:
        if key_file:
            yield "the proof is not signed"
        return
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    signed = canonical(parse(json.dumps(proof)))
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(signature["public_key"]))
    if signature["algorithm"] != "Ed25519":
        yield "the signature is of another algorithm"
    if key_file:
        with open(key_file, "rb") as file:
            if load_pem_public_key(file.read()) != key:
                yield "the proof is signed with another key"
    try:
        key.verify(base64.b64decode(signature["value"]), signed)
    except InvalidSignature:
        yield "the signature is not that of the document"


def main():
    parser = argparse.ArgumentParser(description="Checks a proof of agno-migrate.")
    parser.add_argument("proof")
    parser.add_argument("url")
    parser.add_argument("--schema")
    parser.add_argument("--proof-key", help="require a signature by the Ed25519 key of a PEM file (needs cryptography)")
    arguments = parser.parse_args()
    with open(arguments.proof, encoding="utf-8") as file:
        proof = json.load(file)
    if proof.get("format") != 1:
        sys.exit("this checker knows format 1 only")
    problems = list(check_signature(proof, arguments.proof_key)) + list(balance(proof))
    schema = arguments.schema or proof["database"].get("schema")
    problems += check_database(proof, Database(arguments.url, schema))
    for problem in problems:
        print(problem)
    print("confirmed" if not problems else "not confirmed")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    # JSON may be nested deeply.
    sys.setrecursionlimit(100_000)
    threading.stack_size(512 << 20)
    failure = []

    def run():
        try:
            main()
        except SystemExit as end:
            failure.append(end.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    code = failure[0] if failure else 1
    sys.exit(code)
