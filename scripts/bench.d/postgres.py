"""What the benchmarks on PostgreSQL share: copies of databases, and how much the server worked."""

import contextlib
import os
from urllib.parse import urlsplit, urlunsplit

import psycopg

UPSERT = """
INSERT INTO ai.agno_sessions (session_id, session_type, agent_id, user_id, runs, session_data, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s::json, %s::json, %s, %s)
ON CONFLICT (session_id) DO UPDATE SET agent_id = EXCLUDED.agent_id, user_id = EXCLUDED.user_id, runs = EXCLUDED.runs,
    session_data = EXCLUDED.session_data, updated_at = EXCLUDED.updated_at"""
Error = psycopg.Error


def connect(url):
    return psycopg.connect(url, autocommit=True)


def execute(connection, statement, values):
    connection.execute(statement, values)


def named(url, database):
    """The URL of another database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def name(url):
    return urlsplit(url).path.removeprefix("/")


def make_database(url, template="template0"):
    """Makes a database anew, as a copy of another one."""
    with psycopg.connect(named(url, "postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name(url)}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name(url)}" TEMPLATE "{template}"')


@contextlib.contextmanager
def copied(url):
    """A copy of a database, settled, so that nobody pays for what somebody did before; dropped at the end."""
    copy = named(url, f"{name(url)}_copy")
    make_database(copy, template=name(url))
    try:
        with psycopg.connect(copy, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        yield copy
    finally:
        with psycopg.connect(named(url, "postgres"), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name(copy)}" WITH (FORCE)')


def is_complete(url):
    """Whether every element of every run list has a row; what a writer wrote meanwhile is not asked for."""
    with psycopg.connect(url) as connection:
        elements = "SELECT sum(jsonb_array_length(runs)) FROM ai.agno_sessions"
        rows = "SELECT count(*) FROM ai.agno_runs"
        return connection.execute(f"SELECT ({rows}) >= coalesce(({elements}), 0)").fetchone()[0]


def server_cpu_seconds(data_folder):
    """Processor time of the server and of everything it ever started; None where the system does not tell."""
    try:
        with open(os.path.join(data_folder, "postmaster.pid"), encoding="ascii") as file:
            main = int(file.readline())
        total = 0
        for entry in os.listdir("/proc"):
            if entry.isdigit():
                with contextlib.suppress(OSError):
                    with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                        fields = file.read().rpartition(")")[2].split()
                    if int(entry) == main:
                        total += sum(int(field) for field in fields[11:15])
                    elif int(fields[1]) == main:
                        total += sum(int(field) for field in fields[11:13])
        return total / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None
