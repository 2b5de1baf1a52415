"""Loads converted v1 sessions with the classes of a release and tells what they hold.

Usage: v1_load.py SESSIONS
SESSIONS has one JSON object per line: session_type, and the columns of a session with `runs` as a list. Writes one JSON
object per line: `error` (null when it loaded), and per run its class, run_id, messages and media, members and steps included.
"""

import base64
import json
import logging
import sys

from agno.run.agent import RunOutput
from agno.run.team import TeamRunOutput
from agno.session import AgentSession, TeamSession, WorkflowSession

CLASSES = {"agent": AgentSession, "team": TeamSession, "workflow": WorkflowSession}
KINDS = {RunOutput: "agent", TeamRunOutput: "team"}
warnings = []


class Collect(logging.Handler):
    def emit(self, record):
        if record.levelno >= logging.WARNING:
            warnings.append(type(record.msg).__name__ + ": " + record.getMessage()[:80])


def content(media):
    found = []
    for item in media if isinstance(media, (list, tuple)) else [media] if media is not None else []:
        source = item.content
        found.append(base64.b64encode(source).decode() if isinstance(source, bytes) else item.url or item.filepath)
    return found


def describe(run):
    messages = [m for name in ("messages", "additional_input", "reasoning_messages") for m in getattr(run, name, None) or []]
    holders = [(m, "audio_output") for m in messages] + [(run, "response_audio")]
    media = [m for holder, reply in holders for name in ("images", "videos", "audio", reply)
             for m in content(getattr(holder, name, None))]
    inner = [*(getattr(run, "member_responses", None) or []), *(getattr(run, "step_executor_runs", None) or [])]
    return {"kind": KINDS.get(type(run), "workflow"), "run_id": run.run_id, "messages": [m.content for m in messages],
            "media": media, "inner": [describe(r) for r in inner]}


def main():
    for name in ("agno", "agno-team", "agno-workflow"):
        logging.getLogger(name).handlers = [Collect()]
    for line in open(sys.argv[1], encoding="utf-8"):
        row = json.loads(line)
        warnings.clear()
        result = {"error": None, "runs": []}
        try:
            session = CLASSES[row["session_type"]].from_dict(row)
            result["runs"] = [describe(run) for run in session.runs or []]
            session.to_dict()
            if warnings:
                result["error"] = "; ".join(warnings)
        except Exception as error:
            result["error"] = f"{type(error).__name__}: {error}"[:200]
        print(json.dumps(result))


main()
