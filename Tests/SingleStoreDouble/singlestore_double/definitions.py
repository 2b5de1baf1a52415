"""CREATE, ALTER, DROP and RENAME: SingleStore's grammar and refusals, and the statement for MariaDB."""

import copy

from . import catalogue
from .errors import Refusal, feature, not_modelled, syntax
from .lexer import quoted, quoted_name, unquoted
from .outcome import Answer, Forward
from .rendering import render
from .statement import Cursor
from .tables import (
    COLUMNSTORE, INDEX, PRIMARY, ROWSTORE, SHARD, SORT, UNIQUE, Key, Table, read_column, read_key, read_key_columns,
    read_key_options,
)  # fmt: skip

SHARED_TIER = Refusal(1706, "This operation is not allowed in a shared tier deployment")


def on_columnstore(what):
    return Refusal(1706, f"ALTER TABLE which {what} is not supported on a columnstore table.")


def path_text(path):
    database, name = path
    return (quoted_name(database) + "." if database else "") + quoted_name(name)


async def create(statement, context):
    cursor = Cursor(statement, 1)
    words = []
    while True:
        word = cursor.accept_any("ROWSTORE", "COLUMNSTORE", "REFERENCE", "TEMPORARY", "GLOBAL")
        if not word:
            break
        words.append(word)
    if cursor.accept("TABLE"):
        return await _create_table(cursor, words, context)
    if words:
        raise cursor.fail()
    if cursor.accept_any("DATABASE", "SCHEMA"):
        return _create_database(cursor, context)
    if cursor.accept("UNIQUE", "INDEX"):
        return await _create_index(cursor, True, context)
    if cursor.accept("INDEX"):
        return await _create_index(cursor, False, context)
    if cursor.accept("VIEW"):
        return Forward(render(statement, context))
    if cursor.word() == "OR":
        raise cursor.fail()
    raise not_modelled(f"CREATE {cursor.word() or ''}".strip())


# CREATE DATABASE


def _create_database(cursor, context):
    absent = " IF NOT EXISTS" if cursor.accept("IF", "NOT", "EXISTS") else ""
    name = cursor.identifier()
    catalogue.check_database(name)
    if len(name) > 60:
        raise Refusal(1778, f"Database name '{name}' is too long; at most 60 characters.")
    if not name.isascii() or not name.replace("_", "a").isalnum() or name[0].isdigit():
        raise Refusal(1102, f"Incorrect database name '{name}'", "42000")
    while not cursor.at_end:  # charset, collation, partitions: the double's are the switch's
        cursor.next()
    charset = f" CHARACTER SET utf8mb4 COLLATE {context.collation}"
    return Forward(f"CREATE DATABASE{absent} {quoted_name(name)}{charset}")


# CREATE TABLE


async def _create_table(cursor, words, context):
    storage = ROWSTORE if "ROWSTORE" in words else COLUMNSTORE if "COLUMNSTORE" in words else None
    if context.switches.is_on("shared_tier") and ("ROWSTORE" in words or "GLOBAL" in words):
        raise SHARED_TIER
    if "GLOBAL" in words:
        raise not_modelled("GLOBAL TEMPORARY")
    absent = " IF NOT EXISTS" if cursor.accept("IF", "NOT", "EXISTS") else ""
    path = cursor.qualified()
    head = f"CREATE {'TEMPORARY ' if 'TEMPORARY' in words else ''}TABLE{absent} {path_text(path)}"
    like = _read_like(cursor)
    if like:
        return Forward(f"{head} LIKE {path_text(like)}")
    table = Table(path[1], storage=storage or context.switches["table_type"], reference="REFERENCE" in words)
    explicit_shard = None
    if cursor.is_operator("(") and cursor.word(1) not in ("SELECT", "WITH"):
        explicit_shard = _read_elements(cursor.parenthesis(), table, context)
    options = _read_options(cursor, table, context)
    finish_keys(table)
    _check_keys(table, explicit_shard)
    lines = [f"{quoted_name(column.name)} {column.mariadb()}" for column in table.columns]
    lines += [_mariadb_key(table, key) for key in table.keys]
    body = f" ({', '.join(lines)})" if lines else ""
    tail = f" {options} COMMENT={quoted(table.mariadb_comment())}"
    if not cursor.at_end:
        cursor.accept("AS")
        tail += " AS " + render(cursor.statement, context, cursor.index)
    return Forward(head + body + tail)


