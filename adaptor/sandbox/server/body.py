"""The body of one request; it ends where the next request on the connection starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from adaptor.sandbox.server.head import BadRequest

if TYPE_CHECKING:
    from io import BufferedIOBase

    from adaptor.sandbox.server.head import Head

_BLOCK: Final = 64 * 1024
_CHUNK_LINE: Final = 1024
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_TRAILERS: Final = 16 * 1024
_LINE_ENDS: Final = (b"\r\n", b"\n")


class Body:
    """Reads the body of a request, and never past its end.

    Args:
        stream: The connection, after the head.
        head: The head, which says how the body ends.
        most: Refuse a larger body.
    """

    def __init__(self, stream: BufferedIOBase, head: Head, most: int) -> None:
        self._stream = stream
        self._chunked = head.chunked
        self._left = head.length
        self._most = most
        self._ended = not head.chunked and head.length == 0

    @property
    def ended(self) -> bool:
        """Whether all of it was read."""
        return self._ended

    def read(self, size: int = _BLOCK) -> bytes:
        """Read at most `size` bytes; none at the end.

        Raises:
            BadRequest: A chunk is malformed, or the body is too large.
            ConnectionError: The connection ended before the body.
        """
        if not self._ended and self._left == 0:
            self._next_chunk()
        if self._ended:
            return b""
        block = self._stream.read(min(size, self._left))
        if not block:
            raise ConnectionError("the request ended in the middle of its body")
        self._left -= len(block)
        if self._left == 0:
            self._end_chunk()
        return block

    def read_up_to(self, most: int) -> bytes:
        """Read the body, but at most so many bytes."""
        blocks = []
        while most > 0 and (block := self.read(min(most, _BLOCK))):
            blocks.append(block)
            most -= len(block)
        return b"".join(blocks)

    def drain(self) -> None:
        """Read and drop the rest, so that the sender of a refused upload sees the refusal and not a broken pipe."""
        while self.read():
            pass

    def _next_chunk(self) -> None:
        match = _CHUNK.fullmatch(self._stream.readline(_CHUNK_LINE))
        if match is None:
            raise BadRequest("The size of a chunk of the request is not a hexadecimal number.")
        self._left = int(match[1], 16)
        self._most -= self._left
        if self._most < 0:
            raise BadRequest("The chunks of the request are larger than a body may be.")
        if self._left == 0:
            self._skip_trailers()
            self._ended = True

    def _end_chunk(self) -> None:
        if not self._chunked:
            self._ended = True
        elif self._stream.readline(2) not in _LINE_ENDS:
            raise BadRequest("A chunk of the request is longer than its size says.")

    def _skip_trailers(self) -> None:
        left = _TRAILERS
        while (line := self._stream.readline(left)) not in _LINE_ENDS:
            left -= len(line)
            if left <= 0:
                raise BadRequest(f"The trailers of the request are larger than {_TRAILERS} bytes.")
            if not line:
                raise ConnectionError("the request ended in the middle of its trailers")
