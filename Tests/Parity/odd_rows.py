#!/usr/bin/env python3
"""Adds rows to a database of a release of agno that no release writes today, but that are in the field.

    odd_rows.py --db FILE_OR_URL --release R [--schema NAME] [--abort-rows [NAME]]

Promises: the same rows on every call; ids begin with 'odd' where an id can; only tables that the database has
get rows; JSON is stored as that release stores it (in SQLite the run list is a JSON text inside JSON) unless the
row is about something else. What the server cannot hold at all is left out. Without --abort-rows the original
(3.1.10) migrates the result; with it there are also rows, or the one called NAME, of which each alone makes the
original abort. Prints {"added": {table: [keys]}, "refused": {table: [keys]}} on standard output.
"""

import argparse
import contextlib
import functools
import hashlib
import json
import sqlite3
import sys

from where import connect, default_schema, kind, quoted

DAY = 1_704_067_200  # 2024-01-01T00:00:00Z


def run(identifier, **values):
    return json.dumps({"run_id": identifier, "created_at": DAY, "agent_id": "agent-1", **values})


def once(*elements):
    """A run list as plain JSON, from the JSON texts of its elements."""
    return "[" + ", ".join(elements) + "]"


def twice(*elements):
    """A run list as the releases store it in SQLite: JSON text that holds JSON text."""
    return json.dumps(once(*elements))


def timed(identifier, created_at):
    """A run whose created_at is spelt as given; None leaves it out."""
    return '{"run_id": "%s", "agent_id": "agent-1"%s}' % (
        identifier, "" if created_at is None else f', "created_at": {created_at}')


