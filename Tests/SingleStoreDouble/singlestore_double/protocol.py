"""Packets of the MySQL protocol: what the double writes itself, and how it follows what it passes on."""

import hashlib
import struct

MAX_PACKET = 0xFFFFFF

# Capabilities (only those that the double looks at).
LONG_PASSWORD = 1
FOUND_ROWS = 1 << 1
LONG_FLAG = 1 << 2
CONNECT_WITH_DB = 1 << 3
IGNORE_SPACE = 1 << 8
PROTOCOL_41 = 1 << 9
INTERACTIVE = 1 << 10
SSL = 1 << 11
TRANSACTIONS = 1 << 13
SECURE_CONNECTION = 1 << 15
MULTI_STATEMENTS = 1 << 16
MULTI_RESULTS = 1 << 17
PS_MULTI_RESULTS = 1 << 18
PLUGIN_AUTH = 1 << 19
CONNECT_ATTRS = 1 << 20
PLUGIN_AUTH_LENENC = 1 << 21

OFFERED = (
    LONG_PASSWORD | FOUND_ROWS | LONG_FLAG | CONNECT_WITH_DB | IGNORE_SPACE | PROTOCOL_41 | INTERACTIVE | TRANSACTIONS
    | SECURE_CONNECTION | MULTI_STATEMENTS | MULTI_RESULTS | PS_MULTI_RESULTS | PLUGIN_AUTH | CONNECT_ATTRS
    | PLUGIN_AUTH_LENENC
)  # fmt: skip

STATUS_AUTOCOMMIT = 0x0002
STATUS_MORE_RESULTS = 0x0008
STATUS_CURSOR = 0x0040

UTF8MB4 = 45  # utf8mb4_general_ci


class ProtocolError(Exception):
    """What arrived is no packet of the protocol."""


def packet(sequence, payload):
    """A payload with its headers, in as many packets as it needs; (bytes, next sequence number)."""
    pieces, position = [], 0
    while True:
        piece = payload[position : position + MAX_PACKET]
        pieces.append(len(piece).to_bytes(3, "little") + bytes([sequence & 255]))
        pieces.append(piece)
        sequence += 1
        position += len(piece)
        if len(piece) < MAX_PACKET:
            return b"".join(pieces), sequence & 255


def length_encoded(value):
    if value < 251:
        return bytes([value])
    if value < 1 << 16:
        return b"\xfc" + value.to_bytes(2, "little")
    if value < 1 << 24:
        return b"\xfd" + value.to_bytes(3, "little")
    return b"\xfe" + value.to_bytes(8, "little")


def read_length_encoded(payload, position):
    """(value, position after it)."""
    first = payload[position]
    if first < 251:
        return first, position + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(payload[position + 1 : position + 1 + size], "little"), position + 1 + size


def error_payload(number, message, state="HY000"):
    return b"\xff" + struct.pack("<H", number) + b"#" + state.encode() + message.encode("utf-8", "surrogateescape")


def ok_payload(status, warnings=0):
    return b"\x00\x00\x00" + struct.pack("<HH", status, warnings)


def error_of(payload):
    """(number, state, message) of an error packet; one of before the handshake has no state."""
    number = struct.unpack_from("<H", payload, 1)[0]
    if payload[3:4] == b"#":
        return number, payload[4:9].decode(), payload[9:].decode("utf-8", "replace")
    return number, "HY000", payload[3:].decode("utf-8", "replace")


def native_password(password, nonce):
    """The answer of mysql_native_password."""
    if not password:
        return b""
    once = hashlib.sha1(password.encode()).digest()
    twice = hashlib.sha1(once).digest()
    mask = hashlib.sha1(nonce + twice).digest()
    return bytes(a ^ b for a, b in zip(once, mask))


def greeting(version, connection, nonce, capabilities):
    """The server's first packet."""
    return b"".join([
        b"\x0a", version.encode(), b"\x00", struct.pack("<I", connection), nonce[:8], b"\x00",
        struct.pack("<H", capabilities & 0xFFFF), bytes([UTF8MB4]), struct.pack("<H", STATUS_AUTOCOMMIT),
        struct.pack("<H", capabilities >> 16), bytes([len(nonce) + 1]), bytes(10), nonce[8:], b"\x00",
        b"mysql_native_password\x00",
    ])  # fmt: skip


class Greeting:
    """What a server says first."""

    def __init__(self, payload):
        if payload[0] == 0xFF:
            number, _, message = error_of(payload)
            raise ProtocolError(f"the server refuses connections: {number} {message}")
        end = payload.index(0, 1)
        self.version = payload[1:end].decode()
        self.connection = struct.unpack_from("<I", payload, end + 1)[0]
        low, high = struct.unpack_from("<H", payload, end + 14)[0], struct.unpack_from("<H", payload, end + 19)[0]
        self.capabilities = low | high << 16
        self.nonce = payload[end + 5 : end + 13] + payload[end + 32 : end + 32 + 12]


def login(capabilities, user, password, nonce, database):
    """The client's answer to the greeting."""
    answer = native_password(password, nonce)
    capabilities = capabilities | CONNECT_WITH_DB if database else capabilities & ~CONNECT_WITH_DB
    return b"".join([
        struct.pack("<IIB", capabilities, 1 << 30, UTF8MB4), bytes(23), user.encode(), b"\x00",
        bytes([len(answer)]), answer, (database.encode("utf-8", "surrogateescape") + b"\x00") if database else b"",
        b"mysql_native_password\x00",
    ])  # fmt: skip


