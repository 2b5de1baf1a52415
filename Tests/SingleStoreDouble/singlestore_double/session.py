"""One connection of a client, with its own connection to MariaDB.

The client's connection has the id of MariaDB's, so that CONNECTION_ID(), KILL and the process list need no mapping.
"""

import asyncio
import logging

from . import catalogue, protocol, reading, rules, statement
from .errors import Refusal, syntax
from .lexer import quoted_name
from .outcome import Answer, Configure
from .protocol import PREPARED, RESULTS, ROWS, SINGLE, Follower, Login, ProtocolError
from .upstream import ServerError, Upstream

log = logging.getLogger("singlestore_double")

QUIT, INIT_DB, QUERY, FIELD_LIST, STATISTICS, PROCESS_KILL, PING = 0x01, 0x02, 0x03, 0x04, 0x09, 0x0C, 0x0E
STMT_PREPARE, STMT_EXECUTE, STMT_LONG_DATA, STMT_CLOSE, STMT_RESET = 0x16, 0x17, 0x18, 0x19, 0x1A
SET_OPTION, STMT_FETCH, RESET_CONNECTION = 0x1B, 0x1C, 0x1F

_PASSED = {FIELD_LIST: ROWS, STATISTICS: SINGLE, PROCESS_KILL: SINGLE, PING: SINGLE, STMT_EXECUTE: RESULTS,
           STMT_RESET: SINGLE, SET_OPTION: SINGLE, STMT_FETCH: ROWS}  # fmt: skip
_WITHOUT_ANSWER = {STMT_CLOSE, STMT_LONG_DATA}

_LOCK_TIMEOUT = (1205, "Lock wait timeout exceeded; try restarting transaction", "HY000")


class Context:
    """What the rules ask about the session."""

    def __init__(self, session):
        self._session = session
        self.switches = session.double.switches.copy()
        self.database = None
        self.warnings = []

    @property
    def collation(self):
        return f"utf8mb4_{self.switches['collation']}"

    @property
    def foreign_keys_ignored(self):
        return self._session.double.switches.is_on("ignore_foreign_keys")

    @property
    def prepared_statements(self):
        return self._session.double.prepared_statements

    async def table(self, database, name):
        """The table, read from MariaDB; None when there is none of this name, or a view."""
        if (database or self.database or "").lower() == "information_schema" or catalogue.is_own(database or ""):
            return None
        prefix = f"{quoted_name(database)}." if database else ""
        try:
            rows = await self._session.upstream.query(f"SHOW CREATE TABLE {prefix}{quoted_name(name)}")
        except ServerError as error:
            if error.number in (1046, 1049, 1146):
                return None
            raise
        text = rows[0][1]
        return reading.read_mariadb(text) if text.startswith(("CREATE TABLE", "CREATE TEMPORARY TABLE")) else None

    def set_switch(self, name, value, scope):
        """For this session, or for the double: later sessions, as with every global variable."""
        switches = self._session.double.switches
        if name in ("ignore_foreign_keys",) and scope != "global":
            raise Refusal(
                1229, f"Variable '{name}' is a GLOBAL variable and should be set with SET GLOBAL"
            )
        (switches if scope == "global" else self.switches).set(name, value)

    def lock_wait_statements(self):
        seconds = self.switches["lock_wait_timeout"]
        return [f"SET SESSION innodb_lock_wait_timeout = {seconds}, SESSION lock_wait_timeout = {seconds}"]


