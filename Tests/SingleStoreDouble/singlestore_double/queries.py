"""SELECT, SHOW, DESCRIBE and KILL."""

from . import catalogue
from .answers import variables
from .errors import Refusal, feature, not_modelled, syntax
from .lexer import quoted, quoted_name
from .manipulation import references
from .outcome import Forward
from .rendering import render
from .statement import Cursor
from .tables import COLUMNSTORE, show_create

_FROM_IN_CALLS = {"EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "MID", "OVERLAY", "POSITION"}


async def select(statement, context):
    await _for_update(statement, context)
    return Forward(render(statement, context))


def from_clauses(statement):
    """The [Reference] of every FROM, with its index."""
    for index, token in enumerate(statement.tokens):
        if token.word != "FROM" or statement.is_qualified(index):
            continue
        if _calls(statement, index) in _FROM_IN_CALLS or statement.tokens[index - 1].word == "DISTINCT":
            continue
        if index + 1 < len(statement):
            yield index, references(statement, index + 1, len(statement))[0]


def _calls(statement, index):
    """The function in whose parenthesis this is, or None."""
    depth = statement.depth[index]
    for before in range(index - 1, 0, -1):
        if statement.depth[before] < depth:
            return statement.tokens[before - 1].word
    return None


def check_catalogue_joins(statement):
    """A view of information_schema cannot be joined with a table."""
    for _, tables in from_clauses(statement):
        schemas = {(one.path[0] or "").lower() == "information_schema" for one in tables if one.path}
        if len(schemas) == 2:
            raise Refusal(1749, "Queries that join information_schema views with other tables are not supported.")


async def _for_update(statement, context):
    for index, token in enumerate(statement.tokens):
        following = statement.tokens[index + 1].word if index + 1 < len(statement) else None
        if token.word == "LOCK" and following == "IN":
            raise not_modelled("LOCK IN SHARE MODE")
        if token.word != "FOR" or following not in ("UPDATE", "SHARE") or statement.is_qualified(index):
            continue
        if following == "SHARE":
            raise not_modelled("FOR SHARE")
        if index + 2 < len(statement) and not statement.tokens[index + 2].is_operator(")"):
            raise syntax(statement.text[statement.tokens[index + 2].start :])
        await _one_for_update(statement, index, context)


async def _one_for_update(statement, index, context):
    tables = [one for _, found in from_clauses(statement) for one in found]
    known = [await context.table(*one.path) for one in tables if one.path]
    columnstore = any(table is not None and table.storage == COLUMNSTORE for table in known)
    if not columnstore:
        return
    selects = sum(token.word == "SELECT" for token in statement.tokens)
    if len(tables) > 1 or selects > 1:
        raise feature("FOR UPDATE with subselect or join involving a columnstore table")
    statement.remove(index, index + 2)


# SHOW

_SHOWN_AS_THEY_ARE = {"PROCESSLIST", "STATUS", "COLLATION", "CHARACTER", "CHARSET", "ENGINES", "GRANTS", "ERRORS", "COUNT",
                      "TABLES", "PRIVILEGES"}  # fmt: skip
_EMPTY = {"TRIGGERS", "EVENTS"}


async def show(statement, context):
    cursor = Cursor(statement, 1)
    while cursor.accept_any("GLOBAL", "SESSION", "LOCAL", "EXTENDED"):
        pass
    full = cursor.accept("FULL")
    word = cursor.word()
    if word == "CREATE":
        return await _show_create(cursor, context)
    if cursor.accept_any("INDEX", "INDEXES", "KEYS"):
        return await _show_index(cursor, context)
    if cursor.accept_any("COLUMNS", "FIELDS"):
        return await _show_columns(cursor, full, context)
    if cursor.accept("TABLE", "STATUS"):
        return _show_table_status(cursor, context)
    if cursor.accept_any("DATABASES", "SCHEMAS"):
        view = f"{catalogue.database(context.switches)}.SCHEMATA"
        return Forward(f"SELECT SCHEMA_NAME AS `Database` FROM {view}{_filter(cursor, 'Database', context)} ORDER BY 1")
    if cursor.accept("VARIABLES"):
        return _show_variables(cursor, context)
    if cursor.accept("WARNINGS") and context.warnings:
        rows = [f"SELECT {quoted(level)} AS Level, {number} AS Code, {quoted(text)} AS Message"
                for level, number, text in context.warnings]  # fmt: skip
        return Forward(" UNION ALL ".join(rows))
    if word in _EMPTY:
        return Forward(f"SHOW {word} WHERE 1 = 0")
    if word in _SHOWN_AS_THEY_ARE or word == "WARNINGS":
        return Forward(render(statement, context))
    raise not_modelled(f"SHOW {word or ''}".strip())


def _filter(cursor, column, context):
    """HAVING for LIKE 'x' or WHERE ...: it may name the columns of the answer."""
    if cursor.accept("LIKE"):
        return f" HAVING {quoted_name(column)} LIKE {cursor.next().text}"
    if cursor.accept("WHERE"):
        return f" HAVING {render(cursor.statement, context, cursor.index, cursor.end)}"
    if not cursor.at_end:
        raise cursor.fail()
    return ""


async def _show_create(cursor, context):
    cursor.expect("CREATE")
    if cursor.word() in ("DATABASE", "SCHEMA"):
        raise feature("SHOW CREATE DATABASE", "MemSQL")
    if not cursor.accept("TABLE"):
        if cursor.word() == "VIEW":
            return Forward(cursor.statement.source(0, len(cursor.statement)))
        raise not_modelled(f"SHOW CREATE {cursor.word() or ''}".strip())
    table = await context.table(*cursor.qualified())
    if table is None:  # a view, or an error that MariaDB words
        return Forward(cursor.statement.source(0, len(cursor.statement)))
    text = show_create(table, context.switches, context.collation)
    return Forward(f"SELECT {quoted(table.name)} AS `Table`, {quoted(text)} AS `Create Table`")


def _of_table(cursor):
    """FROM t [FROM db]: the path."""
    if not cursor.accept_any("FROM", "IN"):
        raise cursor.fail()
    path = cursor.qualified()
    if cursor.accept_any("FROM", "IN"):
        path = (cursor.identifier(), path[1])
    return path


def _where_table(path):
    schema = quoted(path[0]) if path[0] else "DATABASE()"
    return f"TABLE_SCHEMA = {schema} AND TABLE_NAME = {quoted(path[1])}"


async def _show_index(cursor, context):
    path = _of_table(cursor)
    if await context.table(*path) is None:
        return Forward(cursor.statement.source(0, len(cursor.statement)))
    shard = "INDEX_TYPE = 'SHARD'"
    return Forward(
        "SELECT TABLE_NAME AS `Table`, NON_UNIQUE AS Non_unique, "
        f"IF({shard}, '__SHARDKEY', INDEX_NAME) AS Key_name, SEQ_IN_INDEX AS Seq_in_index, COLUMN_NAME AS Column_name, "
        "COLLATION AS Collation, CARDINALITY AS Cardinality, SUB_PART AS Sub_part, PACKED AS Packed, NULLABLE AS `Null`, "
        f"IF({shard}, 'METADATA_ONLY', INDEX_TYPE) AS Index_type, COMMENT AS Comment, INDEX_COMMENT AS Index_comment "
        f"FROM {catalogue.database(context.switches)}.STATISTICS WHERE {_where_table(path)}"
        f"{_filter(cursor, 'Key_name', context)} ORDER BY Key_name <> 'PRIMARY', Key_name, Seq_in_index"
    )


async def _show_columns(cursor, full, context, path=None, column=None):
    path = path or _of_table(cursor)
    if await context.table(*path) is None:
        return Forward(cursor.statement.source(0, len(cursor.statement)))
    more = ", PRIVILEGES AS Privileges, COLUMN_COMMENT AS Comment" if full else ""
    condition = _filter(cursor, "Field", context) if column is None else f" HAVING Field = {quoted(column)}"
    return Forward(
        f"SELECT COLUMN_NAME AS Field, COLUMN_TYPE AS Type, {'COLLATION_NAME AS Collation, ' if full else ''}"
        "IS_NULLABLE AS `Null`, COLUMN_KEY AS `Key`, COLUMN_DEFAULT AS `Default`, EXTRA AS Extra"
        f"{more} FROM {catalogue.database(context.switches)}.COLUMNS WHERE {_where_table(path)}{condition} "
        "ORDER BY ORDINAL_POSITION"
    )


def _show_table_status(cursor, context):
    schema = "DATABASE()"
    if cursor.accept_any("FROM", "IN"):
        schema = quoted(cursor.identifier())
    return Forward(
        "SELECT TABLE_NAME AS Name, ENGINE AS Engine, VERSION AS Version, ROW_FORMAT AS `Row_format`, TABLE_ROWS AS `Rows`, "
        "AVG_ROW_LENGTH AS Avg_row_length, DATA_LENGTH AS Data_length, MAX_DATA_LENGTH AS Max_data_length, "
        "INDEX_LENGTH AS Index_length, DATA_FREE AS Data_free, AUTO_INCREMENT AS `Auto_increment`, "
        "CREATE_TIME AS Create_time, UPDATE_TIME AS Update_time, CHECK_TIME AS Check_time, TABLE_COLLATION AS Collation, "
        "CHECKSUM AS Checksum, CREATE_OPTIONS AS Create_options, TABLE_COMMENT AS Comment "
        f"FROM {catalogue.database(context.switches)}.TABLES WHERE TABLE_SCHEMA = {schema}{_filter(cursor, 'Name', context)}"
        " ORDER BY Name"
    )


def _show_variables(cursor, context):
    own = variables(context)
    names = ", ".join(map(quoted, own))
    rows = " UNION ALL ".join(f"SELECT {quoted(name)} AS Variable_name, {value} AS Value" for name, value in own.items())
    others = (
        "SELECT LOWER(VARIABLE_NAME), VARIABLE_VALUE FROM information_schema.SESSION_VARIABLES "
        f"WHERE VARIABLE_NAME NOT IN ({names}) AND VARIABLE_NAME NOT LIKE 'innodb%' AND VARIABLE_NAME NOT LIKE 'aria%' "
        "AND VARIABLE_NAME NOT LIKE 'wsrep%'"
    )
    condition = _filter(cursor, "Variable_name", context)
    return Forward(f"SELECT Variable_name, Value FROM ({rows} UNION ALL {others}) AS v{condition} ORDER BY Variable_name")


async def describe(statement, context):
    """DESCRIBE t [column]; EXPLAIN of a statement."""
    cursor = Cursor(statement, 1)
    if cursor.word() in ("SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "EXTENDED", "WITH", "FORMAT"):
        return Forward(render(statement, context))
    path = cursor.qualified()
    column = None if cursor.at_end else cursor.identifier()
    return await _show_columns(cursor, False, context, path, column)


async def kill(statement, _context):
    """KILL [QUERY | CONNECTION] id [node]: there is one node."""
    cursor = Cursor(statement, 1)
    kind = cursor.accept_any("QUERY", "CONNECTION")
    number = cursor.number()
    if not cursor.at_end:
        cursor.number()
    if not cursor.at_end:
        raise cursor.fail()
    return Forward(f"KILL {kind + ' ' if kind else ''}{number}")
