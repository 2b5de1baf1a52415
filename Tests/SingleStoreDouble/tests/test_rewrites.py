"""What MariaDB gets instead (singlestore.md 9.2) and what is answered (9.3)."""

import unittest

from singlestore_double import reading, tables
from singlestore_double.outcome import Answer, Configure
from singlestore_double.switches import Switches

from .support import context


def shown(table, **switches):
    return tables.show_create(table, Switches(switches), "utf8mb4_general_ci")


class CreateTests(unittest.TestCase):
    def setUp(self):
        self.session = context()

    def test_what_only_singlestore_has_is_kept_in_the_comment(self):
        table = self.session.create(
            "CREATE TABLE x (a BIGINT, b JSON, c TEXT, PRIMARY KEY (a) USING HASH, SHARD KEY sk (a) METADATA_ONLY, "
            "SORT KEY (b), KEY kc (c) USING HASH) AUTOSTATS_ENABLED=FALSE COMMENT='it''s mine'"
        )
        self.assertEqual((table.storage, table.shard, table.shard_name, table.sort, table.comment),
                         ("columnstore", ["a"], "sk", ["b"], "it's mine"))
        self.assertEqual([column.type for column in table.columns], ["BIGINT", "JSON", "TEXT"])

    def test_the_primary_key_is_the_shard_key_where_none_is_said(self):
        self.assertEqual(self.session.create("CREATE TABLE x (a INT, b INT, PRIMARY KEY (a, b))").shard, ["a", "b"])
        self.assertEqual(self.session.create("CREATE TABLE y (a INT)").shard, [])

    def test_a_text_is_indexed_by_a_prefix_that_is_not_shown(self):
        text = self.session.passed("CREATE TABLE x (a INT PRIMARY KEY, c TEXT, v VARCHAR(2000), KEY kc (c), KEY kv (v))")
        self.assertIn("KEY `kc` (`c`(255)), KEY `kv` (`v`(255))", text)
        self.assertIn("ON `s` (`t`(255))", self.session.passed("CREATE INDEX kt ON s (t)"))

    def test_the_collation_is_the_switch_s(self):
        sql = "CREATE TABLE x (a INT)"
        self.assertIn("COLLATE=utf8mb4_general_ci", self.session.passed(sql))
        self.assertIn("COLLATE=utf8mb4_bin", context(collation="bin").passed(sql))

    def test_like_and_select_are_passed_on(self):
        self.assertEqual(self.session.passed("CREATE TABLE x LIKE s"), "CREATE TABLE `x` LIKE `s`")
        self.assertTrue(self.session.passed("CREATE TABLE x (PRIMARY KEY (id)) AS SELECT id FROM s").endswith(
            "AS SELECT id FROM s"))

    def test_show_create_has_both_spellings_of_the_primary_key(self):
        table = self.session.known["r"]
        self.assertEqual(
            shown(table).splitlines()[:10],
            ["CREATE TABLE `r` (", "  `run_id` varchar(128) NOT NULL,", "  `session_id` varchar(128) NOT NULL,",
             "  `data` JSON COLLATE utf8mb4_bin NOT NULL,", "  `at` bigint NOT NULL DEFAULT 0,",
             "  UNIQUE KEY `PRIMARY` (`run_id`, `session_id`) USING HASH,", "  SHARD KEY `__SHARDKEY` (`session_id`),",
             "  SORT KEY `__UNORDERED` (),", "  KEY `at` (`at`) USING HASH",
             ") AUTOSTATS_CARDINALITY_MODE=INCREMENTAL AUTOSTATS_HISTOGRAM_MODE=CREATE AUTOSTATS_SAMPLING=ON "
             "SQL_MODE='STRICT_ALL_TABLES' CHARACTER SET=`utf8mb4` COLLATE=`utf8mb4_general_ci`"])  # fmt: skip
        self.assertIn("PRIMARY KEY (`run_id`, `session_id`)", shown(table, primary_key_spelling="primary"))
        self.assertIn("`data` JSON NOT NULL", shown(table, json_spelling="plain"))
        self.assertIn("SHARD KEY ()", shown(self.session.create("CREATE TABLE y (a INT)")))

    def test_a_table_that_the_double_did_not_make_is_sharded_by_its_primary_key(self):
        table = reading.read_mariadb(
            "CREATE TABLE `t` (\n `a` bigint(20) NOT NULL,\n `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin "
            "DEFAULT NULL CHECK (json_valid(`j`)),\n PRIMARY KEY (`a`),\n KEY `k` (`j`(255)),\n CONSTRAINT `f` FOREIGN KEY "
            "(`a`) REFERENCES `o` (`a`) ON DELETE CASCADE\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='theirs'"
        )
        self.assertEqual((table.shard, table.comment, table.columns[1].type), (["a"], "theirs", "JSON"))


