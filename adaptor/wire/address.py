"""Web addresses: whether one can be used, its origin, and how it is shown without secrets."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urlencode, urlsplit

from ..core.errors import InvalidMessage
from ..core.secrets.redact import secrets_of, sounds_secret
from ..core.secrets.secret_forms import REDACTED, SHORTEST_SECRET
from ..core.state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

#: Parameters that often hold a secret although their names do not say so. They are not shown.
_OFTEN_SECRET = frozenset(
    {"auth", "code", "jwt", "key", "pwd", "session", "sid", "sig", "signature", "x-amz-signature"}
)
#: Parameters that only authenticate the caller.
_CREDENTIALS = frozenset(
    {"access_token", "api_key", "apikey", "auth_token", "client_secret", "password", "session_token"}
    | {"sig", "signature", "x_amz_credential", "x_amz_date", "x_amz_security_token", "x_amz_signature"}
)
_PORTS = {"http": 80, "https": 443}


def refuse(field: str, problem: str, fix: str) -> NoReturn:
    """Refuse a request before the wire."""
    raise InvalidMessage(f"`{field}` {problem}.", fix=fix, details={"field": field})


def check_url(url: Any, field: str = "url") -> None:
    """Refuse a value that is no absolute http or https address."""
    fix = "Give the whole address, such as https://example.org/api/patients."
    if not isinstance(url, str):
        refuse(field, f"is {a_kind(url)}, not the text of an address", fix)
    if re.search("[\ud800-\udfff]", url):
        # Libraries would encode it in their own way and request another address.
        refuse(field, "holds half a character, which no address can hold", "Look for cut emojis in the text.")
    if re.search("[\x00-\x1f\x7f]", url):
        refuse(field, "holds a line break or another control character", "Remove it: .strip() its parts.")
    try:
        parts = urlsplit(url)
        # Libraries disagree on where a host with a backslash or a space ends: the request could go to another host.
        usable = parts.scheme in _PORTS and bool(parts.hostname) and not re.search(r"[\\\s]", parts.netloc)
        usable = usable and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        shown = "" if "@" in url or len(url) > 200 else f" ({clean_text(url)})"
        refuse(field, f"is not an absolute http or https address{shown}", fix)


def origin(url: str) -> str:
    """Return the origin of an address: scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{parts.port or _PORTS[parts.scheme]}"


def split_user(url: str) -> tuple[str, tuple[str, str] | None]:
    """Return an address without user, password and fragment; and its user and password, if it had them."""
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    plain = parts._replace(netloc=host, fragment="").geturl()
    return plain, (unquote(name), unquote(password)) if at else None


def with_query(url: str, query: Any) -> str:
    """Return an address with further parameters."""
    pairs = pairs_of("query", query)
    if not pairs:
        return url
    try:
        text = urlencode(pairs, quote_via=quote)
    except UnicodeEncodeError:
        refuse("query", "holds half a character, which no address can hold", "Look for cut emojis in the text.")
    return f"{url}{'&' if '?' in url else '?'}{text}"


def form_text(form: Any) -> bytes:
    """Return the fields of a form as a browser sends them."""
    try:
        return urlencode(pairs_of("form", form)).encode()
    except UnicodeEncodeError:
        refuse("form", "holds half a character, which UTF-8 cannot encode", "Look for cut emojis in the text.")


def pairs_of(field: str, values: Any) -> list[tuple[str, str]]:
    """Return names and values as texts: None is left out, lists are repeated, True is `true`."""
    if values is None:
        return []
    if not isinstance(values, dict):
        refuse(field, f"is {a_kind(values)}, not a dict", 'Give names and values: {"page": 1}.')
    pairs = []
    for name, value in values.items():
        for item in value if isinstance(value, list | tuple) else (value,):
            if item is not None:
                pairs.append((str(name), _text_of(field, name, item)))
    return pairs


def _text_of(field: str, name: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    refuse(field, f"holds {a_kind(value)} under `{name}`", "Give text, numbers, true or false, or lists of these.")


# --- Secrets ---------------------------------------------------------------------------------------------------------


def secrets_in(url: str) -> Iterator[str]:
    """Yield the secrets in an address: its password, and parameters whose names sound secret."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    user, _, _ = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    secret = password or name
    yield from (secret, unquote(secret))
    for parameter in parts.query.split("&"):
        key, _, value = parameter.partition("=")
        if sounds_secret(unquote(key)):
            yield from (value, unquote(value), unquote(value.replace("+", " ")))


def credentials_of(configuration: Any) -> frozenset[str]:
    """Return the values of a configuration that authenticate, by their names there or in a query.

    Example:
        >>> sorted(credentials_of({"key": "AIza-first", "password": "sunrise-9", "clinic": "Nairobi"}))
        ['AIza-first', 'sunrise-9']
    """
    values = configuration.items() if isinstance(configuration, dict) else ()
    often = {
        value
        for name, value in values
        if isinstance(value, str) and len(value) >= SHORTEST_SECRET and str(name).lower() in _OFTEN_SECRET
    }
    return frozenset({*secrets_of(configuration), *often})


def without_credentials(url: str) -> str:
    """Return an address without the parameters that only authenticate the caller.

    Example:
        >>> without_credentials("https://example.org/visits?api_key=abc&code=A17")
        'https://example.org/visits?code=A17'
    """
    address, mark, query = url.partition("?")
    kept = [each for each in query.split("&") if not _is_credential(unquote(each.partition("=")[0]))]
    return f"{address}{mark}{'&'.join(kept)}"


def _is_credential(name: str) -> bool:
    return name.lower().replace("-", "_") in _CREDENTIALS


def clean_url(url: str) -> str:
    """Return an address that is safe to show: without user, password, fragment and secret parameters."""
    plain = clean_text(url).partition("#")[0]
    address, mark, query = plain.partition("?")
    return address + mark + "&".join(_clean_parameter(parameter) for parameter in query.split("&"))


def _clean_parameter(parameter: str) -> str:
    name, sign, _ = parameter.partition("=")
    return f"{name}={REDACTED}" if sign and _is_secret(name) else parameter


def _is_secret(name: str) -> bool:
    plain = unquote(name)
    return sounds_secret(plain) or plain.lower() in _OFTEN_SECRET


def clean_text(text: str) -> str:
    """Return a text whose addresses show no user, no password and no secret parameter."""
    text = re.sub(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s\"'<>]*@", r"\1", text)
    return re.sub(
        r"([?&#])([^=&#?\s]+)=([^&#\s\"'<>]*)",
        lambda match: f"{match[1]}{match[2]}={REDACTED}" if match[3] and _is_secret(match[2]) else match[0],
        text,
    )
