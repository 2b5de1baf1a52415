#!/usr/bin/env python3
"""Does to a database of populate.py what a program of a 2.x release does in a week, with the release's own classes.

    week.py --db FILE_OR_URL --release R

Promises: session-000 has one run more, `week`; session-003 is gone; memory-0 is gone, memory-3 says something else, memory-week
is new; eval-1 is gone, and the metrics have been calculated. Exit code 2 when the release is not the one asked for.
"""

import argparse
import contextlib
import sys
from importlib.metadata import version

from populate import DAY_ONE, Clock, fix_clock_and_ids, make


def sessions(database):
    from agno.db.base import SessionType
    from agno.run.agent import RunOutput

    session = database.get_session(session_id="session-000", session_type=SessionType.AGENT)
    session.runs.append(make(
        RunOutput, run_id="week", session_id="session-000", agent_id="agent-1", content="A week ☃", created_at=Clock.now))
    assert database.upsert_session(session) is not None
    assert database.delete_session("session-003")


def memories(database):
    from agno.db.schemas.memory import UserMemory

    database.delete_user_memory("memory-0")
    changed = database.get_user_memory("memory-3")
    changed.memory = "Something else"
    changed.updated_at = Clock.now
    database.upsert_user_memory(changed)
    database.upsert_user_memory(make(
        UserMemory, memory_id="memory-week", memory="New", user_id="ana", topics=["week"], created_at=Clock.now))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--release", required=True)
    options = parser.parse_args()
    if version("agno") != options.release:
        parser.error(f"this python has agno {version('agno')}")

    fix_clock_and_ids()
    Clock.now = DAY_ONE + 80 * 86_400
    with contextlib.redirect_stdout(sys.stderr):
        from upstream import open_database, see_json_on_mariadb
        from where import for_synchronous

        see_json_on_mariadb()
        database = open_database(for_synchronous(options.db))
        sessions(database)
        memories(database)
        database.delete_eval_runs(["eval-1"])
        database.calculate_metrics()
        database.db_engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
