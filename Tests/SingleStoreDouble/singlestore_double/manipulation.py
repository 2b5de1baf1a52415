"""INSERT, REPLACE, UPDATE and DELETE."""

from .documents import normalised
from .errors import Refusal, feature, syntax
from .lexer import STRING, quoted, unquoted
from .outcome import Forward
from .rendering import render
from .statement import Cursor
from .tables import COLUMNSTORE

_PRIORITIES = ("LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED")
RIGHT_SIDE = Refusal(1706, "Operation 'Update/Delete right table of a join' is not allowed.")


def _refuse(statement, index):
    raise syntax(statement.text[statement.tokens[index].start :])


async def insert(statement, context):
    """INSERT and REPLACE."""
    cursor = Cursor(statement, 1)
    while cursor.accept_any(*_PRIORITIES, "IGNORE"):
        pass
    cursor.accept("INTO")
    path = cursor.qualified()
    table = await context.table(*path)
    columns = None
    if cursor.is_operator("(") and cursor.word(1) not in ("SELECT", "WITH"):
        columns, _ = _column_list(cursor)
    clause = statement.find("DUPLICATE", start=cursor.index)
    clause = clause - 1 if clause is not None and statement.tokens[clause - 1].word == "ON" else None
    end = clause if clause is not None else len(statement)
    returning = statement.find("RETURNING", start=cursor.index)
    if returning is not None:
        _refuse(statement, returning)
    if cursor.accept_any("VALUES", "VALUE"):
        _values(cursor, table, columns, end, context)
    elif cursor.accept("SET"):
        _assignments(statement, cursor.index, end, table, context)
    if clause is not None:
        assigned = _assignments(statement, clause + 4, len(statement), table, context)
        if not context.switches.is_on("lenient"):
            _check_upsert(table, assigned)
    return Forward(render(statement, context))


def _column_list(cursor):
    inside = cursor.parenthesis()
    names = []
    while not inside.at_end:
        names.append(inside.qualified()[1])
        if not inside.at_end:
            inside.expect_operator(",")
    return names, inside


def _values(cursor, table, columns, end, context):
    """The rows; what is written into a JSON column is normalised."""
    statement = cursor.statement
    if columns is None and table is not None:
        columns = [column.name for column in table.columns]
    documents = _documents(table, columns or [])
    while cursor.index < end:
        if not cursor.is_operator("("):
            raise cursor.fail()
        start, close = cursor.index + 1, statement.partner[cursor.index]
        select = next((i for i in range(start, close) if statement.tokens[i].word == "SELECT"), None)
        if select is not None and not statement.is_qualified(select) and not context.switches.is_on("lenient"):
            raise feature("select within values clause")
        if documents:
            for number, (first, last) in enumerate(statement.parts(start, close)):
                if number in documents:
                    _normalise(statement, first, last, documents[number], context)
        cursor.index = close + 1
        if cursor.index < end and not cursor.accept_operator(","):
            raise cursor.fail()  # AS new, RETURNING


def _documents(table, names):
    """The JSON columns by their position in the list."""
    if table is None:
        return {}
    found = {number: table.column(name) for number, name in enumerate(names)}
    return {number: column for number, column in found.items() if column is not None and column.type == "JSON"}


def _normalise(statement, first, last, column, context):
    """A literal for a JSON column becomes what SingleStore would store."""
    token = statement.tokens[first]
    if last - first != 1 or token.kind != STRING:
        return
    text = unquoted(token)
    if text is None:
        return
    try:
        statement.replace(first, quoted(normalised(text)))
    except (ValueError, RecursionError):
        if column.nullable and context.switches["invalid_json"] == "null":
            statement.replace(first, "NULL")
        else:
            raise Refusal(1844, f"Invalid JSON value for column '{column.name}'") from None


def _assignments(statement, first, last, table, context):
    """[(qualifier or None, column, index)] of a = x, t.b = y, ...; JSON literals are normalised."""
    assigned = []
    for start, end in statement.parts(first, last):
        cursor = Cursor(statement, start, end)
        names = [cursor.identifier()]
        while cursor.accept_operator("."):
            names.append(cursor.identifier())
        cursor.expect_operator("=")
        if cursor.at_end:
            raise cursor.fail()
        assigned.append((names[-2] if len(names) > 1 else None, names[-1], start))
        column = table.column(names[-1]) if table else None
        if column is not None and column.type == "JSON":
            _normalise(statement, cursor.index, end, column, context)
    return assigned


def _check_upsert(table, assigned):
    """ON DUPLICATE KEY UPDATE of key columns, whether or not there will be a conflict."""
    if table is None:
        return
    if table.storage == COLUMNSTORE:
        barred = {name for key in table.unique_keys for name in key.folded}
        barred |= {name.lower() for name in table.shard}
    else:
        barred = {name.lower() for name in table.shard} or set(table.primary.folded if table.primary else [])
    for _, name, _ in assigned:
        if name.lower() in barred:
            raise feature("updating unique key columns in ON DUPLICATE KEY UPDATE")


# UPDATE and DELETE


class Reference:
    """A table in FROM or UPDATE: its path, and the name that it has in the statement."""

    def __init__(self, path, alias, index):
        self.path, self.alias, self.index = path, alias, index
        self.derived = path is None

    @property
    def name(self):
        return self.alias or (self.path[1] if self.path else "")