class Login:
    """The client's answer to the greeting, as the server reads it."""

    def __init__(self, payload):
        if len(payload) < 32:
            raise ProtocolError("a login packet that is too short")
        self.capabilities = struct.unpack_from("<I", payload)[0]
        if not self.capabilities & PROTOCOL_41:
            raise ProtocolError("a client of before MySQL 4.1")
        self.wants_tls = bool(self.capabilities & SSL) and len(payload) == 32
        self.user, self.answer, self.database, self.plugin = "", b"", None, None
        if self.wants_tls:
            return
        position = payload.index(0, 32)
        self.user = payload[32:position].decode("utf-8", "replace")
        if self.capabilities & PLUGIN_AUTH_LENENC:
            size, position = read_length_encoded(payload, position + 1)
        else:
            size, position = payload[position + 1], position + 2
        self.answer = payload[position : position + size]
        position += size
        if self.capabilities & CONNECT_WITH_DB and position < len(payload):
            end = payload.index(0, position)
            self.database = payload[position:end].decode("utf-8", "surrogateescape") or None
            position = end + 1
        if self.capabilities & PLUGIN_AUTH and position < len(payload):
            end = payload.find(b"\x00", position)
            self.plugin = payload[position : end if end >= 0 else len(payload)].decode("ascii", "replace")


# The forms that an answer can have.
RESULTS, PREPARED, ROWS, SINGLE = "results", "prepared", "rows", "single"


class Follower:
    """Follows an answer packet by packet while it is passed on, without keeping more than a header or a small packet.

    `feed` takes what arrived and gives what is to be sent on: the same bytes, but for sequence numbers (where the
    statement took another number of packets than the client's), error packets that `translate` has another text for,
    and the more-results flag where the double sends the statements of one text one after the other.
    """

    def __init__(self, form=RESULTS, offset=0, more_follow=False, translate=None):
        self.form, self.offset, self.more_follow, self.translate = form, offset, more_follow, translate
        self.done = False
        self.error = None  # (number, state, message) of the error packet
        self.status = None  # the flags of the last OK or EOF packet
        self.sequence = 0  # of the last packet sent on
        self._expected = {RESULTS: "first", PREPARED: "prepared", ROWS: "rows", SINGLE: "single"}[form]
        self._definitions = []  # how many definitions still come, per group
        self._pending = bytearray()
        self._skip = 0
        self._continues = False

    def feed(self, data):
        pending = self._pending
        pending += data
        position, size = 0, len(pending)
        while position < size:
            if self._skip:
                step = min(self._skip, size - position)
                self._skip -= step
                position += step
                continue
            if size - position < 4 or self.done:
                break
            length = pending[position] | pending[position + 1] << 8 | pending[position + 2] << 16
            if not self._continues:
                if length and size - position < 5:
                    break
                first = pending[position + 4] if length else -1
                if self._is_read(first, length):
                    if size - position < 4 + length:
                        break
                    new = self._read(first, bytes(pending[position + 4 : position + 4 + length]))
                    if new is not None:
                        pending[position : position + 4 + length] = packet(pending[position + 3], new)[0]
                        length, size = len(new), len(pending)
            self._continues = length == MAX_PACKET
            self.sequence = (pending[position + 3] + self.offset) & 255
            pending[position + 3] = self.sequence
            position += 4
            self._skip = length
        ready = bytes(pending[:position])
        del pending[:position]
        return ready

    def _is_read(self, first, length):
        if self._expected == "definitions":
            return first == 0xFF or (first == 0xFE and length < 9)
        if self._expected == "rows":
            return first == 0xFF or (first == 0xFE and length < 9)
        return True

    def _read(self, first, payload):
        """Takes note of the packet; another payload for it, or None."""
        if first == 0xFF:
            self.done = True
            self.error = error_of(payload)
            return self.translate(self.error) if self.translate else None
        return getattr(self, "_read_" + self._expected)(first, payload)

    def _read_single(self, first, payload):
        self.done = True
        if first == 0x00:
            self._note_ok(payload)

    def _read_first(self, first, payload):
        if first == 0x00:
            return self._end_of_result(payload, self._note_ok(payload))
        if first == 0xFB:
            raise ProtocolError("the server asks for a file")
        self._expect_definitions(read_length_encoded(payload, 0)[0], 0)

    def _read_prepared(self, first, payload):
        columns, parameters = struct.unpack_from("<HH", payload, 5)
        self._expect_definitions(parameters, columns)
        if not parameters and not columns:
            self.done = True

    def _expect_definitions(self, *groups):
        self._definitions = [count for count in groups if count]
        self._expected = "definitions"

    def _read_definitions(self, first, payload):
        self.status = struct.unpack_from("<H", payload, 3)[0]
        self._definitions.pop(0)
        if self._definitions:
            return
        if self.form == PREPARED or self.status & STATUS_CURSOR:
            self.done = True
        else:
            self._expected = "rows"

    def _read_rows(self, first, payload):
        self.status = struct.unpack_from("<H", payload, 3)[0]
        return self._end_of_result(payload, 3)

    def _note_ok(self, payload):
        """Where the flags are in an OK packet."""
        position = read_length_encoded(payload, read_length_encoded(payload, 1)[1])[1]
        self.status = struct.unpack_from("<H", payload, position)[0]
        return position

    def _end_of_result(self, payload, flags):
        if self.status & STATUS_MORE_RESULTS and self.form == RESULTS:
            self._expected = "first"
            return None
        self.done = True
        if not self.more_follow:
            return None
        new = bytearray(payload)
        struct.pack_into("<H", new, flags, self.status | STATUS_MORE_RESULTS)
        return bytes(new)
