"""Reads an answer within limits of time and size."""

from __future__ import annotations

import http.client
import io
import time
from typing import Any

import requests

from .departure import wire

_BLOCK = 65_536


class TooLarge(requests.RequestException):
    """An answer is larger than the limit."""


def read_content(response: requests.Response, most: int) -> None:
    """Read and decompress the body of a streamed answer; `response.content` holds it afterwards.

    Raises:
        TooLarge: The body is larger than `most` bytes.
        requests.RequestException: The connection broke, the body cannot be decompressed, or it took too long.
    """
    blocks, size = [], 0
    for block in response.iter_content(_BLOCK):
        size += len(block)
        if size > most:
            response.close()
            raise TooLarge(f"the answer is larger than {most:,} bytes")
        blocks.append(block)
    response._content = b"".join(blocks)


class TimedResponse(http.client.HTTPResponse):
    """An answer that must be complete, with status line and headers, before the deadline of the call."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        self._socket = _TimedSocket(sock)
        super().__init__(self._socket, *args, **kwargs)  # type: ignore[arg-type]

    def begin(self) -> None:
        """Read status line and headers; http.client takes an answer that ends within them for one without a body.

        Raises:
            http.client.IncompleteRead: It ends within them.
        """
        super().begin()
        if self._socket.is_over:
            raise http.client.IncompleteRead(b"")

    def _read_status(self) -> tuple[str, int, str]:
        """Skip answers that are not the final one, such as 103 Early Hints; http.client skips only 100 Continue."""
        while True:
            found: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 102 <= found[1] < 200:
                return found
            http.client.parse_headers(self.fp)


class _TimedSocket:
    """The part of a socket's interface that reading an answer needs."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._reader: _TimedReader | None = None

    def makefile(self, mode: str) -> io.BufferedReader:
        self._reader = _TimedReader(self._sock)
        return io.BufferedReader(self._reader)

    @property
    def is_over(self) -> bool:
        """Whether the other side has sent its last byte, and more was wanted."""
        return self._reader is not None and self._reader.is_over


class _TimedReader(io.RawIOBase):
    """Reads from a socket with its own timeout, but never beyond the deadline."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._each: float | None = sock.gettimeout()
        self.is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        self._sock.settimeout(left if self._each is None else min(self._each, left))
        count: int | None = self._raw.readinto(buffer)
        self.is_over = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


def seconds_left() -> float:
    """Return the seconds that the current call of this thread may still take.

    Raises:
        TimeoutError: No time is left.
    """
    left = wire.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the read timed out: the whole call took too long")
    # A socket accepts no infinite timeout.
    return min(left, 86_400.0)
