"""SQL text as tokens: strings, quoted names, numbers, variables, words, operators; comments and space are left out."""

import re

from .errors import syntax

WORD, NAME, STRING, NUMBER, VARIABLE, OPERATOR = "word", "name", "string", "number", "variable", "operator"

# Possessive (*+, ++), so that a string of many megabytes is read without a stack of places to go back to.
_PATTERN = re.compile(
    r"""
    (?P<space>\s++ | --(?=\s|\Z)[^\n]*+ | \#[^\n]*+ | /\*(?!!|M!).*?\*/ )
  | (?P<foreign>/\*M!.*?\*/)
  | (?P<opening>/\*!(?P<release>\d*)) | (?P<closing>\*/)
  | (?P<string>(?:[xXbBnN]|_[A-Za-z0-9]++)?'(?>[^'\\]++|\\.|'')*+' | "(?>[^"\\]++|\\.|"")*+")
  | (?P<name>`(?>[^`]++|``)*+`)
  | (?P<variable>@@?[\w$.]++ | @`(?>[^`]++|``)*+`)
  | (?P<number>(?:0[xX][0-9a-fA-F]++ | (?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)(?![\w$]))
  | (?P<word>[\w$\x80-\U0010ffff]++)
  | (?P<operator>!:> | :> | ::[$%]? | := | <=> | <> | != | <= | >= | << | >> | && | \|\| | ->> | -> | [^'"`])
    """,
    re.VERBOSE | re.DOTALL,
)

# The release that the double claims to be: what is in a comment for a newer one is a comment.
CLAIMED_RELEASE = 50732


class Token:
    __slots__ = ("kind", "text", "start", "end", "_upper")

    def __init__(self, kind, text, start, end):
        self.kind, self.text, self.start, self.end = kind, text, start, end
        self._upper = text.upper() if kind == WORD else None

    def __repr__(self):
        return f"<{self.kind} {self.text}>"

    @property
    def word(self):
        """Upper case; None for everything but a bare word, so that `select` in backquotes is no keyword."""
        return self._upper

    def is_operator(self, text):
        return self.kind == OPERATOR and self.text == text

    @property
    def is_identifier(self):
        return self.kind in (WORD, NAME)

    @property
    def identifier(self):
        """The name without its quotes."""
        return self.text[1:-1].replace("``", "`") if self.kind == NAME else self.text


def tokens(text):
    """All tokens of the text; raises a refusal where a string, a name or a comment does not end."""
    found, position, end, opened = [], 0, len(text), 0
    match = _PATTERN.match
    while position < end:
        piece = match(text, position)
        if piece is None or (piece.lastgroup == "operator" and text.startswith("/*", position)):
            raise syntax(text[position:])
        kind = piece.lastgroup
        stop = piece.end()
        if kind == "release" or kind == "opening":
            if int(piece["release"] or 0) <= CLAIMED_RELEASE:
                opened += 1
            else:
                stop = text.find("*/", stop) + 2
                if stop == 1:
                    raise syntax(text[position:])
        elif kind == "closing":
            if not opened:
                raise syntax(text[position:])
            opened -= 1
        elif kind not in ("space", "foreign"):
            found.append(Token(kind, piece[0], position, stop))
        position = stop
    if opened:
        raise syntax("/*!")
    return found


def unquoted(token):
    """The value of a plain string token ('...' or "..."); None when it is of another kind (x'..', _binary'..')."""
    text = token.text
    if token.kind != STRING or text[0] not in "'\"":
        return None
    quote, body = text[0], text[1:-1].replace(text[0] * 2, text[0])
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda m: _ESCAPED.get(m[1], m[1] if m[1] not in "%_" else m[0]), text[1:-1].replace(quote * 2, quote))


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}


def quoted(value):
    """A string literal."""
    return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("\0", "\\0") + "'"


def quoted_name(name):
    return "`" + name.replace("`", "``") + "`"
