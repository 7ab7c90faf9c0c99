"""What ends a run from outside: a signal, a timeout, or too little memory."""

from __future__ import annotations

import os

from ...core.errors import JobError
from ...core.run.stop import PutOff
from .result import EXIT_CRASHED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.errors import AdaptorError
    from ...core.run.context import Run

_MESSAGES = {
    "INTERRUPTED": "The run was interrupted.",
    "TIMEOUT": "The step took longer than --timeout allows.",
    "RUN_TIMEOUT": "The run took longer than --run-timeout allows.",
    "MEMORY": "The step ran out of memory.",
    "PUT_OFF": "The run stopped for the quiet hours of people whom it would have written to.",
}


class Interrupted(KeyboardInterrupt):
    """The run is to end now.

    Attributes:
        code: `INTERRUPTED` for a signal; `TIMEOUT`, `RUN_TIMEOUT` or `MEMORY` where a limit was reached.
    """

    def __init__(self, code: str = "INTERRUPTED") -> None:
        super().__init__()
        self.code = code


def is_kill(stop: BaseException | None) -> bool:
    """Whether a limit ended the run, rather than a signal."""
    return isinstance(stop, Interrupted) and stop.code != "INTERRUPTED"


def interruption(stop: KeyboardInterrupt, place: str | None) -> AdaptorError:
    """Return the error that says why a run ended early.

    Args:
        stop: What ended it.
        place: Where the run was.
    """
    code = stop.code if isinstance(stop, Interrupted) else "PUT_OFF" if isinstance(stop, PutOff) else "INTERRUPTED"
    fix = "What was sent by then is counted below."
    if code == "MEMORY":
        fix = f"Go through large data in parts (parse_csv with a callback, each over a file). {fix}"
    if code == "PUT_OFF":
        fix = f"It is to be resumed when they are over. {fix}"
    details = {"until": stop.until} if isinstance(stop, PutOff) else None
    error = JobError(_MESSAGES[code], code=code, fix=fix, details=details)
    error.place = place
    return error


def end_forked(run: Run) -> None:
    """End this process if the job has forked it and it went on with the job: it would be the same run a second time.

    It keeps no ledger, writes no outputs and sends nothing.
    """
    if run.owner.is_current_process():
        return
    error = JobError(
        "The job has forked its process, as os.fork() does, and the new process went on with the job. It ends here.",
        fix="Nothing was sent by it. End such a process with os._exit(0), or start a program with subprocess.",
        code="FORKED",
    )
    run.log("error", "run", error.report(), error=error.facts())
    os._exit(EXIT_CRASHED)
