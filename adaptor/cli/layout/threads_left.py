"""Threads that a job has left running: the process ends when they have ended, as in any Python program."""

from __future__ import annotations

import contextlib
import os
import sys
import threading

from ...core.text.harmless import harmless

#: For how long they may run until it is said.
_QUIET_SECONDS = 1.0
_INTERRUPTED = 130


def wait_for_threads(code: int) -> int:
    """Wait for the threads that keep the process alive, and say so; return the exit code.

    Args:
        code: The exit code so far.
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
            _say(
                f"The job has left threads running ({names}): adaptor ends when they have ended, or with Ctrl-C.\n"
                "  fix:   Let the job wait for its threads, with join()."
            )
        for each in left:
            each.join()
    except KeyboardInterrupt:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(_INTERRUPTED)
    return code


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
