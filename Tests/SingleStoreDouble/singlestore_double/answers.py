"""System variables: what the double answers itself, and SET."""

from .errors import Refusal, feature, not_modelled
from .lexer import STRING, VARIABLE, quoted, unquoted
from .outcome import Answer, Configure, Forward
from .statement import Cursor

VERSION = "5.7.32"
VERSION_COMMENT = "SingleStoreDB source distribution (compatible; MySQL Enterprise & MySQL Commercial)"

PREFIX = "singlestore_double_"

# Of MariaDB (or of MySQL's storage engine): unknown to SingleStore, so that nobody relies on them.
_UNKNOWN_PREFIXES = ("innodb_", "aria_", "myisam_", "wsrep_", "tokudb_", "rocksdb_", "performance_schema")
_UNKNOWN = {"max_statement_time", "alter_algorithm", "system_versioning_alter_history", "tx_isolation", "storage_engine",
            "default_storage_engine", "gtid_mode", "max_execution_time"}  # fmt: skip


def variables(context):
    """Those that the double answers itself: name -> literal."""
    switches = context.switches
    own = {
        "memsql_version": quoted(switches["memsql_version"]),
        "version": quoted(VERSION),
        "version_comment": quoted(VERSION_COMMENT),
        "lock_wait_timeout": switches["lock_wait_timeout"],
        "transaction_isolation": "'READ-COMMITTED'",
        "warn_level": "'WARNINGS'",
        "ignore_foreign_keys": str(int(context.foreign_keys_ignored)),
        "default_table_type": quoted(switches["table_type"]),
        "table_name_case_sensitivity": "1",
        "aggregator_id": "1",
        "max_allowed_packet": "104857600",
        "collation_server": quoted(context.collation),
        "collation_connection": quoted(context.collation),
        "collation_database": quoted(context.collation),
        "max_prepared_stmt_count": "16382",
        "data_conversion_compatibility_level": "'8.0'",
        "json_compatibility_level": "'7.8'",
        "json_extract_string_collation": "'server_v2'",
        PREFIX + "prepared_statements": str(context.prepared_statements),
    }
    for name, value in switches.items():
        own[PREFIX + name] = quoted(value)
    own[PREFIX + "ignore_foreign_keys"] = quoted("on" if context.foreign_keys_ignored else "off")
    return own


def bare(text):
    """(scope or None, name) of @@name, @@session.name, @@global.name; lower case."""
    name = text.lstrip("@").replace("`", "").lower()
    for scope in ("global", "session", "local"):
        if name.startswith(scope + "."):
            return ("session" if scope == "local" else scope), name[len(scope) + 1 :]
    return None, name


def check_known(name):
    if name in _UNKNOWN or name.startswith(_UNKNOWN_PREFIXES):
        raise Refusal(1193, f"Unknown system variable '{name}'")


def variable(text, context):
    """The literal for a system variable; None for a user's variable and for what MariaDB answers as SingleStore does."""
    if not text.startswith("@@"):
        return None
    name = bare(text)[1]
    literal = variables(context).get(name)
    if literal is None:
        if name.startswith(PREFIX):
            raise Refusal(1193, f"Unknown system variable '{name}'")
        check_known(name)
    return literal


async def set_statement(statement, context):
    """SET: the double's switches and SingleStore's refusals; the rest goes on to MariaDB."""
    from .rendering import render

    cursor = Cursor(statement, 1)
    if cursor.word() in ("NAMES", "CHARACTER", "CHARSET"):
        return _set_names(cursor, context)
    if cursor.word() in ("PASSWORD", "ROLE", "DEFAULT", "RESOURCE", "STATEMENT"):
        if not cursor.is_operator("=", 1):
            raise not_modelled(f"SET {cursor.word()}")
    scoped = Cursor(statement, 1)
    scoped.accept_any("GLOBAL", "SESSION", "LOCAL")
    if scoped.word() == "TRANSACTION":
        return Answer()  # swallowed: READ COMMITTED is what there is
    passed, own, scope = [], [], None
    for first, last in statement.parts(1, len(statement)):
        piece = Cursor(statement, first, last)
        word = piece.accept_any("GLOBAL", "SESSION", "LOCAL", "AGGREGATOR")
        scope = {"LOCAL": "session", None: scope}.get(word, word.lower() if word else None)
        token = piece.next()
        if token.kind == VARIABLE and not token.text.startswith("@@"):
            passed.append(render(statement, context, first, last))
            continue
        written, name = bare(token.text) if token.kind == VARIABLE else (None, token.identifier.lower())
        target = written or scope or "session"
        if not piece.accept_operator("="):
            piece.expect_operator(":=")
        value = render(statement, context, piece.index, last)
        texts = _assign(name, target, _plain(piece, value), value, context)
        (own if texts is not None else passed).extend(texts if texts is not None else [f"{target.upper()} {name} = {value}"])
    if passed:
        own.append("SET " + ", ".join(passed))
    return Configure(own) if own else Answer()


def _plain(piece, value):
    """The value as text, where it is a literal or a word."""
    token = piece.peek()
    if token is not None and token.kind == STRING and unquoted(token) is not None:
        return unquoted(token)
    return value.strip("`")


def _assign(name, scope, plain, value, context):
    """What to run for this variable instead: a list; None when MariaDB shall set it."""
    if name.startswith(PREFIX) or name in ("ignore_foreign_keys", "default_table_type"):
        switch = {"default_table_type": "table_type"}.get(name, name.removeprefix(PREFIX))
        context.set_switch(switch, plain, scope)
        return []
    if name == "lock_wait_timeout":
        context.set_switch(name, plain, scope)
        return [] if scope == "global" else context.lock_wait_statements()
    if name in ("transaction_isolation", "tx_isolation", "transaction_read_only"):
        return []
    if name.startswith("collation_"):
        if plain.lower() != context.collation:
            raise feature(f"a session value of {name} other than the global one")
        return []
    if name == "time_zone":
        raise feature("SET time_zone")
    if scope == "global":
        raise not_modelled(f"SET GLOBAL {name}")
    check_known(name)
    return None


def _set_names(cursor, context):
    start = cursor.index
    if cursor.accept("NAMES"):
        charset = cursor.next()
        charset = (unquoted(charset) or charset.text).lower()
        if cursor.accept("COLLATE"):
            collation = cursor.next()
            if (unquoted(collation) or collation.identifier).lower() != context.collation:
                raise feature("SET NAMES ... COLLATE other than the global collation")
        if not cursor.at_end:
            raise cursor.fail()
        if charset == "utf8mb4":
            return Forward(f"SET NAMES utf8mb4 COLLATE {context.collation}")
        return Forward(f"SET NAMES {charset}")
    return Forward("SET " + cursor.statement.source(start, len(cursor.statement)))
