#!/usr/bin/env python3
"""Reads imported conversations with the classes of a 2.x or 3.x release, whose python runs it, and compares them with
v1_spec.py.

    v1_check.py --db FILE_OR_URL [--memories-in-sessions]

Prints what differs, one line each; exit code 1 when something does. On PostgreSQL the tables are in the schema ai, on MySQL and
MariaDB in the URL's database. On MariaDB the release is told which columns are JSON, which it does not see there.
"""

import argparse
import base64
import contextlib
import inspect
import sys

import v1_spec as spec
import where


def media_bytes(found):
    content = getattr(found, "content", None)
    return base64.b64decode(content) if isinstance(content, str) else content


def message_facts(found):
    fact = {"role": found.role, "content": found.content}
    for kind in ("images", "audio"):
        media = [media_bytes(item) for item in getattr(found, kind) or []]
        if media:
            fact[kind] = media
    for key in ("input_tokens", "output_tokens"):
        if getattr(found.metrics, key, 0):
            fact[key] = getattr(found.metrics, key)
    return fact


def run_facts(found):
    fact = {"run_id": found.run_id, "content": found.content, "status": getattr(found.status, "value", found.status)}
    messages = [message_facts(message) for message in getattr(found, "messages", None) or []]
    if messages:
        fact["messages"] = messages
    metrics = getattr(found, "metrics", None)
    wanted = {key: getattr(metrics, name, None) for key, name in
              (("input_tokens", "input_tokens"), ("output_tokens", "output_tokens"), ("time", "duration"))}
    wanted = {key: value for key, value in wanted.items() if value}
    if wanted:
        fact["metrics"] = wanted
    if getattr(found, "tools", None):
        fact["tools"] = [{"tool_name": tool.tool_name, "tool_args": tool.tool_args, "result": tool.result}
                         for tool in found.tools]
    if getattr(found, "reasoning_content", None):
        fact["reasoning"] = found.reasoning_content
    if getattr(found, "response_audio", None):
        fact["voice"] = media_bytes(found.response_audio)
        fact["transcript"] = found.response_audio.transcript
    if getattr(found, "member_responses", None):
        fact["members"] = [run_facts(member) for member in found.member_responses]
    if getattr(found, "step_results", None):
        fact["steps"] = [(step.step_name, step.content) for step in found.step_results]
    return fact


def expected_run(fact):
    """What a run amounts to: the values of several model calls are summed."""
    fact = dict(fact)
    if "metrics" in fact:
        fact["metrics"] = {key: sum(values) for key, values in fact["metrics"].items()}
    if "members" in fact:
        fact["members"] = [expected_run(member) for member in fact["members"]]
    return fact


def session_facts(found):
    data = found.session_data or {}
    return {"runs": [run_facts(run) for run in found.runs or []], "name": data.get("session_name"),
            "state": data.get("session_state"), "metadata": found.metadata or None}


def database(place):
    kind, schema, url = where.kind(place), where.default_schema(place), where.for_synchronous(place)
    if kind == "postgresql":
        from agno.db.postgres import PostgresDb

        return PostgresDb(db_url=url, db_schema=schema)
    if kind == "mysql":
        from agno.db.mysql import MySQLDb
        from upstream import see_json_on_mariadb

        see_json_on_mariadb()
        return MySQLDb(db_url=url, db_schema=schema)
    from agno.db.sqlite import SqliteDb

    return SqliteDb(db_file=place)


def differences(path, found, expected):
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(found.keys() | expected.keys()):
            yield from differences(f"{path}.{key}", found.get(key), expected.get(key))
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for index, pair in enumerate(zip(found, expected)):
            yield from differences(f"{path}[{index}]", *pair)
    elif found != expected or type(found) is not type(expected):
        yield f"{path}: {found!r:.200} instead of {expected!r:.200}"


def check(place, nobody):
    from agno.db.base import SessionType

    store = database(place)
    for kind, sessions in (("agent", spec.AGENTS), ("team", spec.TEAMS), ("workflow", spec.WORKFLOWS)):
        for key, fact in sessions.items():
            # The releases before 3 want to know of which kind a session is.
            needs_kind = inspect.signature(store.get_session).parameters["session_type"].default is inspect.Parameter.empty
            found = store.get_session(key, SessionType(kind)) if needs_kind else store.get_session(key)
            if found is None:
                yield f"{key}: is missing"
                continue
            expected = dict(fact, runs=[expected_run(run) for run in fact["runs"]])
            yield from differences(key, session_facts(found), expected)
            yield from differences(f"{key}.user_id", found.user_id, "user-1")
            yield from differences(f"{key}.{kind}_id", getattr(found, f"{kind}_id"), f"{kind}-1")
            yield from differences(f"{key}.created_at", found.created_at, spec.CLOCK)
    stored = {memory.memory_id: memory for memory in store.get_user_memories()}
    for key, fact in spec.MEMORIES.items():
        found = stored.get(key)
        facts = found and {name: getattr(found, name) for name in ("memory", "topics", "input", "user_id")}
        yield from differences(key, facts, dict(fact, user_id=fact["user_id"] or nobody))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--memories-in-sessions", action="store_true", help="of v1, where no user is `default`")
    arguments = parser.parse_args()
    with contextlib.redirect_stdout(sys.stderr):
        found = list(check(arguments.db, "default" if arguments.memories_in_sessions else None))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
