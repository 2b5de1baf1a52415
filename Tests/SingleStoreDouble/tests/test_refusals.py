"""What is refused, row by row of singlestore.md 9.1, with its number and a part of its text."""

import unittest

from singlestore_double.outcome import Answer

from .support import context

ALWAYS = [
    # foreign keys and checks
    ("CREATE TABLE x (a INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES s (id))", 1706, "'FOREIGN KEY' is not supported"),
    ("CREATE TABLE x (a INT PRIMARY KEY, b VARCHAR(9) REFERENCES s (id))", 1706, "FOREIGN KEY"),
    ("CREATE TABLE x (a INT, CONSTRAINT c FOREIGN KEY (a) REFERENCES s (id) ON DELETE CASCADE)", 1706, "FOREIGN KEY"),
    ("ALTER TABLE s ADD CONSTRAINT c FOREIGN KEY (n) REFERENCES r (at)", 1706, "FOREIGN KEY"),
    ("CREATE TABLE x (a INT PRIMARY KEY, CHECK (a > 1))", 1706, "Check constraints"),
    ("CREATE TABLE x (a INT CHECK (a > 1))", 1706, "Check constraints"),
    ("ALTER TABLE s ADD CONSTRAINT c CHECK (n > 1)", 1706, "Check constraints"),
    # keys of a new table
    ("CREATE TABLE x (a INT, b INT, PRIMARY KEY (a), SHARD KEY (a), UNIQUE u (a, b))", 1706, "multiple UNIQUE indexes"),
    ("CREATE TABLE x (a INT, PRIMARY KEY (a), KEY (a))", 1706, "Multiple HASH indices on the same columns"),
    ("CREATE TABLE x (a INT, b INT, PRIMARY KEY (a), UNIQUE u (b))", 1744, "'u' cannot be created because unique keys must"),
    ("CREATE TABLE x (a INT, b INT, PRIMARY KEY (a), SHARD KEY (b))", 1744, "PRIMARY"),
    ("CREATE ROWSTORE TABLE x (a INT, b INT, PRIMARY KEY (a), SHARD KEY (b))", 1744, "PRIMARY"),
    ("CREATE TABLE x (a INT, PRIMARY KEY (a), SHARD KEY ())", 1896, "'PRIMARY' when using an empty shard key"),
    ("CREATE TABLE x (a INT, UNIQUE u (a))", 1896, "'u'"),
    ("CREATE TABLE x (a INT, b INT, KEY k (b) USING BTREE)", 1706, "BTREE"),
    ("CREATE TABLE x (a DOUBLE PRIMARY KEY)", 1706, "DOUBLE primary key"),
    ("CREATE TABLE x (a INT AUTO_INCREMENT PRIMARY KEY)", 1706, "AUTO_INCREMENT"),
    # keys of a table that exists
    ("ALTER TABLE s ADD PRIMARY KEY (n)", 1706, "adds unique/primary/foreign index `PRIMARY`"),
    ("ALTER TABLE s ADD UNIQUE INDEX u (n)", 1706, "adds unique/primary/foreign index `u`"),
    ("CREATE UNIQUE INDEX u ON s (n)", 1706, "adds unique/primary/foreign index `u`"),
    ("CREATE UNIQUE INDEX u ON w (id, n)", 1706, "cannot be performed online"),
    ("ALTER TABLE s DROP PRIMARY KEY", 1706, "'DROP PRIMARY KEY' is not supported by SingleStore Distributed"),
    ("ALTER TABLE s DROP INDEX `PRIMARY`", 1706, "changes index `PRIMARY`"),
    ("DROP INDEX `PRIMARY` ON s", 1706, "changes index `PRIMARY`"),
    ("DROP INDEX __SHARDKEY ON r", 1706, "drops shard index `__SHARDKEY`"),
    ("ALTER TABLE r DROP COLUMN session_id", 1706, "drops shard index"),
    ("ALTER TABLE r DROP COLUMN run_id", 1706, "of index `PRIMARY`"),
    ("ALTER TABLE s DROP COLUMN n", 1706, "of index `kn`"),
    ("CREATE INDEX k2 ON s (n)", 1706, "Multiple HASH indices"),
    # columns
    ("ALTER TABLE s MODIFY n INT", 1706, "modifies type of column `n`"),
    ("ALTER TABLE s MODIFY COLUMN t VARCHAR(10)", 1706, "modifies type of column `t`"),
    ("ALTER TABLE s MODIFY n BIGINT NOT NULL", 1706, "modifies column `n` from NULL to NOT NULL"),
    ("ALTER TABLE w MODIFY n INT NOT NULL", 1706, "Requested ALTER TABLE cannot be performed online"),
    ("ALTER TABLE s ADD COLUMN x TEXT DEFAULT 'a'", 1101, "BLOB/TEXT column 'x' can't have a default value"),
    ("CREATE TABLE x (a JSON DEFAULT '{}')", 1101, "'a'"),
    ("ALTER TABLE s ADD COLUMN x BIGINT DEFAULT (1 + 1)", 1064, "syntax"),
    ("CREATE TABLE x (a VARCHAR(36) DEFAULT uuid())", 1064, "syntax"),
    # what the grammar does not have
    ("ALTER TABLE s CHANGE n m BIGINT", 1064, "near 'BIGINT'"),
    ("ALTER TABLE s CHANGE COLUMN n m BIGINT NOT NULL", 1064, "syntax"),
    ("ALTER TABLE s RENAME INDEX kn TO kk", 1064, "syntax"),
    ("ALTER TABLE s RENAME COLUMN n TO m", 1064, "syntax"),
    ("ALTER TABLE s ADD CONSTRAINT u UNIQUE (n)", 1064, "syntax"),
    ("ALTER TABLE s ADD CONSTRAINT PRIMARY KEY (n)", 1064, "syntax"),
    ("ALTER TABLE s ALTER COLUMN n SET DEFAULT 1", 1064, "syntax"),
    ("ALTER TABLE s ALTER n DROP DEFAULT", 1064, "syntax"),
    ("ALTER TABLE s CONVERT TO CHARACTER SET utf8mb4", 1064, "syntax"),
    ("ALTER TABLE s ENGINE = InnoDB", 1064, "syntax"),
    ("ALTER TABLE s ADD COLUMN x INT, ALGORITHM=INSTANT", 1064, "syntax"),
    ("ALTER TABLE s ADD COLUMN x INT, LOCK=NONE", 1064, "syntax"),
    ("ALTER TABLE s COMMENT = 'x'", 1064, "syntax"),
    ("ALTER TABLE s ADD COLUMN IF NOT EXISTS x INT", 1064, "syntax"),
    ("ALTER TABLE s DROP COLUMN IF EXISTS x", 1064, "syntax"),
    ("ALTER TABLE s DROP INDEX IF EXISTS kn", 1064, "syntax"),
    ("ALTER TABLE s DROP FOREIGN KEY x", 1064, "syntax"),
    ("CREATE INDEX IF NOT EXISTS k ON s (t)", 1064, "syntax"),
    ("CREATE INDEX k ON s (t(255))", 1064, "syntax"),
    ("CREATE INDEX k ON s (t) ALGORITHM=INPLACE", 1064, "syntax"),
    ("DROP INDEX IF EXISTS kn ON s", 1064, "syntax"),
    ("RENAME TABLE s TO a, r TO b", 1064, "syntax"),
    ("CREATE OR REPLACE TABLE x (a INT)", 1064, "syntax"),
    ("INSERT INTO s (id) VALUES ('a') AS new ON DUPLICATE KEY UPDATE n = new.n", 1064, "near 'AS new"),
    ("INSERT INTO s (id) VALUES ('a') RETURNING id", 1064, "near 'RETURNING"),
    ("REPLACE INTO s (id) VALUES ('a') RETURNING id", 1064, "RETURNING"),
    ("DELETE FROM s WHERE id = 'a' RETURNING id", 1064, "RETURNING"),
    ("SELECT * FROM w FOR UPDATE NOWAIT", 1064, "near 'NOWAIT'"),
    ("SELECT * FROM w FOR UPDATE SKIP LOCKED", 1064, "near 'SKIP LOCKED'"),
    ("UPDATE s SET n = 1 ORDER BY id", 1064, "near 'ORDER BY"),
    ("DELETE FROM s ORDER BY id LIMIT 1", 1064, "near 'ORDER BY"),
    ("SELECT * FROM s, JSON_TABLE(j, '$[*]' COLUMNS (a INT PATH '$')) x", 1064, "near 'JSON_TABLE"),
    ("START TRANSACTION READ ONLY", 1064, "syntax"),
    # writing
    ("INSERT INTO s (id) VALUES ('a') ON DUPLICATE KEY UPDATE id = VALUES(id)", 1706, "updating unique key columns"),
    ("INSERT INTO r SELECT * FROM r ON DUPLICATE KEY UPDATE run_id = VALUES(run_id)", 1706, "updating unique key columns"),
    ("INSERT INTO w (id) VALUES ('a') ON DUPLICATE KEY UPDATE ID = 'b'", 1706, "updating unique key columns"),
    ("UPDATE r SET session_id = 'x'", 1706, "updating shard key columns"),
    ("UPDATE s SET s.id = 'x' WHERE n = 1", 1706, "updating shard key columns"),
    ("UPDATE s SET n = 1 LIMIT 1", 1706, "UPDATE...LIMIT must be constrained to a single partition"),
    ("UPDATE s SET n = 1 WHERE id = 'a' OR n = 1 LIMIT 1", 1706, "single partition"),
    ("UPDATE r SET at = 1 WHERE run_id = 'a' LIMIT 1", 1706, "single partition"),
    ("INSERT INTO s (id, n) VALUES ('a', (SELECT 1))", 1706, "select within values clause"),
    ("INSERT INTO s (id, n) VALUES ('a', 1), ('b', COALESCE((SELECT MAX(n) FROM s), 0))", 1706, "select within values"),
    ("UPDATE r JOIN s ON s.id = r.session_id SET s.n = 1", 1706, "Update/Delete right table of a join"),
    ("UPDATE r, s SET n = 1 WHERE s.id = r.session_id", 1706, "Update/Delete right table"),
    ("DELETE s FROM r JOIN s ON s.id = r.session_id", 1706, "Update/Delete right table"),
    ("DELETE r, s FROM r JOIN s ON s.id = r.session_id", 1706, "Update/Delete right table"),
    ("DELETE FROM s USING r JOIN s ON s.id = r.session_id", 1706, "Update/Delete right table"),
    ("INSERT INTO s (id, j) VALUES ('a', '{')", 1844, "column 'j'"),
    ("UPDATE s SET j = 'nope'", 1844, "column 'j'"),
    # reading
    ("SELECT * FROM s JOIN w ON w.id = s.id FOR UPDATE", 1706, "FOR UPDATE with subselect or join"),
    ("SELECT * FROM w WHERE id IN (SELECT id FROM s) FOR UPDATE", 1706, "FOR UPDATE with subselect or join"),
    ("SELECT * FROM s WHERE n = (SELECT MAX(n) FROM s) FOR UPDATE", 1706, "FOR UPDATE with subselect or join"),
    ("SELECT 1 FROM information_schema.TABLES t JOIN s ON s.id = t.TABLE_NAME", 1749, ""),
    ("SELECT 1 FROM s, information_schema.TABLES t", 1749, ""),
    ("SELECT * FROM information_schema.check_constraints", 1109, "'information_schema.check_constraints' doesn't exist"),
    ("SELECT * FROM information_schema.innodb_trx", 1109, "innodb_trx"),
    # tables and databases
    ("DROP TABLE s, r", 1706, "DROP TABLE with multiple tables"),
    ("DROP TABLE IF EXISTS s, r", 1706, "DROP TABLE with multiple tables"),
    ("CREATE DATABASE " + "x" * 61, 1778, ""),
    ("CREATE DATABASE 1x", 1102, ""),
    ("CREATE DATABASE `a-b`", 1102, ""),
    ("SHOW CREATE DATABASE d", 1706, "'SHOW CREATE DATABASE' is not supported by MemSQL"),
    # settings
    ("SET NAMES utf8mb4 COLLATE utf8mb4_bin", 1706, "COLLATE"),
    ("SET collation_connection = utf8mb4_bin", 1706, "collation_connection"),
    ("SET SESSION collation_database = 'utf8mb4_unicode_ci'", 1706, "collation_database"),
    ("SET time_zone = '+00:00'", 1706, "time_zone"),
    ("SET innodb_lock_wait_timeout = 5", 1193, "innodb_lock_wait_timeout"),
    ("SET SESSION max_statement_time = 5", 1193, "max_statement_time"),
    ("SELECT @@innodb_lock_wait_timeout", 1193, "innodb_lock_wait_timeout"),
    ("SELECT @@singlestore_double_nothing", 1193, "nothing"),
    # of MariaDB, and out of reach
    ("PREPARE p FROM 'SELECT 1'", 1706, "not modelled"),
    ("LOCK TABLES s WRITE", 1706, "not modelled"),
    ("SET STATEMENT max_statement_time = 1 FOR SELECT 1", 1706, "not modelled"),
    ("SELECT * FROM s LOCK IN SHARE MODE", 1706, "not modelled"),
    ("CREATE TRIGGER x BEFORE INSERT ON s FOR EACH ROW SET @a = 1", 1706, "not modelled"),
    ("SELECT * FROM singlestore_double.TABLES", 1049, "singlestore_double"),
    ("USE mysql", 1049, "mysql"),
    ("DROP DATABASE mysql", 1049, "mysql"),
    ("DROP TABLE mysql.user", 1049, "mysql"),
    ("USE information_schema", 1706, "not modelled"),
] + [
    (f"SELECT {name}(j, 1) FROM s", 1305, f"FUNCTION d.{name} does not exist")
    for name in ("GET_LOCK", "release_lock", "IS_FREE_LOCK", "JSON_VALID", "JSON_EXTRACT", "JSON_UNQUOTE", "JSON_OBJECT",
                 "JSON_ARRAYAGG", "JSON_SET", "JSON_REMOVE", "JSON_TYPE")
]  # fmt: skip

