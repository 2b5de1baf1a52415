"""Where a database is: the path of a SQLite file, or a SQLAlchemy URL with a schema."""

import contextlib
import os
import re
import sqlite3

ASYNCHRONOUS = {"psycopg_async", "asyncpg", "asyncmy", "aiomysql", "aiosqlite"}


def kind(where):
    """sqlite, postgresql, mysql, …"""
    name = where.split("://")[0].split("+")[0] if "://" in where else "sqlite"
    return {"mariadb": "mysql", "postgres": "postgresql"}.get(name, name)


def is_file(where):
    return "://" not in where


def is_asynchronous(where):
    """Whether the URL names a driver of the asynchronous classes."""
    return not is_file(where) and where.split("://")[0].partition("+")[2] in ASYNCHRONOUS


def for_synchronous(where):
    """The same database under the driver of the synchronous classes."""
    return "postgresql+psycopg://" + where.split("://", 1)[1] if kind(where) == "postgresql" else where


def open_read_only(path):
    """A connection that leaves no files behind, as SQLite does when it opens a WAL database read-only."""
    wal = path + "-wal"
    idle = not os.path.exists(wal) or os.path.getsize(wal) == 0
    name = re.sub(r"[%?#]", lambda match: f"%{ord(match[0]):02x}", path)
    return sqlite3.connect(f"file:{name}?mode=ro{'&immutable=1' * idle}", uri=True)


def connect(where):
    """A psycopg connection."""
    import psycopg

    return psycopg.connect("postgresql://" + where.split("://", 1)[1])


def quoted(*names):
    """An identifier, qualified by those before it that are not None."""
    return ".".join('"{}"'.format(name.replace('"', '""')) for name in names if name is not None)


def copied(path, directory):
    """A copy of a SQLite file; opening one with the original changes it."""
    where = os.path.join(directory, "copy.db")
    with contextlib.closing(open_read_only(path)) as source, contextlib.closing(sqlite3.connect(where)) as copy:
        source.backup(copy)
    return where