class Session:
    def __init__(self, double):
        self.double = double
        self.upstream = Upstream(*double.upstream_address)
        self.context = None
        self.client_reader = self.client_writer = None
        self.capabilities = 0
        self.gone = asyncio.Event()
        self.id = 0

    # Login

    async def greet(self, connection):
        """The whole handshake on the socket, before anything is read ahead: a TLS hello may follow at once."""
        loop = asyncio.get_running_loop()
        await self.upstream.open()
        self.id = self.upstream.greeting.connection
        nonce = self.upstream.greeting.nonce
        offered = protocol.OFFERED | (protocol.SSL if self.double.tls else 0)
        payload = protocol.greeting(self.double.version, self.id, nonce, offered)
        await loop.sock_sendall(connection, protocol.packet(0, payload)[0])
        sequence, payload = await _read_exactly(connection)
        login = Login(payload)
        if login.wants_tls and not self.double.tls:
            raise ProtocolError("the client wants TLS, which was not offered")
        await self._make_streams(connection, login.wants_tls)
        if login.wants_tls:
            sequence, payload = await self._read_packet()
            login = Login(payload)
        sequence = await self._authenticate(login, nonce, sequence)
        if sequence is not None:
            await self._log_in(login, sequence)

    async def _make_streams(self, connection, tls):
        loop = asyncio.get_running_loop()
        self.client_reader = asyncio.StreamReader(limit=1 << 18)
        protocol_object = _ClientProtocol(self.client_reader, self)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol_object, connection, ssl=self.double.tls if tls else None
        )
        self.client_writer = asyncio.StreamWriter(transport, protocol_object, self.client_reader, loop)

    async def _authenticate(self, login, nonce, sequence):
        """The next sequence number, or None after a refusal."""
        password = self.double.password
        if not password:
            return sequence + 1
        answer = login.answer
        if login.plugin not in (None, "mysql_native_password"):
            self._write(sequence + 1, b"\xfemysql_native_password\x00" + nonce + b"\x00")
            sequence, answer = await self._read_packet()
        if answer == protocol.native_password(password, nonce):
            return sequence + 1
        using = "YES" if answer else "NO"
        self._refuse(sequence + 1, Refusal(
            1045, f"Access denied for user '{login.user}'@'localhost' (using password: {using})", "28000"
        ))  # fmt: skip
        return None

    async def _log_in(self, login, sequence):
        self.capabilities = login.capabilities & protocol.OFFERED
        self.context = Context(self)
        try:
            if login.database:
                rules.check_session_database(login.database)
            await self.upstream.login(self.capabilities, login.database)
            self.context.database = login.database
            await self._prepare_session()
        except Refusal as refusal:
            self._refuse(sequence, refusal)
            return
        except ServerError as error:
            self._write(sequence, error.payload)
            return
        self._write(sequence, protocol.ok_payload(self.upstream.status))
        await self.client_writer.drain()
        await self._serve()

    async def _prepare_session(self):
        collation = self.context.collation
        await self.upstream.query(
            f"SET SESSION sql_mode = 'STRICT_ALL_TABLES', SESSION tx_isolation = 'READ-COMMITTED', "
            f"NAMES utf8mb4 COLLATE {collation}"
        )
        for text in self.context.lock_wait_statements():
            await self.upstream.query(text)

    # Commands

    async def _serve(self):
        while True:
            _, chunks, payload = await self._read_command()
            command = payload[0]
            if command == QUIT:
                self.gone.set()
                self.upstream.send(0, payload)
                return
            try:
                await self._command(command, payload, chunks)
            except Refusal as refusal:
                self._refuse(chunks, refusal)
            except ServerError as error:
                self._write(chunks, error.payload)
            await self.client_writer.drain()

    async def _command(self, command, payload, chunks):
        if command in _WITHOUT_ANSWER:
            self.upstream.send(0, payload)
        elif command == QUERY:
            await self._query(_text(payload), chunks)
        elif command == INIT_DB:
            name = _text(payload)
            rules.check_session_database(name)
            if await self._pass(payload, SINGLE, chunks):
                self.context.database = name
        elif command == STMT_PREPARE:
            await self._prepare(_text(payload), chunks)
        elif command == RESET_CONNECTION:
            if await self._pass(payload, SINGLE, chunks):
                database = self.context.database
                self.context = Context(self)
                self.context.database = database
                await self._prepare_session()
        elif command in _PASSED:
            await self._pass(payload, _PASSED[command], chunks)
        else:
            raise Refusal(1047, "Unknown command", "08S01")

    async def _query(self, text, chunks):
        statements = statement.split(text)
        if not statements:
            raise Refusal(1065, "Query was empty", "42000")
        if len(statements) > 1 and not self.capabilities & protocol.MULTI_STATEMENTS:
            raise syntax(text[statements[1].tokens[0].start :])
        sequence = chunks
        for number, one in enumerate(statements):
            more = number + 1 < len(statements)
            try:
                outcome = await self._understand(one)
                sequence = await self._carry_out(outcome, sequence, more)
            except Refusal as refusal:
                self._refuse(sequence, refusal)
                return
            except ServerError as error:
                self._write(sequence, error.payload)
                return
            if sequence is None:
                return

    async def _understand(self, one):
        """An error of the double's own is answered as one, and told in its log; MariaDB has seen nothing of the statement."""
        try:
            return await rules.understand(one, self.context)
        except (Refusal, ServerError, OSError, asyncio.IncompleteReadError):
            raise
        except Exception as error:
            log.exception("%s: no outcome", self.id)
            raise Refusal(1105, f"The double of SingleStore failed ({type(error).__name__}); see its log") from error

    async def _carry_out(self, outcome, sequence, more):
        """The next sequence number; None after an error."""
        if isinstance(outcome, (Answer, Configure)):
            self.context.warnings = []
            if isinstance(outcome, Configure):
                for text in outcome.texts:
                    await self.upstream.query(text)
            else:
                self.context.warnings = outcome.warnings
            flags = self.upstream.status | (protocol.STATUS_MORE_RESULTS if more else 0)
            return self._write(sequence, protocol.ok_payload(flags, len(self.context.warnings)))
        payload = b"\x03" + outcome.text.encode("utf-8", "surrogateescape")
        log.debug("%s: %s", self.id, outcome.text)
        last = await self._pass(payload, RESULTS, sequence, more)
        if last is None:
            return None
        if outcome.database is not None:
            self.context.database = outcome.database
        return (last + 1) & 255

    async def _prepare(self, text, chunks):
        if self.context.switches.is_on("audit"):
            raise Refusal(1706, "Feature 'Audit logging with binary protocol' is not supported by SingleStore.")
        statements = statement.split(text)
        if len(statements) != 1:
            raise syntax(text)
        outcome = await self._understand(statements[0])
        if isinstance(outcome, (Answer, Configure)):
            raise Refusal(1295, "This command is not supported in the prepared statement protocol yet")
        self.double.prepared_statements += 1
        await self._pass(b"\x16" + outcome.text.encode("utf-8", "surrogateescape"), PREPARED, chunks)

    async def _pass(self, payload, form, sequence, more=False):
        """Sends a command on and its answer back; the last sequence number, or None when the answer is an error."""
        sent = len(payload) // protocol.MAX_PACKET + 1
        follower = Follower(form, (sequence - sent) & 255, more, self._translate)
        self.upstream.send(0, payload)
        while not follower.done:
            data = await self.upstream.reader.read(1 << 16)
            if not data:
                raise ConnectionError("MariaDB closed the connection")
            ready = follower.feed(data)
            if follower.error and follower.error[0] == 1213:
                await self._wait_for_lock()
            self.client_writer.write(ready)
            await self.client_writer.drain()
        if follower.status is not None:
            self.upstream.status = follower.status & ~protocol.STATUS_MORE_RESULTS
        if follower.error is None and payload[0] == QUERY:
            self.context.warnings = []
        return follower.sequence if follower.error is None else None

    async def _wait_for_lock(self):
        """SingleStore has no deadlock detector: the statement ends when the wait for the lock does."""
        try:
            await asyncio.wait_for(self.gone.wait(), int(self.context.switches["lock_wait_timeout"]))
        except asyncio.TimeoutError:
            pass

    def _translate(self, error):
        """Another payload for an error of MariaDB, or None."""
        number, state, message = error
        if number == 1213:
            return protocol.error_payload(*_LOCK_TIMEOUT)
        if number == 4025:  # CONSTRAINT `t.c` failed: the double makes no other than that JSON is valid
            column = message.split("`")[1].rpartition(".")[2] if "`" in message else "?"
            return protocol.error_payload(1844, f"Invalid JSON value for column '{column}'")
        if "MariaDB" in message:
            return protocol.error_payload(number, message.replace("MariaDB", "MySQL"), state)
        return None

    # The client's end

    async def _read_packet(self):
        sequence, _, payload = await self._read_command()
        return sequence, payload

    async def _read_command(self):
        """(sequence number of the last packet, number of packets, payload)."""
        parts = []
        while True:
            header = await self.client_reader.readexactly(4)
            length = int.from_bytes(header[:3], "little")
            parts.append(await self.client_reader.readexactly(length))
            if length < protocol.MAX_PACKET:
                payload = b"".join(parts) if len(parts) > 1 else parts[0]
                if not payload:
                    raise ProtocolError("an empty command")
                return header[3], len(parts), payload

    def _write(self, sequence, payload):
        data, following = protocol.packet(sequence, payload)
        self.client_writer.write(data)
        return following

    def _refuse(self, sequence, refusal):
        log.debug("%s: refused: %s %s", self.id, refusal.number, refusal.message)
        self._write(sequence, protocol.error_payload(refusal.number, refusal.message, refusal.state))

    def client_is_gone(self):
        """MariaDB's session ends now, with its transaction: a statement that runs is killed, not waited for."""
        if self.gone.is_set():
            return
        self.gone.set()
        self.double.kill(self.id)
        self.upstream.close()

    def close(self):
        self.gone.set()
        if self.upstream.writer is not None:
            self.upstream.close()
        if self.client_writer is not None:
            self.client_writer.close()


class _ClientProtocol(asyncio.StreamReaderProtocol):
    """Says at once that the client is gone, also while a statement of its runs."""

    def __init__(self, reader, session):
        super().__init__(reader, loop=asyncio.get_running_loop())
        self._session = session

    def eof_received(self):
        self._session.client_is_gone()
        return super().eof_received()

    def connection_lost(self, exception):
        self._session.client_is_gone()
        super().connection_lost(exception)


async def _read_exactly(connection):
    """(sequence number, payload) of one packet, and not a byte more."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < 4 or len(data) < 4 + int.from_bytes(data[:3], "little"):
        wanted = 4 - len(data) if len(data) < 4 else 4 + int.from_bytes(data[:3], "little") - len(data)
        piece = await loop.sock_recv(connection, wanted)
        if not piece:
            raise ConnectionError("the client left during the handshake")
        data += piece
    return data[3], data[4:]


def _text(payload):
    return payload[1:].decode("utf-8", "surrogateescape")
