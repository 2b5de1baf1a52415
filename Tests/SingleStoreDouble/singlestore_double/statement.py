"""One statement: its tokens, a cursor over them, and the text that is passed on in its place."""

from . import lexer
from .errors import syntax
from .lexer import NAME, NUMBER, OPERATOR, WORD


def split(text):
    """The statements of a text, without empty ones."""
    statements, current = [], []
    for token in lexer.tokens(text):
        if token.is_operator(";"):
            if current:
                statements.append(Statement(text, current))
            current = []
        else:
            current.append(token)
    if current:
        statements.append(Statement(text, current))
    return statements


class Statement:
    """The tokens of one statement. `replace` and `remove` note what another text shall stand for; `render` writes it."""

    def __init__(self, text, tokens):
        self.text = text
        self.tokens = tokens
        self.partner = _partners(tokens)
        self.depth = _depths(tokens)
        self.replaced = {}

    def __len__(self):
        return len(self.tokens)

    def source(self, first, last):
        """The text of the tokens first ..< last as it was written."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end] if first < last else ""

    def replace(self, index, text):
        self.replaced[index] = text

    def remove(self, first, last):
        for index in range(first, last):
            self.replaced[index] = ""

    def words(self):
        return {token.word for token in self.tokens if token.kind == WORD}

    def find(self, *words, start=0, end=None, depth=0):
        """The index of the first of these words at this depth of parentheses, or None."""
        for index in range(start, len(self.tokens) if end is None else end):
            if self.depth[index] == depth and self.tokens[index].word in words and not self.is_qualified(index):
                return index
        return None

    def is_qualified(self, index):
        """Whether the word is a part of a name such as t.order."""
        before = index > 0 and self.tokens[index - 1].is_operator(".")
        after = index + 1 < len(self.tokens) and self.tokens[index + 1].is_operator(".")
        return before or after

    def parts(self, first, last):
        """The ranges between the commas of this range, at its own depth."""
        if first >= last:
            return []
        depth, ranges, start = self.depth[first], [], first
        for index in range(first, last):
            depth = min(depth, self.depth[index])
        for index in range(first, last):
            if self.depth[index] == depth and self.tokens[index].is_operator(","):
                ranges.append((start, index))
                start = index + 1
        ranges.append((start, last))
        return ranges


def _depths(tokens):
    depths, depth = [], 0
    for token in tokens:
        if token.kind == OPERATOR and token.text == ")":
            depth -= 1
        depths.append(depth)
        if token.kind == OPERATOR and token.text == "(":
            depth += 1
    return depths


def _partners(tokens):
    """Where the parenthesis ends, by where it begins."""
    partners, open_ones = {}, []
    for index, token in enumerate(tokens):
        if token.kind == OPERATOR:
            if token.text == "(":
                open_ones.append(index)
            elif token.text == ")":
                if not open_ones:
                    raise syntax(")")
                partners[open_ones.pop()] = index
    if open_ones:
        raise syntax(tokens[open_ones[-1]].text)
    return partners


class Cursor:
    """Reads a statement from left to right."""

    def __init__(self, statement, index=0, end=None):
        self.statement = statement
        self.index = index
        self.end = len(statement) if end is None else end

    @property
    def at_end(self):
        return self.index >= self.end

    def peek(self, ahead=0):
        index = self.index + ahead
        return self.statement.tokens[index] if index < self.end else None

    def next(self):
        token = self.peek()
        if token is None:
            raise syntax("")
        self.index += 1
        return token

    def fail(self):
        """The refusal of what is at the cursor."""
        return syntax(self.statement.text[self.peek().start :] if self.peek() else "")

    def word(self, ahead=0):
        token = self.peek(ahead)
        return token.word if token else None

    def accept(self, *words):
        """Reads this sequence of words if it is next."""
        if all(self.word(ahead) == word for ahead, word in enumerate(words)):
            self.index += len(words)
            return True
        return False

    def accept_any(self, *words):
        """Reads one of these words; the word, or None."""
        word = self.word()
        if word in words:
            self.index += 1
            return word
        return None

    def expect(self, *words):
        if not self.accept(*words):
            raise self.fail()

    def is_operator(self, text, ahead=0):
        token = self.peek(ahead)
        return token is not None and token.is_operator(text)

    def accept_operator(self, text):
        if self.is_operator(text):
            self.index += 1
            return True
        return False

    def expect_operator(self, text):
        if not self.accept_operator(text):
            raise self.fail()

    def identifier(self):
        token = self.peek()
        if token is None or not token.is_identifier:
            raise self.fail()
        self.index += 1
        return token.identifier

    def qualified(self):
        """A name of a table: (database or None, name)."""
        first = self.identifier()
        return (first, self.identifier()) if self.accept_operator(".") else (None, first)

    def number(self):
        token = self.next()
        if token.kind != NUMBER:
            self.index -= 1
            raise self.fail()
        return token.text

    def parenthesis(self):
        """Reads ( ... ): a cursor over what is inside."""
        if not self.is_operator("("):
            raise self.fail()
        close = self.statement.partner[self.index]
        inside = Cursor(self.statement, self.index + 1, close)
        self.index = close + 1
        return inside

    def is_name(self):
        token = self.peek()
        return token is not None and token.kind in (NAME, WORD)

    def rest(self):
        return self.statement.source(self.index, self.end)
