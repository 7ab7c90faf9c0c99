"""How many messages and other writes a run has made, by outcome, in words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...core.context import Run
    from .result import Result


class Counts:
    """Messages and other writes, counted by outcome.

    Attributes:
        messages: The messages.
        others: Other calls that change something, such as the profile, typing, or another system.
    """

    def __init__(self, counted: Run | Result) -> None:
        self.messages = _less(counted.messages, {})
        self.others = _less(counted.outcomes, self.messages)

    def since(self, before: Counts) -> Counts:
        """Return the counts since earlier ones; these are changed."""
        self.messages, self.others = _less(self.messages, before.messages), _less(self.others, before.others)
        return self

    def words(self) -> list[str]:
        """Return the counts for a log line: `3 sent`, `1 failed`, `2 other calls sent`."""
        return [
            *(f"{count:,} {outcome}" for outcome, count in self.messages.items()),
            *(f"{count:,} other call{'' if count == 1 else 's'} {outcome}" for outcome, count in self.others.items()),
        ]

    def sentence(self, made_before: int = 0) -> str:
        """Return the counts as sentences; `made_before` counts the writes that an earlier attempt had made."""
        sentences = []
        if self.messages:
            sentences.append(f"Messages: {_list(self.messages)}.")
        if self.others:
            sentences.append(f"Other calls that change something: {_list(self.others)}.")
        if made_before:
            sentences.append(f"{made_before:,} made before and not again.")
        return " ".join(sentences) or "Nothing was sent."


#: The order in which outcomes are listed.
_ORDER = ("sent", "described", "failed", "unknown", "skipped", "duplicate")


def _less(counts: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    left = {name: counts.get(name, 0) - before.get(name, 0) for name in _ORDER}
    return {name: count for name, count in left.items() if count}


def _list(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
