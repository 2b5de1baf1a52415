#!/usr/bin/env python3
"""Prints the tables that the release of agno in this python declares for one adapter, as JSON.

    declared.py sqlite|postgres|mysql|singlestore LABEL TYPE...

TYPE... are the table types to describe, in their order; the release's other tables are listed by name only. The
release's own database class builds every table; nothing is sent to a server, since what counts is the declaration.
Exit codes: 0 done, 1 the release could not be read.
"""

import copy
import importlib
import importlib.metadata
import inspect
import json
import os
import re
import sys
from unittest.mock import MagicMock

from sqlalchemy import Index, Table, UniqueConstraint, create_engine

ADAPTERS = {
    "sqlite": ("SqliteDb", "sqlite://"),
    "postgres": ("PostgresDb", "postgresql+psycopg://localhost/none"),
    "mysql": ("MySQLDb", "mysql+pymysql://localhost/none"),
    "singlestore": ("SingleStoreDb", "mysql+pymysql://localhost/none"),
}


class Declarations:
    """The tables that one database class builds; its sessions and its DDL go nowhere."""

    def __init__(self, adapter):
        name, url = ADAPTERS[adapter]
        self.module = importlib.import_module(f"agno.db.{adapter}.{adapter}")
        self.database = getattr(importlib.import_module(f"agno.db.{adapter}"), name)(db_engine=create_engine(url))
        self.dialect = self.database.db_engine.dialect
        self.statements = []
        self.tables = {}
        self.definition = self.module.get_table_schema_definition
        self.module.get_table_schema_definition = self.define
        Table.create = Index.create = lambda *arguments, **options: None
        session = MagicMock()
        session.__enter__.return_value = session
        session.execute.side_effect = self.execute
        self.database.Session = lambda: session
        self.database.table_exists = lambda *arguments, **options: False
        self.database.upsert_schema_version = lambda *arguments, **options: None
        self.database._get_or_create_table = self.build
        self.database._resolve_table = self.build
        if hasattr(self.module, "create_schema"):
            self.module.create_schema = lambda *arguments, **options: None

    def execute(self, statement, *arguments):
        self.statements.append(str(statement))
        return MagicMock()

    def define(self, *arguments, **options):
        """The definition of a table; the classes take it apart, so that a copy is kept."""
        definition = self.definition(*arguments, **options)
        self.defined = copy.copy(definition)
        return definition

    def build(self, table_name, table_type, **others):
        """Builds a table once; a table that refers to another asks for that one first."""
        if table_type not in self.tables:
            known = inspect.signature(self.database._create_table).parameters
            schema = {"db_schema": self.database.db_schema} if "db_schema" in known else {}
            first = len(self.statements)
            table = self.database._create_table(table_name=table_name, table_type=table_type, **schema)
            by_hand = [text for text in self.statements[first:] if text.startswith("CREATE TABLE")]
            defaults = {name: default(column) for name, column in self.defined.items() if isinstance(column, dict)}
            self.tables[table_type] = (table, by_hand[0] if by_hand else None, defaults)
        return self.tables[table_type][0]

    def read(self):
        """Builds every table that the class knows, those that others refer to first."""
        types = re.findall(r'table_type == "(\w+)"', inspect.getsource(type(self.database)._get_table))
        for table_type in types:
            try:
                self.database._get_table(table_type, create_table_if_not_found=True)
            except ValueError as error:  # a type of another adapter
                print(f"declared: {error}", file=sys.stderr)

    def others(self, types):
        """The names of the release's other tables by their types."""
        names = {name: table.name for name, (table, *_) in self.tables.items()}
        for attribute, name in vars(self.database).items():
            table_type = attribute.removesuffix("_table_name")
            if table_type == attribute or table_type in names or name in names.values():
                continue
            try:
                self.definition(table_type)
            except ValueError:
                continue
            names[table_type] = name
        return [{"type": name, "name": names[name]} for name in sorted(names) if name not in types]


def default(definition):
    """The value that the Python layer fills in."""
    value = definition.get("default")
    return value() if callable(value) else value


def columns_of(text):
    return [name.strip() for name in text.split(",")]


def described(table, by_hand, defaults, dialect):
    """A table as the fixtures have it; a CREATE TABLE written by hand overrides the declared keys."""
    primary = [column.name for column in table.primary_key.columns]
    uniques = [
        {"name": constraint.name, "columns": [column.name for column in constraint.columns]}
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint)
    ]
    fks = [
        {
            "name": constraint.name,
            "columns": [element.parent.name for element in constraint.elements],
            "references": [element.target_fullname for element in constraint.elements],
            "on_delete": constraint.ondelete,
        }
        for constraint in table.foreign_key_constraints
    ]
    shard = None
    if by_hand:
        found = re.search(r"PRIMARY KEY \(([^)]*)\)", by_hand)
        primary = columns_of(found[1]) if found else []
        shard = columns_of(re.search(r"SHARD KEY \(([^)]*)\)", by_hand)[1])
        uniques = [
            {"name": name, "columns": columns_of(columns)}
            for name, columns in re.findall(r"UNIQUE KEY (\w+) \(([^)]*)\)", by_hand)
        ]
        fks = []
    indexes = [
        {
            "name": index.name,
            "columns": [column.name for column in index.columns],
            "unique": bool(index.unique),
            "where": next((str(value) for key in ("postgresql", "sqlite")
                           if (value := index.dialect_options[key].get("where")) is not None), None),
        }
        for index in table.indexes
    ]
    columns = [
        {
            "name": column.name,
            "type": column.type.compile(dialect),
            "nullable": bool(column.nullable),
            "default": None if column.server_default is None else str(column.server_default.arg),
            "client_default": defaults.get(column.name),
            "pk": column.name in primary,
        }
        for column in table.columns
    ]
    return {
        "name": table.name,
        "columns": columns,
        "primary_key": primary,
        "indexes": sorted(indexes, key=lambda index: index["name"]),
        "uniques": sorted(uniques, key=lambda key: (key["name"] or "", key["columns"])),
        "fks": sorted(fks, key=lambda key: key["columns"]),
    } | ({"shard_key": shard} if shard else {})


def schema_version(database):
    """The newest version that the release's manager knows; releases before 2.3 have no manager."""
    try:
        manager = importlib.import_module("agno.db.migrations.manager").MigrationManager
    except ImportError:
        return "2.0.0"
    return manager(database).latest_schema_version.public


def main(adapter, label, *types):
    # The releases log to the standard output.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    declarations = Declarations(adapter)
    declarations.read()
    tables = declarations.tables
    print(json.dumps({
        "dialect": adapter,
        "schema_version_label": label,
        "schema_version": schema_version(declarations.database),
        "read_from_agno_release": importlib.metadata.version("agno"),
        "default_schema": getattr(declarations.database, "db_schema", None),
        "tables": {name: described(*tables[name], declarations.dialect) for name in types if name in tables},
        "other_tables": declarations.others(types),
    }, indent=1), file=output)


if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in ADAPTERS:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
