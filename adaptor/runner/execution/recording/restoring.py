"""Restoring recorded states: secrets were replaced by marks, and come back from the present credential."""

from __future__ import annotations

from ....core.errors import ConfigurationError, InputError
from ....core.secrets.kept_secrets import MARK_BEGINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ....core.run.context import Run
    from ....core.secrets.redact import Redactor
    from ....core.state import State
    from ....ledger.ledger import Ledger
    from ....ledger.records import RunRecord, StepRecord
    from ....ledger.store import Store
    from ..result import StepResult


def restored(value: Any, redactor: Redactor) -> Any:
    """Return a recorded value with its secrets.

    Raises:
        InputError: The credential does not have one of the secrets, or has another value for it.
    """
    try:
        return redactor.restore(value)
    except ConfigurationError as error:
        raise InputError(error.description, fix=error.fix, details=error.details) from None


def restored_run(store: Store, record: RunRecord, redactor: Redactor) -> tuple[State, list[StepRecord]]:
    """Return the initial state of a run, and its recorded steps with the states that they left.

    Raises:
        InputError: The credential does not have a secret in these, or in the results of the run's writes. So the run
            is refused before anything is sent, rather than in the middle of a loop.
    """
    steps = [step._replace(output=restored(step.output, redactor)) for step in store.runs.steps(record.id)]
    for result in store.writes.results_with(record.id, MARK_BEGINS):
        restored(result, redactor)
    return dict(restored(record.input, redactor) or {}), steps


def replay_messages(ledger: Ledger, run: Run, result: StepResult, arrival: int) -> None:
    """Report each message of a step as an earlier attempt recorded it, for the report and the results.

    Args:
        ledger: The run's.
        run: The run, which is between two steps.
        result: The step, which was completed by an earlier attempt.
        arrival: The id of its arrival.
    """
    from ....common.rows.results import report_result
    from ....core.restored import restored as restored_error
    from ....core.run.call_record import CallRecord
    from ....core.run.place import without_lines

    for row in ledger.store.writes.records(ledger.record.id, step=(result.id, arrival)):
        if row.outcome == "claimed":
            continue
        outcome = "unknown" if row.outcome == "sending" else row.outcome
        error = None if row.error is None else restored_error(row.error, row.about)
        write, place = row.write, without_lines(row.write.site)
        recipient = write.recipient if write.is_message else None
        name = place.rpartition(" · ")[2]
        result.calls.append(
            CallRecord(name, place, outcome, True, write.is_message, recipient, 0.0, error, is_earlier=True)
        )
        if write.is_message:
            report_result(run, outcome, write.recipient, result=row.result, error=error)
