"""The sockets of the sandbox: HTTP/1.1 with keep-alive on the loopback interface, one thread per connection.

An open event stream keeps the thread of its connection, so that no other connection waits for it. Stopping ends every
connection and every thread. No shortage ends the server: it refuses what it cannot serve, says so in the log, goes on.
"""

from __future__ import annotations

import logging
import socket
import threading
from typing import TYPE_CHECKING, Final

from adaptor.sandbox.server.connection import Connection, write_head
from adaptor.sandbox.server.server_limits import ServerLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.server.api import Api
    from adaptor.sandbox.server.connection import Site

_log = logging.getLogger(__name__)
_HOST: Final = "127.0.0.1"
_BACKLOG: Final = 128
_STOP_SECONDS: Final = 5.0
# Until the next try to accept when the machine had no file descriptor or no memory for a connection.
_PAUSE: Final = 0.1


class Server:
    """Serves an `Api` until it is stopped, on the given port or a free one.

    Args:
        api: The Graph API.
        port: Where to listen; 0 for any port that is free.
        site: Makes the chat page, at its first request.
        limits: What a client may take.
    """

    def __init__(
        self,
        api: Api,
        port: int = 0,
        site: Callable[[Server], Site] | None = None,
        limits: ServerLimits | None = None,
    ) -> None:
        self.api = api
        self.limits = limits or ServerLimits()
        self._make_site = site
        self._site: Site | None = None
        self._open: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._short = False
        self._stopped = threading.Event()
        self._listener = socket.create_server((_HOST, port), backlog=_BACKLOG)
        self._port = int(self._listener.getsockname()[1])
        self._acceptor = threading.Thread(target=self._accept, name="sandbox", daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self._port}"

    def stop(self) -> None:
        """Close the port and every connection, and wait for all threads."""
        self._stopped.set()
        try:
            # The acceptor waits in accept(). A connection wakes it on every system; closing the socket does not.
            socket.create_connection((_HOST, self._port), timeout=1).close()
        except OSError:
            pass
        self._acceptor.join(_STOP_SECONDS)
        self._listener.close()
        with self._guard:
            connections = dict(self._open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        for thread in connections.values():
            thread.join(_STOP_SECONDS)

    @property
    def site(self) -> Site | None:
        """The chat page, if there is one."""
        with self._guard:
            if self._site is None and self._make_site is not None:
                self._site = self._make_site(self)
            return self._site

    def wait(self, seconds: float, /) -> None:
        """Wait for some seconds, or until the server stops."""
        self._stopped.wait(seconds)

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                peer, _ = self._listener.accept()
            except OSError as error:
                # No file descriptor is free, say. The client waits in the backlog until one is.
                self._complain(error)
                self.wait(_PAUSE)
                continue
            try:
                self._take(peer)
            except Exception:
                _log.exception("the sandbox failed on a new connection")
                _close(peer)

    def _take(self, peer: socket.socket) -> None:
        if self._stopped.is_set():
            peer.close()
        elif len(self._open) >= self.limits.connections:
            self._turn_away(peer, f"{self.limits.connections} connections are open, which is its limit")
        else:
            self._start(peer)

    def _start(self, peer: socket.socket) -> None:
        """Start a thread for a connection, and register both."""
        thread = threading.Thread(target=self._serve, args=(peer,), name="sandbox connection", daemon=True)
        with self._guard:
            self._open[peer] = thread
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:
            self._remove(peer)
            self._turn_away(peer, str(error))
        else:
            self._short = False

    def _serve(self, peer: socket.socket) -> None:
        try:
            Connection(peer, self).run()
        except OSError:
            # The client is gone, and knows.
            pass
        except Exception:
            _log.exception("the sandbox failed on a connection")
        finally:
            _close(peer)
            self._remove(peer)

    def _remove(self, peer: socket.socket) -> None:
        with self._guard:
            self._open.pop(peer, None)

    def _turn_away(self, peer: socket.socket, reason: str) -> None:
        """Answer a connection that gets no thread, without waiting for it: the acceptor has others to accept."""
        self._complain(reason)
        response = self.api.turn_away(reason)
        peer.setblocking(False)
        try:
            peer.sendall(write_head(response, keep_alive=False) + response.body)
            # What was received but not read would turn the close into a reset.
            peer.recv(64 * 1024)
        except OSError:
            pass
        _close(peer)

    def _complain(self, reason: object) -> None:
        # Once, until a connection is served again.
        if not self._short and not self._stopped.is_set():
            _log.warning("the sandbox cannot take another connection: %s", reason)
            self._short = True


def _close(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_WR)
    except OSError:
        pass
    peer.close()
