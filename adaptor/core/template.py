"""F-strings over lazy references.

`f"Hello {state.data.name}"` is evaluated by Python before any operation sees it, so the reference puts a *token* in
its place, and the operation that is given the text turns it into a `Template`. Tokens are random for each process, so
that no text from a state can ever be taken for one, and carry a checksum, so that a token that was changed on the way
(`.upper()`, a slice, `.strip()`) is noticed rather than sent.

A token opens and closes with rare spaces (so that `.strip()` and `.split()` break it) and has letters of both cases
(so that `.upper()`, `.lower()`, `.title()` do).
"""

from __future__ import annotations

import os
import re

from .errors import LazyStateError, MissingReference
from .lazy import Lazy, StateReference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .state import State

#: Spaces that no text ends with; they open and close a token.
_RARE_SPACES = "\u1680\u2000\u2001\u2004\u2005\u2006\u2008\u205f"
_LOWER, _UPPER = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECKSUM_LENGTH = 6


def _random(alphabet: str, length: int) -> str:
    return "".join(alphabet[byte % len(alphabet)] for byte in os.urandom(length))


def _mixed(length: int) -> str:
    return "".join(_random(_LOWER if index % 2 else _UPPER, 1) for index in range(length))


_OPEN, _CLOSE = _random(_RARE_SPACES, 3), _random(_RARE_SPACES, 3)
_MARK = _mixed(12)
_FOLDED_MARK = _MARK.casefold()
_KEY = os.urandom(16)
_TOKEN = re.compile(f"{_OPEN}{_MARK}([a-z]+)([A-Za-z]{{{_CHECKSUM_LENGTH}}}){_CLOSE}")
# What a cut leaves at the end or the start of a text: a part of the opening or of the closing.
_CUT = re.compile(f"(?:{_OPEN[0]}|{_OPEN[:2]})$|^(?:{_CLOSE[-1]}|{_CLOSE[-2:]})|{_OPEN}|{_CLOSE}")

#: Every reference that was put into a text so far, with its format spec.
_spoken: list[tuple[Lazy, str]] = []
_numbers: dict[Any, int] = {}


def token_for(reference: Lazy, spec: str) -> str:
    """Return the token that stands for `reference` in a text."""
    number = None
    key = None
    if isinstance(reference, StateReference):
        # The same path in a loop must not fill the memory with the same entry.
        key = (tuple((type(step), step) for step in reference.__steps__), spec)
        number = _numbers.get(key)
    if number is None:
        number = len(_spoken)
        _spoken.append((reference, spec))
        if key is not None:
            _numbers[key] = number
    name = _letters(number)
    return f"{_OPEN}{_MARK}{name}{_checksum(name)}{_CLOSE}"


def _letters(number: int) -> str:
    text = ""
    while True:
        number, rest = divmod(number, 26)
        text = _LOWER[rest] + text
        if number == 0:
            return text


def _checksum(name: str) -> str:
    from hashlib import blake2s

    digest = blake2s(name.encode(), key=_KEY, digest_size=_CHECKSUM_LENGTH).digest()
    return "".join((_UPPER if index % 2 else _LOWER)[byte % 26] for index, byte in enumerate(digest))


class Template(Lazy):
    """A text with references in it."""

    __slots__ = ("__pieces__",)
    __pieces__: tuple[str | tuple[Lazy, str], ...]

    def __init__(self, pieces: tuple[str | tuple[Lazy, str], ...]) -> None:
        self.__pieces__ = pieces

    def __repr__(self) -> str:
        texts = []
        for piece in self.__pieces__:
            if isinstance(piece, str):
                texts.append(repr(piece)[1:-1].replace("{", "{{").replace("}", "}}"))
            else:
                texts.append(f"{{{piece[0]!r}{':' + piece[1] if piece[1] else ''}}}")
        return f"f'{''.join(texts)}'"

    def __reduce__(self) -> tuple[Any, ...]:
        return Template, (self.__pieces__,)

    def __resolve__(self, state: State) -> str:
        return "".join(piece if isinstance(piece, str) else _spoken_value(*piece, state) for piece in self.__pieces__)


def _spoken_value(reference: Lazy, spec: str, state: State) -> str:
    value = reference.__resolve__(state)
    if value is None:
        raise MissingReference(
            f'`{reference!r}` is None, and a text would say "None".',
            fix="Give it a value in the step before, or a default: data_value('…', default='…').",
        )
    if not spec:
        return str(value)
    if "%" in spec and isinstance(value, str):
        from datetime import datetime

        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise MissingReference(
                f"`{reference!r}` is formatted as a date (`{spec}`), but its text is not a date in ISO form.",
                fix="Dates in text must look like 2026-11-24 or 2026-11-24T09:30:00.",
                code="NOT_A_DATE",
            ) from None
    try:
        return format(value, spec)
    except (ValueError, TypeError) as cause:
        raise MissingReference(
            f"`{reference!r}` is a {type(value).__name__}, which cannot be formatted as `{spec}`: {cause}.",
            fix="Numbers from CSV are text: write {float_of_it:.2f} from a function of the state, or drop the format.",
            code="NOT_FORMATTABLE",
        ) from None


def parse(text: str) -> str | Template:
    """Turn a text that holds tokens into a `Template`; any other text comes back as it is.

    Raises:
        LazyStateError: The text holds a token that was changed after the f-string was made.
    """
    if not _spoken or (_FOLDED_MARK not in text.casefold() and not _CUT.search(text)):
        return text
    pieces: list[str | tuple[Lazy, str]] = []
    position = 0
    for match in _TOKEN.finditer(text):
        name, checksum = match.groups()
        if checksum != _checksum(name):
            raise _changed()
        pieces += [text[position : match.start()], _spoken[_number(name)]]
        position = match.end()
    pieces.append(text[position:])
    for piece in pieces:
        if isinstance(piece, str) and (_FOLDED_MARK in piece.casefold() or _CUT.search(piece)):
            raise _changed()
    return Template(tuple(piece for piece in pieces if piece != ""))


def _number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + _LOWER.index(letter)
    return number


def _changed() -> LazyStateError:
    return LazyStateError(
        "A text with a lazy reference was changed after the f-string was made (.upper(), .strip(), a slice …), "
        "but its value is known only when the operation runs.",
        fix="Change the value where it is known: lambda state: f\"Hello {state['data']['name'].upper()}\".",
    )


def _encoded_marks() -> tuple[str, ...]:
    import base64

    marks = [_MARK.encode().hex()]
    for shift in range(3):
        # What base64 makes of the mark depends on how many bytes stand before it, modulo three.
        text = base64.b64encode(b"x" * shift + _MARK.encode()).decode()
        marks.append(text[4 if shift else 0 : len(text) - 4])
    return tuple(marks)


def holds_token(text: str) -> bool:
    """Whether a token, whole, changed or encoded, turns up in a text that is about to leave."""
    if not _spoken:
        return False
    return _FOLDED_MARK in text.casefold() or any(mark in text for mark in _encoded_marks())


def stray_token(where: str) -> LazyStateError:
    """Return the error for a token that turned up where only values may be."""
    return LazyStateError(
        f"{where} holds a lazy reference that was never resolved.",
        fix="Inside fn and other functions use the state that the function is given, state['data']['name'], "
        "not the lazy state.data.name.",
    )
