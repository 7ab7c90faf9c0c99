"""What one client may take of the sandbox: connections, time and bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerLimits:
    """The limits of the server; none of them is Meta's.

    Attributes:
        connections: Open at a time. One more is answered with error 4, and closed.
        idle_seconds: A connection without a request is closed after this time. The adaptor reuses none that was idle
            for more than 20 seconds.
        request_seconds: The time for a whole request to arrive.
        response_seconds: The time for a client to take a response, or one event of a stream.
        head_bytes: The request line and the headers together.
        headers: How many headers.
        body_bytes: A body with its files. A body without files has a lower limit, see `request/parameters.py`.
    """

    connections: int = 256
    idle_seconds: float = 60.0
    request_seconds: float = 60.0
    response_seconds: float = 30.0
    head_bytes: int = 64 * 1024
    headers: int = 100
    body_bytes: int = 256 * 1024 * 1024
