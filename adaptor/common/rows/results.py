"""A row for the outcome of each message: what `--results` writes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.errors import AdaptorError
    from ...core.run.context import Run


def is_put_off(run: Run, *, within: int = 0) -> bool:
    """Whether a loop around the operation under way puts items off, the `within` innermost ones left out."""
    return sum(operation.puts_off for operation in run.under_way) > within


def report_result(
    run: Run,
    outcome: str,
    recipient: str | None,
    *,
    index: int | None = None,
    result: Any = None,
    error: AdaptorError | None = None,
) -> None:
    """Report the outcome of one message to the run's observer, if there is one.

    Args:
        run: The run.
        outcome: `sent`, `failed`, `unknown`, `skipped`, `duplicate` or `described`.
        recipient: Whom it was for, where that is known.
        index: The position of its item; by default that of the current loop.
        result: What Meta answered.
        error: What went wrong.
    """
    if run.observers.on_result is None:
        return
    from .sources import PositionInFile

    if index is None:
        around = zip(reversed(run.path), reversed(run.under_way), strict=False)
        index = next((at for (_, at), operation in around if operation.is_loop and at is not None), None)
    row = {
        "row": None if index is None else index + 1,
        "line": index.line if isinstance(index, PositionInFile) else None,
        "recipient": recipient,
        "outcome": outcome,
        "message_id": result.get("message_id") if isinstance(result, dict) else None,
        "error": None if error is None else type(error).__name__,
        "message": None if error is None else error.headline(),
        "fix": None if error is None else error.fix,
    }
    run.observers.results_reported += 1
    run.observers.on_result(run.redactor.value(row))
