"""Reads JSON strictly: a text that is no JSON, or that would lose data, is refused with its position.

Refused are NaN and Infinity, numbers that are too large, keys that occur twice in the same object, and too deep
nesting. Meta's answers are read more leniently by `read_answer`: an accepted message must not become unknown because
of a number.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

#: More digits than Python turns into a number (see `sys.get_int_max_str_digits`).
MOST_DIGITS = 4300
#: The longest number that is shown.
_MOST_SHOWN = 20

_NAMES = frozenset({"NaN", "Infinity", "-Infinity"})
#: A string, or anything between commas, colons and brackets.
_TOKEN = r'"(?:[^"\\]|\\.)*"|[^\s,:\[\]{}"]+'


class NotJson(ValueError):
    """A text is no JSON, or reading it would lose data.

    Attributes:
        what: What is wrong, such as `it is empty` or `Expecting value`. Of the text it shows only keys and numbers.
        fix: What to do about it.
        offset: The position in the text, or None if there is no single one.
        width: The number of characters there.
        line: The line of the position, counted from 1.
        column: The column of the position, counted from 1.
        repeated: The key that occurs twice, or None.
    """

    line: int | None = None
    column: int | None = None

    def __init__(self, what: str, fix: str, text: str = "", offset: int | None = None, width: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.offset = offset
        self.width = width
        self.repeated: str | None = None
        if offset is not None:
            self.line, self.column = text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)

    def of(self, whole: str) -> str:
        """Return the sentence about the text, without the full stop.

        Args:
            whole: A name for the text, with which the sentence begins.
        """
        place = "" if self.line is None else f" (line {self.line}, column {self.column})"
        middle = ":" if self.repeated is not None else " is not JSON:"
        return f"{whole}{middle} {self.what}{place}"


class WrongNumber(NotJson):
    """A number in a text is none that JSON has, or none that can be held: `what` shows it."""


def read_json(raw: str | bytes) -> Any:
    """Return what a JSON text holds.

    Args:
        raw: The text; bytes are UTF-8, UTF-16 or UTF-32, which are detected.

    Raises:
        NotJson: It is no JSON, or reading it would lose data.

    Example:
        >>> read_json('{"score": 1}')
        {'score': 1}
        >>> read_json('{"psid": 1, "psid": 2}')
        Traceback (most recent call last):
        ...
        adaptor.core.text.json_text.NotJson: the key `psid` occurs twice in the same object
    """
    text = _text(raw)
    is_repeated = False

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal is_repeated
        found = dict(pairs)
        is_repeated = is_repeated or len(found) != len(pairs)
        return found

    try:
        value = json.loads(text, object_pairs_hook=once, parse_constant=_refuse, parse_float=_finite)
    except json.JSONDecodeError as cause:
        raise _wrong_syntax(cause, text) from None
    except RecursionError:
        raise NotJson("it is nested too deeply", "Make it flatter.") from None
    except ValueError:
        # A number cannot be held; the error names the first one.
        raise _wrong_number(text) from None
    if is_repeated:
        raise _repeated(text)
    return value


def read_answer(raw: str | bytes) -> Any:
    """Return the content of Meta's answer: the last value of a key that occurs twice, None for an invalid number.

    Raises:
        NotJson: It is no JSON.

    Example:
        >>> read_answer('{"message_id": "m_1", "score": 1e400, "message_id": "m_2"}')
        {'message_id': 'm_2', 'score': None}
    """
    try:
        # As `json.loads` does, which would make a decoder for each answer.
        return _decoded_answer(raw if isinstance(raw, str) else raw.decode(json.detect_encoding(raw), "surrogatepass"))
    except (ValueError, RecursionError):
        raise NotJson("it is no JSON text", "Correct it.") from None


def number_problem(text: str) -> str | None:
    """Return why a number cannot be held, as text, or None if it can.

    Example:
        >>> number_problem("9" * 5000), number_problem("1e400"), number_problem("12.5")
        ('a number of 5,000 digits', 'the number 1e400, which is too large', None)
    """
    digits = sum(map(str.isdigit, text))
    if re.fullmatch(r"[-+]?\d+|0[xo].*", text):
        return f"a number of {digits:,} digits" if digits > MOST_DIGITS else None
    number = float(text)
    if number - number == 0:
        return None
    shown = text if len(text) <= _MOST_SHOWN else f"of {digits:,} digits"
    return f"the number {shown}, which is too large" if shown == text else f"a number {shown}, which is too large"


def _text(raw: str | bytes) -> str:
    if isinstance(raw, bytes):
        try:
            raw = raw.decode(json.detect_encoding(raw), "surrogatepass")
        except UnicodeDecodeError:
            raise NotJson("it is not UTF-8 text", "Save it as UTF-8.") from None
    text = raw.removeprefix("\ufeff")
    if not text.strip():
        raise NotJson("it is empty", "Write a value into it, such as {}.", text, 0)
    return text


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError(text)
    return number


def _nothing(name: str) -> None:
    """Return None for NaN and the like."""


def _finite_or_none(text: str) -> float | None:
    number = float(text)
    return number if number - number == 0 else None


def _int_or_none(text: str) -> int | None:
    return int(text) if len(text) <= MOST_DIGITS else None


_decoded_answer = json.JSONDecoder(parse_constant=_nothing, parse_float=_finite_or_none, parse_int=_int_or_none).decode


#: The beginning of what Python says of a text that is no JSON, what it means, and what to do.
_IN_PLAIN_WORDS = (
    ("Expecting ',' delimiter", "a comma or a closing bracket is missing", "Write a comma between two values."),
    ("Expecting ':' delimiter", "a colon is missing after a key", "Write a colon between the key and its value."),
    ("Expecting property name", "there is no key in double quotes", 'A key is written as "name".'),
    (
        "Expecting value",
        "there is something that is no value",
        "A value is a text in double quotes, a number, true, false, null, an object or a list.",
    ),
    (
        "Extra data",
        "there is more after the end of the value",
        "Put what belongs together into one value: an object or a list.",
    ),
    ("Invalid control character", "a text holds a line break or a tab", r"Write \n for a line break and \t for a tab."),
    ("Invalid \\", "a backslash in a text begins nothing that JSON knows", "Write two backslashes for one."),
    ("Unterminated string", "a text is not closed", "Put a double quote at its end."),
)


def _wrong_syntax(cause: json.JSONDecodeError, text: str) -> NotJson:
    # Newer Pythons point at the comma themselves.
    is_comma = text[: cause.pos].rstrip().endswith(",") and text[cause.pos : cause.pos + 1] in ("}", "]")
    if is_comma or "trailing comma" in cause.msg:
        return NotJson(
            "there is a comma before a closing bracket", "Take the comma out: JSON has none there.", text, cause.pos
        )
    if text[cause.pos : cause.pos + 1] in tuple("“”„‘’‚«»"):
        return NotJson("there is a typographic quote", 'Write straight double quotes: ".', text, cause.pos)
    if "delimiter" in cause.msg and not text[cause.pos :].strip():
        return NotJson("it ends before a bracket is closed", "Close each { and each [.", text, cause.pos)
    for said, what, fix in _IN_PLAIN_WORDS:
        if cause.msg.startswith(said):
            return NotJson(what, fix, text, cause.pos)
    return NotJson(cause.msg, "Correct it there.", text, cause.pos)


def _wrong_number(text: str) -> NotJson:
    for found in re.finditer(_TOKEN, text):
        token = found[0]
        if token.startswith('"'):
            continue
        if token in _NAMES:
            fix = "JSON has no NaN and no Infinity: write null, or leave it out."
            return WrongNumber(f"it holds {token}, which JSON does not have", fix, text, found.start(), len(token))
        try:
            what = number_problem(token)
        except ValueError:
            continue
        if what is not None:
            return WrongNumber(f"it holds {what}", "Put quotes around it, to make it text.", text, found.start(), 1)
    return WrongNumber("it holds a number that cannot be read", "Look through its numbers.")


def _repeated(text: str) -> NotJson:
    from .json_positions import first_repeated

    key, offset, width = first_repeated(text)
    problem = NotJson(f"the key `{key}` occurs twice in the same object", "Take one of them out.", text, offset, width)
    problem.repeated = key
    return problem
