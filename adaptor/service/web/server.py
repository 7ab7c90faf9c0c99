"""The server behind the endpoints: uvicorn, with limits for who is slow or sends too much."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import TYPE_CHECKING, Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from ...core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

#: How long a connection may take to send the head of a request.
HEAD_SECONDS = 10.0
#: How long an idle connection is kept for the next request.
_IDLE_SECONDS = 30
#: The largest head of a request.
_MOST_HEAD_BYTES = 16 * 1024
#: How many connections may be open.
_MOST_CONNECTIONS = 1_000
#: How long answers may take once the service stops.
_STOP_SECONDS = 10


class _Protocol(H11Protocol):
    """Closes connections on which the head of a request does not come to its end; uvicorn waits for it without end.

    It refuses a head that is too large also where it arrives at once: h11 looks only at what is not complete.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE and _is_too_large(self.conn.trailing_data[0] + data):
            self.send_400_response("The head of the request is too large.")
            return
        super().data_received(data)
        if self.conn.their_state is h11.IDLE and self.conn.trailing_data[0]:
            # A part of the next head, also of a connection that is kept open.
            self._expect_head()
        else:
            self._forget_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def _expect_head(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _forget_head(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def _is_too_large(data: bytes) -> bool:
    """Whether the head of the request with which the data begin is larger than what is allowed."""
    return len(data) > _MOST_HEAD_BYTES and re.search(rb"\n\r?\n", data[:_MOST_HEAD_BYTES]) is None


class WebServer(uvicorn.Server):
    """Serves until a signal stops it.

    Args:
        app: The application.
        listener: An open socket, from `listen`.
        on_started: Called in a thread once requests are taken.
        on_stopping: Called once none are taken any more, before those that are under way are waited for.
    """

    def __init__(
        self,
        app: Any,
        listener: socket.socket,
        on_started: Callable[[], object],
        on_stopping: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                # What matters goes to the service's own log.
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_IDLE_SECONDS,
                limit_concurrency=_MOST_CONNECTIONS,
                h11_max_incomplete_event_size=_MOST_HEAD_BYTES,
                timeout_graceful_shutdown=_STOP_SECONDS,
            )
        )
        self._listener = listener
        self._on_started = on_started
        self._on_stopping = on_stopping

    def serve_until_stopped(self) -> None:
        """Take requests until SIGINT or SIGTERM, then answer those that are under way."""
        self.run([self._listener])

    async def startup(self, sockets: Any = None) -> None:
        """Start to take requests."""
        await super().startup(sockets)
        self._started = asyncio.create_task(asyncio.to_thread(self._on_started))

    async def shutdown(self, sockets: Any = None) -> None:
        """Answer the requests that are under way."""
        self._on_stopping()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Open the socket of the server.

    Raises:
        InputError: It cannot be opened.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as cause:
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
        raise InputError(
            f"The service cannot listen on {host}, port {port}: {reason}.",
            fix="Another program may use the port: give another one with --port.",
        ) from None
