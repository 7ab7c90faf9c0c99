"""How many writes of a run ended how."""

from __future__ import annotations


class Totals:
    """Counts writes by how they ended.

    Attributes:
        outcomes: How many writes ended how: `sent`, `failed`, `unknown`, `described`; also `skipped` and `duplicate`.
        messages: The same of messages alone.
        made: How many messages were sent, how many other calls were made that change something, and of how many calls
            it is not known how they ended; with those of earlier attempts that this one has come to.
        unknown_in_a_row: How many writes came last of which nobody knows how they ended.
    """

    def __init__(self) -> None:
        self.outcomes = {"sent": 0, "failed": 0, "unknown": 0, "described": 0}
        self.messages: dict[str, int] = {}
        self.made = (0, 0, 0)
        self.unknown_in_a_row = 0

    def count(self, outcome: str, *, is_message: bool, count: int = 1) -> None:
        """Count how writes ended."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count
        if is_message:
            self.messages[outcome] = self.messages.get(outcome, 0) + count
        if outcome in ("sent", "unknown"):
            self.count_made(outcome, is_message=is_message, count=count)

    def count_made(self, outcome: str, *, is_message: bool, count: int = 1) -> None:
        """Count in `made` what was `sent` or is `unknown`.

        Also what an earlier attempt has sent, which is no outcome of this one.
        """
        messages, others, unknown = self.made
        if outcome == "unknown":
            self.made = messages, others, unknown + count
        else:
            self.made = (messages + count, others, unknown) if is_message else (messages, others + count, unknown)
