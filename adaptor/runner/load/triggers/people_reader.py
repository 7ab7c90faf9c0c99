"""Reading what a workflow file says about people. It is imported only where a file says something."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...input.document import kind_of
from .people_rules import PeopleRules, plain_word

if TYPE_CHECKING:
    from ...input.document import Path
    from ..workflows.reader import Reader

#: The keys of a workflow file.
STOP_WORDS, START_WORDS, PAUSE = "stop_words", "start_words", "pause"
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")
#: The longest time that a file can name.
_MOST_SECONDS = 366 * 86_400.0


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
