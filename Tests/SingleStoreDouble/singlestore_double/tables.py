"""What a table is, what of it is kept where, and how SHOW CREATE TABLE shows it.

What MariaDB has no word for (shard key, sort key, type of the table, that a column is JSON) is kept in the comments of
the table and of its columns. So it is made, renamed, copied by LIKE and dropped together with the table, by the same
statement of MariaDB: no kill can come between, and every connection sees the same.
"""

import json
from dataclasses import dataclass, field

from .lexer import quoted, quoted_name

MARK = "singlestore:"  # begins the comment of a table that the double made
JSON_MARK = "json;"  # begins the comment of a column that is JSON

COLUMNSTORE, ROWSTORE = "columnstore", "rowstore"

INTEGERS = {"TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT"}
WITHOUT_DEFAULT = {"TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "JSON"}
_NEED_PREFIX = WITHOUT_DEFAULT - {"TINYTEXT", "TINYBLOB"}


@dataclass
class Column:
    name: str
    type: str  # upper case, synonyms resolved: VARCHAR, BIGINT, JSON
    arguments: str = ""  # of the type: 128
    unsigned: bool = False
    charset: str = None
    collation: str = None
    nullable: bool = True
    default: str = None  # the text of the default; None: none
    on_update: str = None
    auto_increment: bool = False
    comment: str = ""

    @property
    def same_type(self):
        """What two columns of one type have in common: a width for display is none of it."""
        arguments = "" if self.type in INTEGERS else self.arguments.replace(" ", "")
        return self.type, arguments or {"DECIMAL": "10,0", "CHAR": "1", "BINARY": "1"}.get(self.type, ""), self.unsigned

    def type_text(self):
        text = self.type
        if self.arguments:
            text += f"({self.arguments})"
        return text + (" UNSIGNED" if self.unsigned else "")

    def mariadb(self):
        """The definition without the name."""
        text = self.type_text()
        if self.type != "JSON":
            text += f" CHARACTER SET {self.charset}" if self.charset else ""
            text += f" COLLATE {self.collation}" if self.collation else ""
        text += " NULL" if self.nullable else " NOT NULL"
        text += f" DEFAULT {self.default}" if self.default is not None else ""
        text += f" ON UPDATE {self.on_update}" if self.on_update else ""
        text += " AUTO_INCREMENT" if self.auto_increment else ""
        comment = (JSON_MARK if self.type == "JSON" else "") + self.comment
        return text + (f" COMMENT {quoted(comment)}" if comment else "")

    def singlestore(self, json_text):
        """The line of SHOW CREATE TABLE."""
        text = f"{quoted_name(self.name)} "
        if self.type == "JSON":
            text += json_text
        else:
            kind, _, arguments = self.type_text().partition("(")
            text += kind.lower() + (f"({arguments}" if arguments else "").replace(" UNSIGNED", " unsigned")
            text += f" CHARACTER SET {self.charset}" if self.charset else ""
            text += f" COLLATE {self.collation}" if self.collation else ""
        text += "" if self.nullable else " NOT NULL"
        text += f" DEFAULT {self.default}" if self.default is not None and self.type not in WITHOUT_DEFAULT else ""
        text += f" ON UPDATE {self.on_update}" if self.on_update else ""
        text += " AUTO_INCREMENT" if self.auto_increment else ""
        return text + (f" COMMENT {quoted(self.comment)}" if self.comment else "")


PRIMARY, UNIQUE, INDEX, SHARD, SORT = "PRIMARY", "UNIQUE", "INDEX", "SHARD", "SORT"


@dataclass
class Key:
    kind: str
    columns: list
    name: str = None
    enforced: bool = True
    prefixed: bool = False  # with a prefix length that the client wrote
    ordered: bool = False  # BTREE was asked for

    @property
    def folded(self):
        return [column.lower() for column in self.columns]


@dataclass
class Table:
    name: str
    columns: list = field(default_factory=list)
    keys: list = field(default_factory=list)  # PRIMARY, UNIQUE, INDEX
    storage: str = COLUMNSTORE
    reference: bool = False
    temporary: bool = False
    shard: list = field(default_factory=list)  # columns; empty: keyless
    shard_name: str = None  # as the client gave it
    sort: list = field(default_factory=list)
    comment: str = ""
    collation: str = None

    def column(self, name):
        return next((column for column in self.columns if column.name.lower() == name.lower()), None)

    @property
    def primary(self):
        return next((key for key in self.keys if key.kind == PRIMARY), None)

    @property
    def unique_keys(self):
        """The primary key and the unique ones that are enforced."""
        return [key for key in self.keys if key.kind in (PRIMARY, UNIQUE) and key.enforced]

    @property
    def shard_is_key(self):
        """The key that is the shard key too, or None."""
        folded = [name.lower() for name in self.shard]
        return next((key for key in self.unique_keys if folded and key.folded == folded), None)

    def shard_index_name(self):
        """What a release that has no __SHARDKEY calls it."""
        key = self.shard_is_key
        return self.shard_name or (("PRIMARY" if key.kind == PRIMARY else key.name) if key else None) or "__SHARDKEY"

    def mariadb_comment(self):
        facts = {"storage": self.storage, "shard": self.shard, "shard_as": self.shard_index_name()}
        if self.shard_name:
            facts["shard_name"] = self.shard_name
        if self.sort:
            facts["sort"] = self.sort
        if self.reference:
            facts["reference"] = 1
        loose = [key.name for key in self.keys if not key.enforced and key.name]
        if loose:
            facts["unenforced"] = loose
        if self.comment:
            facts["comment"] = self.comment
        return MARK + json.dumps(facts, ensure_ascii=False, separators=(",", ":"))

    def read_comment(self, text):
        """Takes over what `mariadb_comment` wrote; a table that the double did not make is sharded by its primary key."""
        if not text.startswith(MARK):
            self.comment = text
            self.shard = list(self.primary.columns) if self.primary else []
            return
        facts = json.loads(text[len(MARK) :])
        self.storage = facts.get("storage", COLUMNSTORE)
        self.shard, self.shard_name = facts.get("shard", []), facts.get("shard_name")
        self.sort, self.reference = facts.get("sort", []), bool(facts.get("reference"))
        self.comment = facts.get("comment", "")
        for key in self.keys:
            key.enforced = key.name not in facts.get("unenforced", [])

    def index_columns(self, key):
        """The columns of a key as MariaDB needs them: with a prefix where it cannot index the whole value."""
        return ", ".join(quoted_name(name) + prefix_of(self.column(name), key.kind) for name in key.columns)


def prefix_of(column, kind):
    """(n) where MariaDB cannot index the whole column; catalogue answers hide it."""
    if column is None or kind != INDEX:
        return ""
    if column.type in _NEED_PREFIX:
        return "(255)"
    if column.type in ("VARCHAR", "CHAR") and column.arguments.isdigit() and int(column.arguments) > 760:
        return "(255)"
    return ""


def show_create(table, switches, collation):
    """The text of SHOW CREATE TABLE."""
    spelling = switches["primary_key_spelling"]
    json_text = "JSON COLLATE utf8mb4_bin" if switches["json_spelling"] == "collate" else "JSON"
    lines = [column.singlestore(json_text) for column in table.columns]
    using = " USING HASH" if table.storage == COLUMNSTORE else " USING BTREE"
    for key in sorted(table.keys, key=lambda key: [PRIMARY, UNIQUE, INDEX].index(key.kind)):
        columns = _names(key.columns)
        if key.kind == PRIMARY:
            as_unique = spelling == "unique" and table.storage == COLUMNSTORE
            lines.append(f"UNIQUE KEY `PRIMARY` ({columns}){using}" if as_unique else f"PRIMARY KEY ({columns})")
        elif key.kind == UNIQUE:
            rely = using if key.enforced else " UNENFORCED"
            lines.append(f"UNIQUE KEY {quoted_name(key.name)} ({columns}){rely}")
    if not table.reference:
        shard = f"SHARD KEY {quoted_name(table.shard_name or '__SHARDKEY')} ({_names(table.shard)})"
        lines.append(shard if table.shard else "SHARD KEY ()")
    if table.storage == COLUMNSTORE:
        name = "`__SORTKEY`" if table.sort else "`__UNORDERED`"
        lines.append(f"SORT KEY {name} ({_names(table.sort)})")
    for key in table.keys:
        if key.kind == INDEX:
            lines.append(f"KEY {quoted_name(key.name)} ({_names(key.columns)}){using}")
    words = ("REFERENCE " if table.reference else "") + ("ROWSTORE " if table.storage == ROWSTORE else "")
    charset = (table.collation or collation).split("_")[0]
    return (
        f"CREATE {'TEMPORARY ' if table.temporary else ''}{words}TABLE {quoted_name(table.name)} (\n  "
        + ",\n  ".join(lines)
        + "\n) AUTOSTATS_CARDINALITY_MODE=INCREMENTAL AUTOSTATS_HISTOGRAM_MODE=CREATE AUTOSTATS_SAMPLING=ON "
        + f"SQL_MODE='STRICT_ALL_TABLES' CHARACTER SET=`{charset}` COLLATE=`{table.collation or collation}`"
        + (f" COMMENT={quoted(table.comment)}" if table.comment else "")
    )


def _names(names):
    return ", ".join(map(quoted_name, names))