STRICT_ONLY = [
    ("ALTER TABLE s ADD COLUMN c BIGINT, ADD INDEX kc (c)", "ADD INDEX 'kc'"),
    ("ALTER TABLE r MODIFY at BIGINT NOT NULL", "modifies the default of column `at`"),
    ("ALTER TABLE r MODIFY at BIGINT NULL DEFAULT 0", "from NOT NULL to NULL"),
    ("CREATE TABLE x (a INT) ENGINE=InnoDB", "table option ENGINE"),
]


class RefusalTests(unittest.TestCase):
    def test_every_row_is_refused_with_its_number_and_text(self):
        session = context()
        for sql, number, text in ALWAYS:
            with self.subTest(sql):
                refusal = session.refusal(sql)
                self.assertIsNotNone(refusal, "not refused")
                self.assertEqual(refusal[0], number, refusal)
                self.assertIn(text, refusal[1])

    def test_what_the_documentation_leaves_open_is_refused_in_strict_mode_only(self):
        for sql, text in STRICT_ONLY:
            with self.subTest(sql):
                number, message = context().refusal(sql)
                self.assertEqual(number, 1706)
                self.assertIn(text, message)
                self.assertIsNone(context(strict="off").refusal(sql))

    def test_dropping_a_unique_key_that_is_not_the_shard_key_is_refused_in_strict_mode_only(self):
        for strict in ("on", "off"):
            session = context(strict=strict)
            session.create("CREATE TABLE x (a INT, b INT, UNIQUE u (a, b), SHARD KEY (a))")
            self.assertEqual(session.refusal("DROP INDEX u ON x") is None, strict == "off")

    def test_a_unique_key_that_is_the_shard_key_cannot_be_dropped(self):
        session = context(strict="off")
        session.create("CREATE TABLE x (a INT, UNIQUE u (a), SHARD KEY (a))")
        self.assertIn("drops shard index `u`", session.refusal("DROP INDEX u ON x")[1])

    def test_the_shared_tier_refuses_rowstore(self):
        sql = "CREATE ROWSTORE TABLE x (a INT PRIMARY KEY)"
        session = context()
        self.assertIsNone(session.refusal(sql))
        session.outcome("SET singlestore_double_shared_tier = ON")
        self.assertEqual(session.refusal(sql), (1706, "This operation is not allowed in a shared tier deployment"))

    def test_a_rowstore_takes_the_sessions_of_2_5(self):
        sql = ("(session_id VARCHAR(128) NOT NULL, session_type VARCHAR(20) NOT NULL, PRIMARY KEY (session_id), "
               "SHARD KEY (session_id), UNIQUE KEY uq_session_type (session_id, session_type))")  # fmt: skip
        self.assertEqual(context().refusal("CREATE TABLE x " + sql)[0], 1706)
        self.assertIsNone(context(table_type="rowstore").refusal("CREATE TABLE x " + sql))
        self.assertIsNone(context().refusal("CREATE ROWSTORE TABLE x " + sql))

    def test_foreign_keys_are_forgotten_where_the_global_variable_says_so(self):
        session = context()
        sql = "CREATE TABLE x (a INT PRIMARY KEY, b INT, FOREIGN KEY (b) REFERENCES s (id) ON DELETE SET NULL ON UPDATE NO ACTION)"
        session.outcome("SET GLOBAL ignore_foreign_keys = ON")
        self.assertNotIn("FOREIGN", session.passed(sql))
        self.assertEqual(session.outcome("ALTER TABLE s ADD CONSTRAINT c FOREIGN KEY (n) REFERENCES r (at)"), Answer())
        session.outcome("SET GLOBAL ignore_foreign_keys = OFF")
        self.assertEqual(session.refusal(sql)[0], 1706)

    def test_reference_tables_may_have_any_unique_key(self):
        self.assertIsNone(context().refusal("CREATE REFERENCE TABLE x (a INT PRIMARY KEY, b INT, c INT, UNIQUE (b, c))"))

    def test_an_unenforced_unique_key_is_no_unique_key(self):
        self.assertIsNone(context().refusal("CREATE TABLE x (a INT PRIMARY KEY, b INT, c INT, UNIQUE (b, c) UNENFORCED RELY)"))