def _read_like(cursor):
    """The table of LIKE t or (LIKE t), None where it is something else."""
    if cursor.is_operator("(") and cursor.word(1) == "LIKE":
        cursor = cursor.parenthesis()
    if not cursor.accept("LIKE"):
        return None
    path = cursor.qualified()
    if cursor.word() == "WITH":
        raise not_modelled("CREATE TABLE ... LIKE ... WITH COPY")
    if not cursor.at_end:
        raise cursor.fail()
    return path


def _read_elements(inside, table, context):
    """Fills the table; the explicit shard key's columns, or None without one."""
    inside.foreign_keys_ignored = context.foreign_keys_ignored
    shard = None
    while True:
        key = read_key(inside)
        if key is False:
            table.columns.append(read_column(inside, table.keys))
        elif key is not None and key.kind == SHARD:
            shard, table.shard_name = key.columns, key.name
        elif key is not None and key.kind == SORT:
            table.sort = key.columns
        elif key is not None:
            table.keys.append(key)
        if inside.at_end:
            break
        inside.expect_operator(",")
    if shard is not None:
        table.shard = list(shard)
    elif not table.reference:
        primary = table.primary
        table.shard = list(primary.columns) if primary else []
    return shard


_DROPPED_OPTIONS = {
    "AUTOSTATS_ENABLED", "AUTOSTATS_CARDINALITY_MODE", "AUTOSTATS_HISTOGRAM_MODE", "AUTOSTATS_SAMPLING", "SQL_MODE",
    "COMPRESSION", "UNENFORCED",
}  # fmt: skip
_IGNORABLE_OPTIONS = {"ENGINE", "ROW_FORMAT", "KEY_BLOCK_SIZE", "AVG_ROW_LENGTH", "CHECKSUM", "MAX_ROWS", "MIN_ROWS",
                      "STATS_PERSISTENT", "PACK_KEYS", "DELAY_KEY_WRITE"}  # fmt: skip


def _read_options(cursor, table, context):
    """The options for MariaDB; reads up to AS, SELECT or the end."""
    charset, collation, others = "utf8mb4", context.collation, ""
    while not cursor.at_end and cursor.word() not in ("AS", "SELECT", "WITH") and not cursor.is_operator("("):
        cursor.accept_operator(",")
        cursor.accept("DEFAULT")
        word = cursor.word()
        if cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
            charset = _option_value(cursor)
            collation = collation if collation.startswith(charset + "_") else None
        elif cursor.accept("COLLATE"):
            collation = _option_value(cursor)
        elif cursor.accept("COMMENT"):
            table.comment = _option_value(cursor)
        elif cursor.accept("AUTO_INCREMENT"):
            others = f"AUTO_INCREMENT={int(_option_value(cursor))}"
        elif word in _DROPPED_OPTIONS:
            cursor.next()
            _option_value(cursor)
        elif word in _IGNORABLE_OPTIONS:
            if context.switches.is_on("strict"):
                raise feature(f"table option {word}")
            cursor.next()
            _option_value(cursor)
        else:
            raise cursor.fail()
    return f"{others} CHARACTER SET={charset}".strip() + (f" COLLATE={collation}" if collation else "")


def _option_value(cursor):
    cursor.accept_operator("=")
    token = cursor.next()
    return token.identifier if token.is_identifier else unquoted(token) if unquoted(token) is not None else token.text


def finish_keys(table):
    """Names what has none, as MySQL does; primary key columns are not null."""
    taken = {key.name.lower() for key in table.keys if key.name}
    for key in table.keys:
        for name in key.columns:
            if table.columns and table.column(name) is None:
                raise Refusal(1072, f"Key column '{name}' doesn't exist in table", "42000")
        if key.kind == PRIMARY:
            key.name = "PRIMARY"
            for name in key.columns:
                if table.column(name):
                    table.column(name).nullable = False
        elif not key.name:
            base, number = key.columns[0], 1
            key.name = base
            while key.name.lower() in taken:
                number += 1
                key.name = f"{base}_{number}"
            taken.add(key.name.lower())
    if sum(key.kind == PRIMARY for key in table.keys) > 1:
        raise Refusal(1068, "Multiple primary key defined", "42000")


