"""What each kind of database says of its tables, in one form: one class per kind, found by open_catalogue.

A catalogue has tables(), columns(T), indexes(T), foreign_keys(T), others(), and rows(T, columns); the forms are
those of canonical.py. JSON arrives as text, times and dates as ISO text.
"""

import contextlib
import re

import where

OURS = "agno_migration_"


def plain(sql):
    """Definition text without what does not matter: quotes around simple names, spacing."""
    return re.sub(r"\s+", " ", re.sub(r'["`]([A-Za-z_][A-Za-z0-9_]*)["`]', r"\1", sql)).strip()


class SQLite:
    def __init__(self, path, schema):
        self.connection = where.open_read_only(path)
        self.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")

    def close(self):
        self.connection.close()

    def ask(self, statement, *values):
        return self.connection.execute(statement, values).fetchall()

    def masters(self):
        """Type, name and text of all that is neither SQLite's own nor ours."""
        return [(kind, name, sql) for kind, name, table, sql in
                self.ask("SELECT type, name, tbl_name, sql FROM sqlite_master")
                if not name.startswith("sqlite_") and not table.startswith(OURS)]

    def tables(self):
        return [name for kind, name, _ in self.masters() if kind == "table"]

    def others(self):
        return {f"{kind} {name}": plain(sql) for kind, name, sql in self.masters() if kind in ("view", "trigger")}

    def columns(self, table):
        return {name: {"type": kind, "notnull": bool(notnull), "default": default, "pk": key}
                for _, name, kind, notnull, default, key in self.ask("SELECT * FROM pragma_table_info(?)", table)}

    def indexes(self, table):
        definition = self.ask("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", table)[0][0]
        named = {}  # the names of unique constraints are only in the table's own text
        for name, columns in re.findall(r'CONSTRAINT\s+("[^"]+"|\S+)\s+UNIQUE\s*\(([^)]*)\)', definition, re.I):
            named[tuple(part.strip().strip('"') for part in columns.split(","))] = name.strip('"')
        found = {}
        for _, name, unique, origin, partial in self.ask("SELECT * FROM pragma_index_list(?)", table):
            parts = self.ask("SELECT name, desc, coll FROM pragma_index_xinfo(?) WHERE key ORDER BY seqno", name)
            text = ", ".join((part or "<expression>") + " DESC" * descending + f" COLLATE {order}" * (order != "BINARY")
                             for part, descending, order in parts)
            text = "UNIQUE " * unique + f"({text})"
            sql = self.ask("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", name)[0][0]
            if partial:
                text += " WHERE " + re.sub(r"^\((.*)\)$", r"\1", plain(re.split(r"\bWHERE\b", sql, 1, re.I)[1]))
            elif sql and "<expression>" in text:
                text += " " + plain(sql[sql.index("("):])
            if origin != "c":
                name = "<pk>" if origin == "pk" else named.get(tuple(part[0] for part in parts), "<unique>")
            found.setdefault(text, []).append(name)
        return {text: sorted(names) for text, names in found.items()}

    def foreign_keys(self, table):
        found = {}
        for number, _, target, column, to, on_update, on_delete, _ in self.ask(
                "SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq", table):
            pairs = found.setdefault((number, target, on_update, on_delete), [])
            pairs.append(f"{column}->{to}")
        return sorted(f"{target}({', '.join(pairs)}) ON UPDATE {on_update} ON DELETE {on_delete}"
                      for (_, target, on_update, on_delete), pairs in found.items())

    def rows(self, table, columns):
        return self.ask(f"SELECT {', '.join(map(where.quoted, columns))} FROM {where.quoted(table)}")