class AlterTests(unittest.TestCase):
    def setUp(self):
        self.session = context()

    def test_change_renames_the_column_in_the_keys_too(self):
        text = self.session.passed("ALTER TABLE r CHANGE session_id sid")
        self.assertTrue(text.startswith("ALTER TABLE `r` RENAME COLUMN `session_id` TO `sid`, COMMENT='singlestore:"))
        self.assertIn('"shard":["sid"]', text)
        self.assertEqual(self.session.passed("ALTER TABLE s CHANGE t u"), "ALTER TABLE `s` RENAME COLUMN `t` TO `u`")

    def test_rename_as_and_online_and_timeout(self):
        self.assertEqual(self.session.passed("ALTER ONLINE TABLE d.s RENAME AS s2 TIMEOUT 7"),
                         "SET STATEMENT lock_wait_timeout=7 FOR ALTER TABLE `d`.`s` RENAME TO `s2`")
        self.assertEqual(self.session.passed("ALTER TABLE s ADD COLUMN x VARCHAR(3) TIMEOUT 7"),
                         "SET STATEMENT lock_wait_timeout=7 FOR ALTER TABLE `s` ADD COLUMN `x` VARCHAR(3) NULL")

    def test_columns_are_added_with_what_makes_them_json(self):
        self.assertEqual(
            self.session.passed("ALTER TABLE s ADD COLUMN (x JSON, y VARCHAR(3) DEFAULT 'a' COMMENT 'c') , ADD z INT AFTER n"),
            "ALTER TABLE `s` ADD COLUMN `x` JSON NULL COMMENT 'json;', ADD COLUMN `y` VARCHAR(3) NULL DEFAULT 'a' "
            "COMMENT 'c', ADD COLUMN `z` INT NULL AFTER `n`",
        )


class WritingTests(unittest.TestCase):
    def setUp(self):
        self.session = context()

    def test_json_literals_are_normalised_and_others_are_not(self):
        self.assertEqual(
            self.session.passed("""INSERT INTO s (t, j, id) VALUES ('{"b": 1, "a": 2}', '{"b": 1, "a": 2}', 'x'), ('', NULL, 'y')"""),
            """INSERT INTO s (t, j, id) VALUES ('{"b": 1, "a": 2}', '{"a":2,"b":1}', 'x'), ('', NULL, 'y')""",
        )
        self.assertEqual(self.session.passed("""UPDATE s SET j = '[1, 2]', t = '[1, 2]'"""),
                         """UPDATE s SET j = '[1,2]', t = '[1, 2]'""")
        self.assertEqual(
            self.session.passed("INSERT INTO r VALUES ('a', 'b', '[ ]', 1) ON DUPLICATE KEY UPDATE data = '{ }'"),
            "INSERT INTO r VALUES ('a', 'b', '[]', 1) ON DUPLICATE KEY UPDATE data = '{}'")

    def test_invalid_json_can_become_null_where_the_column_may_be(self):
        session = context(invalid_json="null")
        self.assertIn("VALUES ('a', NULL)", session.passed("INSERT INTO s (id, j) VALUES ('a', 'nope')"))
        self.assertEqual(session.refusal("INSERT INTO r (data) VALUES ('nope')")[0], 1844)

    def test_for_update_is_removed_on_columnstore_only(self):
        self.assertEqual(self.session.passed("SELECT * FROM s WHERE id = 'a' FOR UPDATE").strip(),
                         "SELECT * FROM s WHERE id = 'a'")
        self.assertTrue(self.session.passed("SELECT * FROM w FOR UPDATE").endswith("FOR UPDATE"))


