"""What the ledger says of the messages of a step that is not run again."""

from __future__ import annotations

from ...common.rows.results import report_result
from ...core.restored import restored
from ...core.run.call_record import CallRecord
from ...core.run.place import without_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...ledger.ledger import Ledger
    from .result import StepResult


def replay_messages(ledger: Ledger, run: Run, result: StepResult, arrival: int) -> None:
    """Report each message of a step as an earlier attempt recorded it, for the report and the results.

    Args:
        ledger: The run's.
        run: The run, which is between two steps.
        result: The step, which was completed by an earlier attempt.
        arrival: The id of its arrival.
    """
    for row in ledger.store.writes.records(ledger.record.id, step=(result.id, arrival)):
        if row.outcome == "claimed":
            continue
        outcome = "unknown" if row.outcome == "sending" else row.outcome
        error = None if row.error is None else restored(row.error, row.about)
        write, place = row.write, without_lines(row.write.site)
        recipient = write.recipient if write.is_message else None
        name = place.rpartition(" · ")[2]
        result.calls.append(
            CallRecord(name, place, outcome, True, write.is_message, recipient, 0.0, error, is_earlier=True)
        )
        if write.is_message:
            report_result(run, outcome, write.recipient, result=row.result, error=error)
