"""Whether a request has begun to leave this machine, and the limits of its answer."""

from __future__ import annotations

import threading
import time

#: The most bytes of an answer that are read, decompressed; `max_response_bytes` in the configuration changes it.
MOST_BYTES = 64_000_000


class Wire(threading.local):
    """The state of the current request of this thread.

    Attributes:
        left: A byte of the request may have left this machine.
        connecting: The connection is being opened: bytes of the handshake do not count.
        deadline: When the call must have ended, by the monotonic clock.
    """

    left = False
    connecting = False
    deadline = float("inf")

    def begin(self, seconds: float) -> None:
        """Begin a call that may take this many seconds in all; nothing of it has left yet."""
        self.left, self.deadline = False, time.monotonic() + seconds


wire = Wire()
