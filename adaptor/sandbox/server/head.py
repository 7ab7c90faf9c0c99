"""The first line and the headers of a request, read strictly.

Of two readings of one request, one may send what the other refuses, so nothing is guessed: a request that RFC 9112
calls ambiguous is refused (https://www.rfc-editor.org/rfc/rfc9112).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as Headers
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from io import BufferedIOBase

    from adaptor.sandbox.server.server_limits import ServerLimits

_TOKEN: Final = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]"
_REQUEST_LINE: Final = re.compile(rb"(%b{1,32}) ([\x21-\x7e\x80-\xff]+) HTTP/1\.([01])" % _TOKEN)
_NAME: Final = re.compile(_TOKEN + rb"+")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_ONCE: Final = ("Content-Length", "Transfer-Encoding", "Host", "Content-Type", "Authorization")


class BadRequest(Exception):
    """The request breaks the rules of HTTP or a limit of the server; what follows on the connection is not read."""


@dataclass(frozen=True)
class Head:
    """A request without its body.

    Attributes:
        method: Its method.
        target: Path and query.
        headers: Its headers; case of names does not matter.
        keep_alive: Whether the client wants the connection to stay open.
        wants_continue: Whether the client waits for `100 Continue` before it sends the body.
        chunked: Whether the body comes in chunks.
        length: The length of a body that does not.
    """

    method: str
    target: str
    headers: Headers
    keep_alive: bool
    wants_continue: bool
    chunked: bool
    length: int


def read_head(stream: BufferedIOBase, limits: ServerLimits) -> Head:
    """Read the head of the next request.

    Raises:
        BadRequest: It is not HTTP/1.0 or HTTP/1.1, ambiguous, or too large.
        ConnectionError: The connection ended.
    """
    first, *lines = _read_lines(stream, limits)
    match = _REQUEST_LINE.fullmatch(first)
    if match is None:
        raise BadRequest("The first line of the request is not HTTP/1.0 or HTTP/1.1.")
    headers = _read_headers(lines)
    is_modern = match[3] == b"1"
    chunked, length = _read_framing(headers, limits, is_modern=is_modern)
    wanted = (headers.get("Connection") or ("keep-alive" if is_modern else "close")).lower()
    return Head(
        method=match[1].decode("ascii"),
        target=match[2].decode("latin-1"),
        headers=headers,
        keep_alive="close" not in wanted if is_modern else "keep-alive" in wanted,
        wants_continue=is_modern and (headers.get("Expect") or "").lower() == "100-continue",
        chunked=chunked,
        length=length,
    )


def _read_lines(stream: BufferedIOBase, limits: ServerLimits) -> list[bytes]:
    lines: list[bytes] = []
    left = limits.head_bytes
    while True:
        line = stream.readline(left + 1)
        left -= len(line)
        if left < 0:
            raise BadRequest(f"The headers of the request are larger than {limits.head_bytes} bytes.")
        if not line.endswith(b"\n"):
            raise ConnectionError("the request ended in the middle of its headers")
        line = line[:-1].removesuffix(b"\r")
        if line:
            lines.append(line)
            if len(lines) > limits.headers + 1:
                raise BadRequest(f"The request has more than {limits.headers} headers.")
        elif lines:
            # Clients may send empty lines before a request.
            return lines


def _read_headers(lines: list[bytes]) -> Headers:
    headers = Headers()
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or _NAME.fullmatch(name) is None or _CONTROL.search(value):
            raise BadRequest("The request has a malformed header.")
        headers[name.decode("ascii")] = value.strip(b" \t").decode("latin-1")
    return headers


def _read_framing(headers: Headers, limits: ServerLimits, *, is_modern: bool) -> tuple[bool, int]:
    """Give whether the body comes in chunks, and the length of one that does not."""
    for name in _ONCE:
        if len(headers.get_all(name, ())) > 1:
            raise BadRequest(f"The request has more than one header {name}.")
    if is_modern and headers.get("Host") is None:
        raise BadRequest("The request has no header Host.")
    length, encoding = headers.get("Content-Length"), headers.get("Transfer-Encoding")
    if encoding is not None:
        if length is not None:
            raise BadRequest("The request has both Content-Length and Transfer-Encoding.")
        if encoding.lower() != "chunked" or not is_modern:
            raise BadRequest("The Transfer-Encoding of a request can only be chunked, in HTTP/1.1.")
        return True, 0
    if length is None:
        return False, 0
    if not (length.isascii() and length.isdigit()):
        raise BadRequest("The Content-Length of the request is not a number.")
    # Python refuses to convert thousands of digits.
    if len(length) > 15 or int(length) > limits.body_bytes:
        raise BadRequest(f"The body of the request is larger than {limits.body_bytes} bytes.")
    return False, int(length)
