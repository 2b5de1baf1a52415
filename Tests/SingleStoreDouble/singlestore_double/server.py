"""Accepts clients, and makes what the double needs in MariaDB."""

import asyncio
import logging
import socket

from . import answers, catalogue, protocol
from .session import Session
from .switches import Switches
from .upstream import ServerError, Upstream

log = logging.getLogger("singlestore_double")


class Double:
    """The process: its switches, its counters, and a connection for what concerns no session."""

    version = answers.VERSION

    def __init__(self, upstream_address, password="", switches=None, tls=None):
        self.upstream_address = upstream_address  # (host, port, user, password)
        self.password = password
        self.switches = Switches(switches)
        self.tls = tls
        self.prepared_statements = 0
        self._tasks = set()

    async def prepare(self):
        """Makes the catalogue's databases and views; raises what MariaDB says when it cannot."""
        administration = await self._administration()
        try:
            await _make_views(administration)
            rows = await administration.query("SELECT @@GLOBAL.max_allowed_packet")
            if int(rows[0][0]) < 104857600:
                await administration.query("SET GLOBAL max_allowed_packet = 104857600")
        finally:
            await administration.end()

    async def _administration(self):
        upstream = Upstream(*self.upstream_address)
        await upstream.open()
        await upstream.login(protocol.OFFERED)
        return upstream

    async def serve(self, host, port, ready=None):
        """Accepts connections until it is cancelled; `ready` is called with the port once clients can come."""
        loop = asyncio.get_running_loop()
        with socket.create_server((host, port), backlog=256) as listener:
            listener.setblocking(False)
            if ready:
                ready(listener.getsockname()[1])
            while True:
                connection, _ = await loop.sock_accept(listener)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._start(self._converse(connection))

    def _start(self, coroutine):
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _converse(self, connection):
        session = Session(self)
        try:
            await session.greet(connection)
        except asyncio.IncompleteReadError:
            pass  # the client left without a word; its session at MariaDB has been ended
        except (OSError, protocol.ProtocolError) as error:
            log.info("%s: ended: %s", session.id, error)
        except Exception:
            log.exception("%s: ended by an error of the double", session.id)
        finally:
            session.close()
            if session.client_writer is None:
                connection.close()

    def kill(self, identifier):
        """Ends a session of MariaDB that is at a statement; without waiting."""
        self._start(self._kill(identifier))

    async def _kill(self, identifier):
        try:
            administration = await self._administration()
            try:
                await administration.query(f"KILL CONNECTION {identifier}")
            finally:
                await administration.end()
        except ServerError as error:
            if error.number != 1094:  # it has ended already
                log.warning("%s: not killed: %s", identifier, error)
        except OSError as error:
            log.warning("%s: not killed: %s", identifier, error)


async def _make_views(administration):
    """Where another double of this form has made them, they stay: a session may be at them in a transaction."""
    digest, statements = catalogue.setup()
    try:
        if await administration.query(f"SELECT digest FROM {catalogue.DATABASE}.MADE") == [[digest]]:
            return
    except ServerError as error:
        if error.number not in (1049, 1146):
            raise
    await administration.query("SET SESSION lock_wait_timeout = 20")
    for text in statements:
        await administration.query(text)
