"""The endpoints: the webhook, and whether the service is alive and ready."""

from __future__ import annotations

import asyncio
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ...core.errors import AdaptorError
from ...core.text.json_text import NotJson, read_answer
from ..inbox.facts import events_in
from ..inbox.signature import HEADER, challenge, is_signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from starlette.requests import Request

    from ..store.records import Event, NewRun, Stored

    Arrivals = Sequence[tuple[Event, Sequence[NewRun]]]

#: The largest body. Meta puts up to 1,000 events into one.
MOST_BYTES = 4 * 1024 * 1024
#: How long a body may take to come. Meta waits 5 seconds for the answer.
BODY_SECONDS = 10.0
#: Deeper JSON is no webhook of Meta's.
_MOST_DEPTH = 64


@dataclass(frozen=True)
class Door:
    """Who may come in.

    Attributes:
        path: The path of the webhook.
        secrets: The app secrets that sign; empty only where unsigned webhooks are accepted on purpose.
        verify_tokens: The tokens of the handshake.
        is_unsigned: Webhooks without a signature are accepted.
    """

    path: str
    secrets: tuple[str, ...]
    verify_tokens: tuple[str, ...]
    is_unsigned: bool = False


def build_app(
    door: Door,
    *,
    arrive: Callable[[Event, dict[str, Any]], tuple[Event, Sequence[NewRun]]],
    store: Callable[[Arrivals], Future[list[Stored]]],
    on_stored: Callable[[Event, Sequence[NewRun], Stored], object],
    problems: Callable[[], list[str]],
    log: Callable[[str, str], object],
) -> Starlette:
    """Return the application.

    Args:
        door: Who may come in.
        arrive: Returns an event with what it means for its person, and the runs that it starts, given what the workflow
            gets as `request`.
        store: Stores events and queues their runs; the future is done once that is on the disk.
        on_stored: Called with each event that was stored, the runs that it starts, and what became of it.
        problems: Returns why the service is not ready.
        log: Called with a level and a line.
    """

    async def handshake(request: Request) -> Response:
        answer = challenge(request.query_params, door.verify_tokens)
        if answer is None:
            log("error", "A handshake was refused: its verify token is not the configured one.")
            return PlainTextResponse("The verify token does not fit.", 403)
        log("info", "Meta has verified the webhook.")
        return PlainTextResponse(answer)

    async def webhook(request: Request) -> Response:
        try:
            body = await _body(request)
        except ClientDisconnect:
            # Nobody reads this answer.
            return Response(status_code=400)
        except TimeoutError:
            return PlainTextResponse("The body took too long.", 408, {"Connection": "close"})
        if body is None:
            return PlainTextResponse("The body is too large.", 413, {"Connection": "close"})
        given = request.headers.get(HEADER)
        signature = None if given is None else given.encode("latin-1")
        if not door.is_unsigned and not is_signed(body, signature, door.secrets):
            log("error", "A webhook was refused: it is not signed with the configured app secret.")
            return PlainTextResponse("The signature does not fit.", 403)
        try:
            arrivals = _arrivals(body, request)
        except (NotJson, RecursionError):
            return PlainTextResponse("The body is not JSON.", 400)
        if arrivals:
            try:
                outcomes = await asyncio.wrap_future(store(arrivals))
            except AdaptorError as error:
                # Meta delivers it again.
                log("error", str(error))
                return PlainTextResponse("It could not be stored.", 503, {"Retry-After": "5"})
            for (event, runs), stored in zip(arrivals, outcomes, strict=True):
                on_stored(event, runs, stored)
        return PlainTextResponse("EVENT_RECEIVED")

    def _arrivals(body: bytes, request: Request) -> Arrivals:
        document = read_answer(body)
        if is_deeper(document, _MOST_DEPTH):
            raise NotJson("it is nested too deeply", "Make it flatter.")
        facts = {"method": request.method, "path": request.url.path}
        return [arrive(event, facts) for event in events_in(document)]

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

    return Starlette(
        exception_handlers={Exception: fault},
        routes=[
            Route(door.path, handshake, methods=["GET"]),
            Route(door.path, webhook, methods=["POST"]),
            Route("/healthz", healthz, methods=["GET"]),
            Route("/readyz", readyz, methods=["GET"]),
        ],
    )


async def _body(request: Request) -> bytes | None:
    """Return the body, or None where it is too large.

    Raises:
        TimeoutError: It did not come in time.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        return None
    body = bytearray()
    async with asyncio.timeout(BODY_SECONDS):
        async for block in request.stream():
            body += block
            if len(body) > MOST_BYTES:
                return None
    return bytes(body)


def is_deeper(value: Any, most: int) -> bool:
    """Whether lists and objects are nested more deeply than so many levels."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
