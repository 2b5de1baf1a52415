#!/usr/bin/env python3
"""Makes the v1 tables that a benchmark imports; run by the python of a 1.x release.

    seed_v1.py --db FILE_OR_URL [--sessions 20000] [--runs 4] [--bytes 2048]

Promises: the database is made anew; agent sessions in the table agent_sessions, made by that release's own storage class
(on PostgreSQL in the schema ai, on MariaDB in the URL's database); every session has --runs runs of about --bytes bytes of JSON each, in the shape in which
1.x stores them; the same rows on every call. Prints {"runs", "bytes"}.
"""

import contextlib
import itertools
import json
import os
import sqlite3
import sys

from seed_rows import WORDS, options


def run(session, position, number, size):
    created = 1_700_000_000 + number
    value = {
        "content": "", "content_type": "str", "model": "model-x", "model_provider": "provider-y",
        "run_id": f"{session}-run-{position:04}", "agent_id": f"agent-{number % 7}", "agent_name": "Agent",
        "session_id": session, "created_at": created, "status": "COMPLETED", "formatted_tool_calls": [],
        "metrics": {"input_tokens": [number, 4], "output_tokens": [17, 2], "total_tokens": [number + 17, 6],
                    "time": [1.25, 0.5], "time_to_first_token": [0.25]},
        "messages": [
            {"role": "system", "content": "Be brief.", "created_at": created},
            {"role": "user", "content": "Was ist \"größer\"? 🎉\n", "created_at": created},
            {"role": "assistant", "content": "", "created_at": created + 1, "metrics": {
                "input_tokens": number, "output_tokens": 17, "total_tokens": number + 17, "prompt_tokens": number,
                "completion_tokens": 17, "time": 1.25, "time_to_first_token": 0.25}},
        ],
    }
    missing = max(size - len(json.dumps(value)), 0)
    start = number * 7919 % (len(WORDS) - missing)
    # The answer stands in the run and in its last message, as 1.x has it.
    value["content"] = WORDS[start:start + missing // 2]
    value["messages"][-1]["content"] = value["content"]
    return value


def rows(count, runs, size):
    for number in range(count):
        session = f"session-{number:08}"
        memory = {"runs": [run(session, position, number * runs + position, size) for position in range(runs)]}
        data = {"session_name": f"Session {number}", "session_state": {"n": number}, "session_metrics": {
            "input_tokens": number, "output_tokens": 17, "time": 1.5}}
        created = 1_700_000_000 + number
        yield (session, f"agent-{number % 7}", f"user-{number % 1000}", json.dumps(memory), json.dumps(data),
               json.dumps({"name": "Agent", "model": {"id": "model-x"}}), created, created + 60)


COLUMNS = "session_id, agent_id, user_id, memory, session_data, agent_data, created_at, updated_at"


def seed_sqlite(path, wanted):
    from agno.storage.sqlite import SqliteStorage

    SqliteStorage("agent_sessions", db_file=path, mode="agent").create()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executemany(f"INSERT INTO agent_sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                               rows(wanted.sessions, wanted.runs, wanted.bytes))
        connection.commit()
        return connection.execute("SELECT sum(length(memory)) FROM agent_sessions").fetchone()[0]


def seed_postgres(url, wanted):
    import psycopg
    from agno.storage.postgres import PostgresStorage
    from postgres import make_database

    make_database(url)
    storage = PostgresStorage("agent_sessions", schema="ai", mode="agent",
                              db_url=url.replace("postgresql://", "postgresql+psycopg://"))
    storage.create()
    storage.db_engine.dispose()
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(f"COPY ai.agent_sessions ({COLUMNS}) FROM STDIN") as copy:
            for row in rows(wanted.sessions, wanted.runs, wanted.bytes):
                copy.write_row(row)
        connection.execute("VACUUM ANALYZE")
        return connection.execute("SELECT sum(length(memory::text)) FROM ai.agent_sessions").fetchone()[0]


def seed_mariadb(url, wanted):
    from agno.storage.mysql import MySQLStorage
    from mysql import ask, connect, make_database, name, settle

    make_database(url)
    storage = MySQLStorage("agent_sessions", schema=name(url), mode="agent",
                           db_url=url.replace("mysql://", "mysql+pymysql://"))
    storage.create()
    storage.db_engine.dispose()
    with connect(url) as connection, connection.cursor() as cursor:
        insert = f"INSERT INTO agent_sessions ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        made = rows(wanted.sessions, wanted.runs, wanted.bytes)
        while chunk := list(itertools.islice(made, 100)):
            cursor.execute("BEGIN")
            cursor.executemany(insert, chunk)
            cursor.execute("COMMIT")
        settle(connection, ["agent_sessions"])
        return int(ask(connection, "SELECT SUM(LENGTH(memory)) FROM agent_sessions")[0][0])


def main():
    wanted = options(__doc__, "FILE_OR_URL", runs=4)
    with contextlib.redirect_stdout(sys.stderr):
        if wanted.db.startswith("mysql:"):
            size = seed_mariadb(wanted.db, wanted)
        elif "://" in wanted.db:
            size = seed_postgres(wanted.db, wanted)
        else:
            with contextlib.suppress(FileNotFoundError):
                os.remove(wanted.db)
            size = seed_sqlite(wanted.db, wanted)
    print(json.dumps({"runs": wanted.sessions * wanted.runs, "bytes": size}))


if __name__ == "__main__":
    main()
