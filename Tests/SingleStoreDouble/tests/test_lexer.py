import unittest

from singlestore_double import lexer
from singlestore_double.errors import Refusal
from singlestore_double.statement import split


def texts(sql):
    return [token.text for token in lexer.tokens(sql)]


class LexerTests(unittest.TestCase):
    def test_what_is_in_a_string_is_no_word(self):
        self.assertEqual(texts("a 'it''s \\' SHARD KEY' \"x\"\"y\" b"), ["a", "'it''s \\' SHARD KEY'", '"x""y"', "b"])

    def test_comments_are_left_out(self):
        self.assertEqual(texts("a /* ; ' */ b -- c ' \n d # e\n f --1"), ["a", "b", "d", "f", "-", "-", "1"])

    def test_a_comment_for_this_release_is_read_and_one_for_a_newer_is_not(self):
        self.assertEqual(texts("a /*!50000 b */ /*!80000 c */ /*! d */ /*M! e */ f"), ["a", "b", "d", "f"])

    def test_a_quoted_name_is_no_word(self):
        token = lexer.tokens("`sel``ect`")[0]
        self.assertIsNone(token.word)
        self.assertEqual(token.identifier, "sel`ect")

    def test_operators_of_singlestore_are_one_token(self):
        self.assertEqual(texts("a::b c::$d e::%f g :> h i !:> j k := 1"),
                         ["a", "::", "b", "c", "::$", "d", "e", "::%", "f", "g", ":>", "h", "i", "!:>", "j", "k", ":=", "1"])

    def test_numbers_names_and_variables(self):
        self.assertEqual([token.kind for token in lexer.tokens("1 1.5e3 .5 0xFF 1a @@global.b @c _utf8'x'")],
                         ["number", "number", "number", "number", "word", "variable", "variable", "string"])

    def test_what_does_not_end_is_a_syntax_error(self):
        for sql in ("'a", '"a', "`a", "/* a", "/*! a", "/*!99999 a", "(a", "a)"):
            with self.subTest(sql), self.assertRaises(Refusal) as refused:
                split(sql)
            self.assertEqual(refused.exception.number, 1064)

    def test_a_string_of_megabytes_is_one_token(self):
        self.assertEqual(len(lexer.tokens("'" + "a\\'b''" * 1_000_000 + "'")), 1)

    def test_bytes_that_are_no_text_come_back_as_they_were(self):
        sql = b"'\xff\xfe'".decode("utf-8", "surrogateescape")
        self.assertEqual(texts(sql)[0].encode("utf-8", "surrogateescape"), b"'\xff\xfe'")

    def test_a_literal_and_its_value(self):
        for value in ("", "it's", "a\\b", "\0", "\u00e9\U0001f600", "line\nbreak"):
            self.assertEqual(lexer.unquoted(lexer.tokens(lexer.quoted(value))[0]), value)
        self.assertEqual(lexer.unquoted(lexer.tokens(r"'a\nb\%\x'")[0]), "a\nb\\%x")
        self.assertIsNone(lexer.unquoted(lexer.tokens("x'41'")[0]))

    def test_statements_are_split_at_semicolons_outside_of_strings(self):
        self.assertEqual([len(one) for one in split("a ';' b;; c;")], [3, 1])


if __name__ == "__main__":
    unittest.main()
