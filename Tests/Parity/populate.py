#!/usr/bin/env python3
"""Makes a populated database with the classes of the release of agno that this python has.

    populate.py --db FILE_OR_URL --release R [--schema NAME] [--table-name TYPE=NAME]... [--sessions N]

Promises: one row at least in every type of table that the release can make without a server or a model,
written through the release's own API; the same rows on every call (the clock and the ids are fixed, only the
versions table has real times); values that migrations trip over: every kind of text, numbers that lose their
spelling when re-printed, run lists that are empty, JSON null or SQL NULL, member runs beside their team's run,
sessions of several users and of none. Prints {table: rows} on standard output. Exit code 1 when a table that
the release has stays empty, 2 when the release is not the one asked for.
"""

import argparse
import contextlib
import hashlib
import json
import random
import sys
import time
import uuid
from dataclasses import fields, is_dataclass
from datetime import datetime, timezone
from importlib.metadata import version

DAY_ONE = 1_700_000_000


class Clock:
    """What the release takes for the present time."""

    now = DAY_ONE


def fix_clock_and_ids():
    """Must run before agno is imported, which copies these names."""
    generator = random.Random(20231114)
    time.time = lambda: float(Clock.now)
    uuid.uuid4 = lambda: uuid.UUID(int=generator.getrandbits(128), version=4)


def awkward(with_nul):
    values = {
        "text": "Grüße, 世界, Ελλάδα, עברית, 👩‍🚀🎉, \u2028",
        "quotes": "it's \"quoted\" `so` \\ and / $1 :x ? %s",
        "controls": "tab\tline\nreturn\r bell\u0007 delete\u007f",
        "looks like JSON": '{"run_id": "not a run"}',
        "integers": [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 10**30],
        "floats": [1.0, 1e5, 1e16, 1e22, 1e-7, 0.1 + 0.2, -0.0, 5e-324],
        "nothing": [None, "", {}, [], False, 0],
        'key "with" \'quotes\' and ☃': 1,
        "": "empty key",
    }
    if with_nul:
        values["nul"] = "a\u0000b\\u0000c"
    return values


USERS = ["ana", "bo ☃ o'neil", None, "carl@example.org", ""]


def make(kind, **values):
    """An object of the release's class, without the values for which it has no field."""
    if is_dataclass(kind):
        known = {field.name for field in fields(kind)}
    else:
        known = set(kind.model_fields)
    return kind(**{name: value for name, value in values.items() if name in known})


