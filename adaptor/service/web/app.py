"""The application: the endpoints of the service, with what counts and traces their requests."""

from __future__ import annotations

import asyncio
import time
import traceback
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .body import Refused
from .tracing import request_span

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from .metrics import Metrics


def build_app(
    routes: Sequence[BaseRoute],
    *,
    problems: Callable[[], list[str]],
    log: Callable[[str, str], object],
    metrics: Metrics,
) -> Any:
    """Return the application.

    Args:
        routes: The endpoints; `/healthz` and `/readyz` are added.
        problems: Returns why the service is not ready.
        log: Called with a level and a line.
        metrics: Counts the requests.
    """

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def readyz(request: Request) -> Response:
        found = await asyncio.to_thread(problems)
        return JSONResponse({"ready": not found, "problems": found}, 503 if found else 200)

    async def fault(request: Request, cause: Exception) -> Response:
        # Its place, but not its text, which may hold what somebody wrote.
        frame = traceback.extract_tb(cause.__traceback__)[-1]
        what = f"{type(cause).__name__} in {frame.filename}, line {frame.lineno}"
        log("error", f"adaptor itself has a fault: {what}. Meta delivers the webhook again.")
        return PlainTextResponse("A fault of the server.", 500)

    async def refused(request: Request, cause: Exception) -> Response:
        assert isinstance(cause, Refused)
        return cause.response

    health = [Route("/healthz", healthz, methods=["GET"]), Route("/readyz", readyz, methods=["GET"])]
    app = Starlette(exception_handlers={Exception: fault, Refused: refused}, routes=[*health, *routes])
    return Observed(app, metrics)


class Observed:
    """Counts and traces the requests of an application.

    Args:
        app: The application.
        metrics: Counts.
    """

    def __init__(self, app: Starlette, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        """Pass a request on."""
        began, status = time.perf_counter(), 500

        async def sent(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with request_span(scope) as span:
            try:
                await self._app(scope, receive, sent)
            finally:
                # The path of an unknown address is the client's: it must make no label.
                endpoint = getattr(scope.get("endpoint"), "__name__", "none")
                span(endpoint, status)
                self._metrics.count_request(endpoint, status, time.perf_counter() - began)
