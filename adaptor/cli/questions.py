"""What is asked on a terminal before something that cannot be taken back."""

from __future__ import annotations

import sys


def ask_to_go_on(what: str) -> bool | None:
    """Ask whether to go on with a run that stopped (True), begin anew (False) or do neither (None).

    Args:
        what: What happened before.
    """
    print(
        f"{what}\n  r  go on with it: what was sent is not sent again\n  f  begin anew: people are written to again",
        file=sys.stderr,
    )
    return {"r": True, "f": False}.get(_answer("r, f, or anything else to stop: "))


def confirm(question: str) -> bool:
    """Ask a question that is answered with yes or no."""
    return _answer(f"{question} [y/N] ") in ("y", "yes")


def _answer(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower()