class ExpressionTests(unittest.TestCase):
    def passed(self, sql):
        return context().passed(sql)

    def test_what_needs_no_change_is_passed_on_as_it_was_written(self):
        sql = "SELECT  a.`b`/* c */,\n'x'  FROM s AS a WHERE a.n IN (1 , 2)"
        self.assertEqual(self.passed(sql), sql)

    def test_casts_bind_to_the_operand_before_them(self):
        self.assertEqual(self.passed("SELECT a + s.n :> CHAR(3), f(x) :> BIGINT, (1 + 2) !:> DOUBLE, '1' :> DECIMAL(10, 2)"),
                         "SELECT a + CAST(s.n AS CHAR(3)), CAST(f(x) AS SIGNED), CAST((1 + 2) AS DOUBLE), "
                         "CAST('1' AS DECIMAL(10, 2))")
        self.assertEqual(self.passed("SELECT (s.j :> LONGBLOB) <> (('1' :> JSON) :> LONGBLOB) FROM s"),
                         "SELECT (CAST(s.j AS BINARY)) <> (CAST((JSON_COMPACT('1')) AS BINARY)) FROM s")

    def test_members_of_json(self):
        member = "JSON_EXTRACT(s.j, '$.\"a\"')"
        self.assertEqual(self.passed("SELECT s.j::a FROM s"), f"SELECT JSON_COMPACT({member}) FROM s")
        self.assertEqual(self.passed("SELECT s.j::$a FROM s"),
                         f"SELECT IF(JSON_TYPE({member}) = 'NULL', NULL, JSON_UNQUOTE({member})) FROM s")
        self.assertIn("CONCAT('$', '.\"a\"', '[0]')", self.passed("SELECT JSON_EXTRACT_JSON(j, 'a', 0) FROM s"))
        self.assertIn("JSON_SET(j, CONCAT('$', '.\"a\"'), 'b')", self.passed("UPDATE s SET j = JSON_SET_STRING(j, 'a', 'b')"))
        self.assertIn("JSON_CONTAINS(j, JSON_QUOTE('b'))", self.passed("SELECT JSON_ARRAY_CONTAINS_STRING(j, 'b') FROM s"))

    def test_functions_within_functions(self):
        text = self.passed("SELECT COALESCE(JSON_EXTRACT_BIGINT(JSON_EXTRACT_JSON(j, 'a'), 'b'), 0) FROM s")
        self.assertEqual(text.count("JSON_EXTRACT(JSON_COMPACT(JSON_EXTRACT("), 2)

    def test_an_unknown_json_function_is_not_passed_on(self):
        self.assertIn("not modelled", context().refusal("SELECT JSON_SPLICE_STRING(j, 0, 1) FROM s")[1])

    def test_comments_that_only_mariadb_would_run_are_removed(self):
        self.assertEqual(self.passed("SELECT 1 /*M! + 1 */ + 2"), "SELECT 1   + 2")


