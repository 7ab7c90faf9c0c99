"""Reading what is sent, within limits of size, time and depth."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response

from ...core.text.json_text import NotJson, read_answer

if TYPE_CHECKING:
    from starlette.requests import Request

#: The largest body. Meta puts up to 1,000 events into one.
MOST_BYTES = 4 * 1024 * 1024
#: How long a body may take to come. Meta waits 5 seconds for the answer.
BODY_SECONDS = 10.0
#: Deeper JSON is no webhook of Meta's.
_MOST_DEPTH = 64


class Refused(Exception):
    """A request is not taken; nothing of it was stored.

    Args:
        response: What the client gets.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


async def read_body(request: Request, most: int | None = None) -> bytes:
    """Return the body of a request.

    Args:
        request: The request.
        most: The largest body in bytes; by default `MOST_BYTES`.

    Raises:
        Refused: It is too large, did not come in time, or its client has gone.
    """
    most = MOST_BYTES if most is None else most
    length = request.headers.get("content-length", "")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if length.isdecimal() and int(length) > most:
                raise _too_large()
            async for block in request.stream():
                body += block
                if len(body) > most:
                    raise _too_large()
    except ClientDisconnect:
        # Nobody reads this answer.
        raise Refused(Response(status_code=400)) from None
    except TimeoutError:
        raise Refused(PlainTextResponse("The body took too long.", 408, {"Connection": "close"})) from None
    return bytes(body)


def _too_large() -> Refused:
    return Refused(PlainTextResponse("The body is too large.", 413, {"Connection": "close"}))


def read_json(body: bytes) -> Any:
    """Return a body that is JSON.

    Raises:
        Refused: It is not, or it is nested too deeply.
    """
    try:
        document = read_answer(body)
        if is_deeper(document, _MOST_DEPTH):
            raise NotJson("it is nested too deeply", "Make it flatter.")
    except (NotJson, RecursionError):
        raise Refused(PlainTextResponse("The body is not JSON.", 400)) from None
    return document


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
