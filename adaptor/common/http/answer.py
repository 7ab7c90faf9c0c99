"""Answers of systems other than Facebook: read as JSON, text or base64, and shown without secrets."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from ...core.secrets.redact import sounds_secret
from ...core.text.harmless import one_line
from ...core.text.json_text import NotJson, read_json
from ...core.text.number_of import number_of
from ...wire.address import clean_text, clean_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from ...core.run.context import Run

#: How many characters of an answer an error shows.
EXCERPT = 500
#: How many bytes of an answer are read for that.
_LOOKED_AT = 20_000

_ALWAYS_BINARY = re.compile(r"(image|audio|video|font)/(?!svg)|application/(pdf|zip|gzip|x-gzip|x-7z-compressed)\b")


class NotReadable(ValueError):
    """An answer is not in the expected form; the text says why."""


def read_body(response: requests.Response, parse_as: str | None) -> Any:
    """Return the body of an answer, read as `parse_as` or the Content-Type says; None if it is empty.

    Raises:
        NotReadable: It is not JSON, or not text.
    """
    raw = response.content
    if not raw:
        return "" if parse_as in ("text", "base64") else None
    kind, charset = _content_type(response.headers)
    if parse_as is None:
        parse_as = "json" if re.fullmatch(r"[^/]+/(json|.+\+json)", kind) else None
    if parse_as == "json":
        return _json(raw, charset)
    if parse_as == "text":
        return _text(raw, charset)
    if parse_as is None and not _ALWAYS_BINARY.match(kind):
        try:
            text = _text(raw, charset)
        except NotReadable:
            pass
        else:
            if "\0" not in text:
                return text
    return base64.b64encode(raw).decode()


def excerpt(response: requests.Response, run: Run) -> str:
    """Return the beginning of an answer on one line, without secrets and control characters."""
    raw = response.content
    kind, charset = _content_type(response.headers)
    if _ALWAYS_BINARY.match(kind) or b"\0" in raw[:_LOOKED_AT]:
        return f"({number_of(len(raw), 'bytes')} of {one_line(kind).strip() or 'unknown kind'})"
    try:
        text = raw[:_LOOKED_AT].decode(charset or "utf-8", "replace")
    except LookupError:
        text = raw[:_LOOKED_AT].decode("utf-8", "replace")
    # Secrets are removed before the text is cut: half a secret would not be found.
    text = one_line(run.redactor.text(clean_text(text))).strip()
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"


def shown_headers(headers: Mapping[str, str], run: Run) -> dict[str, str]:
    """Return the headers of an answer without cookies, tokens and other secrets."""
    shown = {name: clean_text(value) for name, value in headers.items() if not sounds_secret(name)}
    for name in ("Location", "Content-Location"):
        for given in [given for given in shown if given.lower() == name.lower()]:
            shown[given] = clean_url(shown[given])
    cleaned: dict[str, str] = run.redactor.value(shown)
    return cleaned


def _content_type(headers: Mapping[str, str]) -> tuple[str, str | None]:
    kind, _, parameters = headers.get("Content-Type", "").partition(";")
    found = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", parameters, re.IGNORECASE)
    return kind.strip().lower(), found[1] if found else None


def _text(raw: bytes, charset: str | None) -> str:
    encoding = (charset or "utf-8").lower()
    try:
        return raw.decode("utf-8-sig" if encoding in ("utf-8", "utf8") else encoding)
    except (UnicodeError, LookupError):
        pass
    if encoding not in ("utf-8", "utf8"):
        # The charset is wrong or unknown; most texts are UTF-8.
        return _text(raw, None)
    raise NotReadable("it is not text; read it with parse_as='base64'")


def _json(raw: bytes, charset: str | None) -> Any:
    text: str | bytes = raw
    if charset is not None and not charset.lower().startswith("utf"):
        text = _text(raw, charset)
    try:
        return read_json(text)
    except NotJson as problem:
        loses = problem.what.startswith(("it holds", "the key"))
        words = f"{problem.what}; to read it all the same, use parse_as='text'" if loses else ""
        raise NotReadable(f"it is not JSON: {words}" if words else "it is not JSON") from None
