"""The double's own connection to MariaDB: login, and small queries whose answers the double reads itself."""

import asyncio
import contextlib
import struct

from . import protocol
from .protocol import ProtocolError


class ServerError(Exception):
    """MariaDB's error packet."""

    def __init__(self, payload):
        self.payload = payload
        self.number, self.state, self.message = protocol.error_of(payload)
        super().__init__(f"{self.number} {self.message}")


class Upstream:
    """One connection. Use: `open`, then `login`; `query` reads all rows as lists of text, for the double's own needs."""

    def __init__(self, host, port, user, password):
        self.host, self.port, self.user, self.password = host, port, user, password
        self.reader = self.writer = self.greeting = None
        self.status = protocol.STATUS_AUTOCOMMIT

    async def open(self):
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        self.greeting = protocol.Greeting((await self.read_packet())[1])

    async def login(self, capabilities, database=None):
        """Raises ServerError where MariaDB refuses."""
        wanted = capabilities & ~(protocol.SSL | protocol.CONNECT_ATTRS | protocol.PLUGIN_AUTH_LENENC)
        wanted |= protocol.PROTOCOL_41 | protocol.SECURE_CONNECTION | protocol.PLUGIN_AUTH | protocol.LONG_PASSWORD
        self.send(1, protocol.login(wanted, self.user, self.password, self.greeting.nonce, database))
        while True:
            sequence, payload = await self.read_packet()
            if payload[0] == 0xFF:
                raise ServerError(payload)
            if payload[0] == 0x00:
                return
            if payload[0] != 0xFE:
                raise ProtocolError("an unknown step of the login at MariaDB")
            plugin, _, data = payload[1:].partition(b"\x00")
            if plugin != b"mysql_native_password":
                raise ProtocolError(f"MariaDB wants {plugin.decode()}, the double knows mysql_native_password only")
            self.send(sequence + 1, protocol.native_password(self.password, data[:20]))

    def send(self, sequence, payload):
        """Returns the next sequence number."""
        data, following = protocol.packet(sequence, payload)
        self.writer.write(data)
        return following

    async def read_packet(self):
        """(sequence number, payload); a payload of several packets is put together."""
        parts = []
        while True:
            header = await self.reader.readexactly(4)
            length = int.from_bytes(header[:3], "little")
            parts.append(await self.reader.readexactly(length))
            if length < protocol.MAX_PACKET:
                return header[3], b"".join(parts)

    async def query(self, sql):
        """The rows of a statement, [] for one that has none; raises ServerError."""
        self.send(0, b"\x03" + sql.encode("utf-8", "surrogateescape"))
        _, first = await self.read_packet()
        if first[0] == 0xFF:
            raise ServerError(first)
        if first[0] == 0x00:
            position = protocol.read_length_encoded(first, protocol.read_length_encoded(first, 1)[1])[1]
            self.status = struct.unpack_from("<H", first, position)[0]
            return []
        columns = protocol.read_length_encoded(first, 0)[0]
        for _ in range(columns + 1):  # the definitions and their EOF
            await self.read_packet()
        rows = []
        while True:
            _, payload = await self.read_packet()
            if payload[0] == 0xFF:
                raise ServerError(payload)
            if payload[0] == 0xFE and len(payload) < 9:
                self.status = struct.unpack_from("<H", payload, 3)[0]
                return rows
            rows.append(_values(payload, columns))

    def close(self):
        if self.writer is not None:
            self.writer.close()

    async def end(self):
        """Closes, and waits until it is closed."""
        self.close()
        if self.writer is not None:
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()


def _values(payload, columns):
    values, position = [], 0
    for _ in range(columns):
        if payload[position] == 0xFB:
            values.append(None)
            position += 1
        else:
            size, position = protocol.read_length_encoded(payload, position)
            values.append(payload[position : position + size].decode("utf-8", "surrogateescape"))
            position += size
    return values
