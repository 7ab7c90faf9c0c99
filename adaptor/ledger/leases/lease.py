"""The lease of this process on a run and its writes.

A thread renews the lease from time to time. When the lease expires, its claims are released: claimed writes can be
claimed again, and writes that were being sent become unknown. On the same machine the end of a process is detected
at once, without waiting for that.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from ..errors import LedgerError
from .process import this_machine, this_process

if TYPE_CHECKING:
    from collections.abc import Callable

    from .leases import Leases

#: How often a lease is renewed while it is valid.
RENEWALS = 4


class Lease:
    """The lease of this process on a run; it is renewed until it is closed.

    Attributes:
        id: The id under which this process holds the run and its writes.
    """

    def __init__(self, leases: Leases, run: str) -> None:
        self.id = os.urandom(8).hex()
        self._run = run
        self._leases = leases
        self._is_released = False
        self._ended = threading.Event()
        self._leases.acquire(self.id, this_machine(), this_process())
        self._thread = threading.Thread(target=self._renew, name="ledger-holder", daemon=True)
        self._thread.start()

    def close(self, before: Callable[[], object] = lambda: None) -> None:
        """Stop renewing and release everything, unless that was done. Not inside a transaction.

        Args:
            before: Is called first, in the same transaction; perhaps again, after a conflict with another one.
        """
        if self._is_released:
            return
        self._ended.set()
        self._thread.join()
        self._leases.release(self.id, self._run, before)
        self._is_released = True

    def _renew(self) -> None:
        while not self._ended.wait(self._leases.terms.seconds / RENEWALS):
            try:
                self._leases.renew(self.id)
            except LedgerError:
                # The next write will raise the same error.
                continue