def sessions(usual):
    """session id: (user, what the column `runs` holds); usual encodes run lists, but for those about encodings."""
    return {
        # elements that become no row
        "odd-without-id": ("ana", usual(
            run("odd-a1"), '{"agent_id": "x", "content": "no id"}', run(None), run("odd-a2"))),
        "odd-elements": ("ana", usual('"text"', "5", "0", "null", "true", "[]", '["x"]', "{}", run("odd-b1"))),
        "odd-object": ("ana", json.dumps(run("odd-object-1"))),
        "odd-object-once": ("ana", run("odd-object-2")),
        # values that are no list
        "odd-null": ("ana", "null"),
        "odd-null-twice": ("ana", json.dumps("null")),
        "odd-sql-null": ("ana", None),
        "odd-empty-list": ("ana", once()),
        "odd-empty-list-twice": ("ana", twice()),
        "odd-empty-object": ("ana", "{}"),
        "odd-empty-object-twice": ("ana", json.dumps("{}")),
        "odd-zero": ("ana", "0"),
        "odd-false": ("ana", "false"),
        # encodings
        "odd-once": ("ana", once(run("odd-once-1"), run("odd-once-2"))),
        "odd-twice": ("ana", twice(run("odd-twice-1"), run("odd-twice-2"))),
        "odd-bytes": ("ana", once(run("odd-bytes-1")).encode()),
        "odd-bytes-twice": ("ana", twice(run("odd-bytes-2")).encode()),
        "odd-spacing": ("ana", '\n\t[ {"run_id"\t:"odd-spacing-1" ,\r\n "content":"\\u00e9\\/☃👩‍🚀"  ,"agent_id" : "a",'
                               f'"created_at": {DAY}}} ]\n '),
        # run ids
        "odd-duplicates": ("ana", usual(
            run("odd-c1", content="first"), run("odd-c2"), run("odd-c1", content="second"))),
        "odd-elsewhere-1": ("ana", usual(run("odd-d1", content="first"))),
        "odd-elsewhere-2": ("bob", usual(run("odd-d2"), run("odd-d1", content="second"))),
        "odd-case": ("ana", usual(run("odd-case"), run("ODD-CASE"), run(" odd-case "))),
        "odd-number-ids": ("ana", usual(run(5, agent_id=7), run(1.5), run(True), run(2**53 + 1), run(False))),
        "odd-empty-id": ("ana", usual(run(""))),
        "odd-nul-id": ("ana", usual(run("odd-nul\0id"))),
        "odd ' \" ` ☃ \\ id": ("o'neil", usual(run("odd ' \" ☃"))),
        # kinds and owners
        "odd-by-name": (None, usual(run("odd-i1", agent_id=None, agent_name="Ada", parent_run_id="odd-i2"),
                                    run("odd-i2", agent_id=None, team_name="Team"), run("odd-i3", agent_id=None))),
        "odd-kinds": ("ana", usual(run("odd-j1", agent_id="", team_id="t"), run("odd-j2", agent_id=0, team_id="t"),
                                   run("odd-j3", agent_id=False, team_id="", workflow_id="w"),
                                   run("odd-j4", team_id="t", workflow_id="w", status="paused"),
                                   run("odd-j5", status=3, parent_run_id=4, workflow_id=True))),
        "odd-owner": (None, usual(run("odd-k1", user_id="someone"), run("odd-k2"))),
        "odd-other-owner": ("ana", usual(run("odd-k3", user_id="someone"))),
        # times
        "odd-times": ("ana", usual(
            timed("odd-time-fraction", f"{DAY}.5"), timed("odd-time-whole", f"{DAY}.0"),
            timed("odd-time-exponent", "1.7e9"), timed("odd-time-digits", f'"{DAY}"'),
            timed("odd-time-milliseconds", f"{DAY}000"), timed("odd-time-negative", "-5"))),
        "odd-text-times": ("ana", usual(
            timed("odd-time-utc", '"2024-01-01T00:00:00Z"'),
            timed("odd-time-offset", '"2024-01-01T01:00:00.250000+01:00"'),
            timed("odd-time-local", '"2024-01-01T00:00:00"'), timed("odd-time-space", '"2024-01-01 00:00:00"'),
            timed("odd-time-true", "true"), timed("odd-time-word", '"yesterday"'))),
        "odd-no-times": ("ana", usual(timed("odd-time-missing", None), timed("odd-time-null", "null"),
                                      timed("odd-time-zero", "0"), timed("odd-time-empty", '""'))),
        # Python's JSON
        "odd-nan": ("ana", usual(run("odd-nan", metrics={"a": float("nan"), "b": [float("inf"), -float("inf")]}))),
        "odd-nan-once": ("ana", once(run("odd-nan-once", metrics={"a": float("nan")}))),
        "odd-keys": ("ana", usual(
            '{"run_id": "odd-keys-first", "run_id": "odd-keys-last", "content": 1, "content": 2, "agent_id": "a", '
            f'"agent_id": null, "team_id": "t", "created_at": 5, "created_at": {DAY}}}')),
        "odd-surrogate": ("ana", usual(run("odd-surrogate", content="a\ud800b", metadata={"\udfff": 1}))),
        "odd-nul": ("ana", usual(run("odd-nul", content="a\0b", metadata={"\0": "\\u0000"}))),
        "odd-numbers": ("ana", usual(
            '{"run_id": "odd-numbers", "agent_id": "a", "created_at": %d, "values": [1e5, 1E+2, -0, 1.10, 1e400, '
            '0.1000000000000000055511151231257827, 123456789012345678901234567890]}' % DAY)),
        # sizes
        "odd-deep": ("ana", usual('{"run_id": "odd-deep", "agent_id": "a", "created_at": %d, "inner": %s}'
                                  % (DAY, '{"a": [' * 100 + "1" + "]}" * 100))),
        "odd-big": ("ana", usual(run("odd-big", content="é\"\\ " * 60_000))),
        "odd-many": ("ana", usual(*(run(f"odd-many-{number:03}") for number in range(300)))),
    }


def aborting_sessions(usual):
    return {
        "odd-bad-text": "[{bad",
        "odd-bad-inner-text": json.dumps("[{bad"),
        "odd-empty-text": "",
        "odd-empty-inner-text": '""',
        "odd-number": "5",
        "odd-number-twice": json.dumps("5"),
        "odd-true": "true",
        "odd-byte-order-mark": "\ufeff" + once(run("odd-z1")),
        "odd-control-character": '[{"run_id": "odd-z2", "content": "a\nb"}]',
        "odd-not-utf8": b'[{"run_id": "odd-z3", "content": "\xff"}]',
        "odd-object-id": usual(run({"a": 1})),
        "odd-huge-id": usual(run(2**64)),
        "odd-surrogate-id": usual(run("odd-\ud800")),
        "odd-object-agent": usual(run("odd-z4", agent_id={"id": 1})),
        "odd-list-time": usual(run("odd-z5", created_at=[DAY])),
    }


