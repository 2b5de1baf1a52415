#!/usr/bin/env python3
"""Makes the PostgreSQL database that a benchmark migrates; run by the python of the release that is to have made it.

    seed_postgres.py --db URL [--sessions 20000] [--runs 10] [--bytes 2048]

Promises: the database is made anew; that release's tables, indexes and stamps (all empty but the sessions), made by its
own classes in the schema ai; every session has --runs runs of --bytes bytes of JSON each, stored as the release stores
them; the same rows on every call; vacuumed and analysed. Prints {"runs", "database_mb"}.
"""

import contextlib
import json
import sys

import psycopg
from postgres import make_database
from seed_rows import COLUMNS, options, sessions


def create(url):
    """Every table that the release makes without being asked for a feature."""
    from agno.db.postgres import PostgresDb

    database = PostgresDb(db_url=url.replace("postgresql://", "postgresql+psycopg://"))
    if hasattr(database, "_create_all_tables"):
        database._create_all_tables()
    else:
        for kind in ("sessions", "memories", "metrics", "evals", "knowledge"):
            database._get_table(table_type=kind, create_table_if_not_found=True)
    database.db_engine.dispose()


def main():
    wanted = options(__doc__, "URL")
    make_database(wanted.db)
    with contextlib.redirect_stdout(sys.stderr):
        create(wanted.db)
    with psycopg.connect(wanted.db, autocommit=True) as connection:
        columns = ", ".join(COLUMNS)
        with connection.cursor().copy(f"COPY ai.agno_sessions ({columns}) FROM STDIN") as copy:
            for row in sessions(wanted.sessions, wanted.runs, wanted.bytes):
                copy.write_row([json.dumps(value) if isinstance(value, (dict, list)) else value for value in row])
        connection.execute("VACUUM ANALYZE")
        size = connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]
    print(json.dumps({"runs": wanted.sessions * wanted.runs, "database_mb": round(size / 1e6, 1)}))


if __name__ == "__main__":
    main()
