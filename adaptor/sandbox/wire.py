"""Graph's way of writing an answer: its JSON, byte for byte, and its headers.

Compared with recorded answers: compact JSON, `/` escaped, nothing after the last brace
(https://github.com/fbsamples/messenger-platform-samples, the Postman collection; checked 2026-11).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.world import trace_id

if TYPE_CHECKING:
    from adaptor.sandbox.errors import GraphError
    from adaptor.sandbox.world import World

_ALWAYS: Final = (
    ("Content-Type", "application/json; charset=UTF-8"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "private, no-cache, no-store, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "Sat, 01 Jan 2000 00:00:00 GMT"),
    ("Strict-Transport-Security", "max-age=15552000; preload"),
    ("x-fb-rev", "1018678277"),
)
# The second word of WWW-Authenticate; every error but that of a bad token is an invalid request.
_TOKEN_ERRORS: Final = frozenset({102, 190})
_CHALLENGE: Final = 500


@dataclass(frozen=True)
class Answer:
    """A status, headers and bytes, ready for a socket."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def serialise(value: Any) -> bytes:
    r"""Write JSON as Graph does: compact, ASCII only, `/` as `\/`."""
    # A slash can only stand inside a string, so replacing it in the text is safe.
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def write_answer(value: Any, version: str, world: World) -> Answer:
    """Write the answer of a call that went well."""
    return Answer(200, _headers(trace_id(), version, world), serialise(value))


def write_error(error: GraphError, version: str, world: World) -> Answer:
    """Write a refusal; its trace id is also the id of the request."""
    trace = trace_id()
    word = "invalid_token" if error.code in _TOKEN_ERRORS else "invalid_request"
    challenge = f'OAuth "Facebook Platform" "{word}" "{_one_line(error.message)}"'
    headers = (*_headers(trace, version, world), ("WWW-Authenticate", challenge))
    return Answer(error.status, headers, serialise(error.body(trace)))


def _headers(trace: str, version: str, world: World) -> tuple[tuple[str, str], ...]:
    usage = {
        world.page_id: [
            {
                "type": "messenger",
                "call_count": 1,
                "total_cputime": 1,
                "total_time": 1,
                "estimated_time_to_regain_access": 0,
            }
        ]
    }
    return (
        *_ALWAYS,
        ("x-business-use-case-usage", json.dumps(usage, separators=(",", ":"))),
        ("facebook-api-version", version),
        ("x-fb-request-id", trace),
        ("x-fb-trace-id", secrets.token_urlsafe(8)),
    )


def _one_line(message: str) -> str:
    # The message may quote what was sent, and a header is one line of ASCII, and not a long one.
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in message[:_CHALLENGE])
