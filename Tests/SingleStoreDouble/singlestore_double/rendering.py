"""The text that MariaDB gets for a range of tokens: as written, but for SingleStore's operators, functions, variables.

Functions that SingleStore does not have are refused here, since everything that is passed on goes through here.
"""

import re

from .answers import variable
from .errors import Refusal, not_modelled, syntax
from .lexer import NUMBER, OPERATOR, STRING, VARIABLE, WORD, quoted, quoted_name, unquoted
from .statement import Cursor

# Of MySQL and MariaDB, not of SingleStore (singlestore.md 4.3 and 6).
REFUSED = {
    "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS", "IS_FREE_LOCK", "IS_USED_LOCK", "JSON_VALID", "JSON_EXTRACT",
    "JSON_UNQUOTE", "JSON_OBJECT", "JSON_ARRAYAGG", "JSON_OBJECTAGG", "JSON_SET", "JSON_REMOVE", "JSON_TYPE",
}  # fmt: skip

_EXTRACTS = {"JSON_EXTRACT_STRING", "JSON_EXTRACT_BIGINT", "JSON_EXTRACT_DOUBLE", "JSON_EXTRACT_JSON"}
_SETS = {"JSON_SET_STRING", "JSON_SET_BIGINT", "JSON_SET_DOUBLE", "JSON_SET_JSON"}
_CONTAINS = {"JSON_ARRAY_CONTAINS_STRING", "JSON_ARRAY_CONTAINS_DOUBLE", "JSON_ARRAY_CONTAINS_JSON"}
_RENAMED = {"JSON_BUILD_OBJECT": "JSON_OBJECT", "JSON_BUILD_ARRAY": "JSON_ARRAY", "JSON_AGG": "JSON_ARRAYAGG"}
_OTHERS = {"VERSION", "JSON_DELETE_KEY", "JSON_GET_TYPE", "TABLE"}
_TRANSLATED = _EXTRACTS | _SETS | _CONTAINS | set(_RENAMED) | _OTHERS
_OPERATORS = {":>", "!:>", "::", "::$", "::%"}
_UNKNOWN = re.compile(r"JSON_(EXTRACT|SET|SPLICE|ARRAY_PUSH|ARRAY_CONTAINS|ARRAY_PACK|MATCH|INCLUDE|EXCLUDE)_")


def render(statement, context, first=0, last=None):
    """The text for the tokens first ..< last."""
    last = len(statement) if last is None else last
    if first >= last:
        return ""
    return _Rendering(statement, context).range(first, last)


