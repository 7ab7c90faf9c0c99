"""What ends a run from outside: a signal, a timeout, or too little memory."""

from __future__ import annotations

from ...core.errors import JobError
from ...core.run.stop import PutOff

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.errors import AdaptorError

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
