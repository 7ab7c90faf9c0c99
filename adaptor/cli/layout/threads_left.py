"""Threads that a job has left running: the process ends when they have ended, as in any Python program.

A run with limits does not wait: nothing that its job has started outlives it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from ...core.text.harmless import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: For how long they may run until it is said.
_QUIET_SECONDS = 1.0
_INTERRUPTED = 130


def wait_for_threads(code: int, *, has_limits: bool = False) -> int:
    """Wait for the threads that keep the process alive, and say so; return the exit code.

    Args:
        code: The exit code so far.
        has_limits: The run had a limit of time or memory: they end with it.
    """
    left = [each for each in threading.enumerate() if each is not threading.current_thread() and not each.daemon]
    if not left:
        return code
    # The run is over, so nothing redacts any more what a thread writes of its error.
    threading.excepthook = _say_kind
    try:
        for each in left:
            each.join(_QUIET_SECONDS / len(left))
        if names := ", ".join(each.name for each in left if each.is_alive()):
            what = "they end now, since the run has limits" if has_limits else "adaptor ends with them, or with Ctrl-C"
            _say(f"The job has left threads running ({names}): {what}.\n  fix:   Let the job join() its threads.")
            if has_limits:
                _end(code)
        for each in left:
            each.join()
    except KeyboardInterrupt:
        _end(_INTERRUPTED)
    return code


def _end(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _say_kind(args: threading.ExceptHookArgs) -> None:
    where = ""
    traceback = args.exc_traceback
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        where, traceback = f" in {file}, line {traceback.tb_lineno}", traceback.tb_next
    _say(f"A thread of the job has failed after the run: {args.exc_type.__name__}{where}.")


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(harmless(text), file=sys.stderr, flush=True)
