"""The signature of a webhook and the handshake that comes before it.

Source: https://developers.facebook.com/docs/graph-api/webhooks/getting-started (checked 2026-11-27).
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEADER = "X-Hub-Signature-256"
_PREFIX = b"sha256="


def signers(body: bytes, header: bytes | None, secrets: Iterable[str]) -> list[str]:
    """Return those of the secrets with which a body was signed.

    Args:
        body: The bytes as they came: Meta signs these, and the same JSON written anew has other bytes.
        header: The value of `X-Hub-Signature-256`, or None where there is none.
        secrets: The app's secret; during a rotation the new one and the old one.

    Example:
        >>> header = b"sha256=f39034b29165ec6a5104d9aef27266484ab26c8caa7bca8bcb2dd02e8be61b17"
        >>> signers(b"hello world", header, ["old", "sesame"]), signers(b"hello world!", header, ["sesame"])
        (['sesame'], [])
    """
    given = header or b""
    # All secrets are tried, each in constant time: how long it takes says nothing about which one fits.
    return [secret for secret in secrets if hmac.compare_digest(_signature(body, secret), given)]


def _signature(body: bytes, secret: str) -> bytes:
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()


def challenge(query: Mapping[str, str], verify_tokens: Iterable[str]) -> str | None:
    """Return what the handshake is answered with, or None where it is refused.

    Args:
        query: The query of the request.
        verify_tokens: The tokens that were typed into the App Dashboard.

    Example:
        >>> query = {"hub.mode": "subscribe", "hub.verify_token": "t", "hub.challenge": "1158201444"}
        >>> challenge(query, ["t"]), challenge(query, ["other"])
        ('1158201444', None)
    """
    given = query.get("hub.verify_token", "").encode()
    is_known = any(hmac.compare_digest(token.encode(), given) for token in verify_tokens)
    return query.get("hub.challenge") if is_known and query.get("hub.mode") == "subscribe" else None
