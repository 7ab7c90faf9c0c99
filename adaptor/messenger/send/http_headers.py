"""The parameters of OpenFn's `postMessage`: a body of the Send API, with HTTP headers beside it.

Source: https://github.com/OpenFn/adaptors/blob/main/packages/facebook/src/Adaptor.js (language-facebook 0.5.2, checked
2026-11-28).
"""

from __future__ import annotations

from typing import Any

from ...core.values.lazy import Lazy
from ..rules.limits import refuse

#: Headers that are ours, and why.
_OURS = {
    "authorization": "the token of the configuration is sent in it",
    "host": "it follows from `base_url`",
}


def headers_in(params: Any) -> Any:
    """Return the HTTP headers that stand beside a body, or None."""
    return params.get("headers") if isinstance(params, dict) else None


def whole_body(params: Any) -> Any:
    """Return the body without the headers; a message says of itself that it is an `UPDATE` where it says nothing."""
    if not isinstance(params, dict):
        return params
    body = {name: value for name, value in params.items() if name != "headers"}
    named = (body.get(name) for name in ("messaging_type", "tag", "sender_action"))
    if body.get("message") is not None and all(value is None for value in named):
        body["messaging_type"] = "UPDATE"
    return body


def http_headers(headers: Any) -> dict[str, str] | None:
    """Return headers that can be sent beside ours.

    Raises:
        InvalidMessage: One cannot be sent, or would replace one of ours. Nothing was sent.
    """
    if headers is None or isinstance(headers, Lazy):
        return None
    from ...wire.headers import check_headers

    check_headers(headers)
    kept: dict[str, Any] = {}
    for name, value in headers.items():
        if name.lower() in _OURS:
            raise refuse("headers", f"holds {name}, but {_OURS[name.lower()]}", "Leave it out.")
        if name.lower() == "content-type":
            # Jobs often say what is sent anyway.
            if not isinstance(value, Lazy) and "json" not in str(value).lower():
                raise refuse("headers", f"holds {name}, but the body is JSON", "Leave it out.")
        elif value is not None:
            kept[name] = value if isinstance(value, Lazy) else str(value)
    return kept or None
