#!/usr/bin/env python3
"""An application of Agno 2.x that goes on reading and writing sessions, through Agno's own class and its engine's pool.

    application.py --db URL [--writers N] [--readers N] [--trace FILE]

Promises: each writer saves a session of its own ten times a second, with a number that grows, and each reader reads one of
those sessions as often; all share one pool of connections. It ends when its standard input is closed, looks up what each writer saved last, and
prints {"writes", "reads", "failed", "lost", "longest_ms", "p50_ms", "p99_ms", "longest_read_ms"}. --trace writes "seconds milliseconds" per
write. Needs a release of Agno from 2.0 on, with the server's driver.
"""

import argparse
import json
import logging
import sys
import threading
import time

from agno.db.base import SessionType
from agno.session import AgentSession

PERIOD = 0.1


def database(url):
    if url.startswith("postgresql"):
        from agno.db.postgres import PostgresDb

        return PostgresDb(db_url=url.replace("postgresql:", "postgresql+psycopg:", 1), session_table="agno_sessions")
    if url.startswith("mysql"):
        from agno.db.mysql import MySQLDb

        return MySQLDb(
            db_url=url.replace("mysql:", "mysql+pymysql:", 1), db_schema=url.rsplit("/", 1)[1],
            session_table="agno_sessions")
    from agno.db.sqlite import SqliteDb

    return SqliteDb(db_file=url, session_table="agno_sessions")


class Member(threading.Thread):
    """A writer or reader of one session."""

    def __init__(self, db, key, ended):
        super().__init__(daemon=True)
        self.db, self.key, self.ended = db, key, ended
        self.times = []
        self.failed = 0

    def run(self):
        while not self.ended.is_set():
            started = time.perf_counter()
            try:
                good = self.step()
            except Exception as error:  # whatever the class lets through
                print(f"{type(self).__name__}: {error}", file=sys.stderr)
                good = False
            taken = time.perf_counter() - started
            self.times.append((time.time(), taken * 1000))
            self.failed += not good
            self.ended.wait(max(0, PERIOD - taken))


class Writer(Member):
    saved = number = 0
    runs = None

    def step(self):
        self.number += 1
        self.runs = self.runs or [
            {"run_id": f"{self.key}-{run}", "agent_id": "agent", "session_id": self.key, "content": "word " * 400,
             "messages": [], "created_at": 1700000000 + run} for run in range(10)]
        session = AgentSession.from_dict({
            "session_id": self.key, "agent_id": "agent", "user_id": "user", "created_at": 1700000000,
            "session_data": {"number": self.number}, "runs": self.runs})
        if self.db.upsert_session(session, deserialize=False) is None:
            return False
        self.saved = self.number
        return True


class Reader(Member):
    def step(self):
        self.db.get_session(session_id=self.key, session_type=SessionType.AGENT, deserialize=False)
        return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", required=True, metavar="URL")
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--trace", metavar="FILE")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    db, ended = database(options.db), threading.Event()
    writers = [Writer(db, f"application-{number}", ended) for number in range(options.writers)]
    readers = [Reader(db, f"application-{number}", ended) for number in range(options.readers)]
    for member in writers + readers:
        member.step()  # one after the other: the class learns its tables from the first
    for member in writers + readers:
        member.start()
    sys.stdin.read()
    ended.set()
    for member in writers + readers:
        member.join()
    lost = 0
    fresh = database(options.db)
    for writer in writers:
        row = fresh.get_session(session_id=writer.key, session_type=SessionType.AGENT, deserialize=False)
        data = (row or {}).get("session_data") or {}
        data = json.loads(data) if isinstance(data, str) else data
        lost += writer.saved > data.get("number", 0)
    times = sorted(taken for writer in writers for _, taken in writer.times)
    if options.trace:
        with open(options.trace, "w", encoding="ascii") as trace:
            for at, taken in sorted(pair for writer in writers for pair in writer.times):
                print(f"{at:.3f} {taken:.2f}", file=trace)
    print(json.dumps({
        "writes": len(times), "reads": sum(len(reader.times) for reader in readers),
        "failed": sum(member.failed for member in writers + readers), "lost": lost, "longest_ms": times[-1],
        "p50_ms": times[len(times) // 2], "p99_ms": times[len(times) * 99 // 100],
        "longest_read_ms": max((taken for reader in readers for _, taken in reader.times), default=0)}))


if __name__ == "__main__":
    main()
