"""The sockets of the sandbox: HTTP/1.1 with keep-alive on the loopback interface, one thread per connection.

The chat page is under `/sandbox/`; the Graph API answers every other path. An open event stream keeps the thread of its
connection, so that no other connection waits for it.

This is the standard library's server with four changes: small responses leave at once (`TCP_NODELAY`, one write), a
connection stays open after an unread body, no name server is asked for the machine's name, and stopping ends every
connection and every thread.
"""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Final, Protocol

from adaptor.sandbox.server.response import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message
    from io import BufferedIOBase

    from adaptor.sandbox.server.api import Api

_HOST: Final = "127.0.0.1"
# Read this much of a refused upload, so that its sender sees the refusal and not a broken pipe.
_DRAIN: Final = 256 * 1024 * 1024
_STOP_SECONDS: Final = 5.0
_PAGE: Final = "/sandbox/"
_FILES: Final = f"{_PAGE}files/"


class Site(Protocol):
    """What answers under `/sandbox/`."""

    def answer(
        self, method: str, target: str, headers: Message[str, str], read: Callable[[int], bytes], /
    ) -> Response | Iterator[bytes]:
        """Answer one request; an iterator is an endless event stream."""


class Server(socketserver.ThreadingTCPServer):
    """Serves an `Api` until it is stopped, on the given port or a free one.

    Args:
        api: The Graph API.
        port: Where to listen; 0 for any port that is free.
        site: Makes the chat page, at its first request.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, api: Api, port: int = 0, site: Callable[[Server], Site] | None = None) -> None:
        self.api = api
        self._make_site = site
        self._site: Site | None = None
        self._open: set[socket.socket] = set()
        self._workers: list[threading.Thread] = []
        self._guard = threading.Lock()
        self._stopping = False
        self._stopped = threading.Event()
        super().__init__((_HOST, port), _Handler)
        self._acceptor = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.server_address[1]}"

    def stop(self) -> None:
        """Close the port and every connection, and wait for all threads."""
        self._stopping = True
        self._stopped.set()
        try:
            # The acceptor waits in accept(). A connection wakes it on every system; closing the socket does not.
            socket.create_connection((_HOST, int(self.server_address[1])), timeout=1).close()
        except OSError:
            pass
        self._acceptor.join(_STOP_SECONDS)
        self.server_close()
        with self._guard:
            connections, workers = list(self._open), self._workers
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in workers:
            thread.join(_STOP_SECONDS)

    @property
    def site(self) -> Site | None:
        """The chat page, if there is one."""
        with self._guard:
            if self._site is None and self._make_site is not None:
                self._site = self._make_site(self)
            return self._site

    def wait(self, seconds: float) -> None:
        """Wait for some seconds, or until the server stops."""
        self._stopped.wait(seconds)

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self.socket.accept()
            except OSError:
                return
            if self._stopping:
                connection.close()
                return
            self.process_request(connection, address)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection, and register both."""
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), name="sandbox connection", daemon=True
        )
        with self._guard:
            self._open.add(request)
            # Start it under the guard: otherwise the next connection takes it for a finished one.
            self._workers = [*(other for other in self._workers if other.is_alive()), thread]
            thread.start()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, and remove it from the register."""
        super().shutdown_request(request)
        with self._guard:
            self._open.discard(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: this is called for broken connections only, and the client knows."""


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _respond(self) -> None:
        body = _Body(self.rfile, self.headers.get("Content-Length"), self.headers.get("Transfer-Encoding", ""))
        is_page = self.path.startswith(_PAGE) and not self.path.startswith(_FILES)
        site = self.server.site if is_page else None
        if site is not None:
            found = site.answer(self.command, self.path, self.headers, body.read_up_to)
            if isinstance(found, Response):
                self._finish(found, body)
            else:
                self._stream(found)
            return
        answer = self.server.api.answer(
            self.command,
            self.path,
            self.headers.get("Content-Type", ""),
            self.headers.get("Authorization", ""),
            body,
            f"http://{self.headers.get('Host') or self.server.url.removeprefix('http://')}",
        )
        self._finish(answer, body)

    def _finish(self, answer: Response, body: _Body) -> None:
        """Write a response, with its fault."""
        if not body.drain(_DRAIN):
            self.close_connection = True
        if answer.delay:
            self.server.wait(answer.delay)
        if answer.fault in {"lost", "reset"}:
            self._break_off(reset=answer.fault == "reset")
            return
        reason = HTTPStatus(answer.status).phrase
        lines = [f"HTTP/1.1 {answer.status} {reason}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        lines.append(f"Content-Length: {len(answer.body)}")
        lines.append(f"Connection: {'close' if self.close_connection else 'keep-alive'}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        content = answer.body
        if answer.fault == "truncated":
            content = content[: len(content) // 2]
            self.close_connection = True
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def _stream(self, events: Iterator[bytes]) -> None:
        """Write an endless response, each piece when it comes."""
        self.close_connection = True
        lines = ["HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Cache-Control: no-store", "Connection: close"]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode())
        if self.command != "HEAD":
            for event in events:
                self.wfile.write(event)

    def _break_off(self, *, reset: bool) -> None:
        """End the connection without a response: close it, or reset it so that the client gets an error."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            # Close at once: the server's own way shuts down first, which is an orderly end.
            self.rfile.close()
            self.connection.close()

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = do_HEAD = do_OPTIONS = _respond  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - overrides a method
        """Log nothing: the sandbox records requests itself."""


class _Body:
    """The body of one request; it ends where the next request on the connection starts."""

    def __init__(self, stream: BufferedIOBase, length: str | None, encoding: str) -> None:
        self._stream = stream
        self._chunked = "chunked" in encoding.lower()
        self._broken = not self._chunked and length is not None and not (length.isascii() and length.isdigit())
        self._left = 0 if self._chunked or self._broken else int(length or 0)
        self._ended = not self._chunked and self._left == 0

    def read(self, size: int = 65536) -> bytes:
        """Read at most `size` bytes; none at the end."""
        if not self._ended and self._left == 0:
            self._next_chunk()
        if self._ended:
            return b""
        block = self._stream.read(min(size, self._left))
        if not block:
            raise ConnectionError("the request ended in the middle of its body")
        self._left -= len(block)
        if self._left == 0:
            if self._chunked:
                self._stream.readline()
            else:
                self._ended = True
        return block

    def read_up_to(self, most: int) -> bytes:
        """Read the body, but at most so many bytes."""
        blocks = []
        while most > 0 and (block := self.read(min(most, 65536))):
            blocks.append(block)
            most -= len(block)
        return b"".join(blocks)

    def drain(self, most: int) -> bool:
        """Read and drop the rest, and say whether the end was reached."""
        while most > 0 and not self._ended:
            most -= len(self.read())
        return self._ended and not self._broken

    def _next_chunk(self) -> None:
        line = self._stream.readline(1024)
        try:
            self._left = int(line.partition(b";")[0], 16)
        except ValueError:
            raise ConnectionError("the request has a broken chunk") from None
        if self._left == 0:
            while self._stream.readline(65536) not in (b"\r\n", b"\n", b""):
                pass
            self._ended = True
