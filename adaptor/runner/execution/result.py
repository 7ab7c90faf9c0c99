"""The result of a run, and of each step in it."""

from __future__ import annotations

from ...core.errors import AdaptorError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.run.call_record import CallRecord
    from ...core.state import State
    from ..load.workflows.plan import Plan

EXIT_WELL = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_CRASHED = 3
EXIT_KILLED = 4
EXIT_INTERRUPTED = 130


class StepResult:
    """The result of one arrival at a step.

    Attributes:
        id: The step's id.
        name: Its name for people; the id where it has none.
        arrival: How many arrivals there were before.
        kind: `job`, or the kind of trigger.
        outcome: `success`, `fail`, `kill` or `interrupted`.
        error: What went wrong, or None.
        is_handled: It failed, and an `on_job_failure` edge was taken.
        started: Seconds since the run began.
        seconds: How long it took.
        taken: The targets of the edges that were taken.
        operations: The operations performed: their titles, and seconds each.
        calls: Calls to other systems, in order; see `add_call`.
        passed_over: The `place` and `error` of each item that a loop passed over before a message for it was tried.
        left_by: Where it failed and no edge went on: after which operation its state is, in words; None where that is
            the state which the step was given.
        is_replayed: An earlier attempt of the run has recorded it, and it was not run again.
    """

    def __init__(self, id: str, name: str, arrival: int, kind: str) -> None:  # noqa: A002 - users call it that
        self.id = id
        self.name = name
        self.arrival = arrival
        self.kind = kind
        self.outcome = "success"
        self.error: AdaptorError | None = None
        self.is_handled = False
        self.started = 0.0
        self.seconds = 0.0
        self.taken: list[str] = []
        self.operations: list[tuple[str, float]] = []
        self.calls: list[CallRecord] = []
        self.passed_over: list[dict[str, Any]] = []
        self.left_by: str | None = None
        self.is_replayed = False

    def add_call(self, call: CallRecord) -> None:
        """Add a call. Equal ones in a row of which the recipient does not count are one: there may be a million."""
        last = self.calls[-1] if self.calls else None
        if last is not None and _is_alike(last, call):
            last.count += call.count
            last.seconds += call.seconds
        else:
            self.calls.append(call)

    def __repr__(self) -> str:
        return f"<StepResult {self.id}: {self.outcome}>"


def _is_alike(call: CallRecord, other: CallRecord) -> bool:
    """Whether two calls of one operation, at any items of a loop, say the same."""
    facts = [
        (
            *(each.operation, each.place.partition("[")[0], each.outcome),
            *(each.is_write, each.is_message, each.is_earlier, each.recipient, each.error),
        )
        for each in (call, other)
    ]
    return facts[0] == facts[1] and call.recipient is None and call.error is None


class Result:
    """The result of a run.

    Attributes:
        run_id: The run's id.
        path: What was run, as it was given.
        state: The final state without the configuration and free of secrets, or None where there is none.
        text: The same as JSON.
        exit_code: 0 all well, 1 with errors, 2 bad input, 3 crashed, 4 killed, 130 interrupted.
        error: What went wrong first and was not handled, or None.
        outcomes: Writes by outcome: `sent`, `failed`, `unknown`, `described`, `skipped` or `duplicate`.
        messages: The messages among them, by outcome.
        steps: The result of each step, in the order in which they ran.
        plan: The plan, or None where it could not be read.
        started: When the run began, in seconds since 1970.
        seconds: How long it took.
        ledger: The ledger of the run's writes, or None where there were none.
        is_partial: `--limit` or `--only-to` has left people out.
        unknown: How many writes of the run, those of earlier attempts too, have an unknown outcome.
        was_sent_before: It was stopped, since an earlier run has sent what it was about to send.
        recorded: The messages, and all writes, of a run that was resumed, by outcome, whichever attempt made them; None
            where it was not resumed.
        labels: The user's own words for the run, by name.
        given: What the command line was given, as `RunRecord.given`.
        waits: Where the run waits for an answer: `{"step", "arrival", "seconds"}`; None where it does not.
        is_ledger_lost: The ledger could not be read or written when the run ended; what was sent is recorded.
        went_through: Only single items of loops failed, and the loops went through all their items.
    """

    def __init__(self, exit_code: int, error: AdaptorError | None, outcomes: dict[str, int], run_id: str = "") -> None:
        self.run_id = run_id
        self.path = ""
        self.exit_code = exit_code
        self.error = error
        self.outcomes = outcomes
        self.messages: dict[str, int] = {}
        self.state: State | None = None
        self.text: str | None = None
        self.steps: list[StepResult] = []
        self.plan: Plan | None = None
        self.started = 0.0
        self.seconds = 0.0
        self.ledger: str | None = None
        self.is_partial = False
        self.waits: dict[str, Any] | None = None
        self.unknown = 0
        self.was_sent_before = False
        self.recorded: tuple[dict[str, int], dict[str, int]] | None = None
        self.is_ledger_lost = False
        self.went_through = True
        self.labels: dict[str, str] = {}
        self.given: dict[str, Any] = {}

    @property
    def is_well(self) -> bool:
        """Whether the exit code is 0."""
        return self.exit_code == EXIT_WELL

    @property
    def is_finished(self) -> bool:
        """Whether the run came to its end, perhaps with failures of single items: no item is left over."""
        went_through = (self.error is None or self.went_through) and not self.was_sent_before
        return (
            went_through and not self.is_partial and self.waits is None and self.exit_code in (EXIT_WELL, EXIT_FAILED)
        )

    def raise_for_error(self) -> None:
        """Raise what went wrong, if anything did.

        Raises:
            AdaptorError: What went wrong first and was not handled.
        """
        if self.error is not None:
            raise self.error
        if not self.is_well:
            from ...core.errors import DeliveryUnknown

            unknown = max(self.unknown, self.outcomes["unknown"])
            raise DeliveryUnknown(
                f"It is not known whether {unknown:,} of the calls were carried out.",
                fix="Look at the other side before anything is sent again.",
            )

    def __repr__(self) -> str:
        return f"<Result {self.run_id}: exit code {self.exit_code}, {len(self.steps)} steps>"