# Of the rows above, those that the original cannot migrate on PostgreSQL: jsonb, or the type of a column, refuses them.
ABORTING_ON_POSTGRESQL = [
    "odd-text-times", "odd-nan", "odd-nan-once", "odd-surrogate", "odd-nul", "odd-nul-id",
]

# The same on MySQL and MariaDB; a number that Python takes for infinite is one that MySQL does not store at all.
ABORTING_ON_MYSQL = ["odd-text-times", "odd-numbers"]


def learnings():
    """learning id: (namespace, owner, entity id, entity type, content text), one group per bucket."""
    def key(owner, entity):
        return f"entity_user_{hashlib.sha256(owner.encode()).hexdigest()[:16]}_person_{entity}"

    facts = {"facts": [{"id": "f1", "content": "Likes ☃"}], "number": 1.0}
    rows = {
        "keyed": {key("ana", "odd-keyed"): ("ana", "odd-keyed", {**facts, "user_id": "ana"})},
        "malformed": {
            "odd-malformed-entity": ("ana", None, facts),
            "odd-malformed-empty": ("ana", "", facts),
            "entity_user_person_odd-list": ("ana", "odd-list", [1]),
            "entity_user_person_odd-text": ("ana", "odd-text", "text"),
            "entity_user_person_odd-null": ("ana", "odd-null", None),
        },
        "contaminated_keyed": {key("ana", "odd-ck"): ("ana", "odd-ck", {**facts, "user_id": "bob"})},
        "unowned": {
            "entity_user_person_odd-unowned": (None, "odd-unowned", {**facts, "user_id": "ana"}),
            "entity_user_person_odd-nobody": ("", "odd-nobody", facts),
        },
        "contaminated": {
            "entity_user_person_odd-mixed": ("ana", "odd-mixed", {**facts, "user_id": "bob"}),
            "entity_user_person_odd-mixed-again": ("ana", "odd-mixed-again", {**facts, "user_id": 5}),
        },
        "legacy": {
            "entity_user_person_odd-legacy": ("ana", "odd-legacy", facts),
            "entity_user_person_odd-same": ("5", "odd-same", {**facts, "user_id": 5}),
            "entity_user_person_odd ☃ 'q'": ("bo ☃", "odd ☃ 'q'", {**facts, "user_id": None}),
            "entity_user_person_odd-inner": ("ana", "odd-inner", json.dumps(facts)),
            "entity_user_person_odd-empty": ("ana", "odd-empty", {}),
        },
        "merged": {
            "entity_user_person_odd-merge": ("ana", "odd-merge", {
                "name": "Ada L.", "description": "old", "aliases": ["A.", "ada"], "only_old": 1.0,
                "facts": [{"id": "f1", "content": " Likes  TEA "}, {"id": "f2", "content": "Plays chess"},
                          {"id": "f3", "content": ""}, "Plain fact"],
                "events": [{"content": "Met", "date": "2024-01-01"}, {"content": "Met", "date": "2024-01-02"}],
                "relationships": [{"entity_id": "x", "entity_type": "company", "relation": "ceo", "direction": "out"}],
                "properties": {"a": 1, "b": "old"}}),
            key("ana", "odd-merge"): ("ana", "odd-merge", {
                "name": "Ada", "description": "", "aliases": ["Countess"], "only_new": 1e5, "user_id": "ana",
                "facts": [{"id": "n1", "content": "likes tea"}, "plain  FACT"],
                "events": [{"content": "met", "date": "2024-01-02"}], "relationships": [],
                "properties": {"b": "new", "c": None}}),
        },
        "conflicts": {
            "entity_user_person_odd-conflict": ("ana", "odd-conflict", facts),
            key("ana", "odd-conflict"): ("ana", "odd-conflict", [1]),
        },
        "failed": {
            "entity_user_person_odd-failed": ("ana", "odd-failed", {"facts": 5}),
            key("ana", "odd-failed"): ("ana", "odd-failed", {"facts": [{"content": "a"}]}),
        },
    }
    for bucket, found in rows.items():
        for identifier, (owner, entity, content) in found.items():
            kind = None if identifier == "odd-malformed-entity" else "person"
            yield identifier, "user", owner, entity, kind, json.dumps(content)
    yield "entity_quarantined_user_person_odd-mixed", "quarantined_user", "eve", "odd-mixed", "person", '{"old": 1}'
    yield "entity_user_person_odd-elsewhere", "global", "ana", "odd-elsewhere", "person", json.dumps(facts)


