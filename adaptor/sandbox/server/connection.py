"""One connection: read requests, have them answered, and write the responses.

The chat page is under `/sandbox/`; the Graph API answers every other path.
"""

from __future__ import annotations

import io
import logging
import socket
import struct
import time
from email.utils import formatdate
from http.client import responses as phrases
from typing import TYPE_CHECKING, Final, Protocol

from adaptor.sandbox.server.body import Body
from adaptor.sandbox.server.head import BadRequest, read_head
from adaptor.sandbox.server.response import Response
from adaptor.sandbox.state.page_state import FILES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    from adaptor.sandbox.server.api import Api
    from adaptor.sandbox.server.head import Head
    from adaptor.sandbox.server.server_limits import ServerLimits

_log = logging.getLogger(__name__)
_PAGE: Final = "/sandbox/"
_EVENTS: Final = b"\r\n".join(
    [
        b"HTTP/1.1 200 OK",
        b"Content-Type: text/event-stream",
        b"Cache-Control: no-store",
        b"Connection: close",
        b"",
        b"",
    ]
)
# Of what a refused client still sends, read this much for this long, so that it sees the refusal and no broken pipe.
_LINGER_BYTES: Final = 1024 * 1024
_LINGER_SECONDS: Final = 0.5


class Site(Protocol):
    """What answers under `/sandbox/`."""

    def answer(
        self, method: str, target: str, headers: Message[str, str], read: Callable[[int], bytes], /
    ) -> Response | Iterator[bytes]:
        """Answer one request; an iterator is an endless event stream."""


class Host(Protocol):
    """The server that a connection belongs to."""

    @property
    def api(self) -> Api:
        """The Graph API."""

    @property
    def limits(self) -> ServerLimits:
        """What a client may take."""

    @property
    def site(self) -> Site | None:
        """The chat page, if there is one."""

    @property
    def url(self) -> str:
        """Where it listens."""

    def wait(self, seconds: float, /) -> None:
        """Wait for some seconds, or until the server stops."""


class Connection:
    """Serves one client until it, or a limit, ends the connection.

    Args:
        peer: The socket of the client.
        host: The server.
    """

    def __init__(self, peer: socket.socket, host: Host) -> None:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = peer
        self._host = host
        self._limits = host.limits
        self._incoming = _Incoming(peer)
        self._stream = io.BufferedReader(self._incoming, 64 * 1024)
        self._open = True

    def run(self) -> None:
        """Answer requests as long as they come.

        Raises:
            OSError: The client is gone, or does not take its response.
        """
        while self._open and self._another():
            self._incoming.allow(self._limits.request_seconds)
            try:
                self._serve()
            except BadRequest as error:
                self._refuse(str(error))

    def _another(self) -> bool:
        """Wait for the next request, and say whether one comes."""
        self._incoming.allow(self._limits.idle_seconds)
        try:
            return bool(self._stream.peek(1))
        except BadRequest:
            return False

    def _serve(self) -> None:
        head = read_head(self._stream, self._limits)
        self._open = head.keep_alive
        body = Body(self._stream, head, self._limits.body_bytes)
        if head.wants_continue and not body.ended:
            self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
        response = self._answer(head, body)
        if isinstance(response, Response):
            self._drain(body)
            self._respond(head.method, response)
        else:
            self._stream_events(head.method, response)

    def _answer(self, head: Head, body: Body) -> Response | Iterator[bytes]:
        try:
            site = self._host.site if head.target.startswith(_PAGE) and not head.target.startswith(FILES) else None
            if site is not None:
                return site.answer(head.method, head.target, head.headers, body.read_up_to)
            base = f"http://{head.headers.get('Host') or self._host.url.removeprefix('http://')}"
            content_type, authorization = head.headers.get("Content-Type", ""), head.headers.get("Authorization", "")
            offset = head.headers.get("file_offset", "")
            return self._host.api.answer(head.method, head.target, content_type, authorization, body, base, offset)
        except (BadRequest, ConnectionError):
            raise
        except Exception:
            _log.exception("the sandbox failed on a %s request", head.method)
            self._open = False
            return self._host.api.fail()

    def _drain(self, body: Body) -> None:
        """Read the rest of a body; if that fails, the response still says what was done."""
        try:
            body.drain()
        except BadRequest:
            self._open = False

    def _respond(self, method: str, response: Response) -> None:
        """Write a response, with its fault."""
        if response.delay:
            self._host.wait(response.delay)
        if response.fault in {"lost", "reset"}:
            self._break_off(reset=response.fault == "reset")
            return
        content = response.body
        if response.fault == "truncated":
            content = content[: len(content) // 2]
            self._open = False
        head = write_head(response, keep_alive=self._open)
        self._write(head if method == "HEAD" else head + content)

    def _refuse(self, words: str) -> None:
        """Refuse what is no request, and close: nobody knows where the next request would start."""
        self._open = False
        self._respond("", self._host.api.refuse(words))
        self._socket.shutdown(socket.SHUT_WR)
        self._incoming.allow(_LINGER_SECONDS)
        left = _LINGER_BYTES
        try:
            while left > 0 and (block := self._stream.read1(left)):
                left -= len(block)
        except BadRequest:
            pass

    def _stream_events(self, method: str, events: Iterator[bytes]) -> None:
        """Write an endless response, each piece when it comes."""
        self._open = False
        self._write(_EVENTS)
        if method != "HEAD":
            for event in events:
                self._write(event)

    def _write(self, data: bytes) -> None:
        self._socket.settimeout(self._limits.response_seconds)
        self._socket.sendall(data)

    def _break_off(self, *, reset: bool) -> None:
        """End the connection without a response: close it, or reset it so that the client gets an error."""
        self._open = False
        if reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Close at once: the server's own way shuts down first, which is an orderly end.
            self._socket.close()


def write_head(response: Response, *, keep_alive: bool) -> bytes:
    """Write the first line and the headers of a response."""
    lines = [f"HTTP/1.1 {response.status} {phrases.get(response.status, '')}", f"Date: {formatdate(usegmt=True)}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    lines.append(f"Content-Length: {len(response.body)}")
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


class _Incoming(io.RawIOBase):
    """What a socket receives, up to a point in time: a client that sends a byte now and then holds no thread."""

    def __init__(self, peer: socket.socket) -> None:
        self._socket = peer
        self._until = 0.0

    def allow(self, seconds: float) -> None:
        """Allow reads for so many seconds from now."""
        self._until = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        left = self._until - time.monotonic()
        try:
            if left <= 0:
                raise TimeoutError
            self._socket.settimeout(left)
            return self._socket.recv_into(buffer)
        except TimeoutError:
            raise BadRequest("The request took too long to arrive.") from None
