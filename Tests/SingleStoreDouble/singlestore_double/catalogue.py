"""information_schema as SingleStore answers it: views in databases of the double's own, and the names that lead there."""

import hashlib

from .errors import Refusal
from .lexer import quoted, quoted_name
from .tables import JSON_MARK, MARK

DATABASE = "singlestore_double"
SYSTEM = ("memsql", "cluster")  # SingleStore's own databases; empty here
HIDDEN = ("mysql", "performance_schema", "sys")

# Answered by views of the double, and taken from MariaDB as they are.
VIEWS = {"TABLES", "COLUMNS", "STATISTICS", "TABLE_CONSTRAINTS", "KEY_COLUMN_USAGE", "REFERENTIAL_CONSTRAINTS", "SCHEMATA",
         "PROCESSLIST", "MV_PROCESSLIST", "MV_BLOCKED_QUERIES"}  # fmt: skip
PASSED = {"CHARACTER_SETS", "COLLATIONS", "COLLATION_CHARACTER_SET_APPLICABILITY", "VIEWS", "TRIGGERS", "ROUTINES",
          "PARAMETERS", "EVENTS", "ENGINES", "SCHEMA_PRIVILEGES", "TABLE_PRIVILEGES", "COLUMN_PRIVILEGES",
          "USER_PRIVILEGES", "PARTITIONS", "FILES", "PLUGINS"}  # fmt: skip


def database(switches):
    """Which set of views answers under these switches."""
    name = DATABASE
    if switches["shard_index_name"] == "__SHARDKEY":
        name += "_shardkey"
    if switches["column_collations"] == "hidden":
        name += "_nocollation"
    return name


def is_own(name):
    return name.lower().startswith(DATABASE)


def check_database(name):
    """Refuses the databases that SingleStore does not have."""
    if is_own(name) or name.lower() in HIDDEN:
        raise Refusal(1049, f"Unknown database '{name}'", "42000")


def map_names(statement, switches):
    """Leads information_schema.x to the double's views; refuses what SingleStore has no view for."""
    tokens, target, unaliased = statement.tokens, database(switches), set()
    for index, token in enumerate(tokens):
        if not token.is_identifier or not (index + 2 < len(tokens) and tokens[index + 1].is_operator(".")):
            continue
        if index and tokens[index - 1].is_operator("."):
            continue
        check_database(token.identifier)
        if token.identifier.lower() != "information_schema" or not tokens[index + 2].is_identifier:
            continue
        written = tokens[index + 2].identifier
        name = written.upper()
        if name == "CHECK_CONSTRAINTS":
            raise Refusal(1109, f"Table 'information_schema.{written}' doesn't exist", "42S02")
        if name not in VIEWS | PASSED:
            raise Refusal(1109, f"Unknown table '{written}' in INFORMATION_SCHEMA", "42S02")
        if name in PASSED:
            continue
        if index + 3 < len(tokens) and tokens[index + 3].is_operator("."):  # information_schema.tables.table_name
            statement.remove(index, index + 2)
            statement.replace(index + 2, quoted_name(name))
            continue
        statement.replace(index, quoted_name(target))
        following = tokens[index + 3] if index + 3 < len(tokens) else None
        statement.replace(index + 2, quoted_name(name))
        if following is None or not (following.word == "AS" or (following.is_identifier and not _ends(following))):
            unaliased.add(name)
            statement.replace(index + 2, f"{quoted_name(name)} AS {quoted_name(name)}")
    _qualifiers(statement, unaliased)


def _qualifiers(statement, unaliased):
    """tables.table_name where the view is called TABLES: names of views are case sensitive, those of the schema are not."""
    tokens = statement.tokens
    for index, token in enumerate(tokens[:-1]):
        if token.is_identifier and token.identifier.upper() in unaliased and tokens[index + 1].is_operator("."):
            if not (index and tokens[index - 1].is_operator(".")):
                statement.replace(index, quoted_name(token.identifier.upper()))


def _ends(token):
    from .manipulation import _ENDS

    return token.word in _ENDS


def setup():
    """The statements that make the databases and the views; may run any number of times, by several doubles at once."""
    statements = list(_setup())
    digest = hashlib.sha256("\n".join(statements).encode()).hexdigest()
    return digest, [*statements, f"CREATE OR REPLACE VIEW {DATABASE}.MADE AS SELECT '{digest}' AS digest"]


