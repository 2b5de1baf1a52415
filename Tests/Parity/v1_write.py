#!/usr/bin/env python3
"""Stores the conversations of v1_spec.py with the storage and memory classes of a 1.x release, whose python runs it.

    v1_write.py --db FILE_OR_URL

The tables are agent_sessions, team_sessions, workflow_sessions and memories; on PostgreSQL in the schema ai, on MySQL and
MariaDB in the URL's database. 1.x has no class for memories there: they stand in a session, as they do without a database.
"""

import argparse
import base64
import contextlib
import time

import v1_spec as spec
import where

time.time = lambda: float(spec.CLOCK)

from agno.media import Audio, AudioResponse, Image  # noqa: E402
from agno.memory.agent import AgentMemory, AgentRun  # noqa: E402
from agno.memory.v2.db.schema import MemoryRow  # noqa: E402
from agno.memory.v2.schema import UserMemory  # noqa: E402
from agno.models.message import Message, MessageMetrics  # noqa: E402
from agno.models.response import ToolExecution  # noqa: E402
from agno.run.base import RunStatus  # noqa: E402
from agno.run.response import RunResponse  # noqa: E402
from agno.run.team import TeamRunResponse  # noqa: E402
from agno.run.v2.workflow import WorkflowRunResponse  # noqa: E402
from agno.storage.session.agent import AgentSession  # noqa: E402
from agno.storage.session.team import TeamSession  # noqa: E402
from agno.storage.session.v2.workflow import WorkflowSession  # noqa: E402
from agno.workflow.v2.types import StepOutput  # noqa: E402


def message(fact):
    tokens = {key: fact[key] for key in ("input_tokens", "output_tokens") if key in fact}
    return Message(
        role=fact["role"], content=fact["content"], created_at=spec.CLOCK,
        images=[Image(content=data) for data in fact.get("images", [])] or None,
        audio=[Audio(content=data, format="wav") for data in fact.get("audio", [])] or None,
        **({"metrics": MessageMetrics(**tokens)} if tokens else {}))


def run(fact, kind=RunResponse, **more):
    if "voice" in fact:
        content = base64.b64encode(fact["voice"]).decode()
        more["response_audio"] = AudioResponse(id="voice", content=content, transcript=fact["transcript"])
    if "tools" in fact:
        more["tools"] = [ToolExecution(tool_call_id=str(n), created_at=spec.CLOCK, **tool)
                         for n, tool in enumerate(fact["tools"])]
    if "reasoning" in fact:
        more["thinking"] = fact["reasoning"]
    return kind(run_id=fact["run_id"], session_id="s", content=fact["content"], status=RunStatus(fact["status"]),
                created_at=spec.CLOCK, messages=[message(found) for found in fact.get("messages", [])] or None,
                metrics=fact.get("metrics"), **more)


def user_memory(key, fact):
    return UserMemory(memory_id=key, memory=fact["memory"], topics=fact["topics"], input=fact["input"])


def session_data(fact):
    found = {"session_name": fact["name"], "session_state": fact["state"]}
    return {key: value for key, value in found.items() if value is not None} or None


def stores(place):
    """A maker of stores for sessions, and the store of memories or None."""
    kind, schema, url = where.kind(place), where.default_schema(place), where.for_synchronous(place)
    if kind == "postgresql":
        from agno.memory.v2.db.postgres import PostgresMemoryDb
        from agno.storage.postgres import PostgresStorage

        return (lambda table, mode: PostgresStorage(table, schema=schema, db_url=url, mode=mode),
                PostgresMemoryDb("memories", schema=schema, db_url=url))
    if kind == "mysql":
        from agno.storage.mysql import MySQLStorage

        return lambda table, mode: MySQLStorage(table, schema=schema, db_url=url, mode=mode), None
    from agno.memory.v2.db.sqlite import SqliteMemoryDb
    from agno.storage.sqlite import SqliteStorage

    return (lambda table, mode: SqliteStorage(table, db_file=place, mode=mode), SqliteMemoryDb("memories", db_file=place))


def date_rows(place):
    """Servers date sessions themselves."""
    with contextlib.closing(where.connect(place)) as connection:
        for table in ("agent_sessions", "team_sessions", "workflow_sessions"):
            connection.cursor().execute(f"UPDATE {where.default_schema(place)}.{table} SET created_at = {spec.CLOCK}")
        connection.commit()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    place = parser.parse_args().db
    storage, memories = stores(place)
    fill(storage("agent_sessions", "agent"), storage("team_sessions", "team"),
         storage("workflow_sessions", "workflow_v2"), memories)
    if not where.is_file(place):
        date_rows(place)


def fill(agents, teams, workflows, memories):
    """Stores all conversations; without a store of memories they stand in a session."""
    for store in filter(None, (agents, teams, workflows, memories)):
        store.create()

    for key, fact in spec.AGENTS.items():
        runs = [run(found, agent_id="agent-1") for found in fact["runs"]]
        memory = {"runs": [found.to_dict() for found in runs]} if runs else None
        if key == "agent first generation":
            messages = runs[0].messages
            runs[0].messages = None
            memory = AgentMemory(runs=[AgentRun(messages=messages, response=runs[0])], messages=messages).to_dict()
        if not memories and key == "agent full":
            memory["memories"] = {}
            for name, found in spec.MEMORIES.items():
                users = memory["memories"].setdefault(found["user_id"] or "default", {})
                users[name] = user_memory(name, found).to_dict()
        agents.upsert(AgentSession(session_id=key, agent_id="agent-1", user_id="user-1", memory=memory,
                                   session_data=session_data(fact), extra_data=fact["metadata"]))
    for key, fact in spec.TEAMS.items():
        runs = [run(found, TeamRunResponse, team_id="team-1",
                    member_responses=[run(member, agent_id="agent-1") for member in found["members"]])
                for found in fact["runs"]]
        teams.upsert(TeamSession(session_id=key, team_id="team-1", user_id="user-1", session_data=session_data(fact),
                                 memory={"runs": [found.to_dict() for found in runs]}, extra_data=fact["metadata"]))
    for key, fact in spec.WORKFLOWS.items():
        runs = [WorkflowRunResponse(
            run_id=found["run_id"], workflow_id="workflow-1", session_id=key, content=found["content"],
            created_at=spec.CLOCK, status=RunStatus(found["status"]),
            step_responses=[StepOutput(content=content) for _, content in found["steps"]])
            for found in fact["runs"]]
        workflows.upsert(WorkflowSession(session_id=key, workflow_id="workflow-1", user_id="user-1", runs=runs,
                                         session_data=session_data(fact)))
    for key, fact in spec.MEMORIES.items() if memories else ():
        memories.upsert_memory(MemoryRow(id=key, user_id=fact["user_id"], memory=user_memory(key, fact).to_dict()))


if __name__ == "__main__":
    main()
