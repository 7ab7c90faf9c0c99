"""A guard for a process that supervises one job after the other: it is forked once, and not for each job.

Guard, supervisor and job are three processes, each the parent of the next; the first two are subreapers. After each job
the supervisor ends what the job has left. If the supervisor is killed, the guard ends the job and all that it has
started; if the guard is killed, the supervisor does so, and ends itself. For Linux: see `guard` for other systems.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from ..execution.result import EXIT_KILLED
from .guard import SIGNALS, adopt_orphans, die_with, end_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

#: Says to guard and supervisor that their parent has gone, and to the guard that all is to end.
_GONE = signal.SIGUSR1


class ForkedJob:
    """A job without a guard of its own, as the supervisor sees it: see `Guard`."""

    def __init__(self, child: int) -> None:
        self.child = child
        self.status = os.pidfd_open(child)

    def ended(self) -> int | None:
        """Return the wait status of the job once the job has ended, or None. Nothing that it started is left then."""
        pid, status = os.waitpid(self.child, os.WNOHANG)
        if not pid:
            return None
        os.close(self.status)
        self.status = -1
        end_all(self.child)
        return status


def guard_above() -> bool:
    """Fork: the process that has called becomes the guard and never returns; the new one works below it.

    To be called before anything large is loaded, and before there are threads.

    Returns:
        Whether there is a guard now. False where this system cannot have one: nothing was forked then.
    """
    if not _is_possible():
        return False
    parent, guard = os.getppid(), os.getpid()
    adopt_orphans()
    awaited: set[int] = {*SIGNALS, signal.SIGCHLD, _GONE}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    worker = os.fork()
    if worker:
        try:
            _guard(worker, parent, awaited)
        finally:
            os._exit(EXIT_KILLED)
    adopt_orphans()
    signal.signal(_GONE, _end_with_guard)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, awaited)
    die_with(guard, _GONE)
    return True


def fork_below_guard() -> ForkedJob | None:
    """Fork: return the job in the process that calls, and None in the job's process.

    Raises:
        OSError: This machine cannot.
    """
    supervisor = os.getpid()
    child = os.fork()
    # A group of its own, so that what the job starts can be ended with it. Both set it: neither waits for the other.
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    if not child:
        signal.signal(_GONE, signal.SIG_DFL)
        die_with(supervisor)
        return None
    try:
        return ForkedJob(child)
    except OSError:
        end_all(child)
        raise


def _guard(worker: int, parent: int, awaited: set[int]) -> None:
    """Wait until the worker has ended, or the parent, and end all that is left then."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        # The pipes are the worker's: they are to end with it.
        os.dup2(nothing, descriptor)
    die_with(parent, _GONE)
    while not os.waitpid(worker, os.WNOHANG)[0]:
        number = signal.sigwait(awaited)
        if number == _GONE:
            break
        if number != signal.SIGCHLD:
            os.kill(worker, number)
    end_all()


def _end_with_guard(number: int, frame: FrameType | None) -> None:
    end_all()
    os._exit(EXIT_KILLED)


def _is_possible() -> bool:
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        # The kernel is older than 5.3, or forbids it.
        return False
    return True
