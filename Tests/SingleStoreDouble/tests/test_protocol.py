import struct
import unittest

from singlestore_double import protocol
from singlestore_double.protocol import PREPARED, RESULTS, ROWS, SINGLE, Follower, packet

EOF = b"\xfe\x00\x00\x02\x00"
OK = protocol.ok_payload(2)


def packets(*payloads, first=1):
    data, sequence = b"", first
    for payload in payloads:
        piece, sequence = packet(sequence, payload)
        data += piece
    return data


def follow(data, step, **options):
    follower, out = Follower(**options), b""
    for start in range(0, len(data), step):
        out += follower.feed(data[start : start + step])
    return follower, out


class FollowerTests(unittest.TestCase):
    def follows(self, data, form):
        """Every form of arrival gives the same bytes and finds the same end."""
        for step in (1, 3, 7, len(data)):
            follower, out = follow(data, step, form=form)
            self.assertEqual(out, data)
            self.assertTrue(follower.done)
        self.assertFalse(follow(data[:-1], len(data), form=form)[0].done)
        return follower

    def test_an_ok_packet_is_an_answer(self):
        self.assertEqual(self.follows(packets(OK), RESULTS).status, 2)

    def test_rows_end_at_the_second_eof(self):
        self.follows(packets(b"\x01", b"definition", EOF, b"\x01a", b"\xfb", EOF), RESULTS)

    def test_an_error_among_the_rows_ends_them(self):
        error = protocol.error_payload(1317, "interrupted", "70100")
        self.assertEqual(self.follows(packets(b"\x01", b"definition", EOF, b"\x01a", error), RESULTS).error,
                         (1317, "70100", "interrupted"))

    def test_a_row_may_begin_like_an_eof(self):
        row = b"\xfe" + (4).to_bytes(8, "little") + b"abcd"
        self.follows(packets(b"\x01", b"definition", EOF, row, EOF), RESULTS)

    def test_a_row_of_several_packets_is_one_row(self):
        big = b"\xfd\xff\xff\xff" + b"\xfe" * (protocol.MAX_PACKET + 10)
        data = packets(b"\x01", b"definition", EOF, big, EOF)
        follower, out = follow(data, 1 << 16, form=RESULTS)
        self.assertTrue(follower.done)
        self.assertEqual(out, data)

    def test_several_results_are_one_answer(self):
        more = b"\xfe\x00\x00\x0a\x00"
        self.follows(packets(b"\x01", b"definition", EOF, b"\x01a", more, OK), RESULTS)

    def test_a_prepared_statement_has_two_groups_of_definitions(self):
        def prepared(columns, parameters):
            return b"\x00" + struct.pack("<IHHBH", 1, columns, parameters, 0, 0)

        self.follows(packets(prepared(0, 0)), PREPARED)
        self.follows(packets(prepared(2, 0), b"c", b"c", EOF), PREPARED)
        self.follows(packets(prepared(0, 1), b"p", EOF), PREPARED)
        self.follows(packets(prepared(1, 1), b"p", EOF, b"c", EOF), PREPARED)

    def test_a_cursor_has_no_rows_until_they_are_fetched(self):
        self.follows(packets(b"\x01", b"definition", b"\xfe\x00\x00\x42\x00"), RESULTS)
        self.follows(packets(b"\x00row", EOF), ROWS)

    def test_a_single_packet_is_an_answer(self):
        self.follows(packets(b"Uptime: 1"), SINGLE)

    def test_sequence_numbers_follow_the_client(self):
        _, out = follow(packets(b"\x01", b"definition", EOF, EOF), 5, form=RESULTS, offset=2)
        self.assertEqual(out, packets(b"\x01", b"definition", EOF, EOF, first=3))

    def test_an_error_gets_another_text(self):
        follower, out = follow(packets(protocol.error_payload(1213, "deadlock", "40001")), 4, form=RESULTS,
                               translate=lambda error: protocol.error_payload(1205, f"was {error[0]}"))
        self.assertEqual(out, packets(protocol.error_payload(1205, "was 1213")))
        self.assertEqual(follower.error[0], 1213)

    def test_a_result_says_that_more_follow(self):
        _, out = follow(packets(OK), 4, form=RESULTS, more_follow=True)
        self.assertEqual(out, packets(protocol.ok_payload(2 | protocol.STATUS_MORE_RESULTS)))
        _, out = follow(packets(b"\x01", b"definition", EOF, EOF), 4, form=RESULTS, more_follow=True)
        self.assertEqual(out, packets(b"\x01", b"definition", EOF, b"\xfe\x00\x00\x0a\x00"))


class PacketTests(unittest.TestCase):
    def test_a_payload_of_a_whole_packet_is_followed_by_an_empty_one(self):
        data, following = packet(0, b"x" * protocol.MAX_PACKET)
        self.assertEqual(data[-4:], b"\x00\x00\x00\x01")
        self.assertEqual(following, 2)

    def test_greeting_and_login_are_read_as_they_are_written(self):
        nonce = bytes(range(1, 21))
        greeting = protocol.Greeting(protocol.greeting("5.7.32", 77, nonce, protocol.OFFERED))
        self.assertEqual((greeting.version, greeting.connection, greeting.nonce, greeting.capabilities),
                         ("5.7.32", 77, nonce, protocol.OFFERED))
        capabilities = protocol.OFFERED & ~protocol.PLUGIN_AUTH_LENENC
        login = protocol.Login(protocol.login(capabilities, "me", "secret", nonce, "there"))
        self.assertEqual((login.user, login.database, login.plugin), ("me", "there", "mysql_native_password"))
        self.assertEqual(login.answer, protocol.native_password("secret", nonce))
        self.assertNotEqual(login.answer, protocol.native_password("other", nonce))

    def test_lengths_are_read_as_they_are_written(self):
        for value in (0, 250, 251, 65535, 65536, 1 << 24, 1 << 40):
            encoded = protocol.length_encoded(value)
            self.assertEqual(protocol.read_length_encoded(encoded, 0), (value, len(encoded)))
