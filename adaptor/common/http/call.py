"""A request to a system other than Facebook: its arguments, its checks, and its encoded form."""

from __future__ import annotations

import base64
import re

from ...core.secrets.kept_secrets import refuse_marks
from ...core.secrets.redact import REDACTED, sounds_secret
from ...core.state import a_kind
from ...core.text.number_of import number_of
from ...core.values.arguments import known
from ...core.values.lazy import Lazy, resolve
from ...wire.address import (
    check_url,
    clean_url,
    form_text,
    origin,
    pairs_of,
    refuse,
    secrets_in,
    split_user,
    with_query,
)
from ...wire.headers import check_headers, secrets_of_headers
from ...wire.tls import check_cert, check_verify, tls_settings
from ...wire.upload import Upload, check_files, names_of
from .credential import KEYS, applied, is_path, secret_of
from .outgoing import HttpCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...core.state import State

#: Methods that only read: they may be retried, and their redirects are followed.
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
#: Idempotent methods that write (RFC 9110, 9.2.2).
REPEATABLE = frozenset({"PUT", "DELETE"})
#: Seconds to wait for a connection, and then for the next part of the answer.
TIMEOUT = (30.0, 60.0)
#: How many times as long the whole call may take.
TOTAL = 10
_FORMS = (None, "json", "text", "base64")