class PostgreSQL:
    def __init__(self, url, schema):
        self.connection, self.schema = where.connect(url), schema or where.default_schema(url)
        self.connection.read_only = True
        # The server then spells the names of the schema's tables without it, whatever it is called.
        self.ask("SELECT set_config('search_path', %s, false)", where.quoted(self.schema))

    def close(self):
        self.connection.close()

    def ask(self, statement, *values):
        return self.connection.execute(statement, values or None).fetchall()

    def relations(self, kinds):
        return [name for name, in self.ask(
            "SELECT relname::text FROM pg_class WHERE relkind = ANY(%s) AND relnamespace = "
            "(SELECT oid FROM pg_namespace WHERE nspname = %s) ORDER BY 1", list(kinds), self.schema)
            if not name.startswith(OURS)]

    def tables(self):
        return self.relations("rp")

    def others(self):
        found = {f"view {name}": plain(self.ask("SELECT pg_get_viewdef(%s::regclass)", where.quoted(name))[0][0])
                 for name in self.relations("vm")}
        found |= {f"sequence {name}": "" for name in self.relations("S")}
        for name, definition in self.ask(
                "SELECT tgname::text, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT tgisinternal AND nspname = %s", self.schema):
            found[f"trigger {name}"] = plain(definition)
        return found

    def columns(self, table):
        keys = self.ask("SELECT unnest(indkey)::int FROM pg_index WHERE indisprimary AND indrelid = %s::regclass",
                        where.quoted(table))
        positions = {number: position for position, (number,) in enumerate(keys, 1)}
        return {name: {"type": kind, "notnull": notnull, "default": default, "pk": positions.get(number, 0)}
                for number, name, kind, notnull, default in self.ask(
                    "SELECT attnum, attname::text, format_type(atttypid, atttypmod), attnotnull, "
                    "pg_get_expr(adbin, adrelid) FROM pg_attribute LEFT JOIN pg_attrdef "
                    "ON adrelid = attrelid AND adnum = attnum WHERE attrelid = %s::regclass AND attnum > 0 "
                    "AND NOT attisdropped ORDER BY attnum", where.quoted(table))}

    def indexes(self, table):
        found = {}
        for name, kind, valid, definition in self.ask(
                "SELECT relname::text, contype::text, indisvalid, pg_get_indexdef(indexrelid) FROM pg_index "
                "JOIN pg_class c ON c.oid = indexrelid LEFT JOIN pg_constraint k ON conindid = indexrelid "
                "AND contype IN ('p', 'u', 'x') WHERE indrelid = %s::regclass", where.quoted(table)):
            text = definition[definition.index(" USING ") + 7:].removeprefix("btree ")
            text = "UNIQUE " * definition.startswith("CREATE UNIQUE") + plain(text)
            text = {"p": "PRIMARY KEY ", "u": "CONSTRAINT "}.get(kind, "") + text + " INVALID" * (not valid)
            found.setdefault(text, []).append(name)
        return {text: sorted(names) for text, names in found.items()}

    def foreign_keys(self, table):
        """Check constraints too: what no index stands for."""
        return [f"{name}: {plain(definition)}" for name, definition in self.ask(
            "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('f', 'c') "
            "AND conrelid = %s::regclass ORDER BY 1", where.quoted(table))]

    def rows(self, table, columns):
        names = [where.quoted(name) + "::text" * info["type"].startswith(("json", "date", "timestamp"))
                 for name, info in columns.items()]
        return self.ask(f"SELECT {', '.join(names)} FROM {where.quoted(self.schema, table)}")