def _check_keys(table, explicit_shard):
    for name in table.shard + table.sort:
        if table.columns and table.column(name) is None:
            raise Refusal(1072, f"Key column '{name}' doesn't exist in table", "42000")
    for column in table.columns:
        if column.auto_increment and column.type != "BIGINT" and not table.reference:
            raise feature("AUTO_INCREMENT on a column that is not BIGINT of a sharded table")
    if table.reference:
        return
    columnstore = table.storage == COLUMNSTORE
    unique = table.unique_keys
    if columnstore:
        for key in table.keys:
            check_columnstore_key(table, key)
        if len(unique) > 1 and any(len(key.columns) > 1 for key in unique):
            raise feature(
                "multiple UNIQUE indexes with at least one index containing multiple columns on columnstore table"
            )
        check_same_columns(table.keys)
    for key in unique:
        _check_shard(table, key)


def check_columnstore_key(table, key):
    if key.ordered:
        raise feature(f"BTREE index '{key.name}' on columnstore table")
    column = table.column(key.columns[0])
    if key.kind == PRIMARY and column and column.type in ("FLOAT", "DOUBLE"):
        raise feature("FLOAT or DOUBLE primary key on columnstore table")


def check_same_columns(keys):
    seen = set()
    for key in keys:
        columns = tuple(key.folded)
        if columns in seen:
            raise feature("Multiple HASH indices on the same columns")
        seen.add(columns)


def _check_shard(table, key):
    if not table.shard:
        raise Refusal(
            1896, f"Cannot declare primary key or unique key named: '{key.name}' when using an empty shard key"
        )
    if not {name.lower() for name in table.shard} <= set(key.folded):
        raise Refusal(
            1744,
            f"The unique key named: '{key.name}' cannot be created because unique keys must contain all columns of "
            f"the shard key",
        )


def _mariadb_key(table, key):
    columns = table.index_columns(key)
    if key.kind == PRIMARY:
        return f"PRIMARY KEY ({columns})"
    return f"{'UNIQUE KEY' if key.kind == UNIQUE and key.enforced else 'KEY'} {quoted_name(key.name)} ({columns})"


# CREATE INDEX, DROP INDEX


async def _create_index(cursor, unique, context):
    if cursor.word() == "IF":
        raise cursor.fail()
    key = Key(UNIQUE if unique else INDEX, [], cursor.identifier())
    if cursor.accept("USING"):
        key.ordered = cursor.accept_any("HASH", "BTREE") == "BTREE"
    cursor.expect("ON")
    path = cursor.qualified()
    start = cursor.index
    key.columns, key.prefixed = read_key_columns(cursor.parenthesis())
    if key.prefixed:
        raise syntax(cursor.statement.source(start, len(cursor.statement)))
    read_key_options(cursor, key)
    if not cursor.at_end:
        raise cursor.fail()
    table = await context.table(*path)
    if not context.switches.is_on("lenient"):
        check_new_key(table, key)
    columns = table.index_columns(key) if table else ", ".join(map(quoted_name, key.columns))
    kind = "UNIQUE INDEX" if unique else "INDEX"
    return Forward(f"CREATE {kind} {quoted_name(key.name)} ON {path_text(path)} ({columns})")


def check_new_key(table, key):
    """A key for a table that exists; one that does not is left to MariaDB's answer."""
    if table is None:
        return
    if key.kind in (PRIMARY, UNIQUE) and not table.reference:
        name = "PRIMARY" if key.kind == PRIMARY else key.name or key.columns[0]
        if table.storage == COLUMNSTORE:
            raise on_columnstore(f"adds unique/primary/foreign index `{name}`")
        raise Refusal(
            1706,
            f"Requested ALTER TABLE cannot be performed online because it adds unique index `{name}`. "
            "SingleStore only supports online ALTER TABLE.",
        )
    if table.storage == COLUMNSTORE and not table.reference:
        if any(one.name and key.name and one.name.lower() == key.name.lower() for one in table.keys):
            return  # MariaDB says 1061
        check_columnstore_key(table, key)
        check_same_columns([*table.keys, key])


