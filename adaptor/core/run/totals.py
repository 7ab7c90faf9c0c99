"""Counts the writes of a run by outcome."""

from __future__ import annotations


class Totals:
    """The number of writes by outcome.

    Attributes:
        outcomes: The number of writes by outcome: `sent`, `failed`, `unknown`, `described`, `skipped`, `duplicate`.
        messages: The same for messages alone.
        made: The number of sent messages, of other writes that were made, and of unknown writes; including those of
            earlier attempts that this one has replayed.
        unknown_in_a_row: How many of the last writes in a row are unknown.
    """

    def __init__(self) -> None:
        self.outcomes = {"sent": 0, "failed": 0, "unknown": 0, "described": 0}
        self.messages: dict[str, int] = {}
        self.made = (0, 0, 0)
        self.unknown_in_a_row = 0

    def count(self, outcome: str, *, is_message: bool, count: int = 1) -> None:
        """Count writes with an outcome."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count
        if is_message:
            self.messages[outcome] = self.messages.get(outcome, 0) + count
        if outcome in ("sent", "unknown"):
            self.count_made(outcome, is_message=is_message, count=count)

    def count_made(self, outcome: str, *, is_message: bool, count: int = 1) -> None:
        """Count `sent` or `unknown` writes in `made` alone, such as replayed writes of an earlier attempt."""
        messages, others, unknown = self.made
        if outcome == "unknown":
            self.made = messages, others, unknown + count
        else:
            self.made = (messages + count, others, unknown) if is_message else (messages, others + count, unknown)
