"""Lists of Meta's words, and the error for one that looks misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.state import a_kind
from .limits import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

_FIX = 'Give a list of Meta\'s words: ["…", "…"].'
#: From this length on two slips count as a misspelling; in a shorter word they may give another word.
_LONG = 10


def words_of(field: str, value: Any, known: Sequence[str]) -> list[str]:
    """Return a list of words, refusing what looks like a misspelling of a known one.

    An unknown word that is not similar to a known one passes: Meta adds words, and users must not wait for us.

    Raises:
        InvalidMessage: There are no words, or one of them looks misspelt.
    """
    if value is None:
        raise refuse(field, "is missing", _FIX)
    words = value.split(",") if isinstance(value, str) else value
    if not isinstance(words, list | tuple):
        raise refuse(field, f"must be a list of words, not {a_kind(value)}", _FIX)
    found = []
    for word in words:
        if not isinstance(word, str):
            raise refuse(field, f"holds {a_kind(word)}", _FIX)
        if word.strip():
            found.append(word.strip())
    if not found:
        raise refuse(field, "is empty", _FIX)
    for word in found:
        if word not in known and (meant := _meant(word, known)):
            fix = f"Did you mean `{meant}`? If Meta has added `{word}` since, send it with graph_request(…)."
            raise refuse(field, f"holds `{word}`, which looks like a misspelling", fix, actual=word)
    return found


def joined(field: str, value: Any, known: Sequence[str]) -> str:
    """Return words as Graph reads them in a query: with commas between them."""
    return ",".join(words_of(field, value, known))


def _meant(word: str, known: Sequence[str]) -> str | None:
    plain = _plain(word)
    for candidate in known:
        if _plain(candidate) == plain:
            return candidate
    slips = 2 if len(word) >= _LONG else 1
    near = [(distance, candidate) for candidate in known if (distance := _distance(word, candidate, slips)) <= slips]
    return min(near)[1] if near else None


def _plain(word: str) -> str:
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")


def _distance(first: str, second: str, most: int) -> int:
    """Return how many letters must be added, removed, changed or swapped; above `most` it is `most + 1`."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
