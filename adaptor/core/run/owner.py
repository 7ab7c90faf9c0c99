"""The process and the thread that a run belongs to; what else the job starts may not write for it."""

from __future__ import annotations

import os
import sys
from _thread import get_ident

from ..errors import JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The loader gives this name to the builtins of scripts and of the modules beside them.
JOB_CODE = "__adaptor_job__"
#: In this variable of the environment the processes that a job starts find which process runs it.
RUN_PROCESS = "ADAPTOR_RUN_PROCESS"
#: The scripts that were loaded as jobs in this process: an operation that one of them has built belongs to its runs.
job_files: set[str] = set()


class Owner:
    """The process and the thread that have made it.

    Attributes:
        process: The id of the process.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self._thread = get_ident()

    def is_current_process(self) -> bool:
        """Whether this is the process, and not one that it has forked."""
        return os.getpid() == self.process

    def is_current_thread(self) -> bool:
        """Whether this is the thread: places and call sites would be those of several operations at once otherwise."""
        return get_ident() == self._thread

    def check_process(self) -> None:
        """Refuse a write in a forked process: it would go on as the same run, beside the one that has forked it.

        Raises:
            JobError: It is one. Nothing was sent.
        """
        if not self.is_current_process():
            raise JobError(
                "A write was called in a process that the job has forked. Nothing was sent by it.",
                fix="Process a list with each(…) or try_each(…), and start programs with subprocess.",
                code="FORKED",
            )

    def mark_process(self) -> None:
        """Let the processes that the job starts know that they belong to its run, such as those of a pool."""
        os.environ[RUN_PROCESS] = str(self.process)

    def name_here(self, name: str) -> str:
        """Return a name that no other process uses, in a process that the job has forked."""
        return name if self.is_current_process() else f"{name} of {os.getpid()}"


def is_called_by_job(file: str) -> bool:
    """Whether the code of a job calls an operation, or has built it, or this process was started by a job.

    Where no run is under way, it is outside of its run: that is over, or in another process.

    Args:
        file: Where the operation was written.
    """
    if file in job_files or os.environ.get(RUN_PROCESS, str(os.getpid())) != str(os.getpid()):
        return True
    frame: Any = sys._getframe(1)
    while frame is not None:
        if JOB_CODE in frame.f_builtins:
            return True
        frame = frame.f_back
    return False
