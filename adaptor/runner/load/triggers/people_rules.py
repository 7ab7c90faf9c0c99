"""What a workflow file says about people beside its triggers: words that stop and start messages, and the pause."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


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
