"""A trigger for other programs than Meta: an HTTP call starts the workflow and may wait for its end.

The keys are OpenFn's: https://docs.openfn.org/documentation/build/triggers (checked 2026-11-28).
"""

from __future__ import annotations

from typing import Any, NamedTuple

#: The values of `webhook_reply`: the caller is answered at once, or after the run.
BEFORE_START, AFTER_COMPLETION = "before_start", "after_completion"
REPLIES = (BEFORE_START, AFTER_COMPLETION)
#: The value of `webhook_auth` that lets anybody call.
NO_AUTH = "none"
#: Before the path of every such trigger, as in OpenFn.
PREFIX = "/i/"


class Call(NamedTuple):
    """How a call starts a workflow.

    Attributes:
        path: Where, below `/i/`.
        reply: When the caller is answered: `before_start` or `after_completion`.
        success_code: The HTTP status after a run that went well, or None for the default.
        error_code: The HTTP status after any other run, or None for the default.
        auth: The name of the configuration with the caller's key or password; `none` lets anybody call; None takes
            those of all configurations.
    """

    path: str
    reply: str = BEFORE_START
    success_code: int | None = None
    error_code: int | None = None
    auth: str | None = None

    @property
    def waits(self) -> bool:
        """Whether the caller is answered after the run."""
        return self.reply == AFTER_COMPLETION

    @property
    def is_open(self) -> bool:
        """Whether anybody may call."""
        return self.auth == NO_AUTH


def is_code(code: Any) -> bool:
    """Whether a number can be the status of an answer with a body."""
    return isinstance(code, int) and not isinstance(code, bool) and 200 <= code <= 599 and code not in (204, 205, 304)