_JOIN_WORDS = {"JOIN", "INNER", "CROSS", "LEFT", "RIGHT", "OUTER", "STRAIGHT_JOIN", "NATURAL"}
_ENDS = {"ON", "USING", "WHERE", "SET", "ORDER", "GROUP", "HAVING", "LIMIT", "FOR", "UNION", "WINDOW", "LOCK", "FORCE",
         "USE", "IGNORE", "INTO", "PROCEDURE", "EXCEPT", "INTERSECT", "OPTION", "RETURNING", "PARTITION", "FROM", "LIKE",
         "SELECT"} | _JOIN_WORDS  # fmt: skip


def references(statement, first, last):
    """The tables of a list of tables, which begins at `first` and ends at a clause's word: ([Reference], end)."""
    found, index, wanted, depth = [], first, True, statement.depth[first] if first < last else 0
    while index < last:
        token = statement.tokens[index]
        if statement.depth[index] < depth:
            break
        if wanted and token.is_operator("("):
            close = statement.partner[index]
            if statement.tokens[index + 1].word in ("SELECT", "WITH", "VALUES"):
                cursor = Cursor(statement, close + 1, last)
                found.append(Reference(None, _alias(cursor), index))
                index = cursor.index
            else:
                inner, _ = references(statement, index + 1, close)
                found += inner
                index = close + 1
            wanted = False
        elif wanted and token.is_identifier and token.word not in _JOIN_WORDS:
            cursor = Cursor(statement, index, last)
            path = cursor.qualified()
            if cursor.is_operator("(") and path[0] is None:  # TABLE(...)
                cursor.parenthesis()
                path = None
            found.append(Reference(path, _alias(cursor), index))
            index = cursor.index
            wanted = False
        elif token.is_operator(",") or token.word in ("JOIN", "STRAIGHT_JOIN"):
            wanted = True
            index += 1
        elif token.word in ("WHERE", "SET", "ORDER", "GROUP", "HAVING", "LIMIT", "FOR", "UNION", "WINDOW", "LOCK", "EXCEPT",
                            "INTERSECT", "RETURNING", "INTO"):  # fmt: skip
            break
        elif token.is_operator("("):
            index = statement.partner[index] + 1
        else:
            index += 1
    return found, index


def _alias(cursor):
    if cursor.accept("AS"):
        return cursor.identifier()
    if cursor.is_name() and cursor.word() not in _ENDS:
        return cursor.identifier()
    return None


async def update(statement, context):
    cursor = Cursor(statement, 1)
    while cursor.accept_any("LOW_PRIORITY", "IGNORE"):
        pass
    tables, index = references(statement, cursor.index, len(statement))
    if not tables or index >= len(statement) or statement.tokens[index].word != "SET":
        raise cursor.fail()
    where = statement.find("WHERE", start=index)
    order = statement.find("ORDER", start=index)
    limit = statement.find("LIMIT", start=index)
    if order is not None:
        _refuse(statement, order)
    _no_returning(statement)
    end = min(i for i in (where, limit, len(statement)) if i is not None)
    left = tables[0]
    table = await context.table(*left.path) if left.path else None
    assigned = _assignments(statement, index + 1, end, table, context)
    if len(tables) > 1:
        for qualifier, name, _ in assigned:
            if (qualifier or left.name).lower() != left.name.lower():
                raise RIGHT_SIDE
            if qualifier is None and table is not None and table.column(name) is None:
                raise RIGHT_SIDE
    if table is not None:
        shard = {name.lower() for name in table.shard}
        for _, name, _ in assigned:
            if name.lower() in shard:
                raise feature("updating shard key columns")
        if limit is not None and not _one_partition(statement, where, limit, table):
            raise feature("UPDATE...LIMIT must be constrained to a single partition")
    return Forward(render(statement, context))


def _one_partition(statement, where, limit, table):
    """Whether WHERE has column = value for every shard column, with AND only."""
    if where is None or not table.shard:
        return False
    tokens, fixed = statement.tokens, set()
    for index in range(where + 1, limit):
        if statement.depth[index]:
            continue
        if tokens[index].word in ("OR", "XOR") or tokens[index].is_operator("||"):
            return False
        if tokens[index].is_operator("=") and tokens[index - 1].is_identifier:
            value = tokens[index + 1]
            if value.kind in ("string", "number") or value.is_operator("?"):
                fixed.add(tokens[index - 1].identifier.lower())
    return {name.lower() for name in table.shard} <= fixed


def _no_returning(statement):
    returning = statement.find("RETURNING")
    if returning is not None:
        _refuse(statement, returning)


async def delete(statement, context):
    cursor = Cursor(statement, 1)
    while cursor.accept_any("LOW_PRIORITY", "QUICK", "IGNORE"):
        pass
    order = statement.find("ORDER")
    if order is not None:
        _refuse(statement, order)
    _no_returning(statement)
    targets = []
    if not cursor.accept("FROM"):  # DELETE t FROM t JOIN ...
        while True:
            targets.append(_target(cursor))
            if not cursor.accept_operator(","):
                break
        cursor.expect("FROM")
        tables, _ = references(statement, cursor.index, len(statement))
    else:
        start = cursor.index
        using = statement.find("USING", start=start)
        if using is not None:  # DELETE FROM t USING t JOIN ...
            while cursor.index < using:
                targets.append(_target(cursor))
                cursor.accept_operator(",")
            tables, _ = references(statement, using + 1, len(statement))
        else:
            tables, _ = references(statement, start, len(statement))
    if len(targets) > 1 or (targets and tables and targets[0].lower() != tables[0].name.lower()):
        raise RIGHT_SIDE
    return Forward(render(statement, context))


def _target(cursor):
    name = cursor.qualified()[1]
    if cursor.accept_operator("."):
        cursor.expect_operator("*")
    return name