def _setup():
    yield from (f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4" for name in SYSTEM)
    for shardkey in (False, True):
        for hidden in (False, True):
            name = DATABASE + ("_shardkey" if shardkey else "") + ("_nocollation" if hidden else "")
            yield f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4"
            for view, text in _views(shardkey, hidden).items():
                yield f"CREATE OR REPLACE VIEW {name}.{view} AS {text}"


def _facts(alias):
    """What the double noted in the table's comment, as JSON."""
    comment = f"{alias}.TABLE_COMMENT"
    return f"IF(LEFT({comment}, {len(MARK)}) = '{MARK}', SUBSTRING({comment}, {len(MARK) + 1}), '{{}}')"


def _fact(alias, path, default):
    return f"COALESCE(JSON_VALUE({_facts(alias)}, '$.{path}'), {default})"


def _shown(column="t.TABLE_SCHEMA"):
    hidden = ", ".join(f"'{name}'" for name in HIDDEN)
    return f"{column} NOT IN ({hidden}) AND {column} NOT LIKE '{DATABASE}%'"


def _views(shardkey, hidden):
    columnstore = f"{_fact('t', 'storage', quoted('columnstore'))} = 'columnstore'"
    base = "t.TABLE_TYPE = 'BASE TABLE'"
    json_column = f"c.COLUMN_COMMENT LIKE '{JSON_MARK}%'"
    charset = "NULL" if hidden else "c.CHARACTER_SET_NAME"
    collation = "NULL" if hidden else "c.COLLATION_NAME"
    # MariaDB gives the default's text: NULL, 'x' with its quotes, current_timestamp().
    default = """CASE WHEN c.COLUMN_DEFAULT = 'NULL' THEN NULL
        WHEN LEFT(c.COLUMN_DEFAULT, 1) = "'" THEN
            REPLACE(SUBSTRING(c.COLUMN_DEFAULT, 2, CHAR_LENGTH(c.COLUMN_DEFAULT) - 2), "''", "'")
        WHEN c.COLUMN_DEFAULT LIKE 'current_timestamp(%' THEN 'CURRENT_TIMESTAMP' ELSE c.COLUMN_DEFAULT END"""
    shard_name = "'__SHARDKEY'" if shardkey else _fact("t", "shard_as", "'__SHARDKEY'")
    return {
        "SCHEMATA": f"SELECT * FROM information_schema.SCHEMATA s WHERE {_shown('s.SCHEMA_NAME')}",
        "TABLES": f"""
            SELECT t.TABLE_CATALOG, t.TABLE_SCHEMA, t.TABLE_NAME, t.TABLE_TYPE, IF({base}, 'MemSQL', NULL) AS ENGINE,
                t.VERSION, IF({base}, 'Dynamic', NULL) AS ROW_FORMAT, t.TABLE_ROWS, t.AVG_ROW_LENGTH, t.DATA_LENGTH,
                t.MAX_DATA_LENGTH, t.INDEX_LENGTH, t.DATA_FREE, t.AUTO_INCREMENT, t.CREATE_TIME, t.UPDATE_TIME,
                t.CHECK_TIME, CAST(NULL AS CHAR(64)) AS TABLE_COLLATION, t.CHECKSUM, '' AS CREATE_OPTIONS,
                IF(LEFT(t.TABLE_COMMENT, {len(MARK)}) = '{MARK}', {_fact('t', 'comment', quoted(''))}, t.TABLE_COMMENT)
                AS TABLE_COMMENT,
                IF({base}, IF({columnstore}, 'COLUMNSTORE', 'INMEMORY_ROWSTORE'), NULL) AS STORAGE_TYPE,
                IF({base}, IF({_fact('t', 'reference', '0')} = 1, 0, 1), NULL) AS DISTRIBUTED
            FROM information_schema.TABLES t WHERE {_shown()}""",
        "COLUMNS": f"""
            SELECT c.TABLE_CATALOG, c.TABLE_SCHEMA, c.TABLE_NAME, c.COLUMN_NAME, c.ORDINAL_POSITION, {default} AS COLUMN_DEFAULT,
                c.IS_NULLABLE, IF({json_column}, 'JSON', c.DATA_TYPE) AS DATA_TYPE,
                IF({json_column}, NULL, c.CHARACTER_MAXIMUM_LENGTH) AS CHARACTER_MAXIMUM_LENGTH,
                IF({json_column}, NULL, c.CHARACTER_OCTET_LENGTH) AS CHARACTER_OCTET_LENGTH, c.NUMERIC_PRECISION,
                c.NUMERIC_SCALE, c.DATETIME_PRECISION, {charset} AS CHARACTER_SET_NAME, {collation} AS COLLATION_NAME,
                IF({json_column}, 'JSON', c.COLUMN_TYPE) AS COLUMN_TYPE, c.COLUMN_KEY, c.EXTRA, c.PRIVILEGES,
                IF({json_column}, SUBSTRING(c.COLUMN_COMMENT, {len(JSON_MARK) + 1}), c.COLUMN_COMMENT) AS COLUMN_COMMENT,
                c.GENERATION_EXPRESSION
            FROM information_schema.COLUMNS c WHERE {_shown('c.TABLE_SCHEMA')}""",
        "STATISTICS": f"""
            SELECT s.TABLE_CATALOG, s.TABLE_SCHEMA, s.TABLE_NAME, s.NON_UNIQUE, s.INDEX_SCHEMA, s.INDEX_NAME,
                s.SEQ_IN_INDEX, s.COLUMN_NAME, CAST(NULL AS CHAR(1)) AS COLLATION, s.CARDINALITY,
                CAST(NULL AS SIGNED) AS SUB_PART, s.PACKED, s.NULLABLE,
                IF({columnstore}, 'HASH', 'BTREE') AS INDEX_TYPE, s.COMMENT, s.INDEX_COMMENT
            FROM information_schema.STATISTICS s JOIN information_schema.TABLES t
                ON t.TABLE_SCHEMA = s.TABLE_SCHEMA AND t.TABLE_NAME = s.TABLE_NAME
            WHERE {_shown('s.TABLE_SCHEMA')}
            UNION ALL
            SELECT t.TABLE_CATALOG, t.TABLE_SCHEMA, t.TABLE_NAME, 1, t.TABLE_SCHEMA, {shard_name}, CAST(j.place AS UNSIGNED), j.name, NULL,
                NULL, NULL, NULL, '', 'SHARD', '', ''
            FROM information_schema.TABLES t,
                JSON_TABLE({_facts('t')}, '$.shard[*]' COLUMNS (place FOR ORDINALITY, name VARCHAR(64) PATH '$')) j
            WHERE {_shown()} AND {base}""",
        "TABLE_CONSTRAINTS": f"""
            SELECT k.CONSTRAINT_CATALOG, k.CONSTRAINT_SCHEMA, k.CONSTRAINT_NAME, k.TABLE_SCHEMA, k.TABLE_NAME,
                IF(k.CONSTRAINT_TYPE = 'PRIMARY KEY' AND {columnstore}, 'UNIQUE', k.CONSTRAINT_TYPE) AS CONSTRAINT_TYPE
            FROM information_schema.TABLE_CONSTRAINTS k JOIN information_schema.TABLES t
                ON t.TABLE_SCHEMA = k.TABLE_SCHEMA AND t.TABLE_NAME = k.TABLE_NAME
            WHERE k.CONSTRAINT_TYPE IN ('PRIMARY KEY', 'UNIQUE') AND {_shown('k.TABLE_SCHEMA')}""",
        "KEY_COLUMN_USAGE": f"""
            SELECT * FROM information_schema.KEY_COLUMN_USAGE k
            WHERE k.REFERENCED_TABLE_NAME IS NULL AND {_shown('k.TABLE_SCHEMA')}""",
        "REFERENTIAL_CONSTRAINTS": "SELECT * FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE 1 = 0",
        "PROCESSLIST": """
            SELECT p.ID, p.USER, p.HOST, p.DB, p.COMMAND, p.TIME, p.STATE, p.INFO FROM information_schema.PROCESSLIST p""",
        "MV_PROCESSLIST": """
            SELECT 1 AS NODE_ID, p.ID, p.USER, p.HOST, p.DB, IF(p.COMMAND = 'Sleep', 'Sleep', 'Query') AS COMMAND, p.TIME,
                p.STATE, p.INFO FROM information_schema.PROCESSLIST p""",
        "MV_BLOCKED_QUERIES": """
            SELECT 1 AS NODE_ID, r.trx_mysql_thread_id AS ID, r.trx_query AS QUERY, 1 AS BLOCKING_NODE_ID,
                b.trx_mysql_thread_id AS BLOCKING_ID
            FROM information_schema.INNODB_LOCK_WAITS w
                JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
                JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id""",
    }
