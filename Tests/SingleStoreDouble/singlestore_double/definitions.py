"""CREATE, DROP and RENAME: SingleStore's grammar and refusals, and the statement for MariaDB."""

from . import catalogue
from .errors import Refusal, feature, not_modelled, syntax
from .lexer import quoted, quoted_name, unquoted
from .outcome import Forward
from .reading import read_column, read_key, read_key_columns, read_key_options
from .rendering import render
from .statement import Cursor
from .tables import COLUMNSTORE, INDEX, PRIMARY, ROWSTORE, SHARD, SORT, UNIQUE, Key, Table

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