class Populator:
    """One method per type of table; knows the differences between releases."""

    def __init__(self, database, release, strange):
        self.database, self.strange = database, strange
        self.release = tuple(int(part) for part in release.split(".")[:2])
        self.is_mysql = database.db_engine.dialect.name == "mysql"

    # Runs

    def metrics(self, number):
        try:
            from agno.metrics import RunMetrics as Metrics
        except ImportError:
            from agno.models.metrics import Metrics
        return make(Metrics, input_tokens=10 + number, output_tokens=2**31 + number, total_tokens=1, cost=0.5,
                    time_to_first_token=1e-05, duration=1.0, additional_metrics={"big": 2**60})

    def common(self, run, session, user, created, parent=None):
        from agno.media import Audio, File, Image, Video
        from agno.models.message import Message
        from agno.models.response import ToolExecution
        from agno.reasoning.step import ReasoningStep

        number = int(created) % 7
        return dict(
            run_id=run, session_id=session, user_id=user, parent_run_id=parent, created_at=created,
            content=f"Answer {number}: {self.strange['text']}", model="model-x", model_provider="provider-y",
            messages=[
                make(Message, id=f"{run}-m1", role="user", content=self.strange["quotes"], created_at=created),
                make(Message, id=f"{run}-m2", role="assistant", content=None, created_at=created + 1,
                     tool_calls=[{"id": "call-1", "function": {"name": "look", "arguments": '{"a": 1.0}'}}]),
            ],
            metrics=self.metrics(number), metadata=self.strange, reasoning_content="because\n…",
            reasoning_steps=[make(ReasoningStep, title="Think", reasoning="hm", confidence=0.80)],
            tools=[make(ToolExecution, tool_call_id="call-1", tool_name="look", tool_args={"a": 1.0, "b": None},
                        result='{"ok": true}', created_at=created)],
            images=[make(Image, id="i1", url="https://example.org/é.png")] if number % 2 else None,
            audio=[make(Audio, id="a1", content=b"\x00\xff\x10", format="wav")] if number == 2 else None,
            videos=[make(Video, id="v1", url="https://example.org/v.mp4")] if number == 3 else None,
            files=[make(File, id="f1", url="https://example.org/f.pdf", filename="f.pdf")] if number == 4 else None,
            session_state={"step": number, "ratio": 1.0},
        )

    def agent_run(self, run, session, user, created, parent=None, status="completed"):
        from agno.run.agent import RunContentEvent, RunInput, RunOutput, RunStartedEvent
        from agno.run.base import RunStatus

        return make(
            RunOutput, **self.common(run, session, user, created, parent), agent_id="agent-1", agent_name="Ágent",
            input=RunInput(input_content=self.strange["text"]), status=getattr(RunStatus, status),
            events=[make(RunStartedEvent, run_id=run, agent_id="agent-1", created_at=created),
                    make(RunContentEvent, run_id=run, agent_id="agent-1", content="…", created_at=created)])

    def team_run(self, run, session, user, created, members):
        from agno.run.base import RunStatus
        from agno.run.team import TeamRunInput, TeamRunOutput

        return make(TeamRunOutput, **self.common(run, session, user, created), team_id="team-1", team_name="Team ☃",
                    input=TeamRunInput(input_content=[{"role": "user", "content": "hé"}]),
                    member_responses=members, status=RunStatus.completed)

    def workflow_run(self, run, session, user, created, executor_run):
        from agno.run.base import RunStatus
        from agno.run.workflow import WorkflowRunOutput
        from agno.workflow.types import StepOutput

        step = make(StepOutput, step_name="étape", step_id=f"{run}-s", step_type="Step", executor_type="agent",
                    content="done", step_run_id=executor_run.run_id, success=True,
                    steps=[make(StepOutput, step_name="inner", content={"a": 1.0}, success=False, error="no")])
        values = self.common(run, session, user, created)
        return make(WorkflowRunOutput, **{**values, "metrics": None}, workflow_id="workflow-1", workflow_name="W",
                    input={"topic": self.strange["text"], "n": 1.0}, step_results=[step, [step]],
                    step_executor_runs=[executor_run], status=RunStatus.completed)

    # Sessions

    def session(self, number, identifier, run_count):
        from agno.session import AgentSession, TeamSession, WorkflowSession
        from agno.session.summary import SessionSummary

        user, created = USERS[number % len(USERS)], DAY_ONE + number * 20_000
        values = dict(
            session_id=identifier, user_id=user, created_at=created, updated_at=created + 5,
            session_data={"session_name": f"S{number} ☃", "session_state": self.strange,
                          "session_metrics": {"input_tokens": 10 + number, "total_tokens": 2**31}},
            metadata=self.strange if number % 2 else None,
            summary=SessionSummary(summary="Kürzung", topics=["a", "ß"],
                                   updated_at=datetime.fromtimestamp(created, timezone.utc)) if number % 4 else None)
        runs = []
        for position in range(run_count):
            run, at = f"{identifier}-r{position}", created + 60 * position
            status = ["completed", "paused", "cancelled", "error", "running"][(number + position) % 5]
            if number % 3 == 0:
                runs.append(self.agent_run(run, identifier, user, at, status=status))
            elif number % 3 == 1:
                member = self.agent_run(f"{run}-member", identifier, user, at, parent=run)
                runs += [member, self.team_run(run, identifier, user, at, [member])]
            else:
                executor_run = self.agent_run(f"{run}-step", identifier, user, at, parent=run)
                runs.append(self.workflow_run(run, identifier, user, at, executor_run))
        kind, own = [(AgentSession, dict(agent_id="agent-1", agent_data={"name": "Ágent", "model": {"id": "x"}})),
                     (TeamSession, dict(team_id="team-1", team_data={"name": "Team", "members": [1.0, None]})),
                     (WorkflowSession, dict(workflow_id="workflow-1", workflow_name="W", workflow_data={"v": 1.0}))
                     ][number % 3]
        Clock.now = created + 10
        self.database.upsert_session(make(kind, **values, **own, runs=runs))
        if hasattr(self.database, "upsert_run"):
            for index, run in enumerate(runs):
                self.database.upsert_run(run, identifier, user_id=user, run_index=index)

    def sessions(self, count):
        for number in range(count):
            self.session(number, f"session-{number:03}", 1 + number % 4)
        Clock.now = DAY_ONE + 40 * 86_400
        # The first releases cannot count a session that has no runs, so these come later.
        self.database.calculate_metrics()
        for number in range(6):
            self.session(number, f"session-without-runs-{number}", 0)
        if hasattr(self.database, "upsert_run"):
            return
        sqlite = self.database.db_engine.dialect.name == "sqlite"
        self.execute("UPDATE {sessions} SET runs = NULL WHERE session_id = 'session-without-runs-1'")
        self.execute("UPDATE {sessions} SET runs = :runs WHERE session_id = 'session-without-runs-2'",
                     runs='"[]"' if sqlite else "[]")

    def execute(self, statement, **values):
        from sqlalchemy import text

        quote = self.database.db_engine.dialect.identifier_preparer.quote
        names = (getattr(self.database, "db_schema", None), self.database.session_table_name)
        name = ".".join(quote(part) for part in names if part)
        with self.database.db_engine.begin() as connection:
            connection.execute(text(statement.format(sessions=name)), values)

    # The other tables

    def memories(self):
        from agno.db.schemas.memory import UserMemory

        for number in range(12):
            Clock.now = DAY_ONE + number * 1000
            self.database.upsert_user_memory(make(
                UserMemory, memory_id=f"memory-{number}", memory=self.strange["text" if number % 2 else "quotes"],
                topics=[["a", "ß"], [], None][number % 3], user_id=USERS[number % len(USERS)],
                input="in" if number % 2 else None, agent_id="agent-1" if number % 3 else None,
                team_id=None if number % 3 else "team-1", feedback="gut" if number == 3 else None,
                created_at=Clock.now - (500 if number == 4 else 0)))

    def evals(self):
        from agno.db.schemas.evals import EvalRunRecord, EvalType

        for number, kind in enumerate(EvalType):
            Clock.now = DAY_ONE + number
            self.database.create_eval_run(EvalRunRecord(
                run_id=f"eval-{number}", eval_type=kind, eval_data=self.strange, name=f"Éval {number}",
                eval_input={"n": 1.0} if number else None, agent_id="agent-1", model_id="x", model_provider="y",
                evaluated_component_name="Ágent"))

    def knowledge(self):
        from agno.db.schemas.knowledge import KnowledgeRow

        for number in range(3):
            self.database.upsert_knowledge_content(KnowledgeRow(
                id=f"knowledge-{number}", name=f"K{number}", description="Größe", type="pdf", size=2**40, status="ok",
                metadata=self.strange if number else None, linked_to="base", access_count=number,
                status_message=None if number else "m", external_id="e", created_at=DAY_ONE, updated_at=DAY_ONE + 1))

    def culture(self):
        from agno.db.schemas.culture import CulturalKnowledge

        for number in range(2):
            Clock.now = DAY_ONE + number
            self.database.upsert_cultural_knowledge(CulturalKnowledge(
                id=f"culture-{number}", name=f"C{number}", content=self.strange["text"], categories=["a"], notes=None,
                summary="s", metadata=self.strange, input="i", created_at=DAY_ONE, agent_id="agent-1"))

    def learnings(self):
        Clock.now = DAY_ONE
        owner = hashlib.sha256(b"ana").hexdigest()[:16] + "_" if self.release >= (3, 0) else ""
        facts = {"facts": [{"id": "f1", "content": "Likes ☃"}], "number": 1.0}
        for identifier, kind, values in [
            ("profile-ana", "user_profile", dict(user_id="ana", content=self.strange)),
            ("context-1", "session_context", dict(session_id="session-000", content={"summary": "…"})),
            ("entity_global_company_acme", "entity_memory",
             dict(namespace="global", entity_id="acme", entity_type="company", content=facts)),
            (f"entity_user_{owner}person_ada", "entity_memory",
             dict(namespace="user", user_id="ana", agent_id="agent-1", entity_id="ada", entity_type="person",
                  content={**facts, "user_id": "ana"}, metadata={"source": "☃"})),
        ]:
            self.database.upsert_learning(id=identifier, learning_type=kind, **values)

    def traces(self):
        at = datetime.fromtimestamp(DAY_ONE, timezone.utc).isoformat()
        owner = dict(run_id="session-000-r0", session_id="session-000", user_id="ana", agent_id="agent-1",
                     team_id=None, workflow_id=None)
        self.database.upsert_trace(Stored(
            trace_id="t1", name="Ágent.run", status="OK", start_time=at, end_time=at, duration_ms=5, total_spans=1,
            error_count=0, created_at=at, **owner))
        self.database.create_span(Stored(
            span_id="p1", trace_id="t1", parent_span_id=None, name="n", span_kind="INTERNAL", status_code="OK",
            status_message=None, start_time=at, end_time=at, duration_ms=5, attributes=self.strange, created_at=at))

    def components(self):
        from agno.db.base import ComponentType

        Clock.now = DAY_ONE
        for number, kind in enumerate([ComponentType.AGENT, ComponentType.TEAM, ComponentType.WORKFLOW]):
            links = [dict(link_kind="member", link_key="m", child_component_id="component-0", child_version=1,
                          position=0, meta={"a": 1.0})] if number else None
            self.database.create_component_with_config(
                component_id=f"component-{number}", component_type=kind, name=f"Ç{number}", description="d",
                config=self.strange, metadata={"a": 1.0} if number else None, label="stable", stage="published",
                notes="n", links=links)

    def schedules(self):
        for number in range(3):
            self.database.create_schedule(dict(
                id=f"schedule-{number}", name=f"Täglich {number}", description=None, method="POST",
                endpoint="/agents/agent-1/runs", payload=self.strange, cron_expr="0 9 * * *",
                timezone="Europe/Berlin", timeout_seconds=3600, max_retries=0, retry_delay_seconds=60,
                enabled=number != 1, next_run_at=DAY_ONE + number if number else None, created_at=DAY_ONE,
                updated_at=None))
            self.database.create_schedule_run(dict(
                id=f"schedule-run-{number}", schedule_id=f"schedule-{number}", attempt=1, triggered_at=DAY_ONE,
                completed_at=None, status="success", status_code=200, run_id=f"r{number}", session_id=None,
                error=None, input={"message": "☃", "n": 1.0}, output=None, requirements=[], created_at=DAY_ONE))

    def approvals(self):
        for number in range(3):
            values = dict(
                id=f"approval-{number}", run_id="session-000-r0", session_id="session-000", status="pending",
                source_type="agent", approval_type="required", pause_type="confirmation", tool_name="look",
                tool_args=self.strange, agent_id="agent-1", user_id=USERS[number], requirements=[{"a": 1.0}],
                context=None, created_at=DAY_ONE, updated_at=DAY_ONE)
            from agno.db.schemas.approval import Approval

            if "run_status" in {field.name for field in fields(Approval)}:
                values["run_status"] = "PAUSED" if number else None
            self.database.create_approval(values)

    def company(self):
        at = dict(created_at=DAY_ONE, updated_at=None)
        self.database.create_product(dict(id="product-1", name="Pröduct", purpose="p", user_id="ana", **at))
        self.database.create_source(dict(id="source-1", product_id="product-1", reference="https://example.org",
                                         type="web", user_id="ana", config={"a": 1.0}, **at))
        self.database.create_project(dict(id="project-1", product_id="product-1", name="Prøject", outcome="o",
                                          user_id=None, status="active", **at))
        self.database.create_task(dict(id="task-1", product_id="product-1", project_id="project-1", title="Täsk",
                                       status="backlog", user_id="ana", **at))

    def everything(self, sessions):
        """Returns the rows of each table."""
        self.sessions(sessions)
        self.memories()
        self.evals()
        self.knowledge()
        if (2, 2) <= self.release < (3, 0):
            self.culture()
        if self.release >= (2, 3):
            self.traces()
        # On MySQL no release has the others.
        if not self.is_mysql:
            self.others()
        return self.counts()

    def others(self):
        if self.release >= (2, 3):
            self.learnings()
        if self.release >= (2, 5):
            self.components()
            self.schedules()
            self.approvals()
        if self.release >= (3, 1):
            self.company()

    def counts(self):
        from sqlalchemy import MetaData, func, select

        found = MetaData()
        found.reflect(self.database.db_engine, schema=getattr(self.database, "db_schema", None))
        with self.database.db_engine.connect() as connection:
            return {table.name: connection.execute(select(func.count()).select_from(table)).scalar()
                    for table in found.sorted_tables}


class Stored:
    """A trace or a span, without the telemetry package that the release's own classes import."""

    def __init__(self, **values):
        self.values = values

    def to_dict(self):
        return dict(self.values)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--schema", metavar="NAME")
    parser.add_argument("--table-name", action="append", default=[], metavar="TYPE=NAME")
    parser.add_argument("--sessions", type=int, default=20)
    options = parser.parse_args()
    if version("agno") != options.release:
        parser.error(f"this python has agno {version('agno')}")

    fix_clock_and_ids()
    with contextlib.redirect_stdout(sys.stderr):
        from upstream import named, open_database, see_json_on_mariadb
        from where import for_synchronous

        see_json_on_mariadb()
        database = open_database(for_synchronous(options.db), options.schema, **named(options.table_name))
        strange = awkward(with_nul=database.db_engine.dialect.name == "sqlite")
        rows = Populator(database, options.release, strange).everything(options.sessions)
    print(json.dumps(rows, indent=1, sort_keys=True))
    empty = sorted(table for table, count in rows.items() if not count)
    if empty:
        print(f"populate: nothing in {', '.join(empty)}", file=sys.stderr)
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
