"""Sign a webhook, and send one HTTP request to a subscriber, without redirects, proxies or retries."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from http.client import HTTPConnection

_MOST: Final = 64 * 1024


@dataclass(frozen=True)
class Delivery:
    """One attempt to deliver a webhook.

    Attributes:
        at: When, by the sandbox's clock.
        url: The address.
        body: The bytes that were signed.
        signature: The value of `X-Hub-Signature-256`.
        status: The HTTP status of the response; 0 for no response.
        problem: Why there was no response; empty otherwise.
        attempt: Counted from 1.
    """

    at: datetime
    url: str
    body: bytes
    signature: str
    status: int
    problem: str
    attempt: int


def sign(secret: str, body: bytes) -> dict[str, str]:
    """Give the headers of a webhook, with both signatures of its body."""
    key = secret.encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
        "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
    }


def get(url: str, query: Mapping[str, str], timeout: float) -> tuple[int, str, str]:
    """Send a GET: give its status and body, or 0 and the problem."""
    joint = "&" if urlsplit(url).query else "?"
    status, body, problem = _send("GET", f"{url}{joint}{urlencode(query, errors='surrogatepass')}", None, {}, timeout)
    return status, body.decode("utf-8", "replace"), problem


def post(url: str, body: bytes, headers: Mapping[str, str], timeout: float) -> tuple[int, str]:
    """Send a POST: give its status, or 0 and the problem."""
    status, _, problem = _send("POST", url, body, headers, timeout)
    return status, problem


def _send(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], timeout: float
) -> tuple[int, bytes, str]:
    # Only a sandbox with a subscriber needs an HTTP client.
    from http.client import HTTPException

    address = urlsplit(url)
    target = (address.path or "/") + (f"?{address.query}" if address.query else "")
    connection = timer = None
    try:
        connection = _connect(address.scheme, address.hostname or "", address.port, timeout)
        connection.connect()
        # A socket's own timeout starts anew with each byte, and a subscriber may send one byte at a time.
        timer = threading.Timer(timeout, _break_off, (connection.sock,))
        timer.daemon = True
        timer.start()
        connection.request(method, target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST), ""
    except (OSError, HTTPException, ValueError) as error:
        return 0, b"", str(error) or type(error).__name__
    finally:
        if timer is not None:
            timer.cancel()
        if connection is not None:
            connection.close()


def _break_off(peer: socket.socket) -> None:
    try:
        peer.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def _connect(scheme: str, host: str, port: int | None, timeout: float) -> HTTPConnection:
    from http.client import HTTPConnection, HTTPSConnection

    return (HTTPSConnection if scheme == "https" else HTTPConnection)(host, port, timeout=timeout)
