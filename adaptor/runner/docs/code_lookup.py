"""One code of Meta's, a subcode or a pair of both: what it means, what a write has sent, and what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import InputError
from ...graph.answers.codes import META, PEER, RULES, is_listed, place_of
from .meanings import MEANINGS

if TYPE_CHECKING:
    from typing import Any

    from ...graph.answers.codes import Place, Rule

_TABLE = "https://developers.facebook.com/docs/messenger-platform/error-codes"
_SOURCES = {
    META: _TABLE,
    PEER: "Answers that other clients recorded. Meta's table does not have it.",
}
_NO_SOURCE = "None, so it is uncertain."
_FORM = re.compile(r"(\d{1,10})(?:[/ ](\d{1,10}))?", re.ASCII)


class CodeEntry(NamedTuple):
    """One row of the table of codes.

    Attributes:
        code: Meta's code.
        subcode: Its subcode; a word where something else decides; None for every subcode without a row of its own.
        rule: The class of the error, what to do, and what was sent.
        meaning: What it means, in short.
    """

    code: int
    subcode: int | str | None
    rule: Rule
    meaning: str

    @property
    def number(self) -> str:
        """The code and its subcode as one text, such as `10/2018278`."""
        return str(self.code) if self.subcode is None else f"{self.code}/{self.subcode}"

    @property
    def about(self) -> str:
        """Whom the error is about."""
        return self.rule.about or self.rule.kind.about

    @property
    def source(self) -> str:
        """Where the row comes from."""
        return _SOURCES.get(self.rule.source, _NO_SOURCE)

    def facts(self) -> dict[str, Any]:
        """Return it as JSON."""
        rule = self.rule
        return {
            "code": self.code,
            "subcode": self.subcode,
            "error": rule.kind.__name__,
            "meaning": self.meaning,
            "sent": rule.sent,
            "retry": rule.retry,
            "about": self.about,
            "fix": rule.fix,
            "source": self.source,
        }


def look_up(words: list[str]) -> list[CodeEntry]:
    """Return what is known of a code, a subcode (`2018278`) or a pair (`10/2018278`); nothing if the words are no code.

    A number alone is both looked for as a code and as a subcode of any code.

    Raises:
        InputError: The words are a code that no table lists.
    """
    form = _FORM.fullmatch(" ".join(words))
    if form is None:
        return []
    first, second = int(form[1]), None if form[2] is None else int(form[2])
    if second is not None:
        found = [_entry(first, second)] if is_listed(first, second) else []
    else:
        places = [place for place in RULES if first in place]
        found = [CodeEntry(*place, RULES[place], MEANINGS[place]) for place in places]
        if not found and is_listed(first):
            found = [_entry(first, None)]
    if not found:
        raise InputError(
            f"No table of Meta's lists the code {'/'.join(filter(None, form.groups()))}.",
            fix=f"See {_TABLE}. A write that gets it with a 4xx was not carried out; with any other status it is "
            "reported as unknown and not repeated.",
        )
    return found


def _entry(code: int, subcode: int | None) -> CodeEntry:
    place: Place = place_of(code, subcode)
    # Codes of people travel as subcodes too, and a subcode without a row of its own has the meaning of its code.
    shown = subcode if subcode in place else None
    return CodeEntry(code, shown, RULES[place], MEANINGS[place])
