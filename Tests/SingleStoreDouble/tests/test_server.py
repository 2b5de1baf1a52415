"""The double in front of a MariaDB: AGNO_TEST_MARIADB_URL (see scripts/servers). Clients are the double's own."""

import asyncio
import contextlib
import os
import struct
import sys
import unittest
from urllib.parse import unquote, urlsplit

from singlestore_double import protocol
from singlestore_double.protocol import PREPARED, RESULTS, Follower
from singlestore_double.server import Double
from singlestore_double.upstream import ServerError, Upstream

URL = os.environ.get("AGNO_TEST_MARIADB_URL")
NOT_RUN = "NOT RUN: the double in front of a MariaDB; AGNO_TEST_MARIADB_URL says none (scripts/servers up mariadb)"
if not URL:
    print(NOT_RUN, file=sys.stderr)
DATABASE = f"double_tests_{os.getpid()}"


def address():
    url = urlsplit(URL)
    return url.hostname, url.port or 3306, unquote(url.username or "root"), unquote(url.password or "")


@contextlib.asynccontextmanager
async def double(password="", **switches):
    """Yields (the double, a function that connects a client)."""
    one = Double(address(), password, switches)
    await one.prepare()
    port = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(one.serve("127.0.0.1", 0, port.set_result))
    await asyncio.wait({serving, port}, return_when=asyncio.FIRST_COMPLETED)
    clients = []

    async def connect(database=DATABASE, user="anyone", password="", capabilities=protocol.OFFERED):
        client = Upstream("127.0.0.1", port.result(), user, password)
        clients.append(client)
        await client.open()
        await client.login(capabilities, database)
        return client

    try:
        yield one, connect
    finally:
        for client in clients:
            await client.end()
        serving.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving


async def until(condition):
    """Waits for what must come; the time limit is against a hang."""
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.01)


