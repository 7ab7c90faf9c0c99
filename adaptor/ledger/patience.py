"""Trying again to record what has happened, while the database is lost."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

#: The time between two attempts.
WAIT_SECONDS = 0.5


def patiently(work: Callable[[], None], seconds: float) -> None:
    """Do something with the ledger that may be done again, and try for some seconds while that fails.

    Raises:
        LedgerError: It has failed to the end.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            work()
        except LedgerError:
            if time.monotonic() >= until:
                raise
            time.sleep(WAIT_SECONDS)
        else:
            return
