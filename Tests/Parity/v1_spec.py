"""Conversations of 1.x, as facts: what v1_write.py stores with the classes of a 1.x release, and what v1_check.py must find.

Facts are plain values; bytes stand for media.
"""

PICTURE = b"\x89PNG\r\n\x1a\n raw \x00\xff bytes" * 40
SOUND = b"RIFF\x00\x01\x02WAVE" * 10
VOICE = bytes(range(256))

AGENT_RUN = {
    "run_id": "run-1", "content": "caf\u00e9 \U0001F600 \u201cquoted\u201d\nline", "status": "COMPLETED",
    "reasoning": "first this, then that",
    "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "look and listen", "images": [PICTURE], "audio": [SOUND]},
        {"role": "assistant", "content": "caf\u00e9", "input_tokens": 10, "output_tokens": 5},
    ],
    "metrics": {"input_tokens": [10, 4], "output_tokens": [5, 1], "time": [1.0, 0.5]},
    "tools": [{"tool_name": "set_alarm", "tool_args": {"time": "07:30", "event": "wake", "prompt_tokens": 3}, "result": "ok"}],
    "voice": VOICE, "transcript": "spoken words",
}
MEMBER_RUN = {"run_id": "run-m", "content": "member answer", "status": "COMPLETED", "metrics": {"input_tokens": [1]},
              "messages": [{"role": "user", "content": "do it"}, {"role": "assistant", "content": "done"}]}
TEAM_RUN = {"run_id": "run-t", "content": "team answer", "status": "COMPLETED", "metrics": {"input_tokens": [3], "time": [0.25]},
            "messages": [{"role": "user", "content": "both of you"}], "members": [MEMBER_RUN]}
WORKFLOW_RUN = {"run_id": "run-w", "content": "report", "status": "COMPLETED", "steps": [(None, "found")]}
OLD_RUN = {"run_id": "run-o", "content": "old answer", "status": "COMPLETED",
           "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}

AGENTS = {
    "agent full": {"runs": [AGENT_RUN, dict(OLD_RUN, run_id="run-2")], "name": "Hello \u65e5\u672c",
                   "state": {"time": "09:00", "thinking": "hmm", "n": 1.0}, "metadata": {"tenant": "acme", "events": [1]}},
    "agent empty": {"runs": [], "name": None, "state": None, "metadata": None},
    "agent first generation": {"runs": [OLD_RUN], "name": "Old", "state": None, "metadata": None},
}
TEAMS = {"team": {"runs": [TEAM_RUN], "name": "Team talk", "state": None, "metadata": {"k": "v"}}}
WORKFLOWS = {"workflow": {"runs": [WORKFLOW_RUN], "name": None, "state": {"a": 1}, "metadata": None}}
MEMORIES = {
    "m1": {"memory": "likes tea", "topics": ["drink"], "input": "I like tea", "user_id": "user-1"},
    "m2": {"memory": "name is O'Brien \"Bob\" \U0001F600\n", "topics": None, "input": None, "user_id": None},
}
CLOCK = 1_751_328_000
