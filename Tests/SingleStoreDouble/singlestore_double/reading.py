"""Reads tables: definitions from the client's CREATE and ALTER, and MariaDB's SHOW CREATE TABLE."""

import functools

from . import lexer
from .errors import Refusal, feature, not_modelled, syntax
from .lexer import NUMBER, STRING, unquoted
from .statement import Cursor, Statement
from .tables import INDEX, INTEGERS, JSON_MARK, PRIMARY, SHARD, SORT, UNIQUE, WITHOUT_DEFAULT, Column, Key, Table

_SYNONYMS = {
    "INTEGER": "INT", "BOOL": "TINYINT", "BOOLEAN": "TINYINT", "DEC": "DECIMAL", "NUMERIC": "DECIMAL", "FIXED": "DECIMAL",
    "REAL": "DOUBLE", "CHARACTER": "CHAR", "INT1": "TINYINT", "INT2": "SMALLINT", "INT4": "INT", "INT8": "BIGINT",
    "MIDDLEINT": "MEDIUMINT",
}  # fmt: skip
_TYPES = INTEGERS | {
    "DECIMAL", "FLOAT", "DOUBLE", "BIT", "CHAR", "VARCHAR", "BINARY", "VARBINARY", "TINYTEXT", "TEXT", "MEDIUMTEXT",
    "LONGTEXT", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "DATE", "TIME", "DATETIME", "TIMESTAMP", "YEAR", "JSON",
    "ENUM", "SET",
}  # fmt: skip


def read_column(cursor, table_keys):
    """Reads a column's definition as CREATE and ALTER have it; keys that stand at the column go to table_keys."""
    name = cursor.identifier()
    column = _read_type(cursor, name)
    while not cursor.at_end and not cursor.is_operator(",") and cursor.word() not in ("FIRST", "AFTER"):
        _read_attribute(cursor, column, table_keys)
    if column.default is not None and column.type in WITHOUT_DEFAULT and column.default.upper() != "NULL":
        raise Refusal(1101, f"BLOB/TEXT column '{name}' can't have a default value", "42000")
    return column


def _read_type(cursor, name):
    word = cursor.word()
    if word is None:
        raise cursor.fail()
    kind = _SYNONYMS.get(word, word)
    if kind not in _TYPES:
        raise not_modelled(f"type {word}")
    cursor.next()
    column = Column(name, kind)
    if word == "DOUBLE":
        cursor.accept("PRECISION")
    if kind == "CHAR" and cursor.accept("VARYING"):
        column.type = "VARCHAR"
    if word in ("BOOL", "BOOLEAN"):
        column.arguments = "1"
    if cursor.is_operator("("):
        inside = cursor.parenthesis()
        column.arguments = inside.rest()
    while True:
        if cursor.accept("UNSIGNED"):
            column.unsigned = True
        elif cursor.accept("SIGNED"):
            pass
        elif cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
            column.charset = cursor.identifier()
        elif cursor.accept("COLLATE"):
            column.collation = cursor.identifier()
        else:
            return column


def _read_attribute(cursor, column, table_keys):
    if cursor.accept("NOT", "NULL"):
        column.nullable = False
    elif cursor.accept("NULL"):
        column.nullable = True
    elif cursor.accept("DEFAULT"):
        column.default = _read_default(cursor)
    elif cursor.accept("ON", "UPDATE"):
        column.on_update = _read_default(cursor)
    elif cursor.accept("AUTO_INCREMENT"):
        column.auto_increment = True
    elif cursor.accept("COMMENT"):
        column.comment = unquoted(cursor.next()) or ""
    elif cursor.accept("COLLATE"):
        column.collation = cursor.identifier()
    elif cursor.accept("CHARACTER", "SET") or cursor.accept("CHARSET"):
        column.charset = cursor.identifier()
    elif cursor.accept("PRIMARY", "KEY") or cursor.accept("PRIMARY"):
        table_keys.append(Key(PRIMARY, [column.name]))
    elif cursor.accept("UNIQUE", "KEY") or cursor.accept("UNIQUE"):
        table_keys.append(Key(UNIQUE, [column.name]))
    elif cursor.word() in ("REFERENCES", "CHECK", "CONSTRAINT"):
        if cursor.accept("CONSTRAINT") and cursor.word() != "CHECK":
            cursor.identifier()
        skip_foreign_key(cursor) if cursor.word() == "REFERENCES" else refuse_check(cursor)
    elif cursor.word() in ("AS", "GENERATED", "PERSISTED", "SERIES", "OPTION", "INVISIBLE", "STORED", "VIRTUAL"):
        raise not_modelled(f"column attribute {cursor.word()}")
    else:
        raise cursor.fail()


