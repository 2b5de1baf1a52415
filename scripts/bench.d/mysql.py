"""What the benchmarks on MySQL and MariaDB share: copies of databases, and how much the server worked.

A URL's database is the schema of Agno's tables.
"""

import contextlib
import os
from urllib.parse import urlsplit, urlunsplit

import pymysql

UPSERT = """
INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, runs, session_data, created_at, updated_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON DUPLICATE KEY UPDATE agent_id = VALUES(agent_id), user_id = VALUES(user_id), runs = VALUES(runs),
    session_data = VALUES(session_data), updated_at = VALUES(updated_at)"""
Error = pymysql.MySQLError


def name(url):
    return urlsplit(url).path.removeprefix("/")


def connect(url, database=None):
    parts = urlsplit(url)
    return pymysql.connect(host=parts.hostname, port=parts.port, user=parts.username, database=database or name(url),
                           charset="utf8mb4", autocommit=True)


def ask(connection, statement, values=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def execute(connection, statement, values):
    ask(connection, statement, values)


def make_database(url):
    """Makes a database anew, without tables."""
    with connect(url, "mysql") as connection:
        ask(connection, f"DROP DATABASE IF EXISTS `{name(url)}`")
        ask(connection, f"CREATE DATABASE `{name(url)}`")


def settle(connection, tables):
    """Nobody pays for what somebody did before: statistics are made, and what was changed is written."""
    for table in tables:
        ask(connection, f"ANALYZE TABLE `{table}`")
    names = ", ".join(f"`{table}`" for table in tables)
    ask(connection, f"FLUSH TABLES {names} FOR EXPORT")
    ask(connection, "UNLOCK TABLES")


@contextlib.contextmanager
def copied(url):
    """A copy of a database, settled; dropped at the end."""
    parts = urlsplit(url)
    copy = urlunsplit(parts._replace(path=f"/{name(url)}_copy"))
    make_database(copy)
    try:
        with connect(copy) as connection:
            ask(connection, "SET SESSION foreign_key_checks = 0")
            tables = [table for table, in ask(connection, f"SHOW TABLES FROM `{name(url)}`")]
            for table in tables:
                (_, definition), = ask(connection, f"SHOW CREATE TABLE `{name(url)}`.`{table}`")
                ask(connection, definition)
                ask(connection, f"INSERT INTO `{table}` SELECT * FROM `{name(url)}`.`{table}`")
            settle(connection, tables)
        yield copy
    finally:
        with connect(url) as connection:
            ask(connection, f"DROP DATABASE `{name(copy)}`")


def is_complete(url):
    """Whether every element of every run list has a row; what a writer wrote meanwhile is not asked for."""
    with connect(url) as connection:
        elements = "SELECT SUM(JSON_LENGTH(runs)) FROM agno_sessions"
        (complete,), = ask(connection, f"SELECT (SELECT COUNT(*) FROM agno_runs) >= COALESCE(({elements}), 0)")
        return bool(complete)


def server_cpu_seconds(data_folder):
    """Processor time of the server; None where the system does not tell."""
    try:
        with open(os.path.join(data_folder, "pid"), encoding="ascii") as file:
            process = int(file.readline())
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:13]) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):
        return None
