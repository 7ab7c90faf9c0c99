"""What a workflow file says about people beside its triggers: words that stop and start messages, and the pause."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

from ...input.document import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...input.document import Path
    from ..reader import Reader

#: The keys of a workflow file.
STOP_WORDS, START_WORDS, PAUSE = "stop_words", "start_words", "pause"
KEYS = (STOP_WORDS, START_WORDS, PAUSE)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")
#: The longest time that a file can name.
_MOST_SECONDS = 366 * 86_400.0


class PeopleRules(NamedTuple):
    """The rules of one or more workflows.

    Attributes:
        stop_words: Who writes one of them gets no more messages that were not asked for.
        start_words: Who writes one of them gets them again.
        pause: How many seconds the workflows do not answer a person after a human has; 0 where they always do.
    """

    stop_words: frozenset[str] = frozenset()
    start_words: frozenset[str] = frozenset()
    pause: float = 0.0

    def wish_of(self, texts: Iterable[str]) -> bool | None:
        """Return whether somebody who writes one of these texts wants messages to stop; None where none is a wish.

        Example:
            >>> rules = PeopleRules(frozenset({"stop"}), frozenset({"start"}))
            >>> rules.wish_of([" Stop! "]), rules.wish_of(["START"]), rules.wish_of(["Please do not stop"])
            (True, False, None)
        """
        words = {plain_word(text) for text in texts}
        return True if words & self.stop_words else False if words & self.start_words else None

    def __or__(self, other: PeopleRules) -> PeopleRules:
        """Return the rules of two workflows of a project: what holds for a person, holds for all of them."""
        return PeopleRules(
            self.stop_words | other.stop_words, self.start_words | other.start_words, max(self.pause, other.pause)
        )


#: Of a file that says nothing about people.
NO_RULES = PeopleRules()


def plain_word(text: str) -> str:
    """Return a text without upper case, signs around it and double spaces."""
    text = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    first, last = 0, len(text)
    while first < last and _is_sign(text[first]):
        first += 1
    while first < last and _is_sign(text[last - 1]):
        last -= 1
    return text[first:last]


def _is_sign(character: str) -> bool:
    # Punctuation, symbols such as emoji, spaces, and what makes an emoji of a symbol.
    return unicodedata.category(character)[0] in "PSZC" or character == "\ufe0f"


def read_people_rules(reader: Reader, holder: dict[str, Any], path: Path) -> PeopleRules:
    """Read the rules of a workflow file, and add what is wrong with them to the reader's problems."""
    words = {name: _words(reader, holder.get(name), (*path, name)) for name in (STOP_WORDS, START_WORDS)}
    for word in sorted(words[STOP_WORDS] & words[START_WORDS]):
        what = f"`{word}` is a stop word and a start word."
        reader.refuse((*path, START_WORDS), what, fix="Leave it out of one of them.")
    pause = 0.0
    if holder.get(PAUSE) is not None:
        pause = read_duration(reader, holder[PAUSE], (*path, PAUSE)) or 0.0
    return PeopleRules(words[STOP_WORDS], words[START_WORDS], pause)


def _words(reader: Reader, value: Any, at: Path) -> frozenset[str]:
    """Return a list of words, or the lists of several languages, as plain words."""
    if value is None:
        return frozenset()
    lists = value.values() if isinstance(value, dict) else [value]
    found = [word for each in lists for word in (each if isinstance(each, list) else [each])]
    wrong = next((word for word in found if not isinstance(word, str) or not plain_word(word)), None)
    if not found or wrong is not None:
        what = f"`{at[-1]}` holds {kind_of(wrong)}, not words." if found else f"`{at[-1]}` is empty."
        if isinstance(wrong, str):
            what = f"`{at[-1]}` holds a word without letters: `{wrong}`."
        reader.refuse(at, what, fix=f'Write {at[-1]}: ["stop"], or by language: {{"en": ["stop"], "sw": ["acha"]}}.')
        return frozenset()
    return frozenset(plain_word(word) for word in found)


def read_duration(reader: Reader, value: Any, at: Path) -> float | None:
    """Return a time such as `30m` or `1d12h` in seconds; None where it is none, which is added to the problems.

    Args:
        reader: Gathers problems.
        value: The value in the file.
        at: Its place.
    """
    text = value.replace(" ", "").lower() if isinstance(value, str) else ""
    if _DURATION.fullmatch(text):
        seconds = sum(float(number) * _UNITS[unit] for number, unit in re.findall(r"([\d.]+)([smhd])", text))
        if 0 < seconds <= _MOST_SECONDS:
            return seconds
    shown = f"`{value}`" if isinstance(value, str | int | float) else kind_of(value)
    reader.refuse(at, f"`{at[-1]}` is {shown}, not a time up to a year.", fix="Write it with its unit: 30m, 12h or 2d.")
    return None
