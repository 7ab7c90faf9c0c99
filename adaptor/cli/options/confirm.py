"""Questions on the terminal before something that cannot be undone."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def ask_to_resume(what: str, stream: TextIO) -> bool | None:
    """Ask whether to resume a run that stopped (True), start anew (False) or do neither (None).

    Args:
        what: What happened before.
        stream: The terminal; meanwhile, what a job writes to standard error goes to the log.
    """
    print(
        f"{what}\n  r  resume it: what was sent is not sent again\n  f  start a new run: people get the messages again",
        file=stream,
    )
    return {"r": True, "f": False}.get(_answer("r, f, or anything else to stop: ", stream))


def confirm(question: str, stream: TextIO | None = None) -> bool:
    """Ask a question that is answered with yes or no.

    Args:
        question: The question.
        stream: The terminal; default: standard error.
    """
    return _answer(f"{question} [y/N] ", stream or sys.stderr) in ("y", "yes")


def _answer(prompt: str, stream: TextIO) -> str:
    print(prompt, end="", file=stream, flush=True)
    return sys.stdin.readline().strip().lower()
