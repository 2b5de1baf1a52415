"""ALTER TABLE: SingleStore's grammar and refusals, and the statement for MariaDB."""

import copy

from .definitions import check_drop_index, check_new_key, finish_keys, on_columnstore, path_text
from .errors import Refusal, feature, not_modelled
from .lexer import quoted, quoted_name
from .outcome import Answer, Forward
from .reading import read_column, read_key
from .statement import Cursor
from .tables import COLUMNSTORE, PRIMARY, SHARD, SORT, UNIQUE, Table


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
