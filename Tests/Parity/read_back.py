#!/usr/bin/env python3
"""Prints what a release of agno reads from a database through its own API, as canonical JSON.

    read_back.py --db FILE_OR_URL [--schema NAME] [--table-name TYPE=NAME]...

Promises: sessions (with their runs, as stored and as objects), runs (3.x), memories, metrics, evals, knowledge,
and what the release knows of culture, learnings, components with configs and links, schedules with their runs,
approvals and the company tables, each keyed by id; what the release cannot read shows as {"error": TYPE}. Opening a
database with the original may change it: a SQLite file is read from a copy, for a server give the URL of one. On
MariaDB the release is told which columns are JSON, which it does not see there. The clock and new ids are fixed, so that values made up while reading do not differ. TYPE=NAME is as for upstream.py.
Exit code 2 for a file that is not there.
"""

import argparse
import asyncio
import contextlib
import functools
import inspect
import json
import os
import sys
import tempfile
import time
import uuid

from where import copied, is_asynchronous, is_file


def fix_clock_and_ids():
    """Must run before agno is imported, which copies these names."""
    time.time = lambda: 1_700_000_000.0
    uuid.uuid4 = lambda: uuid.UUID(int=0)


class Awaited:
    """The asynchronous class under the synchronous one's interface."""

    def __init__(self, database):
        self.database, self.loop = database, asyncio.new_event_loop()

    def __getattr__(self, name):
        found = getattr(self.database, name)
        if not inspect.iscoroutinefunction(found):
            return found

        @functools.wraps(found)
        def awaited(*arguments, **named):
            return self.loop.run_until_complete(found(*arguments, **named))

        return awaited


def plain(value):
    """What json.dumps cannot write by itself: rows, records, enums, times."""
    for name in ("to_dict", "model_dump", "isoformat"):
        if hasattr(value, name):
            return getattr(value, name)()
    return dict(value) if hasattr(value, "keys") else getattr(value, "value", str(value))


def attempt(read, *arguments, **named):
    try:
        return json.loads(json.dumps(read(*arguments, **named), default=plain))
    except Exception as error:
        return {"error": type(error).__name__}


def pages(read, *arguments, **named):
    """Everything that a paged method returns."""
    found, page = [], 1
    while True:
        rows, total = read(*arguments, limit=100, page=page, **named)
        found += rows
        if not rows or len(found) >= total:
            return found
        page += 1


def keyed(rows, key="id"):
    """{"error": …} stays as it is."""
    return {str(row[key]): row for row in rows} if isinstance(rows, list) else rows


def read_everything(database):
    found = read_sessions(database) if hasattr(database, "get_runs") else read_older_sessions(database)
    found |= {
        "memories": keyed(attempt(lambda: database.get_user_memories(deserialize=False)[0]), "memory_id"),
        "memories as objects": keyed(attempt(database.get_user_memories), "memory_id"),
        "memory topics": attempt(lambda: sorted(database.get_all_memory_topics())),
        "metrics": keyed(attempt(lambda: database.get_metrics()[0])),
        "evals": keyed(attempt(lambda: database.get_eval_runs(deserialize=False)[0]), "run_id"),
        "evals as objects": keyed(attempt(database.get_eval_runs), "run_id"),
        "knowledge": keyed(attempt(lambda: database.get_knowledge_contents()[0])),
    }
    for name, read in READERS.items():
        if hasattr(database, read[0]):
            found[name] = read[1](database)
    for kind in ("products", "sources", "projects", "tasks"):
        if hasattr(database, f"get_{kind}"):
            found[kind] = keyed(attempt(pages, getattr(database, f"get_{kind}")))
    return found


def read_sessions(database):
    sessions = keyed(attempt(sessions_alone, database), "session_id")
    for identifier, session in sessions.items() if "error" not in sessions else ():
        session["stored"] = attempt(database.get_session, identifier, deserialize=False)
        session["object"] = attempt(database.get_session, identifier)
    runs = keyed(attempt(lambda: database.get_runs(deserialize=False)[0]), "run_id")
    for identifier, run in runs.items() if "error" not in runs else ():
        run["object"] = attempt(database.get_run, identifier)
    counts = attempt(lambda: sorted(
        [row["session_id"], len(row["runs"] or [])] for row in database.get_sessions(deserialize=False)[0]))
    return {"sessions": sessions, "runs": runs, "sessions with runs": counts}


def sessions_alone(database):
    """Without their runs, which not every class can leave out."""
    if "include_runs" in inspect.signature(database.get_sessions).parameters:
        return database.get_sessions(deserialize=False, include_runs=False)[0]
    return [{name: value for name, value in row.items() if name != "runs"}
            for row in database.get_sessions(deserialize=False)[0]]


def read_older_sessions(database):
    """The releases before 3 want to know of which kind a session is, and stop at the first that they cannot read."""
    from agno.db.base import SessionType
    from sqlalchemy import text

    quote = database.db_engine.dialect.identifier_preparer.quote
    table = ".".join(quote(part) for part in (getattr(database, "db_schema", None), database.session_table_name) if part)
    with database.db_engine.connect() as connection:
        rows = connection.execute(text(f"SELECT session_id, session_type FROM {table}")).all()
    return {"sessions": {
        identifier: {"stored": attempt(database.get_session, identifier, SessionType(kind), deserialize=False),
                     "object": attempt(database.get_session, identifier, SessionType(kind))}
        for identifier, kind in rows}}


def read_components(database):
    components = keyed(attempt(lambda: database.list_components(include_deleted=True, limit=10_000)[0]), "component_id")
    for identifier, component in components.items() if "error" not in components else ():
        component["configs"] = attempt(database.list_configs, identifier, include_config=True)
        component["links"] = attempt(database.get_links, identifier, component.get("current_version") or 1)
    return components


def read_schedules(database):
    schedules = keyed(attempt(pages, database.get_schedules))
    for identifier, schedule in schedules.items() if "error" not in schedules else ():
        schedule["runs"] = keyed(attempt(pages, database.get_schedule_runs, identifier))
    return schedules


# What not every release has: name, the method that shows it, how it is read.
READERS = {
    "culture": ("get_all_cultural_knowledge", lambda database: keyed(attempt(database.get_all_cultural_knowledge))),
    "learnings": ("get_learnings", lambda database: keyed(attempt(database.get_learnings), "learning_id")),
    "components": ("list_components", read_components),
    "schedules": ("get_schedules", read_schedules),
    "approvals": ("get_approvals", lambda database: keyed(attempt(pages, database.get_approvals))),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--table-name", action="append", default=[], metavar="TYPE=NAME")
    options = parser.parse_args()
    if is_file(options.db) and not os.path.exists(options.db):
        parser.error(f"no such file: {options.db}")

    fix_clock_and_ids()
    from upstream import named, open_database, see_json_on_mariadb

    see_json_on_mariadb()
    with contextlib.redirect_stdout(sys.stderr), tempfile.TemporaryDirectory() as directory:
        where = copied(options.db, directory) if is_file(options.db) else options.db
        database = open_database(where, options.schema, **named(options.table_name))
        database._metrics_refreshed_at = float("inf")  # else reading metrics calculates and writes them
        found = read_everything(Awaited(database) if is_asynchronous(where) else database)
    json.dump(found, sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()