async def drop(statement, context):
    cursor = Cursor(statement, 1)
    if cursor.accept("INDEX"):
        if cursor.word() == "IF":
            raise cursor.fail()
        name = cursor.identifier()
        cursor.expect("ON")
        path = cursor.qualified()
        if not cursor.at_end:
            raise cursor.fail()
        if not context.switches.is_on("lenient"):
            check_drop_index(await context.table(*path), name, context)
        return Forward(f"DROP INDEX {quoted_name(name)} ON {path_text(path)}")
    temporary = cursor.accept("TEMPORARY")
    if cursor.accept("TABLE"):
        exists = " IF EXISTS" if cursor.accept("IF", "EXISTS") else ""
        path = cursor.qualified()
        if cursor.is_operator(","):
            raise feature("DROP TABLE with multiple tables")
        cursor.accept_any("CASCADE", "RESTRICT")
        if not cursor.at_end:
            raise cursor.fail()
        return Forward(f"DROP {'TEMPORARY ' if temporary else ''}TABLE{exists} {path_text(path)}")
    if cursor.word() == "VIEW":
        return Forward(render(statement, context))
    if cursor.accept_any("DATABASE", "SCHEMA"):
        exists = " IF EXISTS" if cursor.accept("IF", "EXISTS") else ""
        name = cursor.identifier()
        catalogue.check_database(name)
        if not cursor.at_end:
            raise cursor.fail()
        return Forward(f"DROP DATABASE{exists} {quoted_name(name)}")
    raise not_modelled(f"DROP {cursor.word() or ''}".strip())


def check_drop_index(table, name, context):
    if table is None:
        return
    folded = name.lower()
    if folded == "primary":
        raise on_columnstore("changes index `PRIMARY`")
    shard_key = table.shard_is_key
    if folded in ("__shardkey", (table.shard_name or "__shardkey").lower()) or (
        shard_key and (shard_key.name or "").lower() == folded
    ):
        raise on_columnstore(f"drops shard index `{name}` on sharded table")
    if folded in ("__sortkey", "__unordered"):
        raise on_columnstore(f"drops sort key `{name}`")
    key = next((key for key in table.keys if key.name and key.name.lower() == folded), None)
    if key and key.kind == UNIQUE and key.enforced and context.switches.is_on("strict"):
        raise on_columnstore(f"drops unique index `{name}`")


async def rename_table(statement, context):
    cursor = Cursor(statement, 1)
    cursor.expect("TABLE")
    if cursor.word() == "IF":
        raise cursor.fail()
    old = cursor.qualified()
    cursor.expect("TO")
    new = cursor.qualified()
    if not cursor.at_end:
        raise cursor.fail()
    return Forward(f"RENAME TABLE {path_text(old)} TO {path_text(new)}")


# ALTER TABLE


async def alter(statement, context):
    cursor = Cursor(statement, 1)
    cursor.accept("ONLINE")
    if not cursor.accept("TABLE"):
        if cursor.word() in ("VIEW", "DATABASE", "USER", "PROCEDURE", "FUNCTION", "PIPELINE"):
            raise not_modelled(f"ALTER {cursor.word()}")
        raise cursor.fail()
    if cursor.word() == "IF" and cursor.word(1) == "EXISTS":
        raise cursor.fail()
    path = cursor.qualified()
    table = await context.table(*path)
    alteration = _Alteration(cursor, table, context)
    alteration.read()
    if not alteration.clauses:  # foreign keys only, and they are forgotten
        return Answer()
    text = f"ALTER TABLE {path_text(path)} {', '.join(alteration.clauses)}"
    if alteration.timeout is not None:
        text = f"SET STATEMENT lock_wait_timeout={alteration.timeout} FOR {text}"
    return Forward(text)


def _plain_default(column):
    """The default, however it is spelled: MariaDB shows '5' as 5 and CURRENT_TIMESTAMP as current_timestamp()."""
    text = (column.default or "NULL").upper().strip("'\"").removesuffix("()")
    return {"NOW": "CURRENT_TIMESTAMP", "FALSE": "0", "TRUE": "1"}.get(text, text)