def _read_default(cursor):
    token = cursor.next()
    if token.kind in (STRING, NUMBER) or token.word in ("NULL", "TRUE", "FALSE"):
        return token.text
    if token.kind == lexer.OPERATOR and token.text in "+-" and cursor.peek() and cursor.peek().kind == NUMBER:
        return token.text + cursor.next().text
    if token.word in ("CURRENT_TIMESTAMP", "NOW", "CURRENT_DATE"):
        arguments = f"({cursor.parenthesis().rest()})" if cursor.is_operator("(") else ""
        return token.word + (arguments or ("()" if token.word == "NOW" else ""))
    cursor.index -= 1
    raise cursor.fail()  # an expression, parenthesised or not


def refuse_check(_cursor):
    raise feature("Check constraints")


def skip_foreign_key(cursor):
    """Reads REFERENCES t (cols) and its actions; whoever reads decides before whether there may be one."""
    if not getattr(cursor, "foreign_keys_ignored", False):
        raise feature("FOREIGN KEY", "SingleStore Distributed")
    cursor.expect("REFERENCES")
    cursor.qualified()
    cursor.parenthesis()
    while cursor.accept("ON"):
        if not cursor.accept_any("DELETE", "UPDATE"):
            raise cursor.fail()
        if cursor.accept("SET"):
            cursor.accept_any("NULL", "DEFAULT")
        elif cursor.accept("NO"):
            cursor.expect("ACTION")
        elif not cursor.accept_any("CASCADE", "RESTRICT"):
            raise cursor.fail()


def read_key(cursor):
    """Reads a key of CREATE TABLE: a Key, None for a foreign key that is forgotten, or False where none is next."""
    named = None
    start = cursor.index
    if cursor.accept("CONSTRAINT"):
        if cursor.word() not in ("PRIMARY", "UNIQUE", "FOREIGN", "CHECK"):
            named = cursor.identifier()
    if cursor.accept("PRIMARY"):
        cursor.expect("KEY")
        return _rest_of_key(cursor, Key(PRIMARY, []), named)
    if cursor.accept("UNIQUE"):
        cursor.accept_any("KEY", "INDEX")
        return _rest_of_key(cursor, Key(UNIQUE, []), named)
    if cursor.accept("SHARD", "KEY"):
        return _rest_of_key(cursor, Key(SHARD, []), named)
    if cursor.accept("SORT", "KEY"):
        return _rest_of_key(cursor, Key(SORT, []), named)
    if cursor.accept("FOREIGN"):
        cursor.accept("SHARD")
        cursor.expect("KEY")
        if not cursor.is_operator("("):
            cursor.identifier()
        cursor.parenthesis()
        skip_foreign_key(cursor)
        return None
    if cursor.word() == "CHECK":
        refuse_check(cursor)
    if cursor.word() in ("FULLTEXT", "VECTOR", "SPATIAL") and cursor.word(1) in ("KEY", "INDEX"):
        raise not_modelled(f"{cursor.word()} index")
    if cursor.word() in ("KEY", "INDEX") and cursor.peek(1) and not _starts_type(cursor):
        cursor.next()
        return _rest_of_key(cursor, Key(INDEX, []), named)
    if cursor.index != start:
        raise cursor.fail()
    return False


def _starts_type(cursor):
    """Whether `key` is a column's name: key VARCHAR(10)."""
    return cursor.word(1) in _TYPES | set(_SYNONYMS) and not cursor.is_operator("(", 2)