class _Rendering:
    def __init__(self, statement, context):
        self.statement, self.context = statement, context

    def range(self, first, last):
        tokens, text = self.statement.tokens, self.statement.text
        pieces = []  # of text; a primary expression begins at pieces[primary]
        primary, index, end = 0, first, None
        while index < last:
            token = tokens[index]
            gap = _without_foreign(text[end : token.start]) if end is not None else ""
            if token.kind == OPERATOR and token.text in _OPERATORS:
                index = self._operator(pieces, primary, index, last)
                end = tokens[index - 1].end
                continue
            if gap:
                pieces.append(gap)
            continues = bool(pieces) and (token.is_operator(".") or (index > first and tokens[index - 1].is_operator(".")))
            if not continues:
                primary = len(pieces)
            piece, index = self._piece(index, last)
            pieces.append(piece)
            end = tokens[index - 1].end
        return "".join(pieces)

    def _piece(self, index, last):
        """(text, index after it) of a token, of a call with its arguments, or of a parenthesis."""
        statement = self.statement
        token = statement.tokens[index]
        if index in statement.replaced:
            return statement.replaced[index], index + 1
        if token.kind == VARIABLE:
            return self._variable(index), index + 1
        if token.is_operator("("):
            return self._parenthesis(index)
        called = token.kind == WORD and index + 1 < last and statement.tokens[index + 1].is_operator("(")
        names_table = index > 0 and statement.tokens[index - 1].word == "INTO"
        if not called or names_table or token.word in _NOT_FUNCTIONS:
            return token.text, index + 1
        name = token.word
        if name in REFUSED:
            raise Refusal(1305, f"FUNCTION {self.context.database or 'memsql'}.{token.text} does not exist", "42000")
        if name == "JSON_TABLE":
            raise syntax(statement.text[token.start :])
        if name in _TRANSLATED:
            return self._call(name, index)
        if _UNKNOWN.match(name):
            raise not_modelled(name)
        inside, after = self._parenthesis(index + 1)
        space = statement.text[token.end : statement.tokens[index + 1].start]
        return token.text + space + inside, after

    def _parenthesis(self, index):
        statement = self.statement
        close = statement.partner[index]
        if close == index + 1:
            return "()", close + 1
        before = statement.text[statement.tokens[index].end : statement.tokens[index + 1].start]
        after = statement.text[statement.tokens[close - 1].end : statement.tokens[close].start]
        inside = self.range(index + 1, close)
        return f"({_without_foreign(before)}{inside}{_without_foreign(after)})", close + 1

    def _variable(self, index):
        token = self.statement.tokens[index]
        literal = variable(token.text, self.context)
        if literal is None:
            return token.text
        return literal + self._label(index, index + 1, token.text)

    def _label(self, first, last, text):
        """AS `text` where the tokens are a whole column of a SELECT, so that the column is called as it was asked."""
        tokens = self.statement.tokens
        before = tokens[first - 1] if first else None
        after = tokens[last] if last < len(tokens) else None
        if before is None or not (before.word in ("SELECT", "DISTINCT", "ALL") or before.is_operator(",")):
            return ""
        if before.is_operator(",") and not self._in_select_list(first):
            return ""
        whole = after is None or after.is_operator(",") or after.is_operator(")") or after.word in _AFTER_COLUMN
        return f" AS {quoted_name(text)}" if whole else ""

    def _in_select_list(self, index):
        depth = self.statement.depth[index]
        for before in range(index - 1, -1, -1):
            if self.statement.depth[before] < depth:
                return False
            if self.statement.depth[before] == depth and self.statement.tokens[before].word in _CLAUSES:
                return self.statement.tokens[before].word == "SELECT"
        return False

    # Functions

    def _call(self, name, index):
        statement = self.statement
        close = statement.partner[index + 1]
        if name == "TABLE":
            return self._table(index, close)
        arguments = [self.range(first, last) for first, last in statement.parts(index + 2, close)]
        if name == "VERSION":
            source = statement.source(index, close + 1)
            return "'5.7.32'" + self._label(index, close + 1, source), close + 1
        if name in _RENAMED:
            return f"{_RENAMED[name]}({', '.join(arguments)})", close + 1
        if name == "JSON_GET_TYPE" and len(arguments) == 1:
            return _get_type(arguments[0]), close + 1
        parts = statement.parts(index + 2, close)
        if name in _CONTAINS and len(arguments) == 2:
            value = arguments[1]
            value = f"JSON_QUOTE({value})" if name.endswith("STRING") else value
            return f"JSON_CONTAINS({arguments[0]}, {value})", close + 1
        if name in _EXTRACTS and len(arguments) >= 2:
            return extract(name[len("JSON_EXTRACT_") :], arguments[0], self._path(parts[1:])), close + 1
        if name in _SETS and len(arguments) >= 3:
            value = arguments[-1]
            value = f"JSON_EXTRACT({value}, '$')" if name.endswith("JSON") else value
            return f"JSON_COMPACT(JSON_SET({arguments[0]}, {self._path(parts[1:-1])}, {value}))", close + 1
        if name == "JSON_DELETE_KEY" and len(arguments) >= 2:
            return f"JSON_COMPACT(JSON_REMOVE({arguments[0]}, {self._path(parts[1:])}))", close + 1
        raise not_modelled(f"{name} with {len(arguments)} arguments")

    def _path(self, parts):
        """A MariaDB path for SingleStore's list of keys and positions."""
        steps = []
        for first, last in parts:
            token = self.statement.tokens[first]
            if last - first == 1 and token.kind == STRING and unquoted(token) is not None:
                steps.append(quoted('."' + unquoted(token).replace("\\", "\\\\").replace('"', '\\"') + '"'))
            elif last - first == 1 and token.kind == NUMBER:
                steps.append(f"'[{int(token.text)}]'")
            else:
                steps.append(f"CONCAT('.', JSON_QUOTE({self.range(first, last)}))")
        return f"CONCAT('$', {', '.join(steps)})"

    def _table(self, index, close):
        """TABLE(JSON_TO_ARRAY(x)) [AS] alias."""
        inside = Cursor(self.statement, index + 2, close)
        inside.expect("JSON_TO_ARRAY")
        start = inside.index + 1
        inside.parenthesis()
        if not inside.at_end:
            raise inside.fail()
        argument = self.range(start, inside.index - 1)
        after = Cursor(self.statement, close + 1)
        if after.word() == "WITH":
            raise not_modelled("TABLE(...) WITH ORDINALITY")
        alias = "" if after.word() == "AS" or (after.is_name() and after.word() not in _AFTER_TABLE) else " AS `table`"
        return f"JSON_TABLE({argument}, '$[*]' COLUMNS (table_col JSON PATH '$')){alias}", close + 1

    # Operators

    def _operator(self, pieces, primary, index, last):
        """Wraps the operand, which ends `pieces`; the index after the operator and its right side."""
        operand = "".join(pieces[primary:]).rstrip()
        del pieces[primary:]
        cursor = Cursor(self.statement, index + 1, last)
        operator = self.statement.tokens[index].text
        if operator in (":>", "!:>"):
            pieces.append(_cast(operand, cursor))
        else:
            kind = {"::": "JSON", "::$": "STRING", "::%": "DOUBLE"}[operator]
            name = cursor.identifier()
            pieces.append(extract(kind, operand, quoted('$."' + name.replace('"', '\\"') + '"')))
        return cursor.index