ACCEPTED = [
    "SELECT 'GET_LOCK(1)', `JSON_EXTRACT` FROM s -- JSON_TABLE(",
    "SELECT EXTRACT(YEAR FROM NOW()), TRIM(LEADING 'x' FROM t) FROM s",
    "SELECT * FROM w FOR UPDATE",
    "SELECT EXISTS (SELECT 1 FROM information_schema.TABLES WHERE TABLE_NAME = 's')",
    "INSERT IGNORE INTO r SELECT * FROM r",
    "INSERT INTO s (id, n) SELECT id, (SELECT 1) FROM s ON DUPLICATE KEY UPDATE n = VALUES(n)",
    "INSERT INTO w (id, kind) VALUES ('a', 'b') ON DUPLICATE KEY UPDATE kind = 'c'",
    "UPDATE s SET n = 1 WHERE id = 'a' AND n > 2 LIMIT 1",
    "UPDATE s JOIN w ON w.id = s.id SET s.n = 1, t = 'x'",
    "DELETE s FROM s JOIN w ON w.id = s.id",
    "DELETE FROM s WHERE id = 'a'",
    "ALTER TABLE s MODIFY n BIGINT",
    "ALTER TABLE w MODIFY n BIGINT",
    "ALTER TABLE s ADD COLUMN a BIGINT, ADD COLUMN b VARCHAR(3) NOT NULL DEFAULT ''",
    "ALTER TABLE s DROP INDEX kn",
    "ALTER TABLE r MODIFY at BIGINT(20) NOT NULL DEFAULT '0'",
    "CREATE INDEX kt ON s (t)",
    "DROP TABLE IF EXISTS s",
    "DROP DATABASE IF EXISTS d",
    "INSERT INTO version (id) VALUES ('a')",
    "SELECT `get_lock` FROM s",
    "CREATE TABLE x (`key` VARCHAR(10), `index` INT, key_ INT, KEY k (`key`))",
    "WITH x AS (SELECT 1 AS a) SELECT a FROM x",
    "(SELECT 1) UNION (SELECT 2)",
]


class AcceptedTests(unittest.TestCase):
    def test_what_singlestore_takes_is_not_refused(self):
        session = context()
        for sql in ACCEPTED:
            with self.subTest(sql):
                self.assertIsNone(session.refusal(sql))