def _rest_of_key(cursor, key, named):
    _read_using(cursor, key)
    if not cursor.is_operator("("):
        key.name = cursor.identifier()
    _read_using(cursor, key)
    key.name = key.name or named
    key.columns, key.prefixed = read_key_columns(cursor.parenthesis(), may_be_empty=key.kind in (SHARD, SORT))
    read_key_options(cursor, key)
    return key


def read_key_options(cursor, key):
    while not cursor.at_end and not cursor.is_operator(","):
        if _read_using(cursor, key) or cursor.accept("METADATA_ONLY"):
            continue
        if cursor.accept("UNENFORCED"):
            key.enforced = False
            cursor.accept_any("RELY", "NORELY")
        elif cursor.accept("COMMENT"):
            cursor.next()
        else:
            return


def _read_using(cursor, key):
    if not cursor.accept("USING"):
        return False
    if cursor.accept("CLUSTERED"):
        cursor.expect("COLUMNSTORE")
        key.kind = SORT if key.kind == INDEX else key.kind
    elif cursor.accept("BTREE"):
        key.ordered = True
    elif not cursor.accept("HASH"):
        raise cursor.fail()
    return True


def read_key_columns(cursor, may_be_empty=False):
    """(names, whether one has a prefix length)."""
    names, prefixed = [], False
    if cursor.at_end and not may_be_empty:
        raise syntax(")")
    while not cursor.at_end:
        names.append(cursor.identifier())
        if cursor.is_operator("("):
            cursor.parenthesis()
            prefixed = True
        cursor.accept_any("ASC", "DESC")
        if not cursor.at_end:
            cursor.expect_operator(",")
            if cursor.at_end:
                raise cursor.fail()
    return names, prefixed


@functools.lru_cache(maxsize=512)
def read_mariadb(text):
    """The table of MariaDB's SHOW CREATE TABLE. Callers do not change it: `copy.deepcopy` where a changed one is needed."""
    statement = Statement(text, lexer.tokens(text))
    cursor = Cursor(statement)
    cursor.expect("CREATE")
    temporary = cursor.accept("TEMPORARY")
    cursor.expect("TABLE")
    table = Table(cursor.identifier(), temporary=temporary)
    inside = cursor.parenthesis()
    while not inside.at_end:
        _read_mariadb_line(inside, table)
        inside.accept_operator(",")
    while not cursor.at_end:
        if cursor.accept("COMMENT"):
            cursor.expect_operator("=")
            comment = unquoted(cursor.next())
            table.read_comment(comment)
            return table
        if cursor.accept("COLLATE"):
            cursor.expect_operator("=")
            table.collation = cursor.identifier()
        else:
            cursor.next()
    table.read_comment("")
    return table


def _read_mariadb_line(cursor, table):
    """A column or a key as MariaDB writes it; what the double does not make (foreign keys, checks) is passed over."""
    if cursor.word() in ("CONSTRAINT", "CHECK", "FULLTEXT", "SPATIAL", "PERIOD"):
        _skip_line(cursor)
        return
    if cursor.word() in ("PRIMARY", "UNIQUE", "KEY"):
        kind = {"PRIMARY": PRIMARY, "UNIQUE": UNIQUE, "KEY": INDEX}[cursor.next().word]
        if kind != INDEX:
            cursor.expect("KEY")
        name = cursor.identifier() if kind != PRIMARY else "PRIMARY"
        table.keys.append(Key(kind, read_key_columns(cursor.parenthesis())[0], name))
        _skip_line(cursor)
        return
    column = _read_type(cursor, cursor.identifier())
    is_json = False
    while not cursor.at_end and not cursor.is_operator(","):
        if cursor.accept("CHECK"):
            is_json = cursor.parenthesis().word() == "JSON_VALID"
        elif cursor.word() in ("GENERATED", "AS", "INVISIBLE"):
            _skip_line(cursor)
        else:
            _read_attribute(cursor, column, [])
    if column.comment.startswith(JSON_MARK):
        column.comment, is_json = column.comment[len(JSON_MARK) :], True
    if is_json:
        column.type = "JSON"
    table.columns.append(column)


def _skip_line(cursor):
    while not cursor.at_end and not cursor.is_operator(","):
        if cursor.is_operator("("):
            cursor.parenthesis()
        else:
            cursor.next()
