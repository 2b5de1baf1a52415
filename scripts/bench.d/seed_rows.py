#!/usr/bin/env python3
"""The sessions that every benchmark migrates, as values; each seed stores them as its database wants them.

Promises: every session has as many runs of about as many bytes of JSON as asked for; the same rows on every call.
Standard library only.
"""

import argparse
import json
import random

COLUMNS = ("session_id", "session_type", "agent_id", "team_id", "workflow_id", "user_id", "session_data", "agent_data",
           "team_data", "workflow_data", "metadata", "runs", "summary", "created_at", "updated_at")
KINDS = ("agent", "team", "workflow")
VOCABULARY = ("the agent looked into documents and found three answers of which one was newer than others so it asked team "
              "for a second opinion before writing short summary with sources that nobody had read yet because search index "
              "came late while memory held older notes about customers prices contracts meetings invoices deadlines").split()
# As little alike as prose is, so that a server that compresses values has as much to do as with real ones.
WORDS = " ".join(random.Random(1).choices(VOCABULARY, k=40_000))


def run(session, position, number, kind, size):
    created = 1_700_000_000 + number
    value = {
        "run_id": f"{session}-run-{position:04}", f"{kind}_id": f"{kind}-{number % 7}", "session_id": session,
        "user_id": f"user-{number % 1000}", "content": "", "content_type": "str", "model": "model-x",
        "model_provider": "provider-y", "metrics": {"input_tokens": number, "output_tokens": 17, "duration": 1.25},
        "messages": [
            {"id": f"{number}-1", "role": "user", "content": "Was ist \"größer\"? 🎉\n", "created_at": created},
            {"id": f"{number}-2", "role": "assistant", "content": "See above.", "created_at": created + 1},
        ],
        "created_at": created, "status": "COMPLETED", "input": {"input_content": "Was ist \"größer\"?"},
    }
    missing = size - len(json.dumps(value))
    start = number * 7919 % (len(WORDS) - max(missing, 0))
    value["content"] = WORDS[start:start + missing] if missing > 0 else ""
    return value


def sessions(count, runs, size):
    """Rows in the order of COLUMNS; the JSON columns hold values, not text."""
    for number in range(count):
        session, kind, created = f"session-{number:08}", KINDS[number % 3], 1_700_000_000 + number
        owners = [f"{kind}-1" if kind == other else None for other in KINDS]
        data = {"session_name": f"Session {number}", "session_state": {}}
        items = [run(session, position, number * runs + position, kind, size) for position in range(runs)]
        yield [session, kind, *owners, f"user-{number % 1000}", data, *[None] * 4, items, None, created, created]


def options(description, place, runs=10):
    """The options that every seed has, read and checked."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar=place)
    parser.add_argument("--sessions", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=runs)
    parser.add_argument("--bytes", type=int, default=2048)
    found = parser.parse_args()
    if found.bytes >= len(WORDS):
        parser.error(f"--bytes is less than {len(WORDS)}")
    return found