class MySQL:
    """MySQL and MariaDB; the schema is a database."""

    def __init__(self, url, schema):
        self.connection, self.schema = where.connect(url), schema or where.default_schema(url)
        self.is_mariadb = "MariaDB" in self.connection.get_server_info()
        self.ask("SET SESSION TRANSACTION READ ONLY")

    def close(self):
        self.connection.close()

    def ask(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return [tuple(row) for row in cursor.fetchall()]

    def full(self, *names):
        return where.quoted(self.schema, *names, mark="`")

    def tables(self):
        return [name for name, in self.ask(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE' "
            "ORDER BY table_name", self.schema) if not name.startswith(OURS)]

    def others(self):
        found = {f"{kind.lower()} {name}": "" for name, kind in self.ask(
            "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = %s "
            "AND table_type <> 'BASE TABLE'", self.schema)}
        for name, table, time, event, body in self.ask(
                "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement "
                "FROM information_schema.triggers WHERE trigger_schema = %s", self.schema):
            found[f"trigger {name}"] = plain(f"{time} {event} ON {table} {body}")
        return found

    def checks(self, table):
        """The conditions of a table by name."""
        # MariaDB names the table there, MySQL the constraint alone, which has one name in the whole schema.
        own = "AND c.table_name = t.table_name" if self.is_mariadb else ""
        return {name: plain(clause) for name, clause in self.ask(
            "SELECT c.constraint_name, c.check_clause FROM information_schema.check_constraints c "
            "JOIN information_schema.table_constraints t ON t.constraint_schema = c.constraint_schema "
            f"AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK' {own} "
            "WHERE t.table_schema = %s AND t.table_name = %s", self.schema, table)}

    def is_json(self, name, kind, checks):
        """Whether the column is what MariaDB makes of JSON: text whose check has the column's name."""
        return kind == "longtext" and checks.get(name) == f"json_valid({name})"

    def columns(self, table):
        checks = self.checks(table)
        keys = {name: number for number, name in self.ask(
            "SELECT seq_in_index, column_name FROM information_schema.statistics WHERE index_name = 'PRIMARY' "
            "AND table_schema = %s AND table_name = %s", self.schema, table)}
        found = {}
        for name, kind, collation, nullable, default, extra in self.ask(
                "SELECT column_name, column_type, collation_name, is_nullable, column_default, extra "
                "FROM information_schema.columns WHERE table_schema = %s AND table_name = %s "
                "ORDER BY ordinal_position", self.schema, table):
            if self.is_json(name, kind, checks):
                kind = "json"
            elif collation:
                kind += f" {collation}"
            if self.is_mariadb and default == "NULL":
                default = None
            found[name] = {"type": kind + f" {extra}" * bool(extra), "notnull": nullable == "NO", "default": default,
                           "pk": keys.get(name, 0)}
        return found

    def indexes(self, table):
        parts = {}
        for row in self.ask(f"SHOW INDEX FROM {self.full(table)}"):
            # Table, non-unique, name, position, column, direction, cardinality, length, …, kind, …; MySQL: 14 expression
            expression = row[14] if len(row) > 14 and row[4] is None else None
            part = row[4] or f"({plain(expression)})"
            part += f"({row[7]})" * (row[7] is not None) + " DESC" * (row[5] == "D")
            parts.setdefault((row[2], bool(row[1]), row[10]), []).append((row[3], part))
        found = {}
        for (name, repeats, kind), columns in parts.items():
            text = "(" + ", ".join(part for _, part in sorted(columns)) + ")" + f" {kind}" * (kind != "BTREE")
            text = "PRIMARY KEY " * (name == "PRIMARY") + "UNIQUE " * (not repeats) + text
            found.setdefault(text, []).append(name)
        return {text: sorted(names) for text, names in found.items()}

    def foreign_keys(self, table):
        """Check constraints too, but those that only say that a text is JSON; and what the table's own settings are."""
        found = []
        for name, target, on_update, on_delete in self.ask(
                "SELECT constraint_name, referenced_table_name, update_rule, delete_rule "
                "FROM information_schema.referential_constraints WHERE constraint_schema = %s AND table_name = %s",
                self.schema, table):
            pairs = self.ask(
                "SELECT column_name, referenced_column_name, referenced_table_schema "
                "FROM information_schema.key_column_usage WHERE constraint_schema = %s AND table_name = %s "
                "AND constraint_name = %s ORDER BY ordinal_position", self.schema, table, name)
            elsewhere = f"{pairs[0][2]}." * (pairs[0][2] != self.schema)
            found.append(f"{name}: FOREIGN KEY ({', '.join(pair[0] for pair in pairs)}) REFERENCES {elsewhere}{target}("
                         f"{', '.join(pair[1] for pair in pairs)}) ON UPDATE {on_update} ON DELETE {on_delete}")
        kinds = {name: info["type"] for name, info in self.columns(table).items()}
        found += [f"{name}: CHECK {clause}" for name, clause in self.checks(table).items() if kinds.get(name) != "json"]
        (engine, collation, options), = self.ask(
            "SELECT engine, table_collation, create_options FROM information_schema.tables WHERE table_schema = %s "
            "AND table_name = %s", self.schema, table)
        return sorted(found) + [f"{engine} {collation} {options}".strip()]

    def rows(self, table, columns):
        names = [f"CAST({self.full(table, name)} AS CHAR)" if info["type"].startswith(("json", "date", "timestamp"))
                 else self.full(table, name) for name, info in columns.items()]
        return self.ask(f"SELECT {', '.join(names)} FROM {self.full(table)}")


CATALOGUES = {"sqlite": SQLite, "postgresql": PostgreSQL, "mysql": MySQL, "singlestoredb": MySQL}


def open_catalogue(location, schema=None):
    """The catalogue of a file or a URL, to be used in a with statement; {name} in a schema is the database's name."""
    schema = schema and schema.replace("{name}", where.name(location))
    return contextlib.closing(CATALOGUES[where.kind(location)](location, schema))
