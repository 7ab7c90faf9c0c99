"""This process as one that holds rows: it must not hold anything for long when it is gone.

It says from time to time that it lives; where it has not for a while, its rows come back: what it had claimed is free
again, what it was sending is unknown. On the same machine nobody has to wait for that.
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

from .errors import LedgerError
from .process import this_machine, this_process

if TYPE_CHECKING:
    from .leases import Leases

#: How often a holder says that it lives.
RENEW_SECONDS = 15.0


class Lease:
    """This process as one that holds rows of a run; it goes on saying that it lives until it is closed."""

    def __init__(self, leases: Leases, run: str) -> None:
        self.id = secrets.token_hex(8)
        self._run = run
        self._leases = leases
        self._ended = threading.Event()
        self._leases.acquire(self.id, this_machine(), this_process())
        self._thread = threading.Thread(target=self._renew, name="ledger-holder", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hold nothing any more."""
        self._ended.set()
        self._thread.join()
        self._leases.release(self.id, self._run)

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                self._leases.renew(self.id)
            except LedgerError:
                # Whoever wants to write next will meet the same, and says so.
                continue