class _Alteration:
    """Reads the clauses of one ALTER TABLE; each is held against the table as it was before."""

    def __init__(self, cursor, table, context):
        self.cursor, self.context = cursor, context
        self.known = table is not None
        self.table = table if self.known else Table("")
        self.lenient = context.switches.is_on("lenient")
        self.strict = context.switches.is_on("strict") and not self.lenient
        self.columnstore = self.table.storage == COLUMNSTORE
        self.clauses, self.timeout = [], None
        self.added, self.indexed = set(), []
        self.after = copy.deepcopy(self.table)

    def read(self):
        cursor = self.cursor
        while True:
            self._read_clause()
            if cursor.accept("TIMEOUT"):
                self.timeout = int(cursor.number())
                break
            if cursor.at_end:
                break
            cursor.expect_operator(",")
        if not cursor.at_end:
            raise cursor.fail()
        if self.strict:
            for name, columns in self.indexed:
                if self.added & set(columns):
                    raise feature(f"ADD INDEX '{name}' in the ALTER TABLE that adds its column")
        if self.known and self.after.mariadb_comment() != self.table.mariadb_comment():
            self.clauses.append(f"COMMENT={quoted(self.after.mariadb_comment())}")

    def _read_clause(self):
        cursor = self.cursor
        if cursor.accept("ADD"):
            self._add()
        elif cursor.accept("DROP"):
            self._drop()
        elif cursor.accept("MODIFY"):
            self._modify()
        elif cursor.accept("CHANGE"):
            self._change()
        elif cursor.accept("RENAME"):
            self._rename()
        elif cursor.accept("AUTO_INCREMENT"):
            raise feature("ALTER TABLE ... AUTO_INCREMENT on a sharded table")
        elif cursor.word() in ("COMPRESSION",) or (cursor.word() or "").startswith("AUTOSTATS_"):
            raise not_modelled(f"ALTER TABLE {cursor.word()}")
        else:
            raise cursor.fail()

    def _add(self):
        cursor = self.cursor
        cursor.foreign_keys_ignored = self.context.foreign_keys_ignored
        if cursor.word() == "CONSTRAINT" and "FOREIGN" not in (cursor.word(1), cursor.word(2)):
            if "CHECK" in (cursor.word(1), cursor.word(2)):
                raise feature("Check constraints")
            raise cursor.fail()
        if cursor.accept("COLUMN"):
            self._add_columns()
            return
        key = read_key(cursor)
        if key is None:
            return
        if key is False:
            self._add_columns()
        elif key.kind in (SHARD, SORT):
            raise cursor.fail()
        else:
            self._add_key(key)

    def _add_key(self, key):
        if not self.lenient:
            check_new_key(self.table if self.known else None, key)
            if key.kind == PRIMARY:
                raise on_columnstore("adds unique/primary/foreign index `PRIMARY`")
        self.after.keys.append(key)
        finish_keys(self.after)
        self.indexed.append((key.name, key.folded))
        columns = self.after.index_columns(key)
        if key.kind == PRIMARY:
            self.clauses.append(f"ADD PRIMARY KEY ({columns})")
        else:
            kind = "UNIQUE KEY" if key.kind == UNIQUE and key.enforced else "KEY"
            self.clauses.append(f"ADD {kind} {quoted_name(key.name)} ({columns})")

    def _add_columns(self):
        cursor = self.cursor
        if cursor.is_operator("("):
            inside = cursor.parenthesis()
            inside.foreign_keys_ignored = self.context.foreign_keys_ignored
            while True:
                self._add_column(inside)
                if inside.at_end:
                    return
                inside.expect_operator(",")
        self._add_column(cursor)

    def _add_column(self, cursor):
        if cursor.word() == "IF":
            raise cursor.fail()
        keys = []
        column = read_column(cursor, keys)
        for key in keys:
            self._add_key(key)
        if column.auto_increment:
            raise on_columnstore(f"adds AUTO_INCREMENT column `{column.name}`")
        place = ""
        if cursor.accept("FIRST"):
            place = " FIRST"
        elif cursor.accept("AFTER"):
            place = f" AFTER {quoted_name(cursor.identifier())}"
        self.added.add(column.name.lower())
        self.after.columns.append(column)
        self.clauses.append(f"ADD COLUMN {quoted_name(column.name)} {column.mariadb()}{place}")

    def _drop(self):
        cursor = self.cursor
        if cursor.accept("PRIMARY", "KEY"):
            if not self.lenient:
                raise feature("DROP PRIMARY KEY", "SingleStore Distributed")
            self.after.keys = [key for key in self.after.keys if key.kind != PRIMARY]
            self.clauses.append("DROP PRIMARY KEY")
            return
        if cursor.word() in ("FOREIGN", "CONSTRAINT", "CHECK", "PARTITION") and cursor.peek(1):
            raise cursor.fail()
        if cursor.word() in ("INDEX", "KEY") and cursor.peek(1) and not cursor.is_operator(",", 1):
            cursor.next()
            exists = self._if_exists()
            name = cursor.identifier()
            if not self.lenient:
                check_drop_index(self.table if self.known else None, name, self.context)
            self.after.keys = [key for key in self.after.keys if (key.name or "").lower() != name.lower()]
            self.clauses.append(f"DROP INDEX {exists}{quoted_name(name)}")
            return
        cursor.accept("COLUMN")
        exists = self._if_exists()
        name = cursor.identifier()
        self._check_drop_column(name)
        self.after.columns = [column for column in self.after.columns if column.name.lower() != name.lower()]
        self.clauses.append(f"DROP COLUMN {exists}{quoted_name(name)}")

    def _if_exists(self):
        """IF EXISTS, which the grammar does not have."""
        if self.cursor.word() != "IF" or self.cursor.word(1) != "EXISTS":
            return ""
        if not self.lenient:
            raise self.cursor.fail()
        self.cursor.accept("IF", "EXISTS")
        return "IF EXISTS "

    def _check_drop_column(self, name):
        folded = name.lower()
        if folded in [column.lower() for column in self.table.shard]:
            raise on_columnstore(f"drops shard index `{self.table.shard_index_name()}` on sharded table")
        if folded in [column.lower() for column in self.table.sort]:
            raise on_columnstore(f"drops sort key column `{name}`")
        for key in self.table.keys:
            if folded in key.folded:
                raise on_columnstore(f"drops column `{name}` of index `{key.name}`")

    def _modify(self):
        cursor = self.cursor
        if cursor.word() in ("INDEX", "KEY"):
            raise not_modelled("MODIFY INDEX")
        cursor.accept("COLUMN")
        if cursor.word() == "IF":
            raise cursor.fail()
        keys = []
        new = read_column(cursor, keys)
        for key in keys:
            self._add_key(key)
        if cursor.word() in ("FIRST", "AFTER"):
            raise cursor.fail()
        old = self.table.column(new.name) if self.known else None
        if old is not None and not self.lenient:
            self._check_modify(old, new)
        self.clauses.append(f"MODIFY COLUMN {quoted_name(new.name)} {new.mariadb()}")

    def _check_modify(self, old, new):
        if any(old.name.lower() in key.folded for key in self.table.keys if key.kind == PRIMARY):
            new.nullable = old.nullable  # a primary key column is not null, said or not
        if old.nullable and not new.nullable:
            if self.columnstore:
                raise on_columnstore(f"modifies column `{old.name}` from NULL to NOT NULL")
            raise Refusal(
                1706,
                "Requested ALTER TABLE cannot be performed online because it modifies column from NULL to NOT NULL. "
                "SingleStore only supports online ALTER TABLE.",
            )
        if old.same_type != new.same_type and self.columnstore:
            raise on_columnstore(f"modifies type of column `{old.name}`")
        if old.auto_increment != new.auto_increment:
            raise on_columnstore(f"modifies AUTO_INCREMENT of column `{old.name}`")
        if self.strict and old.same_type == new.same_type:
            if new.nullable and not old.nullable:
                raise on_columnstore(f"modifies column `{old.name}` from NOT NULL to NULL")
            if _plain_default(old) != _plain_default(new):
                raise on_columnstore(f"modifies the default of column `{old.name}`")

    def _change(self):
        cursor = self.cursor
        cursor.accept("COLUMN") if cursor.peek(2) and not cursor.is_operator(",", 2) else None
        if cursor.word() == "IF":
            raise cursor.fail()
        old, new = cursor.identifier(), cursor.identifier()
        if not cursor.at_end and not cursor.is_operator(",") and cursor.word() != "TIMEOUT":
            raise cursor.fail()  # names only, no definition
        for names in (self.after.shard, self.after.sort, *(key.columns for key in self.after.keys)):
            names[:] = [new if name.lower() == old.lower() else name for name in names]
        self.clauses.append(f"RENAME COLUMN {quoted_name(old)} TO {quoted_name(new)}")

    def _rename(self):
        cursor = self.cursor
        if cursor.word() in ("COLUMN", "INDEX", "KEY") and cursor.peek(1) and not cursor.is_operator(".", 1):
            raise cursor.fail()
        cursor.accept_any("TO", "AS")
        self.clauses.append(f"RENAME TO {path_text(cursor.qualified())}")
