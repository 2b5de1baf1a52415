"""One statement of the client: refused, answered, or passed on as another text."""

from . import alterations, answers, catalogue, definitions, manipulation, queries
from .errors import not_modelled
from .outcome import Answer, Forward
from .rendering import render
from .statement import Cursor

_SAVEPOINT = ("Warning", 1706, "Feature 'SAVEPOINT' is not supported by SingleStore.")


async def understand(statement, context):
    """The outcome; raises Refusal. `context` tells about the session: tables, switches, the database."""
    word = statement.tokens[0].word
    if word is None:
        word = "SELECT" if statement.tokens[0].is_operator("(") else ""
    handler = _HANDLERS.get(word)
    if handler is None:
        raise not_modelled(word) if word.isalpha() and word else Cursor(statement).fail()
    queries.check_catalogue_joins(statement)
    catalogue.map_names(statement, context.switches)
    return await handler(statement, context)


async def _begin(statement, _context):
    cursor = Cursor(statement)
    if cursor.accept("START"):
        cursor.expect("TRANSACTION")
    else:
        cursor.expect("BEGIN")
        cursor.accept("WORK")
    if not cursor.at_end:
        raise cursor.fail()
    return Forward("BEGIN")


async def _commit(statement, _context):
    cursor = Cursor(statement, 1)
    cursor.accept("WORK")
    if not cursor.at_end:
        raise cursor.fail()
    return Forward("COMMIT")


async def _rollback(statement, _context):
    cursor = Cursor(statement, 1)
    cursor.accept("WORK")
    if cursor.accept("TO"):
        return Answer()  # silently does nothing
    if not cursor.at_end:
        raise cursor.fail()
    return Forward("ROLLBACK")


async def _savepoint(_statement, _context):
    return Answer([_SAVEPOINT])


async def _use(statement, _context):
    cursor = Cursor(statement, 1)
    name = cursor.identifier()
    if not cursor.at_end:
        raise cursor.fail()
    check_session_database(name)
    return Forward(f"USE `{name.replace('`', '``')}`", database=name)


def check_session_database(name):
    """Refuses what a session cannot have as its database."""
    catalogue.check_database(name)
    if name.lower() == "information_schema":
        raise not_modelled("information_schema as the session's database")


async def _as_it_is(statement, context):
    return Forward(render(statement, context))


_HANDLERS = {
    "SELECT": queries.select,
    "WITH": queries.select,
    "INSERT": manipulation.insert,
    "REPLACE": manipulation.insert,
    "UPDATE": manipulation.update,
    "DELETE": manipulation.delete,
    "CREATE": definitions.create,
    "ALTER": alterations.alter,
    "DROP": definitions.drop,
    "RENAME": definitions.rename_table,
    "SHOW": queries.show,
    "DESCRIBE": queries.describe,
    "DESC": queries.describe,
    "EXPLAIN": queries.describe,
    "KILL": queries.kill,
    "SET": answers.set_statement,
    "USE": _use,
    "BEGIN": _begin,
    "START": _begin,
    "COMMIT": _commit,
    "ROLLBACK": _rollback,
    "SAVEPOINT": _savepoint,
    "RELEASE": _savepoint,
    "TRUNCATE": _as_it_is,
    "OPTIMIZE": _as_it_is,
    "ANALYZE": _as_it_is,
    "DO": _as_it_is,
}