class VariableTests(unittest.TestCase):
    def test_the_columns_are_called_as_they_were_asked(self):
        session = context(memsql_version="9.1.1")
        self.assertEqual(session.passed("SELECT @@memsql_version, @@GLOBAL.version v, VERSION() LIMIT 1"),
                         "SELECT '9.1.1' AS `@@memsql_version`, '5.7.32' v, '5.7.32' AS `VERSION()` LIMIT 1")

    def test_what_mariadb_answers_as_singlestore_would_is_left_to_it(self):
        self.assertEqual(context().passed("SELECT @@sql_mode, @x"), "SELECT @@sql_mode, @x")

    def test_switches_are_set_and_read(self):
        session = context()
        self.assertEqual(session.outcome("SET @@singlestore_double_strict = OFF"), Answer())
        self.assertEqual(session.passed("SELECT @@singlestore_double_strict"), "SELECT 'off' AS `@@singlestore_double_strict`")
        session.outcome("SET default_table_type = 'rowstore'")
        self.assertEqual(session.create("CREATE TABLE x (a INT PRIMARY KEY)").storage, "rowstore")
        self.assertEqual(session.refusal("SET singlestore_double_table_type = 'heap'")[0], 1231)

    def test_isolation_is_swallowed_and_the_lock_timeout_translated(self):
        session = context()
        for sql in ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "SET transaction_isolation = 'SERIALIZABLE'", "ROLLBACK TO SAVEPOINT x"):  # fmt: skip
            self.assertEqual(session.outcome(sql), Answer())
        self.assertEqual(session.outcome("SET SESSION lock_wait_timeout = 3"), Configure(["SET wait 3"]))
        self.assertEqual(session.outcome("SET autocommit = 0, @a = 1"), Configure(["SET SESSION autocommit = 0, @a = 1"]))

    def test_savepoints_are_answered_with_a_warning(self):
        self.assertEqual(context().outcome("SAVEPOINT x").warnings[0][1], 1706)


class CatalogueTests(unittest.TestCase):
    def test_views_answer_for_information_schema(self):
        self.assertEqual(
            context().passed("SELECT t.table_name FROM INFORMATION_SCHEMA.tables AS t WHERE 1"),
            "SELECT t.table_name FROM `singlestore_double`.`TABLES` AS t WHERE 1")
        self.assertEqual(
            context().passed("SELECT tables.engine, information_schema.tables.version FROM information_schema.tables"),
            "SELECT `TABLES`.engine, `TABLES`.version FROM `singlestore_double`.`TABLES` AS `TABLES`")

    def test_switches_lead_to_other_views(self):
        session = context(shard_index_name="__SHARDKEY", column_collations="hidden")
        self.assertIn("`singlestore_double_shardkey_nocollation`.`COLUMNS`",
                      session.passed("SELECT 1 FROM information_schema.columns"))

    def test_kill_forgets_the_node(self):
        self.assertEqual(context().passed("KILL QUERY 12 3"), "KILL QUERY 12")
        self.assertEqual(context().passed("KILL CONNECTION 12"), "KILL CONNECTION 12")
        self.assertEqual(context().refusal("KILL HARD 12")[0], 1064)


class LenientTests(unittest.TestCase):
    def test_agno_s_own_steps_may_be_let_through_for_comparison(self):
        session = context(lenient="on")
        session.create("CREATE TABLE x (n BIGINT NOT NULL, SHARD KEY (n))")
        self.assertTrue(session.passed("ALTER TABLE s DROP PRIMARY KEY").startswith("ALTER TABLE `s` DROP PRIMARY KEY"))
        text = session.passed("ALTER TABLE x ADD PRIMARY KEY (n)")
        self.assertTrue(text.startswith("ALTER TABLE `x` ADD PRIMARY KEY (`n`)"), text)
        self.assertEqual(session.passed("ALTER TABLE s ADD UNIQUE INDEX u (n)"), "ALTER TABLE `s` ADD UNIQUE KEY `u` (`n`)")
        self.assertEqual(session.passed("ALTER TABLE s DROP COLUMN IF EXISTS t"), "ALTER TABLE `s` DROP COLUMN IF EXISTS `t`")
        for sql in ("INSERT INTO r SELECT * FROM r ON DUPLICATE KEY UPDATE run_id = VALUES(run_id)",
                    "INSERT INTO s (id, n) VALUES ('a', (SELECT MAX(n) FROM r))",
                    "ALTER TABLE s ADD COLUMN c BIGINT, ADD INDEX kc (c)"):  # fmt: skip
            self.assertIsNone(session.refusal(sql))
            self.assertIsNotNone(context().refusal(sql))
