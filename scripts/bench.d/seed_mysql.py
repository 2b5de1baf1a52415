#!/usr/bin/env python3
"""Makes the MySQL or MariaDB database that a benchmark migrates; run by the python of the release that is to have made it.

    seed_mysql.py --db URL [--sessions 20000] [--runs 10] [--bytes 2048]

Promises: the database is made anew; that release's tables, indexes and stamps (all empty but the sessions), made by its
own classes; every session has --runs runs of --bytes bytes of JSON each, stored as the release stores them; the same rows
on every call; analysed and written to disk. Prints {"runs", "database_mb"}.
"""

import contextlib
import itertools
import json
import sys

from mysql import ask, connect, make_database, name, settle
from seed_rows import COLUMNS, options, sessions


def create(url):
    """Every table that the release makes without being asked for a feature."""
    from agno.db.mysql import MySQLDb

    database = MySQLDb(db_url=url.replace("mysql://", "mysql+pymysql://"), db_schema=name(url))
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
    with connect(wanted.db) as connection, connection.cursor() as cursor:
        columns = ", ".join(f"`{column}`" for column in COLUMNS)
        insert = f"INSERT INTO agno_sessions ({columns}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"
        rows = ([json.dumps(value) if isinstance(value, (dict, list)) else value for value in row]
                for row in sessions(wanted.sessions, wanted.runs, wanted.bytes))
        while chunk := list(itertools.islice(rows, 100)):
            cursor.execute("BEGIN")
            cursor.executemany(insert, chunk)
            cursor.execute("COMMIT")
        settle(connection, [table for table, in ask(connection, "SHOW TABLES")])
        (size,), = ask(connection, "SELECT SUM(data_length + index_length) FROM information_schema.tables "
                                   "WHERE table_schema = DATABASE()")
    print(json.dumps({"runs": wanted.sessions * wanted.runs, "database_mb": round(float(size) / 1e6, 1)}))


if __name__ == "__main__":
    main()
