"""The process between the supervisor and the job: whatever ends the run, it ends everything that the job has started.

Supervisor, guard and job are three processes, each the parent of the next. On Linux the first two are subreapers: what
the job starts becomes their child when its own parent ends, even if it has a session of its own. So any one of the
three may be killed, and one is left that ends the rest. Elsewhere it ends the process group of the job alone: what has
left that group lives on.

A process that supervises one job after the other needs no guard for each of them: see `guard_above`.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import sys
import time
from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

#: How long processes are waited for that were killed; one that waits for a disk may take for ever.
_SECONDS_TO_DIE = 5.0
_STATUS = struct.Struct("i")
#: What a terminal sends; the guard leaves it to the supervisor.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)
#: See `man 2 prctl`.
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36


class Guard:
    """The guard and the job, as the supervisor sees them.

    Attributes:
        child: The process id of the job, and of its group.
        status: The descriptor that can be read once the job has ended; -1 after `ended` has said so.
    """

    def __init__(self, pid: int, child: int, status: int, alive: int, others: Collection[int]) -> None:
        self._pid = pid
        self.status = status
        self._alive = alive
        self._others = others
        self.child = child

    def ended(self) -> int | None:
        """Return the wait status of the job once the job has ended, or None. Nothing that it started is left then."""
        pid, _ = os.waitpid(self._pid, os.WNOHANG)
        if not pid:
            return None
        found = os.read(self.status, _STATUS.size)
        os.close(self.status)
        os.close(self._alive)
        self.status = -1
        if len(found) == _STATUS.size:
            return int(_STATUS.unpack(found)[0])
        # The guard was killed, and the job with it.
        end_all(self.child, self._others)
        return int(signal.SIGKILL)


def fork_guarded() -> Guard | None:
    """Fork twice: return the guard in the process that calls, and None in the job's process.

    Raises:
        OSError: This machine cannot.
    """
    adopt_orphans()
    others = children()
    alive, held = os.pipe()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(alive)
        os.close(writing)
        child = os.read(reading, _STATUS.size)
        if len(child) != _STATUS.size:
            os.waitpid(pid, 0)
            raise OSError("no process is left")
        # The guard ends the job when the writing end of `alive` is closed, as by the end of this process.
        return Guard(pid, _STATUS.unpack(child)[0], reading, held, others)
    try:
        os.close(held)
        os.close(reading)
        if _guard(alive, writing):
            return None
    except BaseException:
        os._exit(1)
    os._exit(0)


def _guard(alive: int, writing: int) -> bool:
    """Fork the job; return True in its process, and False in the guard's once everything has ended."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    adopt_orphans()
    guard = os.getpid()
    child = os.fork()
    if not child:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(alive)
        os.close(writing)
        # A group of its own, so that what the job starts can be ended with it.
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        die_with(guard)
        return True
    with contextlib.suppress(OSError):
        os.setpgid(child, child)
    with contextlib.suppress(OSError):
        # Not the group of the terminal: what is typed there is for the supervisor.
        os.setpgid(0, 0)
    _close_all_but(alive, writing)
    os.write(writing, _STATUS.pack(child))
    status = _wait(child, alive)
    end_all(child)
    if status is not None:
        with contextlib.suppress(OSError):
            os.write(writing, _STATUS.pack(status))
    return False


def _close_all_but(first: int, second: int) -> None:
    """Close what the supervisor has open: the guard must not keep a pipe of the job from ending."""
    first, second = sorted((first, second))
    for begin, end in ((3, first), (first + 1, second), (second + 1, os.sysconf("SC_OPEN_MAX"))):
        os.closerange(begin, end)


def _wait(child: int, alive: int) -> int | None:
    """Wait for the end of the job and return its wait status, or None once the supervisor has gone."""
    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        ready, _, _ = select.select([alive, woken], [], [])
        if alive in ready:
            return None
        os.read(woken, 4096)


def end_all(group: int | None = None, others: Collection[int] = ()) -> None:
    """Kill a process group and all children of this process, those that it adopts meanwhile included.

    Args:
        group: The process group.
        others: Children that are left alone.
    """
    until = time.monotonic() + _SECONDS_TO_DIE
    while time.monotonic() < until:
        if group is not None:
            with contextlib.suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        found = children() - set(others)
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        for pid in found:
            with contextlib.suppress(OSError):
                os.waitpid(pid, os.WNOHANG)
        if not found:
            return
        time.sleep(0.005)


def children() -> set[int]:
    """Return the process ids of the children of this process; none where the system does not list them."""
    if sys.platform != "linux":
        return set()
    own, found = str(os.getpid()).encode(), set[int]()
    with contextlib.suppress(OSError):
        # Where the kernel lists them, nobody else's processes have to be looked at.
        for task in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{task}/children", "rb") as file:
                found.update(map(int, file.read().split()))
        return found
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
            # The name of a program, in brackets, may hold spaces and brackets.
            if file.read().rpartition(b")")[2].split()[1] == own:
                found.add(int(name))
    return found


def die_with(parent: int, number: int = signal.SIGKILL) -> None:
    """Let this process end with its parent, even if the parent is killed.

    Args:
        parent: The process id of the parent.
        number: The signal that this process gets then; another one only on Linux.
    """
    if sys.platform == "linux":
        _prctl(_PR_SET_PDEATHSIG, number)
    else:
        import threading

        def watch() -> None:
            while os.getppid() == parent:
                time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)

        threading.Thread(target=watch, daemon=True).start()
    if os.getppid() != parent:
        # It has gone already.
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Become the parent of what descendants of this process leave behind. For Linux; elsewhere nothing happens."""
    if sys.platform == "linux":
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        _libc().prctl(option, value)


@cache
def _libc() -> Any:
    import ctypes

    return ctypes.CDLL(None)
