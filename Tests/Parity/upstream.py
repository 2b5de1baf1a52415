#!/usr/bin/env python3
"""Runs the original's MigrationManager, of whatever release of agno this python has, on one database.

    upstream.py --db FILE_OR_URL [OPTION]... up   [--target V] [--table TYPE] [--force]
    upstream.py --db FILE_OR_URL [OPTION]... down  --target V  [--table TYPE] [--force]
    upstream.py --db FILE_OR_URL [OPTION]... cleanup [--force]
    upstream.py --db FILE_OR_URL [OPTION]... write-run
    upstream.py --db FILE_OR_URL [OPTION]... sandbox
    upstream.py --db FILE_OR_URL [OPTION]... delete-run

OPTION is --schema NAME or --table-name TYPE=NAME, where TYPE is the name of a table parameter of the database
class without its _table: session, memory, runs, ... A URL whose driver is an asynchronous one
(postgresql+psycopg_async://, mysql+asyncmy://) gets the asynchronous class. mariadb+… is mysql+…, and so is
singlestoredb+pymysql://, but for the class. On MySQL the schema is the URL's database unless given. cleanup is cleanup_legacy_runs_column of the 3.x
releases; write-run is what a 3.x program does that was started before the migration: it stores run 'early' of
session-000, which makes the runs table; sandbox makes the table of sandbox bindings as 3.1.4 and later do on PostgreSQL, or
raises if that which is there is not as it should be; delete-run deletes run 'session-000-r0' and raises if session-000 still has it.

Promises: standard output is one JSON object, the stamps (table name -> version), also after a failure;
exit code 0 when the original raised nothing, 1 when it raised (the message is on standard error),
2 for wrong usage and for a release that has no MigrationManager (before 2.3) or no such database class.
The original's warnings do not make it fail: who wants to know what happened compares the stamps.
"""

import argparse
import asyncio
import contextlib
import json
import sys

from where import default_schema, for_sqlalchemy, is_asynchronous, is_file, kind

CLASSES = {
    "sqlite": ("agno.db.sqlite", "SqliteDb", "AsyncSqliteDb"),
    "postgresql": ("agno.db.postgres", "PostgresDb", "AsyncPostgresDb"),
    "mysql": ("agno.db.mysql", "MySQLDb", "AsyncMySQLDb"),
    "singlestoredb": ("agno.db.singlestore", "SingleStoreDb", None),
}


def named(texts):
    """Table parameters of the database class, from texts like session=my_sessions."""
    pairs = [text.split("=", 1) for text in texts]
    return {f"{kind}_table": name for kind, name in pairs}


def open_database(where, schema=None, **tables):
    """The release's own database object for a file path (SQLite) or a SQLAlchemy URL; its driver says which class."""
    module, synchronous_name, asynchronous_name = CLASSES[kind(where)]
    asynchronous = is_asynchronous(where)
    name = asynchronous_name if asynchronous else synchronous_name
    found = getattr(__import__(module, fromlist=["*"]), name, None) if name else None
    if found is None:
        raise LookupError(f"this release of agno has no {'asynchronous ' * asynchronous}class for {kind(where)}")
    place = {"db_file": where} if is_file(where) else {"db_url": for_sqlalchemy(where)}
    if kind(where) == "mysql":
        schema = schema or default_schema(where)
    return found(**place, **({"db_schema": schema} if schema else {}), **tables)


def see_json_on_mariadb():
    """There JSON is LONGTEXT, so that the classes know their own columns only in the process that made the tables."""
    from sqlalchemy import JSON, Table, event
    from sqlalchemy.dialects.mysql import LONGTEXT

    @event.listens_for(Table, "column_reflect")
    def _reflected(inspector, table, column):
        if isinstance(column["type"], LONGTEXT) and column["type"].collation == "utf8mb4_bin":
            column["type"] = JSON()


def stamps(connection, schema, name):
    """What the versions table says, read past the manager; empty when there is no such table."""
    from sqlalchemy import inspect, text

    if not inspect(connection).has_table(name, schema=schema):
        return {}
    quote = connection.dialect.identifier_preparer.quote
    table = ".".join(quote(part) for part in (schema, name) if part)
    rows = connection.execute(text(f"SELECT table_name, version FROM {table}"))
    return {row[0]: row[1] for row in rows}


def write_run(database):
    from agno.run.agent import RunOutput

    run = RunOutput(run_id="early", session_id="session-000", agent_id="agent-1", created_at=1_700_000_000)
    return database.upsert_run(run, "session-000")


async def delete_run(database, asynchronous):
    """What a program does with a run that a user takes back."""
    async def value(found):
        return await found if asynchronous else found

    run = "session-000-r0"
    if not await value(database.delete_run(run)):
        raise LookupError(f"{run} was not there")
    session = await value(database.get_session("session-000"))
    if run in [found.run_id for found in session.runs or []]:
        raise AssertionError(f"{run} came back")


async def bind_sandbox(database):
    from agno.sandbox.postgres import _SandboxStore

    await _SandboxStore(database)._ensure_tables()


async def migrate(database, asynchronous, direction, **arguments):
    """Runs the manager; returns the stamps afterwards and what was raised, if anything."""
    from agno.db.migrations.manager import MigrationManager

    raised = None
    try:
        if direction == "sandbox":
            await bind_sandbox(database)
        elif direction == "delete-run":
            await delete_run(database, asynchronous)
        elif direction in ("cleanup", "write-run"):
            done = (write_run(database) if direction == "write-run"
                    else database.cleanup_legacy_runs_column(force=arguments["force"]))
            if asynchronous:
                await done
        else:
            await getattr(MigrationManager(database), direction)(**arguments)
    except Exception as error:
        raised = error
    where = (getattr(database, "db_schema", None), database.versions_table_name)
    if not asynchronous:
        with database.db_engine.connect() as connection:
            found = stamps(connection, *where)
        database.db_engine.dispose()  # the last connection empties the write-ahead log
        return found, raised
    async with database.db_engine.connect() as connection:
        found = await connection.run_sync(stamps, *where)
    await database.db_engine.dispose()
    return found, raised


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--table-name", action="append", default=[], metavar="TYPE=NAME")
    parser.add_argument("direction", choices=["up", "down", "cleanup", "write-run", "sandbox", "delete-run"])
    parser.add_argument("--target")
    parser.add_argument("--table")
    parser.add_argument("--force", action="store_true")
    options = parser.parse_args()
    if options.direction == "down" and not options.target:
        parser.error("down needs --target")
    if options.direction in ("cleanup", "write-run", "sandbox", "delete-run") and (options.target or options.table):
        parser.error(f"{options.direction} takes no option but --force")
    if not all("=" in text for text in options.table_name):
        parser.error("a table name is given as TYPE=NAME")

    arguments = {"table_type": options.table, "force": options.force}
    if options.target:
        arguments["target_version"] = options.target
    with contextlib.redirect_stdout(sys.stderr):  # where the original's log lines belong
        try:
            import agno.db.migrations.manager  # noqa: F401

            if options.direction == "write-run":
                see_json_on_mariadb()
            database = open_database(options.db, options.schema, **named(options.table_name))
        except (ImportError, LookupError, TypeError) as error:
            parser.error(str(error))
        found, raised = asyncio.run(migrate(database, is_asynchronous(options.db), options.direction, **arguments))
    print(json.dumps(found, indent=1, sort_keys=True))
    if raised is not None:
        print(f"upstream: {type(raised).__name__}: {raised}", file=sys.stderr)
    return 0 if raised is None else 1


if __name__ == "__main__":
    sys.exit(main())