_CLAUSES = {"SELECT", "FROM", "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "VALUES", "SET", "IN", "USING"}
_AFTER_COLUMN = {"FROM", "LIMIT", "WHERE", "UNION", "ORDER", "HAVING", "INTO"}
_AFTER_TABLE = {"WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "JOIN", "LEFT", "RIGHT", "INNER", "CROSS", "ON", "UNION"}
_NOT_FUNCTIONS = {"IN", "VALUES", "VALUE", "AS", "ON", "AND", "OR", "NOT", "WHERE", "SELECT", "FROM", "SET", "INTO"}


def _without_foreign(gap):
    """The space between two tokens, without comments that only MariaDB would execute."""
    return re.sub(r"/\*M!.*?\*/", " ", gap, flags=re.DOTALL) if "/*M!" in gap else gap


def extract(kind, document, path):
    """A member by path; JSON null and what is absent are NULL."""
    member = f"JSON_EXTRACT({document}, {path})"
    if kind == "JSON":
        return f"JSON_COMPACT({member})"
    value = f"JSON_UNQUOTE({member})"
    if kind == "BIGINT":
        value = f"CAST({value} AS SIGNED)"
    elif kind == "DOUBLE":
        value = f"CAST({value} AS DOUBLE)"
    return f"IF(JSON_TYPE({member}) = 'NULL', NULL, {value})"


def _get_type(document):
    return (
        f"CASE JSON_TYPE({document}) WHEN 'INTEGER' THEN 'double' ELSE LOWER(JSON_TYPE({document})) END"
    )


_CASTS = {
    "CHAR": "CHAR", "VARCHAR": "CHAR", "TEXT": "CHAR", "LONGTEXT": "CHAR", "BIGINT": "SIGNED", "INT": "SIGNED",
    "INTEGER": "SIGNED", "SMALLINT": "SIGNED", "TINYINT": "SIGNED", "DOUBLE": "DOUBLE", "FLOAT": "DOUBLE",
    "DECIMAL": "DECIMAL", "DATE": "DATE", "DATETIME": "DATETIME", "TIME": "TIME", "BINARY": "BINARY",
    "VARBINARY": "BINARY", "BLOB": "BINARY", "LONGBLOB": "BINARY", "JSON": "JSON",
}  # fmt: skip


def _cast(operand, cursor):
    word = cursor.word()
    kind = _CASTS.get(word)
    if kind is None:
        raise not_modelled(f"cast to {word}")
    cursor.next()
    arguments = f"({cursor.parenthesis().rest()})" if cursor.is_operator("(") else ""
    kind = "UNSIGNED" if cursor.accept("UNSIGNED") and kind == "SIGNED" else kind
    if cursor.word() in ("CHARACTER", "COLLATE"):
        raise not_modelled("cast with a collation")
    cursor.accept("NOT", "NULL")
    cursor.accept("NULL")
    if kind == "JSON":
        return f"JSON_COMPACT({operand})"
    return f"CAST({operand} AS {kind}{arguments if kind in ('CHAR', 'DECIMAL', 'DATETIME', 'TIME', 'BINARY') else ''})"
