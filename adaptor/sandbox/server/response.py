"""Responses in Graph's form: its headers and its JSON.

Compared with recorded responses: compact JSON, `/` escaped, nothing after the last brace
(https://github.com/fbsamples/messenger-platform-samples, the Postman collection; checked 2026-11).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.json_bytes import to_json_bytes
from adaptor.sandbox.state.page_state import trace_id

if TYPE_CHECKING:
    from adaptor.sandbox.meta.errors import GraphError
    from adaptor.sandbox.simulation import Simulation

_ALWAYS: Final = (
    ("Content-Type", "application/json; charset=UTF-8"),
    ("Access-Control-Allow-Origin", "*"),
    ("Cache-Control", "private, no-cache, no-store, must-revalidate"),
    ("Pragma", "no-cache"),
    ("Expires", "Sat, 01 Jan 2000 00:00:00 GMT"),
    ("Strict-Transport-Security", "max-age=15552000; preload"),
    ("x-fb-rev", "1018678277"),
)
#: The content type of the parts of a batch.
PART_TYPE: Final = "text/javascript; charset=UTF-8"
_BYTES: Final = "application/octet-stream"
# For these codes WWW-Authenticate says `invalid_token`; for all others `invalid_request`.
_TOKEN_ERRORS: Final = frozenset({102, 190})
_CHALLENGE: Final = 500


@dataclass(frozen=True)
class Response:
    """A status, headers and bytes, ready for a socket, and the fault of their transport.

    Attributes:
        status: The HTTP status.
        headers: Names and values.
        body: The bytes.
        fault: `lost`, `reset` or `truncated`; empty for none.
        delay: Seconds before it is sent.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fault: str = ""
    delay: float = 0.0


def write_response(value: Any, version: str, simulation: Simulation, identity: str = "page") -> Response:
    """Write the response to a call that succeeded."""
    return Response(200, _headers(trace_id(), version, simulation, identity), to_json_bytes(value))


def write_error(
    error: GraphError,
    version: str,
    simulation: Simulation,
    identity: str = "page",
    *,
    status: int = 0,
    minutes: int = 0,
) -> Response:
    """Write an error; its trace id is also the id of the request.

    Args:
        error: The error.
        version: The API version that answers.
        simulation: Gives the usage for the headers.
        identity: Who owns the token; it decides which usage header there is.
        status: A status in place of the error's own.
        minutes: The wait in the usage header.
    """
    trace = trace_id()
    headers = (*_headers(trace, version, simulation, identity, minutes), ("WWW-Authenticate", challenge(error)))
    return Response(status or error.status, headers, to_json_bytes(error.body(trace)))


def write_file(kind: str, data: bytes) -> Response:
    """Write an uploaded file, with headers that keep its content from acting on the page that shows it."""
    shown = kind if kind.partition("/")[0] in {"image", "audio", "video"} and kind.isprintable() else _BYTES
    headers = (
        ("Content-Type", shown),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, max-age=3600"),
    )
    return Response(200, headers, data)


def challenge(error: GraphError) -> str:
    """Give the value of `WWW-Authenticate`, which repeats the error."""
    word = "invalid_token" if error.code in _TOKEN_ERRORS else "invalid_request"
    return f'OAuth "Facebook Platform" "{word}" "{_one_line(error.message)}"'


def business_usage(simulation: Simulation, minutes: int) -> str:
    """Give the value of the header with the used share of the Page's calls and the wait for more."""
    percent, wait = (100, minutes) if minutes else simulation.rate_limiter.usage()
    usage = {
        "type": "messenger",
        "call_count": percent,
        "total_cputime": 1,
        "total_time": 1,
        "estimated_time_to_regain_access": wait,
    }
    return json.dumps({simulation.page.page_id: [usage]}, separators=(",", ":"))


def _headers(
    trace: str, version: str, simulation: Simulation, identity: str, minutes: int = 0
) -> tuple[tuple[str, str], ...]:
    # Limits of the business use case apply to Page tokens, those of the platform to all others.
    usage = (
        ("x-business-use-case-usage", business_usage(simulation, minutes))
        if identity in {"page", ""}
        else (
            "x-app-usage",
            f'{{"call_count":{simulation.rate_limiter.platform_usage()},"total_cputime":1,"total_time":1}}',
        )
    )
    return (
        *_ALWAYS,
        usage,
        ("facebook-api-version", version),
        ("x-fb-request-id", trace),
        ("x-fb-trace-id", secrets.token_urlsafe(8)),
        ("X-FB-Debug", f"{secrets.token_urlsafe(64)}=="),
    )


def _one_line(message: str) -> str:
    # The message may quote the request; a header must be one short line of ASCII.
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in message[:_CHALLENGE])