@unittest.skipUnless(URL, NOT_RUN)
class ServerTests(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        asyncio.get_running_loop().slow_callback_duration = 60  # unittest has the loop tell of 0.1
        self.mariadb = Upstream(*address())
        await self.mariadb.open()
        await self.mariadb.login(protocol.OFFERED)
        await self.mariadb.query(f"DROP DATABASE IF EXISTS {DATABASE}")
        await self.mariadb.query(f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4")

    async def asyncTearDown(self):
        await self.mariadb.query(f"DROP DATABASE {DATABASE}")
        await self.mariadb.end()

    async def refused(self, client, sql):
        with self.assertRaises(ServerError) as refused:
            await client.query(sql)
        return refused.exception.number

    async def test_the_handshake_names_the_version_and_the_session(self):
        async with double(memsql_version="9.1.1") as (_, connect):
            client = await connect()
            self.assertEqual(client.greeting.version, "5.7.32")
            self.assertEqual(await client.query("SELECT @@memsql_version, VERSION(), CONNECTION_ID()"),
                             [["9.1.1", "5.7.32", str(client.greeting.connection)]])

    async def test_a_configured_password_is_asked_for(self):
        async with double(password="secret") as (_, connect):
            await connect(password="secret")
            for wrong in ("", "other"):
                with self.assertRaises(ServerError) as refused:
                    await connect(password=wrong)
                self.assertEqual(refused.exception.number, 1045)

    async def test_a_database_that_is_not_there_is_refused(self):
        async with double() as (_, connect):
            for name in ("no_such_database", "mysql", "singlestore_double"):
                with self.assertRaises(ServerError) as refused:
                    await connect(database=name)
                self.assertEqual(refused.exception.number, 1049)

    async def test_the_state_of_a_table_survives_the_double_and_follows_the_table(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("CREATE ROWSTORE TABLE a (i BIGINT, k BIGINT, PRIMARY KEY (i, k), SHARD KEY sk (k))")
        async with double() as (_, connect):
            client, other = await connect(), await connect()
            await client.query("ALTER TABLE a RENAME AS b")
            await client.query("ALTER TABLE b CHANGE k kk")
            await client.query("CREATE TABLE c LIKE b")
            text = (await other.query("SHOW CREATE TABLE c"))[0][1]
            self.assertIn("CREATE ROWSTORE TABLE `c`", text)
            self.assertIn("SHARD KEY `sk` (`kk`)", text)
            self.assertEqual(await self.refused(other, "UPDATE c SET kk = 1"), 1706)
            await client.query("DROP TABLE c")
            await client.query("CREATE TABLE c (kk BIGINT PRIMARY KEY, v TEXT)")
            self.assertEqual(await self.refused(other, "UPDATE c SET kk = 1"), 1706)
            await other.query("UPDATE c SET v = 'x'")

    async def test_information_schema_answers_as_singlestore(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query(
                "CREATE TABLE t (id VARCHAR(128) NOT NULL, k BIGINT NOT NULL DEFAULT 3, j JSON, x TEXT, s VARCHAR(9) DEFAULT "
                "'it''s', PRIMARY KEY (id, k), SHARD KEY (id), KEY kx (x), SORT KEY (k))")
            await client.query("CREATE ROWSTORE TABLE w (id BIGINT PRIMARY KEY)")
            await client.query("CREATE TABLE h (id BIGINT PRIMARY KEY)")
            mine = f"TABLE_SCHEMA = '{DATABASE}'"
            self.assertEqual(
                await client.query("SELECT TABLE_NAME, ENGINE, STORAGE_TYPE, DISTRIBUTED, TABLE_COLLATION, TABLE_COMMENT "
                                   f"FROM information_schema.TABLES WHERE {mine} ORDER BY 1"),
                [["h", "MemSQL", "COLUMNSTORE", "1", None, ""], ["t", "MemSQL", "COLUMNSTORE", "1", None, ""],
                 ["w", "MemSQL", "INMEMORY_ROWSTORE", "1", None, ""]])  # fmt: skip
            self.assertEqual(
                await client.query("SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COLUMN_KEY, COLUMN_DEFAULT, COLUMN_COMMENT "
                                   f"FROM information_schema.columns WHERE {mine} AND TABLE_NAME = 't' ORDER BY ORDINAL_POSITION"),
                [["id", "varchar", "varchar(128)", "PRI", None, ""], ["k", "bigint", "bigint(20)", "PRI", "3", ""],
                 ["j", "JSON", "JSON", "", None, ""], ["x", "text", "text", "MUL", None, ""],
                 ["s", "varchar", "varchar(9)", "", "it's", ""]])  # fmt: skip
            self.assertEqual(
                await client.query("SELECT TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE FROM "
                                   f"information_schema.TABLE_CONSTRAINTS WHERE {mine} ORDER BY 1"),
                [["h", "PRIMARY", "UNIQUE"], ["t", "PRIMARY", "UNIQUE"], ["w", "PRIMARY", "PRIMARY KEY"]])
            statistics = ("SELECT TABLE_NAME, INDEX_NAME, INDEX_TYPE, SEQ_IN_INDEX, COLUMN_NAME, SUB_PART, COLLATION FROM "
                          f"information_schema.STATISTICS WHERE {mine} ORDER BY 1, 3, 2, 4")  # fmt: skip
            self.assertEqual(
                await client.query(statistics),
                [["h", "PRIMARY", "HASH", "1", "id", None, None], ["h", "PRIMARY", "SHARD", "1", "id", None, None],
                 ["t", "kx", "HASH", "1", "x", None, None], ["t", "PRIMARY", "HASH", "1", "id", None, None],
                 ["t", "PRIMARY", "HASH", "2", "k", None, None], ["t", "__SHARDKEY", "SHARD", "1", "id", None, None],
                 ["w", "PRIMARY", "BTREE", "1", "id", None, None], ["w", "PRIMARY", "SHARD", "1", "id", None, None]])  # fmt: skip
            await client.query("SET singlestore_double_shard_index_name = '__SHARDKEY'")
            self.assertIn(["h", "__SHARDKEY", "SHARD", "1", "id", None, None], await client.query(statistics))
            await client.query("SET singlestore_double_column_collations = 'hidden'")
            self.assertEqual(
                await client.query(f"SELECT DISTINCT COLLATION_NAME FROM information_schema.COLUMNS WHERE {mine}"), [[None]])
            index = await client.query("SHOW INDEX FROM t WHERE Key_name LIKE '\\_\\_%'")
            self.assertEqual([(row[2], row[4], row[10]) for row in index], [("__SHARDKEY", "id", "METADATA_ONLY")])
            databases = [row[0] for row in await client.query("SHOW DATABASES")]
            self.assertIn("memsql", databases)
            self.assertFalse({"mysql", "singlestore_double"} & set(databases))

    async def test_an_existing_table_s_shape_is_known_to_every_connection_at_once(self):
        async with double() as (_, connect):
            client, other = await connect(), await connect()
            for number in range(5):
                await client.query(f"CREATE TABLE t (a BIGINT, b BIGINT, PRIMARY KEY ({'ab'[number % 2]}))")
                barred, free = ("b", "a") if number % 2 else ("a", "b")
                await other.query(f"UPDATE t SET {free} = 1")
                self.assertEqual(await self.refused(other, f"UPDATE t SET {barred} = 1"), 1706)
                await client.query("DROP TABLE t")

    async def test_a_client_that_goes_takes_its_transaction_with_it(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("CREATE TABLE t (a BIGINT PRIMARY KEY, n BIGINT)")
            await client.query("INSERT INTO t VALUES (1, 0)")
            for statement in (None, "SELECT SLEEP(600)", "UPDATE t SET n = SLEEP(600)"):
                doomed = await connect()
                await doomed.query("BEGIN")
                await doomed.query("UPDATE t SET n = n + 1 WHERE a = 1")
                if statement:
                    doomed.send(0, b"\x03" + statement.encode())
                    await until(lambda: self.is_at(doomed, statement))
                doomed.writer.transport.abort()
                await until(lambda: self.is_gone(doomed))
                await client.query("UPDATE t SET n = 7 WHERE a = 1")
                self.assertEqual(await client.query("SELECT n FROM t"), [["7"]])

    async def is_at(self, client, statement):
        return await self.mariadb.query("SELECT 1 FROM information_schema.PROCESSLIST "
                                        f"WHERE ID = {client.greeting.connection} AND INFO LIKE '{statement[:12]}%'")  # fmt: skip

    async def is_gone(self, client):
        return not await self.mariadb.query(
            f"SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {client.greeting.connection}")

    async def test_a_statement_is_killed_by_the_id_of_its_session(self):
        async with double() as (_, connect):
            client, other = await connect(), await connect()
            asleep = asyncio.create_task(client.query("SELECT SLEEP(600) FROM (SELECT 1) x UNION SELECT SLEEP(600)"))
            await until(lambda: self.is_at(client, "SELECT SLEEP("))
            await other.query(f"KILL QUERY {client.greeting.connection} 1")
            with self.assertRaises(ServerError) as killed:
                await asleep
            self.assertEqual(killed.exception.number, 1317)
            self.assertEqual(await client.query("SELECT 1"), [["1"]])

    async def test_locks_and_deadlocks_both_end_in_a_timeout(self):
        async with double(lock_wait_timeout="1") as (_, connect):
            one, two = await connect(), await connect()
            await one.query("CREATE TABLE t (a BIGINT PRIMARY KEY, n BIGINT)")
            await one.query("INSERT INTO t VALUES (1, 0), (2, 0)")
            for client, row in ((one, 1), (two, 2)):
                await client.query("BEGIN")
                await client.query(f"UPDATE t SET n = 1 WHERE a = {row}")
            results = await asyncio.gather(one.query("UPDATE t SET n = 2 WHERE a = 2"),
                                           two.query("UPDATE t SET n = 2 WHERE a = 1"), return_exceptions=True)  # fmt: skip
            numbers = {error.number for error in results if isinstance(error, ServerError)}
            self.assertEqual(numbers, {1205})

    async def test_packets_of_more_than_16_megabytes_go_both_ways(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("CREATE TABLE t (a BIGINT PRIMARY KEY, x LONGTEXT)")
            text = "x" * (protocol.MAX_PACKET + 1000)
            await client.query(f"INSERT INTO t VALUES (1, '{text}')")
            self.assertEqual(await client.query("SELECT x, a FROM t"), [[text, "1"]])
            self.assertEqual(await self.refused(client, f"SELECT get_lock('{text}', 1)"), 1305)
            self.assertEqual(await client.query("SELECT 1"), [["1"]])

    async def test_a_large_result_is_not_kept_in_memory(self):
        import resource

        async with double() as (_, connect):
            client = await connect()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            client.send(0, b"\x03SELECT REPEAT('x', 100000) FROM information_schema.COLLATIONS a, (SELECT 1 FROM "
                           b"information_schema.COLLATIONS LIMIT 5) b")  # fmt: skip
            follower, size = Follower(RESULTS), 0
            while not follower.done:
                size += len(follower.feed(await client.reader.read(1 << 16)))
            self.assertGreater(size, 100_000_000)
            self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 20_000)

    async def test_several_statements_in_a_text_are_answered_one_by_one(self):
        async with double() as (_, connect):
            client = await connect()
            client.send(0, b"\x03SELECT 1; SAVEPOINT x; SELECT GET_LOCK('a', 1); SELECT 2")
            follower = Follower(RESULTS)
            while not follower.done:
                follower.feed(await client.reader.read(1 << 16))
            self.assertEqual(follower.error[0], 1305)
            alone = await connect(capabilities=protocol.OFFERED & ~protocol.MULTI_STATEMENTS)
            self.assertEqual(await self.refused(alone, "SELECT 1; SELECT 2"), 1064)

    async def test_prepared_statements_are_checked_counted_and_refused_under_audit(self):
        async with double() as (one, connect):
            client = await connect()
            await client.query("CREATE TABLE t (a BIGINT PRIMARY KEY, n BIGINT)")
            prepared = await self.prepare(client, "INSERT INTO t VALUES (?, 7)")
            identifier = struct.unpack_from("<I", prepared, 5)[0]
            client.send(0, b"\x17" + struct.pack("<IBI", identifier, 0, 1) + b"\x00\x01\x08\x00" + struct.pack("<q", 5))
            self.assertEqual((await client.read_packet())[1][:2], b"\x00\x01")
            client.send(0, b"\x19" + struct.pack("<I", identifier))
            self.assertEqual(await client.query("SELECT a, n, @@singlestore_double_prepared_statements FROM t"),
                             [["5", "7", "1"]])
            self.assertEqual(await self.prepare(client, "UPDATE t SET a = ?"), 1706)
            await client.query("SET singlestore_double_audit = ON")
            self.assertEqual(await self.prepare(client, "SELECT 1"), 1706)
            self.assertEqual(one.prepared_statements, 1)

    async def prepare(self, client, sql):
        """The answer, or the number of the error."""
        client.send(0, b"\x16" + sql.encode())
        follower, data = Follower(PREPARED), b""
        while not follower.done:
            data += follower.feed(await client.reader.read(1 << 16))
        return follower.error[0] if follower.error else data

    async def test_savepoints_warn_and_do_nothing(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("CREATE TABLE t (a BIGINT PRIMARY KEY)")
            await client.query("BEGIN")
            await client.query("SAVEPOINT x")
            self.assertEqual((await client.query("SHOW WARNINGS"))[0][1], "1706")
            await client.query("INSERT INTO t VALUES (1)")
            await client.query("ROLLBACK TO SAVEPOINT x")
            await client.query("COMMIT")
            self.assertEqual(await client.query("SELECT a FROM t"), [["1"]])

    async def test_json_is_not_kept_as_it_was_written(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("CREATE TABLE t (a BIGINT PRIMARY KEY, j JSON NOT NULL)")
            await client.query("""INSERT INTO t VALUES (1, '{"b": {"d": 1, "c": "x"}, "a": null}')""")
            self.assertEqual(await client.query("SELECT j FROM t"), [['{"a":null,"b":{"c":"x","d":1}}']])
            self.assertEqual(
                await client.query("SELECT j::b, j::$a, JSON_EXTRACT_STRING(j, 'b', 'c'), JSON_GET_TYPE(j) FROM t"),
                [['{"c":"x","d":1}', None, "x", "object"]])
            self.assertEqual(await self.refused(client, "UPDATE t SET j = CONCAT('no', 'pe')"), 1844)
            self.assertEqual(await client.query("SELECT table_col FROM t, TABLE(JSON_TO_ARRAY('[1,\"x\"]'))"),
                             [["1"], ['"x"']])

    async def test_switches_set_globally_are_those_of_later_sessions(self):
        async with double() as (_, connect):
            client = await connect()
            await client.query("SET GLOBAL default_table_type = 'rowstore'")
            later = await connect()
            for each, expected in ((client, "columnstore"), (later, "rowstore")):
                self.assertEqual(await each.query("SELECT @@default_table_type"), [[expected]])