class SQLite:
    """What the rows are written through: the connection, and how the release stores a run list there."""

    mark, usual, aborting = "?", staticmethod(twice), ()

    def __init__(self, location, schema):
        self.schema, self.connection = None, sqlite3.connect(location)

    def columns(self, table):
        return [row[1] for row in self.connection.execute("SELECT * FROM pragma_table_info(?)", (table,))]

    def full(self, *names):
        return quoted(self.schema, *names)

    def insert(self, table, values):
        """Whether the server took the row."""
        self.execute(f"INSERT INTO {self.full(table)} ({', '.join(values)}) "
                     f"VALUES ({', '.join([self.mark] * len(values))})", [*values.values()])
        return True

    def execute(self, statement, values):
        self.connection.execute(statement, values)

    def settle(self):
        """Puts a server's sessions in the order of their ids, which is what a file keeps them in.

        Of two that hold one run the original takes the one that it meets first.
        """


class PostgreSQL(SQLite):
    mark, usual, aborting = "%s", staticmethod(once), ABORTING_ON_POSTGRESQL

    def __init__(self, location, schema):
        self.schema, self.connection = schema or default_schema(location), connect(location)

    def columns(self, table):
        return [row[0] for row in self.connection.execute(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
            "AND NOT attisdropped", (self.full(table),))]

    def insert(self, table, values):
        import psycopg

        try:
            with self.connection.transaction():
                return super().insert(table, values)
        except (psycopg.DataError, psycopg.ProgrammingError):  # no JSON, or bytes where a text belongs
            return False

    def settle(self):
        """Where a row lies depends on when the server last cleaned up."""
        name = self.full("agno_sessions")
        (index,), = self.connection.execute(
            "SELECT c.relname::text FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE indisunique "
            "AND indrelid = to_regclass(%s) AND pg_get_indexdef(indexrelid) LIKE '%%(session_id)'", (name,))
        self.connection.execute(f"CLUSTER {name} USING {quoted(index)}")


class MySQL(SQLite):
    """The server itself keeps the sessions in the order of their ids."""

    mark, usual, aborting = "%s", staticmethod(once), ABORTING_ON_MYSQL

    def __init__(self, location, schema):
        self.schema, self.connection = schema or default_schema(location), connect(location)

    def full(self, *names):
        return quoted(self.schema, *names, mark="`")

    def columns(self, table):
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_schema = %s "
                           "AND table_name = %s", (self.schema, table))
            return [name for name, in cursor.fetchall()]

    def execute(self, statement, values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)

    def insert(self, table, values):
        import pymysql

        try:
            return super().insert(table, values)
        except pymysql.MySQLError as error:
            # No JSON, too deep, bytes where a text belongs, a number that is none, MariaDB's check for JSON.
            if error.args[0] in (3140, 3141, 3144, 3157, 1366, 4025):
                return False
            raise


