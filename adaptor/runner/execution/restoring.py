"""Restoring recorded states: secrets were replaced by marks, and come back from the present credential."""

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
