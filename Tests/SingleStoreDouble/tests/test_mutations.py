import asyncio
import random
import unittest

from singlestore_double import lexer, rules, statement
from singlestore_double.errors import Refusal

from .support import context
from .test_refusals import ACCEPTED, ALWAYS, STRICT_ONLY


class MutationTests(unittest.TestCase):
    def test_a_broken_statement_is_refused_or_passed_on_and_nothing_else(self):
        chance = random.Random(20261125)
        statements = [sql for sql, *_ in ALWAYS + STRICT_ONLY] + ACCEPTED
        words = [token.text for sql in statements for token in lexer.tokens(sql)]
        sessions = context(), context(lenient="on", strict="off")
        for _ in range(4000):
            tokens = [token.text for token in lexer.tokens(chance.choice(statements))]
            for _ in range(chance.randint(1, 4)):
                place = chance.randrange(len(tokens) + 1)
                tokens[place : place + chance.randint(0, 2)] = [chance.choice(words)] * chance.randint(0, 1)
            sql = " ".join(tokens)
            with self.subTest(sql):
                try:
                    for one in statement.split(sql):
                        asyncio.run(rules.understand(one, chance.choice(sessions)))
                except Refusal:
                    pass