class Odd:
    def __init__(self, table):
        self.table, self.added, self.refused = table, {}, {}
        self.columns = functools.cache(table.columns)

    def insert(self, table, **values):
        """One row; values for columns that this release's table lacks are left out."""
        values = {name: value for name, value in values.items() if name in self.columns(table)}
        found = self.added if self.table.insert(table, values) else self.refused
        found.setdefault(table, []).append(next(iter(values.values())))

    def session(self, number, identifier, user, runs):
        if "runs" in self.columns("agno_sessions"):
            self.insert("agno_sessions", session_id=identifier, session_type="agent", agent_id="agent-1", user_id=user,
                        session_data='"{}"', created_at=DAY + number, updated_at=DAY + number, runs=runs)

    def sessions(self, wanted):
        for number, (identifier, (user, runs)) in enumerate(sessions(self.table.usual).items()):
            if wanted(identifier):
                self.session(number, identifier, user, runs)

    def usual(self):
        self.sessions(lambda name: name not in self.table.aborting)
        text = '"plain"' if isinstance(self.table, PostgreSQL) else '"not\\u0000plain"'  # which jsonb refuses
        for number, (updated, memory) in enumerate([(None, "null"), (0, '{"a": 1.0}'), (DAY, text)]):
            self.insert("agno_memories", memory_id=f"odd-memory-{number}", user_id="ana", updated_at=updated,
                        memory=memory, created_at=DAY)
        # The newest day is unfinished in both periods and goes; an older one is unfinished too and stays.
        counts = {f"{kind}_{what}_count": 1 for kind in ("agent", "team", "workflow") for what in ("runs", "sessions")}
        for date, period, completed in [("2024-01-01", "daily", True), ("2024-01-02", "daily", False),
                                        ("2024-01-03", "daily", True), ("2024-01-05", "daily", False),
                                        ("2024-01-05", "weekly", False)]:
            self.insert("agno_metrics", id=f"odd-{date}-{period}", **counts, users_count=2**40, date=date,
                        token_metrics='{"a": 1.0}', model_metrics="[]", aggregation_period=period, created_at=DAY,
                        completed=completed, user_id="")
        if self.columns("agno_learnings"):
            for identifier, namespace, owner, entity, kind, content in learnings():
                self.insert("agno_learnings", learning_id=identifier, learning_type="entity_memory",
                            namespace=namespace, user_id=owner, agent_id="agent-1", workflow_id="workflow-1",
                            entity_id=entity, entity_type=kind, content=content, metadata='{"from": "odd"}',
                            created_at=DAY, updated_at=DAY + 1)
        for name in ("odd", "ODD", "odd "):
            self.schedule(f"odd-schedule-{name}", name)

    def schedule(self, identifier, name):
        if self.columns("agno_schedules"):
            self.insert("agno_schedules", id=identifier, name=name, method="POST", endpoint="/",
                        cron_expr="* * * * *", timezone="UTC", timeout_seconds=1, max_retries=0,
                        retry_delay_seconds=1, enabled=True, created_at=DAY)

    def aborting(self, wanted):
        self.sessions(lambda name: name in self.table.aborting and wanted in ("all", name))
        for number, (identifier, runs) in enumerate(aborting_sessions(self.table.usual).items()):
            if wanted in ("all", identifier):
                self.session(1000 + number, identifier, "ana", runs)
        if wanted in ("all", "odd-duplicate-name"):
            for number in (1, 2):
                self.schedule(f"odd-duplicate-name-{number}", "odd-duplicate-name")


def main():
    names = ", ".join([*aborting_sessions(once), *ABORTING_ON_POSTGRESQL, *ABORTING_ON_MYSQL, "odd-duplicate-name"])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog=f"NAME is one of: {names}")
    parser.add_argument("--db", required=True, metavar="FILE_OR_URL")
    parser.add_argument("--release", required=True)
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--abort-rows", nargs="?", const="all", metavar="NAME")
    options = parser.parse_args()
    if options.abort_rows and options.abort_rows not in ["all", *names.split(", ")]:
        parser.error(f"no such row: {options.abort_rows}")

    table = {"sqlite": SQLite, "postgresql": PostgreSQL}.get(kind(options.db), MySQL)(options.db, options.schema)
    odd = Odd(table)
    expected = {"agno_sessions", "agno_memories", "agno_metrics"}
    release = tuple(int(part) for part in options.release.split(".")[:2])
    if not isinstance(table, MySQL):  # where no release has these
        expected |= {"agno_learnings"} if release >= (2, 3) else set()
        expected |= {"agno_schedules"} if release >= (2, 5) else set()
    missing = [name for name in sorted(expected) if not odd.columns(name)]
    if missing:
        parser.error(f"{options.db}: no {', '.join(missing)}, which release {options.release} has")
    with contextlib.closing(table.connection):
        odd.usual()
        if options.abort_rows:
            odd.aborting(options.abort_rows)
        table.settle()
        table.connection.commit()
    json.dump({"added": odd.added, "refused": odd.refused}, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
