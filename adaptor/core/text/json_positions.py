"""The positions of the parts of a JSON text. Used only for errors, so simple rather than fast."""

from __future__ import annotations

import re
from json.decoder import scanstring  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    #: Keys and positions that lead to a part of a document.
    Path: TypeAlias = tuple[str | int, ...]
    #: Offset of a part, of its key, and of its end.
    Place: TypeAlias = tuple[int, int, int]
    #: The keys that occur twice, each with its offset and its width.
    Repeated: TypeAlias = list[tuple[str, int, int]]

_SPACE = r"[ \t\r\n]*"
_PLAIN = r"[^\s,\]}]+"


def find_places(text: str) -> dict[Path, Place]:
    """Return the places of all parts of a valid JSON text, by the path that leads to them.

    Example:
        >>> find_places('{"a": [1]}')[("a", 0)]
        (7, 7, 8)
    """
    places: dict[Path, Place] = {}
    _value(text, _after_space(text, 0), (), None, places, [])
    return places


def first_repeated(text: str) -> tuple[str, int, int]:
    """Return the first key of a valid JSON text that occurs twice in the same object, its offset and its width.

    Example:
        >>> first_repeated('[{"id": 1}, {"id": 2, "id": 3}]')
        ('id', 22, 4)
    """
    repeated: Repeated = []
    _value(text, _after_space(text, 0), (), None, {}, repeated)
    return repeated[0]


def _value(text: str, at: int, path: Path, key_at: int | None, places: dict[Path, Place], repeated: Repeated) -> int:
    """Record the places of the value at an offset and of all its parts, and return its end."""
    if text[at] == "{":
        end = _members(text, at + 1, path, places, repeated)
    elif text[at] == "[":
        end = _items(text, at + 1, path, places, repeated)
    elif text[at] == '"':
        end = scanstring(text, at + 1)[1]
    else:
        found = re.compile(_PLAIN).match(text, at)
        end = found.end() if found else at + 1
    places[path] = (at, at if key_at is None else key_at, end)
    return end


def _members(text: str, at: int, path: Path, places: dict[Path, Place], repeated: Repeated) -> int:
    at = _after_space(text, at)
    seen = set()
    while text[at] != "}":
        key_at = at
        key, at = scanstring(text, at + 1)
        if key in seen:
            repeated.append((key, key_at, at - key_at))
        seen.add(key)
        at = _after_space(text, at) + 1
        at = _after_space(text, _value(text, _after_space(text, at), (*path, key), key_at, places, repeated))
        at = _after_space(text, at + 1) if text[at] == "," else at
    return at + 1


def _items(text: str, at: int, path: Path, places: dict[Path, Place], repeated: Repeated) -> int:
    at = _after_space(text, at)
    index = 0
    while text[at] != "]":
        at = _after_space(text, _value(text, at, (*path, index), None, places, repeated))
        at = _after_space(text, at + 1) if text[at] == "," else at
        index += 1
    return at + 1


def _after_space(text: str, at: int) -> int:
    found = re.compile(_SPACE).match(text, at)
    return found.end() if found else at
