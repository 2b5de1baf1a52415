"""Where a database is: the path of a SQLite file, or a SQLAlchemy URL with a schema."""

import contextlib
import os
import re
import sqlite3
from urllib.parse import unquote, urlsplit

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
    scheme = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}.get(kind(where))
    return f"{scheme}://{where.split('://', 1)[1]}" if scheme else where


def for_sqlalchemy(where):
    """The URL as a Python program has it; mariadb+… and singlestoredb+… only say which server and which class is meant."""
    scheme, _, rest = where.partition("://")
    name, _, driver = scheme.partition("+")
    return f"mysql+{driver}://{rest}" if name in ("mariadb", "singlestoredb") and driver else where


def default_schema(where):
    """What holds the tables of a test's database where nothing is said; MySQL's schemas are the databases themselves."""
    return name(where) if kind(where) in ("mysql", "singlestoredb") else "ai" if kind(where) == "postgresql" else None


def name(where):
    """The database's name in a URL."""
    return unquote(urlsplit(where).path.removeprefix("/"))


def open_read_only(path):
    """A connection that leaves no files behind, as SQLite does when it opens a WAL database read-only."""
    wal = path + "-wal"
    idle = not os.path.exists(wal) or os.path.getsize(wal) == 0
    name = re.sub(r"[%?#]", lambda match: f"%{ord(match[0]):02x}", path)
    return sqlite3.connect(f"file:{name}?mode=ro{'&immutable=1' * idle}", uri=True)


def connect(where):
    """A connection of psycopg or of pymysql."""
    if kind(where) == "postgresql":
        import psycopg

        return psycopg.connect("postgresql://" + where.split("://", 1)[1])
    import pymysql

    url = urlsplit(where)
    return pymysql.connect(host=url.hostname, port=url.port, user=unquote(url.username), charset="utf8mb4",
                           password=unquote(url.password or ""), database=name(where))


def quoted(*names, mark='"'):
    """An identifier, qualified by those before it that are not None."""
    return ".".join(mark + name.replace(mark, mark * 2) + mark for name in names if name is not None)


def copied(path, directory):
    """A copy of a SQLite file; opening one with the original changes it."""
    where = os.path.join(directory, "copy.db")
    with contextlib.closing(open_read_only(path)) as source, contextlib.closing(sqlite3.connect(where)) as copy:
        source.backup(copy)
    return where
