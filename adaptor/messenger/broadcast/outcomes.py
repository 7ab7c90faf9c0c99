"""The outcomes of a broadcast: counts, the first failures, and a row for each person."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ...common.rows.failures import Kinds, failure
from ...common.rows.results import report_result
from ...core.errors import ABOUT_PERSON

if TYPE_CHECKING:
    from ...core.errors import AdaptorError
    from ...core.run.context import Run

#: How many failures are kept in the state; all of them are in the ledger.
KEPT_FAILURES = 100

#: How an item can end. `duplicate`: the same message to the same person came before.
OUTCOMES = ("sent", "failed", "unknown", "skipped", "duplicate", "described")


class Outcomes:
    """Counts how the items ended.

    Attributes:
        counts: How many ended how.
        before: How many of these an earlier attempt of the run had made.
        errors: How many failed with which error.
        kinds: What was wrong with them, each kind once.
        failed: The first failures, as `try_each` lists them.
        only_persons: All failures of this attempt were about the person.
        unwell: How many have failed or are unknown, but for those that were unknown before.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self.counts: Counter[str] = Counter()
        self.before = 0
        self.errors: Counter[str] = Counter()
        self.kinds = Kinds()
        self.failed: list[dict[str, Any]] = []
        self.only_persons = True
        self.unwell = 0

    @property
    def total(self) -> int:
        """How many items have come to an end."""
        return sum(self.counts.values())

    def ended(
        self,
        outcome: str,
        index: int,
        recipient: str | None,
        *,
        result: Any = None,
        error: AdaptorError | None = None,
        was_before: bool = False,
    ) -> None:
        """Record how an item ended.

        Args:
            outcome: One of `OUTCOMES`.
            index: Its position.
            recipient: Whom it was for, where that is known.
            result: What Meta answered.
            error: What went wrong.
            was_before: An earlier attempt of the run has made it.
        """
        self.counts[outcome] += 1
        self.before += was_before
        # An outcome that was unknown before is listed as before, and does not fail this attempt too.
        is_new = outcome in ("failed", "unknown") and not (error is not None and error.is_earlier)
        self.unwell += is_new
        if error is not None:
            self.errors[type(error).__name__] += 1
            self.kinds.add(index, error)
            if len(self.failed) < KEPT_FAILURES:
                self.failed.append(failure(index, error))
        if is_new:
            self.only_persons &= error is not None and error.about == ABOUT_PERSON
        if outcome == "skipped":
            self._run.record_call("skipped", recipient=recipient, is_message=True)
        report_result(self._run, outcome, recipient, index=index, result=result, error=error)

    def log_failures(self) -> None:
        """Log the first failures of each kind, if there are any."""
        if self.errors:
            self._run.log("info", "broadcast", self.kinds.listed("    "))

    def result(self, where: str | None) -> dict[str, Any]:
        """Return what `data` becomes.

        Args:
            where: How the result of each person can be seen.
        """
        counts = {outcome: self.counts[outcome] for outcome in OUTCOMES if self.counts[outcome]}
        return {
            "total": self.total,
            "outcomes": counts,
            **({"made_before": self.before} if self.before else {}),
            "errors": dict(self.errors.most_common()),
            **({"results": where} if where is not None else {}),
        }
