"""Reading an answer within limits: a server may not hold a call for ever, nor fill the memory."""

from __future__ import annotations

import http.client
import io
import time
from typing import Any

import requests

from .departure import wire

_BLOCK = 65_536


class TooLarge(requests.RequestException):
    """An answer is larger than may be read."""


def read_content(response: requests.Response, most: int) -> None:
    """Read the body of a streamed answer, unpacked; `response.content` holds it afterwards.

    Raises:
        TooLarge: It is larger than `most` bytes.
        requests.RequestException: It broke off, cannot be unpacked, or took too long.
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
    """An answer of which every part, the status line and headers too, comes before the deadline of the call."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(_TimedSocket(sock), *args, **kwargs)  # type: ignore[arg-type]


class _TimedSocket:
    """As much of a socket as an answer is read from."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock))


class _TimedReader(io.RawIOBase):
    """Reads from a socket; each wait is as long as before, and none goes on past the deadline."""

    def __init__(self, sock: Any) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._each: float | None = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = seconds_left()
        self._sock.settimeout(left if self._each is None else min(self._each, left))
        count: int | None = self._raw.readinto(buffer)
        return count

    def fileno(self) -> int:
        number: int = self._raw.fileno()
        return number

    def close(self) -> None:
        self._raw.close()
        super().close()


def seconds_left() -> float:
    """Return how many seconds the call that is under way in this thread may still take.

    Raises:
        TimeoutError: None.
    """
    left = wire.deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the read timed out: the whole call took too long")
    # A socket takes no endless time.
    return min(left, 86_400.0)
