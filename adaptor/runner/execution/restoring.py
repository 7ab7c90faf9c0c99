"""Reading back what was kept: secrets that were taken out of it come from the credential that is given now."""

from __future__ import annotations

from ...core.errors import ConfigurationError, InputError
from ...core.secrets.kept_secrets import MARK_BEGINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.secrets.redact import Redactor
    from ...core.state import State
    from ...ledger.records import RunRecord, StepRecord
    from ...ledger.store import Store


def restored(value: Any, redactor: Redactor) -> Any:
    """Return a kept value as it was.

    Raises:
        InputError: It holds a secret that the credential does not have, or that is another one there now.
    """
    try:
        return redactor.restore(value)
    except ConfigurationError as error:
        raise InputError(error.description, fix=error.fix, details=error.details) from None


def restored_run(store: Store, record: RunRecord, redactor: Redactor) -> tuple[State, list[StepRecord]]:
    """Return what a run began with, and its steps with what they left.

    Raises:
        InputError: The credential does not have a secret of these, or of what the run's writes gave: it is refused
            before anything is sent, not in the midst of a loop.
    """
    steps = [step._replace(output=restored(step.output, redactor)) for step in store.runs.steps(record.id)]
    for result in store.writes.results_with(record.id, MARK_BEGINS):
        restored(result, redactor)
    return dict(restored(record.input, redactor) or {}), steps
