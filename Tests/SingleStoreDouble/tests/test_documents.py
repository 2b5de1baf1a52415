import unittest

from singlestore_double.documents import normalised


class DocumentTests(unittest.TestCase):
    def test_keys_are_sorted_blanks_go_and_the_last_of_equal_keys_stays(self):
        self.assertEqual(normalised('{"b": 1, "a": [1, 2], "b": 3}'), '{"a":[1,2],"b":3}')

    def test_numbers_stay_as_they_were_written(self):
        self.assertEqual(normalised("[1.10, 1e5, -0.0, 12345678901234567890, 1E400]"),
                         "[1.10,1e5,-0.0,12345678901234567890,1E400]")

    def test_text_is_kept(self):
        self.assertEqual(normalised('["\\u00e9", "\\n", null, true, ""]'), '["\u00e9","\\n",null,true,""]')

    def test_half_of_a_surrogate_pair_stays_an_escape(self):
        self.assertEqual(normalised('["\\ud83d", "\\udc80x", "\\ud83d\\ude00"]'), '["\\ud83d","\\udc80x","\U0001f600"]')

    def test_what_is_no_json_is_refused(self):
        for text in ("", "nope", "NaN", "[Infinity]", "{'a': 1}", "[1,]"):
            with self.subTest(text), self.assertRaises(ValueError):
                normalised(text)
