"""Whether a request has begun to leave this machine, and the limits of its answer."""

from __future__ import annotations

import threading
import time

#: The most bytes of an answer that are read, unpacked; `max_response_bytes` in the configuration changes it.
MOST_BYTES = 64_000_000


class Wire(threading.local):
    """Whether the request under way in this thread has put a byte of itself on the wire, and how long it may take.

    Attributes:
        left: A byte of the request may have left.
        connecting: The connection is being made, which does not count.
        deadline: When the call has to be over, by the monotonic clock.
    """

    left = False
    connecting = False
    deadline = float("inf")

    def begin(self, seconds: float) -> None:
        """Begin a call: nothing of it has left, and it may take so many seconds in all."""
        self.left, self.deadline = False, time.monotonic() + seconds


wire = Wire()
