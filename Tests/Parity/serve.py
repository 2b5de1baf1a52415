#!/usr/bin/env python3
"""Tries whether the release of agno that this python has can serve on the tables of a database, one after the other.

    serve.py --db FILE_OR_URL --release R [--expect-run RUN]

Promises: every table that exists and that the release knows is opened as the release's adapter opens it, gets a new row through the
release's own API, and is asked for that row; learnings are also asked to change an entity without a second row for it. With
--expect-run the runs of session-000 must contain that run. Prints {table type: null, or why not} on standard output; a type whose
table is missing is left out. The database is changed. Exit code 2 when the release is not the one asked for.
"""

import argparse
import contextlib
import json
import sys
from datetime import datetime, timezone
from importlib.metadata import version

from populate import DAY_ONE, Clock, Populator, awkward, fix_clock_and_ids, make

ATTRIBUTES = {
    "memories": "memory", "sessions": "session", "metrics": "metrics", "evals": "eval", "knowledge": "knowledge",
    "culture": "culture", "approvals": "approvals", "components": "components", "schedules": "schedules",
    "schedule_runs": "schedule_runs", "learnings": "learnings", "runs": "runs", "products": "products",
    "sources": "sources", "projects": "projects", "tasks": "tasks",
}


# The new session's number: an agent's, since it is a multiple of three, on a day without other sessions.
PROBE = 201


