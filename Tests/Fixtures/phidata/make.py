"""Writes a database with the storage classes of phidata 2.7.10 and prints it as SQL; the clock and the ids are fixed."""
import os, sqlite3, sys, time, uuid

now = [1735689600]
def tick():
    now[0] += 1
    return float(now[0])
time.time = tick
count = [0]
def fixed():
    count[0] += 1
    return uuid.UUID(int=0x1111 << 112 | 4 << 76 | 8 << 60 | count[0])
uuid.uuid4 = fixed

from phi.agent import Agent
from phi.memory.agent import AgentMemory, AgentRun
from phi.memory.db.sqlite import SqliteMemoryDb
from phi.memory.memory import Memory
from phi.memory.row import MemoryRow
from phi.memory.summary import SessionSummary
from phi.memory.workflow import WorkflowMemory, WorkflowRun
from phi.model.base import Model
from phi.model.message import Message, MessageReferences
from phi.model.response import ModelResponse
from phi.run.response import RunResponse, RunResponseExtraData
from phi.storage.agent.sqlite import SqlAgentStorage
from phi.storage.workflow.sqlite import SqlWorkflowStorage
from phi.workflow.session import WorkflowSession


class Parrot(Model):
    id: str = "parrot"
    provider: str = "Test"

    def response(self, messages):
        said = messages[-1].content
        messages.append(
            Message(role="assistant", content=f"You said: {said}",
                    metrics={"time": 0.5, "input_tokens": 3, "output_tokens": 4, "total_tokens": 7}))
        self.metrics.setdefault("input_tokens", 0)
        return ModelResponse(content=f"You said: {said}")


path = sys.argv[1]
storage = SqlAgentStorage(table_name="agent_sessions", db_file=path)
workflows = SqlWorkflowStorage(table_name="workflow_sessions", db_file=path)
memories = SqliteMemoryDb(table_name="agent_memory", db_file=path)

def agent(session, user, **more):
    return Agent(agent_id="agent-1", name="Clerk", session_id=session, user_id=user, model=Parrot(), storage=storage,
                 telemetry=False, monitoring=False, **more)

first = agent("p1", "anna", user_data={"plan": "pro", "seats": 3}, session_state={"open": True})
first.run("Where is my invoice?")
first.run("caf\u00e9 \U0001F600")
agent("p2", None).run("no user, no user data")
pictures = agent("p3", "bert", user_data={"plan": "free"})
pictures.run("What is this?", images=["https://example.org/cat.png"])
summed = agent("p4", "anna")
summed.memory.summary = SessionSummary(summary="Talked about tea.", topics=["tea"])
summed.memory.memories = [Memory(memory="likes tea", id="mem-in-session", topic="drink")]
summed.run("I like tea")
workflow = WorkflowMemory()
workflow.runs.append(WorkflowRun(input={"topic": "tea"}, response=RunResponse(run_id="wr-1", session_id="w1",
                                 workflow_id="wf-1", content="a page about tea")))
workflows.create()
workflows.upsert(WorkflowSession(session_id="w1", workflow_id="wf-1", user_id="anna", memory=workflow.to_dict(),
                                 workflow_data={"name": "Blog"}, user_data={"plan": "pro"},
                                 session_data={"session_name": "tea"}))
memories.create()
memories.upsert_memory(MemoryRow(user_id="anna", memory=Memory(memory="likes tea", input="I like tea").to_dict()))
for line in sqlite3.connect(path).iterdump():
    print(line)
