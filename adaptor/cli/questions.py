"""What is asked on a terminal before something that cannot be taken back."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def ask_to_go_on(what: str) -> bool | None:
    """Ask whether to go on with a run that stopped (True), begin anew (False) or do neither (None).

    Args:
        what: What happened before.
    """
    print(
        f"{what}\n  r  go on with it: what was sent is not sent again\n  f  begin anew: people are written to again",
        file=_terminal(),
    )
    return {"r": True, "f": False}.get(_answer("r, f, or anything else to stop: "))


def confirm(question: str) -> bool:
    """Ask a question that is answered with yes or no."""
    return _answer(f"{question} [y/N] ") in ("y", "yes")


def _answer(prompt: str) -> str:
    print(prompt, end="", file=_terminal(), flush=True)
    return sys.stdin.readline().strip().lower()


def _terminal() -> Any:
    """Return where people look: while a job runs, what it writes to standard error goes to the log, line by line."""
    return sys.__stderr__ or sys.stderr
