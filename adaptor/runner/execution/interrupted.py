"""The exception that ends a run from outside: a signal, a timeout, or too little memory."""

from __future__ import annotations


class Interrupted(KeyboardInterrupt):
    """The run is to end: somebody wants it to.

    Attributes:
        code: `INTERRUPTED`, or why a supervisor ends it: `TIMEOUT`, `RUN_TIMEOUT`, `MEMORY`.
    """

    def __init__(self, code: str = "INTERRUPTED") -> None:
        super().__init__()
        self.code = code
