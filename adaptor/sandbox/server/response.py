"""Graph's way of writing an answer: its headers around its JSON.

Compared with recorded answers: compact JSON, `/` escaped, nothing after the last brace
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
#: The type that the parts of a batch still have.
PART_TYPE: Final = "text/javascript; charset=UTF-8"
_BYTES: Final = "application/octet-stream"
# The second word of WWW-Authenticate; every error but that of a bad token is an invalid request.
_TOKEN_ERRORS: Final = frozenset({102, 190})
_CHALLENGE: Final = 500


@dataclass(frozen=True)
class Response:
    """A status, headers and bytes, ready for a socket; and what happens to them on the way.

    Attributes:
        status: The HTTP status.
        headers: Names and values.
        body: The bytes.
        accident: `lost`, `reset` or `truncated`; empty for none.
        delay: How many seconds pass before it leaves.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    accident: str = ""
    delay: float = 0.0


def write_response(value: Any, version: str, simulation: Simulation, identity: str = "page") -> Response:
    """Write the answer of a call that went well."""
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
    """Write a refusal; its trace id is also the id of the request.

    Args:
        error: What is refused, and why.
        version: The version that answers.
        simulation: Whose usage the headers tell.
        identity: Whose token it was: that decides which usage header there is.
        status: Another status than the error's own.
        minutes: How long the usage header says to wait.
    """
    trace = trace_id()
    headers = (*_headers(trace, version, simulation, identity, minutes), ("WWW-Authenticate", challenge(error)))
    return Response(status or error.status, headers, to_json_bytes(error.body(trace)))


def write_file(kind: str, data: bytes) -> Response:
    """Write an uploaded file, so that whatever it holds can do nothing to the page that shows it."""
    shown = kind if kind.partition("/")[0] in {"image", "audio", "video"} and kind.isprintable() else _BYTES
    headers = (
        ("Content-Type", shown),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "private, max-age=3600"),
    )
    return Response(200, headers, data)


def challenge(error: GraphError) -> str:
    """Give the value of the header that repeats an error."""
    word = "invalid_token" if error.code in _TOKEN_ERRORS else "invalid_request"
    return f'OAuth "Facebook Platform" "{word}" "{_one_line(error.message)}"'


def business_usage(simulation: Simulation, minutes: int = 0) -> str:
    """Give the value of the header that tells how much of the Page's calls is used up, and when there are more."""
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
    # Page tokens fall under the limits of the business use case, the others under those of the platform.
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
    # The message may quote what was sent, and a header is one line of ASCII, and not a long one.
    return "".join(c if c.isprintable() and c.isascii() else "?" for c in message[:_CHALLENGE])