class Prober:
    """One method per type of table: writes a row and reads it."""

    def __init__(self, database, release, expected_run):
        self.database, self.expected_run = database, expected_run
        self.populator = Populator(database, release, awkward(with_nul=False))

    def sessions(self):
        from agno.db.base import SessionType

        self.populator.session(PROBE, "probe", 2)
        session = self.database.get_session("probe", SessionType.AGENT)
        assert [run.run_id for run in session.runs] == ["probe-r0", "probe-r1"], "the runs of a new session"
        if self.expected_run:
            runs = self.database.get_session("session-000", SessionType.AGENT).runs
            assert self.expected_run in [run.run_id for run in runs], f"run {self.expected_run} is not read"

    def runs(self):
        from agno.run.agent import RunOutput

        self.database.upsert_run(RunOutput(run_id="probe", session_id="session-000", agent_id="agent-1"), "session-000")
        assert self.database.get_run("probe"), "the new run"

    def memories(self):
        from agno.db.schemas.memory import UserMemory

        self.database.upsert_user_memory(make(UserMemory, memory_id="probe", memory="m", user_id="ana"))
        assert self.database.get_user_memory("probe"), "the new memory"

    def metrics(self):
        Clock.now = DAY_ONE + 60 * 86_400
        if self.database.calculate_metrics():
            return
        # Releases of 2.x return nothing on MySQL, whether or not they have written the day.
        day = datetime.fromtimestamp(DAY_ONE + PROBE * 20_000, timezone.utc).date().isoformat()
        assert day in [str(row["date"])[:10] for row in self.database.get_metrics()[0]], "no metrics of the new day"

    def evals(self):
        from agno.db.schemas.evals import EvalRunRecord, EvalType

        kind = next(iter(EvalType))
        self.database.create_eval_run(EvalRunRecord(run_id="probe", eval_type=kind, eval_data={}, eval_input={}, name="p"))
        assert self.database.get_eval_run("probe"), "the new evaluation"

    def knowledge(self):
        from agno.db.schemas.knowledge import KnowledgeRow

        row = make(KnowledgeRow, id="probe", name="p", description="d", created_at=DAY_ONE, updated_at=DAY_ONE)
        self.database.upsert_knowledge_content(row)
        assert self.database.get_knowledge_content("probe"), "the new content"

    def culture(self):
        from agno.db.schemas.culture import CulturalKnowledge

        self.database.upsert_cultural_knowledge(CulturalKnowledge(id="probe", name="p", content="c"))
        assert self.database.get_cultural_knowledge("probe"), "the new knowledge"

    def learnings(self):
        self.database.upsert_learning(id="probe", learning_type="user_profile", user_id="bo", content={"a": 1})
        assert self.database.get_learning(learning_type="user_profile", user_id="bo"), "the new learning"
        entity = dict(namespace="user", user_id="ana", entity_id="ada", entity_type="person")
        self.database.upsert_learning(
            id=self.entity_id(**entity), learning_type="entity_memory", content={"user_id": "ana"}, **entity)
        found = self.database.get_learnings(learning_type="entity_memory", **entity)
        assert len(found) == 1, f"{len(found)} rows for one entity"

    @staticmethod
    def entity_id(namespace, user_id, entity_id, entity_type):
        from agno.learn.stores.entity_memory import EntityMemoryStore

        build = EntityMemoryStore._build_entity_db_id
        if "user_id" in build.__code__.co_varnames:
            return build(None, entity_id, entity_type, namespace, user_id=user_id)
        return build(None, entity_id, entity_type, namespace)

    def components(self):
        from agno.db.base import ComponentType

        self.database.create_component_with_config(
            component_id="probe", component_type=ComponentType.AGENT, name="p", config={"a": 1}, stage="published")
        assert self.database.get_component("probe"), "the new component"

    def schedules(self):
        assert self.database.create_schedule(dict(
            id="probe", name="probe", description=None, method="POST", endpoint="/x", payload={}, cron_expr="0 9 * * *",
            timezone="UTC", timeout_seconds=1, max_retries=0, retry_delay_seconds=1, enabled=True, next_run_at=None,
            created_at=DAY_ONE, updated_at=None)), "no schedule"
        assert self.database.get_schedule("probe"), "the new schedule"

    def schedule_runs(self):
        self.database.create_schedule_run(dict(
            id="probe", schedule_id="schedule-0", attempt=1, triggered_at=DAY_ONE, completed_at=None, status="success",
            status_code=200, run_id="r", session_id=None, error=None, input={}, output=None, requirements=[],
            created_at=DAY_ONE))
        assert self.database.get_schedule_run("probe"), "the new run of a schedule"

    def approvals(self):
        self.database.create_approval(dict(
            id="probe", run_id="r", session_id="s", status="pending", source_type="agent", approval_type="required",
            pause_type="confirmation", tool_name="look", tool_args={}, agent_id="a", user_id="ana", requirements=[],
            context=None, created_at=DAY_ONE, updated_at=DAY_ONE))
        assert self.database.get_approval("probe"), "the new approval"

    def products(self):
        self.database.create_product(dict(id="probe", name="p", purpose="p", user_id="ana", created_at=DAY_ONE))
        assert self.database.get_product("probe"), "the new product"

    def probe(self, table_type):
        """Why the release cannot serve on a type's table; None if it can."""
        try:
            self.database._get_table(table_type=table_type, create_table_if_not_found=True)
            if method := getattr(self, table_type, None):
                method()
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
        return None


def existing_types(database):
    """The types that the release knows and whose tables exist."""
    from sqlalchemy import inspect

    schema = getattr(database, "db_schema", None)
    names = set(inspect(database.db_engine).get_table_names(schema=schema))
    found = []
    for table_type, attribute in ATTRIBUTES.items():
        attributes = (f"{attribute}_table_name", f"{attribute}_table")
        name = next((getattr(database, name) for name in attributes if hasattr(database, name)), None)
        if name in names:
            found.append(table_type)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True)
    parser.add_argument("--release", required=True)
    parser.add_argument("--expect-run", metavar="RUN")
    options = parser.parse_args()
    if version("agno") != options.release:
        parser.error(f"this python has agno {version('agno')}")

    fix_clock_and_ids()
    with contextlib.redirect_stdout(sys.stderr):
        from upstream import open_database, see_json_on_mariadb
        from where import for_synchronous

        see_json_on_mariadb()
        database = open_database(for_synchronous(options.db))
        prober = Prober(database, options.release, options.expect_run)
        found = {table_type: prober.probe(table_type) for table_type in existing_types(database)}
    print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