class HttpRequest:
    """One request: a *draft* while parts of it are lazy, finished after `resolved`.

    The arguments are those of `http.request`.
    """

    __slots__ = (
        "auth",
        "body",
        "cert",
        "errors",
        "files",
        "form",
        "headers",
        "method",
        "parse_as",
        "query",
        "redirects",
        "timeout",
        "url",
        "verify",
    )

    def __init__(
        self,
        method: Any,
        url: Any,
        *,
        body: Any = None,
        form: Any = None,
        files: Any = None,
        query: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        errors: Any = None,
        parse_as: Any = None,
        redirects: Any = True,
        cert: Any = None,
        verify: Any = None,
    ) -> None:
        self.method = method.upper() if isinstance(method, str) else method
        self.url = url
        self.body = body
        self.form = form
        self.files = files
        self.query = query
        self.headers = headers
        self.auth = auth
        self.timeout = timeout
        self.errors = errors
        self.parse_as = parse_as
        self.redirects = redirects
        self.cert = cert
        self.verify = verify

    @property
    def is_write(self) -> bool:
        """Whether the call may change something; then it must not be repeated if its outcome is unknown."""
        return self.method not in SAFE

    @property
    def is_idempotent(self) -> bool:
        """Whether repeating the call has no further effect, so that it may be repeated if its outcome is unknown."""
        return self.method in REPEATABLE

    @property
    def shown_url(self) -> str:
        """The address with its query, without secrets."""
        return clean_url(with_query(self.url, self.query))

    @property
    def seconds(self) -> tuple[float, float]:
        """How long to wait for a connection, and for the next part of the answer."""
        if self.timeout is None:
            return TIMEOUT
        connect, read = self.timeout if isinstance(self.timeout, list | tuple) else (self.timeout, self.timeout)
        return float(connect), float(read)

    @property
    def total_seconds(self) -> float:
        """How long the call may take in all."""
        return TOTAL * max(self.seconds)

    @property
    def tls(self) -> dict[str, Any]:
        """The settings of the connection that the call's own files give.

        Raises:
            InvalidMessage: A file cannot be used. Nothing was sent.
        """
        return tls_settings(self.verify, self.cert)

    @property
    def follows(self) -> bool:
        """Whether the call follows redirects."""
        has_body = any(part is not None for part in (self.body, self.form, self.files))
        return not self.is_write and self.redirects is not False and not has_body

    def is_trusted(self, target: str) -> bool:
        """Whether the credential may be sent to another address."""
        listed = self.redirects if isinstance(self.redirects, list | tuple) else ()
        return origin(target) in {origin(self.url), *map(origin, listed)}

    def rule_for(self, status: int) -> Any:
        """Return the rule of `errors` for a status: False if it is no error, a message for it, or None."""
        if self.errors is False:
            return False
        rules = self.errors if isinstance(self.errors, dict) else {}
        return rules.get(status, rules.get(str(status)))

    def resolved(self, state: State) -> HttpRequest:
        """Return the finished request for this state, not checked yet.

        Raises:
            InvalidMessage: There is no address for a path, or the credential is another system's. Nothing was sent.
        """
        given = {name: resolve(getattr(self, name), state) for name in self.__slots__}
        given["url"], given["auth"] = applied(given["url"], given["auth"], state.get("configuration"))
        return HttpRequest(**given)

    def described(self) -> dict[str, Any]:
        """Return the request as a dry run shows it, without secrets and empty parts."""
        body = f"({number_of(len(self.body), 'bytes')})" if isinstance(self.body, bytes) else _masked(self.body)
        facts = {
            "method": self.method,
            "url": self.shown_url,
            "body": body,
            "form": _masked(self.form),
            "files": names_of(self.files) if self.files else None,
        }
        return {name: value for name, value in facts.items() if value not in (None, "", {}, [])}

    def secrets(self) -> Iterator[str]:
        """Yield the secrets in the request, as far as they are known."""
        if isinstance(self.url, str):
            yield from secrets_in(self.url)
        auth, headers, query = known(self.auth), known(self.headers), known(self.query)
        if isinstance(auth, list | tuple) and len(auth) == 2:
            # Without a password, the user name is the secret.
            yield from _texts([auth[1] if isinstance(auth[1], Lazy) or auth[1] else auth[0]])
            if isinstance(auth[0], str) and isinstance(auth[1], str):
                yield _basic(auth[0], auth[1])
        elif isinstance(auth, dict):
            yield from _texts(secret_of(auth))
        yield from secrets_of_headers(headers)
        for name, value in query.items() if isinstance(query, dict) else ():
            if sounds_secret(str(name)):
                yield from _texts(value if isinstance(value, list) else [value])

    # --- Checks of the literal arguments ---

    def check(self) -> None:
        """Refuse a request that cannot be sent; lazy parts are not checked.

        Raises:
            InvalidMessage: A part is not valid. Nothing was sent.
        """
        for name in self.__slots__:
            value = getattr(self, name)
            if value is not None and not isinstance(value, Lazy):
                getattr(self, f"_check_{name}")(value)
        if self.body is not None and (self.form is not None or self.files is not None):
            given = (self.body, self.form, self.files)
            if not any(isinstance(value, Lazy) for value in given):
                refuse("body", "cannot go together with `form` or `files`", "Give one or the other.")

    def _check_method(self, method: Any) -> None:
        if not isinstance(method, str) or not re.fullmatch("[A-Z]+", method) or method in ("CONNECT", "TRACE"):
            refuse("method", "is not the name of a method", 'Give "GET", "POST", "PUT", "PATCH", "DELETE" …')

    def _check_url(self, url: Any) -> None:
        # The address before a path is known when the call is made.
        if not is_path(url):
            check_url(url)

    def _check_body(self, body: Any) -> None:
        if not isinstance(body, dict | list | tuple | str | bytes):
            refuse(
                "body", f"is {a_kind(body)}", "Give a dict or list (sent as JSON), text or bytes; files go to `files`."
            )

    def _check_form(self, form: Any) -> None:
        pairs_of("form", form)

    def _check_files(self, files: Any) -> None:
        check_files(files)
        if isinstance(self.headers, dict) and any(str(name).lower() == "content-type" for name in self.headers):
            refuse("headers", "holds Content-Type, which follows from `files`", "Leave it out.")

    def _check_query(self, query: Any) -> None:
        pairs_of("query", query)

    def _check_headers(self, headers: Any) -> None:
        check_headers(headers)

    def _check_auth(self, auth: Any) -> None:
        fix = 'Give (user, password), {"token": "…"} for a bearer token, or a credential with `base_url`.'
        if isinstance(auth, dict) and auth.keys() <= KEYS and len(auth) > 1:
            # A credential, which is looked at when the call is made.
            return
        if isinstance(auth, dict):
            values: list[Any] = [auth.get("token")] if auth.keys() == {"token"} else [None]
        elif isinstance(auth, list | tuple) and len(auth) == 2:
            values = list(auth)
            if isinstance(auth[0], str) and ":" in auth[0]:
                refuse("auth", "has a colon in the user name", "Names cannot hold one: check their order.")
        else:
            values = [None]
        if not all(isinstance(value, str) for value in values) or not values[0]:
            refuse("auth", "is not a credential", fix)
        if any(re.search("[\x00-\x1f\x7f]", value) for value in values):
            refuse("auth", "holds a line break or another control character", "Remove it: .strip() it.")
        if isinstance(auth, dict) and not values[0].isascii():
            refuse("auth", "has a token with characters that no header can have", fix)
        if isinstance(self.headers, dict) and any(str(name).lower() == "authorization" for name in self.headers):
            refuse("auth", "cannot go together with an Authorization header", "Give one or the other.")

    def _check_timeout(self, timeout: Any) -> None:
        values = timeout if isinstance(timeout, list | tuple) and len(timeout) == 2 else [timeout]
        for value in values:
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:
                refuse("timeout", "is not a time", "Give seconds, above 0, or (seconds to connect, seconds to read).")

    def _check_errors(self, errors: Any) -> None:
        good = isinstance(errors, bool) or (
            isinstance(errors, dict)
            and all(re.fullmatch("[1-5][0-9][0-9]", str(status)) for status in errors)
            and all(rule is False or isinstance(rule, str | Lazy) for rule in errors.values())
        )
        if not good:
            refuse("errors", "is not a rule", "Give False, {404: False} or {404: 'what to say instead'}.")

    def _check_parse_as(self, parse_as: Any) -> None:
        if parse_as not in _FORMS:
            refuse("parse_as", "is not known", 'Give "json", "text" or "base64", or leave it out.')

    def _check_redirects(self, redirects: Any) -> None:
        if isinstance(redirects, list | tuple):
            for target in redirects:
                check_url(target, "redirects")
        elif not isinstance(redirects, bool):
            refuse("redirects", f"is {a_kind(redirects)}", "Give True, False, or a list: ['https://other.example'].")

    def _check_cert(self, cert: Any) -> None:
        check_cert(cert)

    def _check_verify(self, verify: Any) -> None:
        check_verify(verify)

    # --- Encoding ---

    def encoded(self) -> HttpCall:
        """Return the encoded request, with its files open.

        Raises:
            InvalidMessage: The body is no JSON, a file cannot be read, or a text holds the mark of a secret.
            LazyStateError: The request holds a lazy reference that was never resolved.
        """
        # Before the write is recorded as `sending`.
        tls = self.tls
        # `[redacted]` is allowed, since jobs report logs and errors elsewhere; the marks of kept secrets are not.
        for name in ("url", "query", "body", "form"):
            refuse_marks({name: getattr(self, name)}, bare=False)
        url, user = split_user(with_query(self.url.partition("#")[0], self.query))
        headers = {name: str(value) for name, value in (self.headers or {}).items() if value is not None}
        auth = self.auth
        if isinstance(auth, dict):
            headers["Authorization"] = f"Bearer {auth['token']}"
        elif (pair := auth or user) and not any(name.lower() == "authorization" for name in headers):
            headers["Authorization"] = f"Basic {_basic(*pair)}"
        kind, body = self._encoded_body()
        if kind is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = kind
        return HttpCall(url, headers, body, tls)

    def _encoded_body(self) -> tuple[str | None, bytes | Upload | None]:
        if self.files:
            upload = Upload(pairs_of("form", self.form), self.files)
            return f"multipart/form-data; boundary={upload.boundary}", upload
        if self.form is not None:
            return "application/x-www-form-urlencoded", form_text(self.form)
        if self.body is None:
            return None, None
        if isinstance(self.body, bytes):
            return "application/octet-stream", self.body
        try:
            if isinstance(self.body, str):
                return "text/plain; charset=utf-8", self.body.encode()
            import json

            text = json.dumps(self.body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            return "application/json", text.encode()
        except UnicodeEncodeError:
            refuse("body", "holds half a character, which UTF-8 cannot encode", "Look for cut emojis in the text.")
        except (TypeError, ValueError, RecursionError) as cause:
            fix = "Give text, numbers, lists and dicts; turn dates into text first."
            refuse("body", f"cannot be written as JSON: {cause}", fix)


def _basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode("utf-8", "surrogatepass")).decode()


def _texts(values: Any) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            str(name): REDACTED if isinstance(item, str) and sounds_secret(str(name)) else _masked(item)
            for name, item in value.items()
        }
    return [_masked(item) for item in value] if isinstance(value, list | tuple) else value
