"""F-strings over lazy references.

`f"Hello {state.data.name}"` is evaluated by Python before any operation sees it, so the reference puts a *token* in
its place, and the operation that is given the text turns it into a `Template`. Tokens are random for each process, so
that no text from a state can ever be taken for one, and carry a checksum, so that a token that was changed on the way
(`.upper()`, a slice, `.strip()`) is noticed rather than sent.

A token opens and closes with a space that nobody writes (so that `.strip()` and `.split()` break it). In between stand
letters of both cases (so that `.upper()`, `.lower()`, `.title()` do) of a script that nobody writes either, so that any
part of a token, be it one letter, is known for what it is.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache

from .errors import LazyStateError, MissingReference
from .lazy import Lazy, StateReference
from .state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .state import State

#: The space of Ogham inscriptions, which `.strip()` takes away. Other rare spaces would not do: people do write them
#: (U+2005 stands behind a mention in some messengers).
_SPACE = "\u1680"
#: Medefaidrin: 32 pairs of letters.
_UPPER = "".join(map(chr, range(0x16E40, 0x16E60)))
_LOWER = "".join(map(chr, range(0x16E60, 0x16E80)))
_CHECKSUM_LENGTH = 6


def _random(alphabet: str, length: int) -> str:
    return "".join(alphabet[byte % len(alphabet)] for byte in os.urandom(length))


def _mixed(length: int) -> str:
    return "".join(_random(_LOWER if index % 2 else _UPPER, 1) for index in range(length))


_MARK = _mixed(12)
_FOLDED_MARK = _MARK.casefold()
_KEY = os.urandom(16)
#: Patterns, which `re` compiles when they are first used: a job without f-strings does not wait for that.
_TOKEN = f"{_SPACE}{_MARK}([{_LOWER}]+)([{_UPPER}{_LOWER}]{{{_CHECKSUM_LENGTH}}}){_SPACE}"
#: What a part of a token leaves in a text: its letters anywhere, or its space where the text was cut. A text of that
#: space alone is let be: it is somebody's own, or as good as empty.
_PART = f"[{_UPPER}{_LOWER}]|(?s:(?<=.){_SPACE}\\Z|\\A{_SPACE}(?=.))"

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
    return f"{_SPACE}{_MARK}{name}{_checksum(name)}{_SPACE}"


def _letters(number: int) -> str:
    text = ""
    while True:
        number, rest = divmod(number, len(_LOWER))
        text = _LOWER[rest] + text
        if number == 0:
            return text


def _checksum(name: str) -> str:
    from hashlib import blake2s

    digest = blake2s(name.encode(), key=_KEY, digest_size=_CHECKSUM_LENGTH).digest()
    return "".join((_UPPER if index % 2 else _LOWER)[byte % len(_LOWER)] for index, byte in enumerate(digest))


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


class Converted(Lazy):
    """`{reference!r}` in an f-string: what Python's `repr`, `ascii` or `str` makes of the value."""

    __slots__ = ("__conversion__", "__reference__")
    __conversion__: str
    __reference__: Lazy

    def __init__(self, reference: Lazy, conversion: str) -> None:
        self.__reference__ = reference
        self.__conversion__ = conversion

    def __repr__(self) -> str:
        return f"{self.__reference__!r}!{self.__conversion__}"

    def __reduce__(self) -> tuple[Any, ...]:
        return Converted, (self.__reference__, self.__conversion__)

    def __resolve__(self, state: State) -> str | None:
        value = self.__reference__.__resolve__(state)
        # A text that says "None" is refused, however it would say it.
        return None if value is None else _CONVERSIONS[self.__conversion__](value)


_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "a": ascii, "s": str}


def converted(value: Any, conversion: str) -> Any:
    """Return what `!r`, `!a` or `!s` makes of a value, later where it is a lazy reference."""
    return Converted(value, conversion) if isinstance(value, Lazy) else _CONVERSIONS[conversion](value)


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
            f"`{reference!r}` is {a_kind(value)}, which cannot be formatted as `{spec}`: {cause}.",
            fix="Numbers from CSV are text: write {float_of_it:.2f} from a function of the state, or drop the format.",
            code="NOT_FORMATTABLE",
        ) from None


def parse(text: str) -> str | Template:
    """Turn a text that holds tokens into a `Template`; any other text comes back as it is.

    Raises:
        LazyStateError: The text holds a token that was changed after the f-string was made.
    """
    if not _spoken or not re.search(_PART, text):
        return text
    pieces: list[str | tuple[Lazy, str]] = []
    position = 0
    for match in re.finditer(_TOKEN, text):
        name, checksum = match.groups()
        if checksum != _checksum(name):
            raise _changed()
        pieces += [text[position : match.start()], _spoken[_number(name)]]
        position = match.end()
    pieces.append(text[position:])
    # Something stands for each whole token, so that what is left beside it is not taken for a text of its own.
    if re.search(_PART, re.sub(_TOKEN, "_", text)):
        raise _changed()
    return Template(tuple(piece for piece in pieces if piece != ""))


def refuse_token(data: bytes) -> bytes:
    """Return bytes as they are, unless a text with a reference was encoded into them."""
    if _spoken and _MARK.encode() in data:
        raise _changed()
    return data


def _number(name: str) -> int:
    number = 0
    for letter in name:
        number = number * len(_LOWER) + _LOWER.index(letter)
    return number


def _changed() -> LazyStateError:
    return LazyStateError(
        "A text with a lazy reference was changed after the f-string was made "
        "(.upper(), .strip(), .encode(), a slice …), but its value is known only when the operation runs.",
        fix="Change the value where it is known: lambda state: f\"Hello {state['data']['name'].upper()}\".",
    )


@lru_cache(maxsize=1)
def _encoded_marks() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what becomes of the mark on the usual ways into a text, casefolded where case may change."""
    import base64
    from json import dumps
    from urllib.parse import quote

    folded, exact = [_FOLDED_MARK], []
    for mark in (_MARK, _MARK.upper(), _MARK.lower()):
        raw = mark.encode()
        folded += [raw.hex(), quote(raw).casefold(), dumps(mark)[1:-1].casefold(), ascii(mark)[1:-1].casefold()]
        folded.append(repr(raw)[2:-1].casefold())
        for shift in range(3):
            # What base64 makes of the mark depends on how many bytes stand before it, modulo three.
            text = base64.b64encode(b"x" * shift + raw).decode()
            exact.append(text[4 if shift else 0 : len(text) - 4])
    return tuple(folded), tuple(exact)


def holds_token(text: str) -> bool:
    """Whether a token, whole, changed or encoded, turns up in a text that is about to leave."""
    if not _spoken:
        return False
    folded, exact = _encoded_marks()
    text_folded = text.casefold()
    return any(mark in text_folded for mark in folded) or any(mark in text for mark in exact)


def stray_token(where: str) -> LazyStateError:
    """Return the error for a token that turned up where only values may be."""
    return LazyStateError(
        f"{where} holds a lazy reference that was never resolved.",
        fix="Inside fn and other functions use the state that the function is given, state['data']['name'], "
        "not the lazy state.data.name.",
    )
