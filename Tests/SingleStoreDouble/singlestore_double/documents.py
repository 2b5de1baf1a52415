"""JSON as the double stores it: without blanks, keys sorted, the last of equal keys; numbers as they were written.

SingleStore's documentation says that the text is not preserved and leaves open how it changes; this is as different from
what is written as can be, so that a comparison of texts does not go unnoticed.
"""

import json


class _Number(str):
    """A number's own text: neither rounded nor written another way."""


def normalised(text):
    """The text as it is stored; raises ValueError where it is no JSON."""
    value = json.loads(text, parse_float=_Number, parse_int=_Number, parse_constant=_refuse)
    pieces = []
    _write(value, pieces)
    return "".join(pieces)


def _refuse(name):
    raise ValueError(f"{name} is no JSON")


def _write(value, pieces):
    if isinstance(value, _Number):
        pieces.append(str(value))
    elif isinstance(value, dict):
        pieces.append("{")
        for number, key in enumerate(sorted(value)):
            pieces.append(("," if number else "") + _text(key) + ":")
            _write(value[key], pieces)
        pieces.append("}")
    elif isinstance(value, list):
        pieces.append("[")
        for number, element in enumerate(value):
            pieces.append("," if number else "")
            _write(element, pieces)
        pieces.append("]")
    elif isinstance(value, str):
        pieces.append(_text(value))
    else:
        pieces.append(json.dumps(value))


def _text(value):
    """Without escapes, but for half of a surrogate pair, which has no bytes in UTF-8."""
    return json.dumps(value, ensure_ascii=any("\ud800" <= character <= "\udfff" for character in value))
