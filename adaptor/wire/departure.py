"""Whether a request has begun to leave this machine."""

from __future__ import annotations

import threading


class Wire(threading.local):
    """The state of the current request of this thread.

    Attributes:
        left: A byte of the request has left this machine.
        connecting: The connection is being opened: bytes of the handshake do not count.
    """

    left = False
    connecting = False


wire = Wire()
