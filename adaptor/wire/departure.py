"""Whether a request has begun to leave this machine."""

from __future__ import annotations

import threading


class Wire(threading.local):
    """Whether the request under way in this thread has put a byte of itself on the wire."""

    left = False
    connecting = False


wire = Wire()
