"""Keeping secrets out of everything that is written: logs, errors, reports, final states.

Secrets are found by value, in the forms in which they travel: as they are, quoted for a URL (also inside another),
escaped in JSON (also inside another), in HTML or by Python, in base64 at any place of a longer text, and as
`appsecret_proof`.
"""

from __future__ import annotations

import re
from operator import is_

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

REDACTED = "[redacted]"

#: Shorter values are not treated as secrets: redacting every "ab" would make the text unreadable and hide nothing.
SHORTEST_SECRET = 4

#: How many letters two forms must have in common to be looked for together; no form is shorter.
_SAME_START = 3

_SECRET_KEY = r"(?i)token|secret|passw|passphrase|api_?key|private|credential|authorization|bearer|cookie"
#: Signs that `requests` leaves alone in a URL that was given to it as text.
_KEPT_IN_URLS = "!#$%&'()*+,/:;=?@[]~"
#: Names that sound like a secret and are none, written small and without signs: mostly places in a list of pages.
_KNOWN_PUBLIC = frozenset(
    {"tokentype", "pagetoken", "nextpagetoken", "nexttoken", "continuationtoken", "synctoken", "tokencount"}
)


def sounds_secret(name: str) -> bool:
    """Whether what stands under this name (a key, a header, a parameter) is a secret.

    Example:
        >>> sounds_secret("X-Api-Key"), sounds_secret("nextPageToken")
        (True, False)
    """
    plain = name.replace("-", "_")
    return re.search(_SECRET_KEY, plain) is not None and plain.replace("_", "").lower() not in _KNOWN_PUBLIC


def secrets_of(configuration: Any, *, inside_secret: bool = False) -> Iterator[str]:
    """Yield the secret texts of a configuration: everything under a key that sounds like one, at any depth."""
    if isinstance(configuration, dict):
        for key, value in configuration.items():
            yield from secrets_of(value, inside_secret=inside_secret or sounds_secret(str(key)))
        token, secret = configuration.get("access_token"), configuration.get("app_secret")
        if isinstance(token, str) and isinstance(secret, str):
            yield appsecret_proof(token, secret)
    elif isinstance(configuration, list | tuple):
        for value in configuration:
            yield from secrets_of(value, inside_secret=inside_secret)
    elif inside_secret and isinstance(configuration, str) and len(configuration) >= SHORTEST_SECRET:
        yield configuration


def appsecret_proof(access_token: str, app_secret: str) -> str:
    """Return the proof that a call comes from a server which knows the app secret.

    Source: https://developers.facebook.com/docs/graph-api/guides/secure-requests (checked 2026-11-23).

    Example:
        >>> appsecret_proof("EAAG-a-token", "the-secret-of-an-app")
        'b563190ed149941e994a9d22302a04ec878143d1ddc329f2334d3d06321e2fc0'
    """
    import hashlib
    import hmac

    return hmac.new(
        app_secret.encode("utf-8", "surrogatepass"), access_token.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).hexdigest()


class Redactor:
    """Replaces every known secret in a text, in whatever form it travels."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._shortest = 0
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> bool:
        """Take further secrets into account; return whether there was a new one."""
        fresh = {secret for secret in secrets if len(secret) >= SHORTEST_SECRET} - self._secrets
        if fresh:
            self._secrets |= fresh
            forms = {form for secret in self._secrets for form in _forms(secret)}
            self._shortest = min(map(len, forms))
            self._pattern = re.compile(_any_of(forms))
        return bool(fresh)

    def text(self, text: str) -> str:
        """Return `text` without any of the secrets."""
        return self._pattern.sub(REDACTED, text) if self._pattern is not None else text

    def is_clean(self, cause: BaseException | None) -> bool:
        """Whether neither an exception nor what led to it would show a secret in a traceback."""
        if cause is None or self._pattern is None:
            return True
        from traceback import format_exception

        shown = f"{''.join(format_exception(cause))}{cause.args!r}"
        return self._pattern.search(shown) is None

    def is_clean_before(self, error: BaseException) -> bool:
        """Whether what Python would print before `error`, as its cause or context, shows no secret."""
        before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return self.is_clean(before)

    def value(self, value: Any) -> Any:
        """Return a JSON value without any of the secrets, sharing what did not change."""
        if self._pattern is None:
            return value
        # The commonest first: states are large, and mostly clean.
        if isinstance(value, str):
            return value if len(value) < self._shortest else self._pattern.sub(REDACTED, value)
        if isinstance(value, dict):
            items, changed = {}, False
            for key, item in value.items():
                name, cleaned = self.value(key) if isinstance(key, str) else key, self.value(item)
                changed = changed or name is not key or cleaned is not item
                items[name] = cleaned
            return items if changed else value
        if isinstance(value, list | tuple):
            parts = [self.value(item) for item in value]
            return value if all(map(is_, parts, value)) else parts
        return value


def _any_of(forms: set[str]) -> str:
    """Return a pattern that finds any of these texts, the longest that fits.

    Those that begin alike are tried together: at most places of a text a glance at one letter is then enough.
    """
    groups: dict[str, list[str]] = {}
    for form in sorted(forms, key=len, reverse=True):
        groups.setdefault(form[:_SAME_START], []).append(re.escape(form[_SAME_START:]))
    return "|".join(f"{re.escape(start)}(?:{'|'.join(rest)})" for start, rest in groups.items())


def _forms(secret: str) -> Iterator[str]:
    import base64
    import json
    from contextlib import suppress
    from urllib.parse import quote, quote_plus

    # JSON may hold half a surrogate pair, which UTF-8 cannot.
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    for quoted in (quote(raw, safe=""), quote(raw), quote_plus(raw), quote(raw, safe=_KEPT_IN_URLS)):
        for nested in (quoted, quote(quoted, safe="")):
            yield nested
            yield re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), nested)
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        for nested in (escaped, escaped.replace("/", "\\/")):
            yield nested
            yield json.dumps(nested, ensure_ascii=False)[1:-1]
    yield from _html_forms(secret)
    for kind in (repr, ascii):
        yield kind(secret)[1:-1]
        # In a longer text that holds both quotes, Python escapes the single one.
        yield kind('"' + secret)[2:-1]
    yield repr(raw)[2:-1]
    encodings = {raw}
    with suppress(UnicodeEncodeError):
        # So `requests` writes a password into an Authorization header.
        encodings.add(secret.encode("latin-1"))
    for encoded in encodings:
        for shift in range(3):
            # Base64 of a longer text that contains the secret: drop the letters that its neighbours decide.
            whole = base64.b64encode(b"\0" * shift + encoded).decode().rstrip("=")
            tail = (shift + len(encoded)) % 3
            core = whole[(0, 2, 3)[shift] : len(whole) - (1 if tail else 0)]
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _html_forms(secret: str) -> Iterator[str]:
    """Yield what stands for a secret in HTML and XML: writers differ over quotes, line breaks and other letters."""
    text = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    in_attributes = text.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")
    for escaped in (text, in_attributes, "".join(sign if sign.isascii() else f"&#{ord(sign)};" for sign in text)):
        for double in ('"', "&quot;", "&#34;", "&#x22;"):
            for single in ("'", "&#x27;", "&#39;", "&#039;", "&apos;"):
                yield escaped.replace('"', double).replace("'", single)
