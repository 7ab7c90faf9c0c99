"""Who may see the status page: a token, a cookie made from it, and checks against pages of other sites."""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request

COOKIE = "adaptor_status"
#: How long somebody stays signed in.
SECONDS = 12 * 3600
#: The shortest token: a shorter one can be guessed.
SHORTEST = 16


class Guard:
    """Says who may see the page.

    Args:
        token: The token.
        hosts: The names of this server, as browsers send them in `Host`, with or without a port.
    """

    def __init__(self, token: str, hosts: Iterable[str]) -> None:
        self._token = token
        self._hosts = frozenset(host.lower() for host in hosts)

    def __repr__(self) -> str:
        return "Guard()"

    def is_host(self, request: Request) -> bool:
        """Whether a request names this server: a foreign name that leads here is DNS rebinding."""
        given = request.headers.getlist("host")
        name = given[0].strip().lower() if len(given) == 1 else ""
        bare = name.rpartition(":")[0] if name.rpartition(":")[2].isdigit() else name
        return bool(name) and (name in self._hosts or bare in self._hosts)

    def fits(self, given: str) -> bool:
        """Whether a token is the right one."""
        return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self._token.encode())

    def new_cookie(self) -> str:
        """Return the value of the cookie of somebody who has just given the token."""
        ends = str(int(time.time()) + SECONDS)
        return f"{ends}.{self._sign('session', ends)}"

    def is_signed_in(self, request: Request) -> bool:
        """Whether a request has the token as a bearer, or a cookie that is still valid."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.fits(bearer.strip())
        ends, _, signature = request.cookies.get(COOKIE, "").partition(".")
        is_ours = hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), self._sign("session", ends).encode())
        return is_ours and ends.isdecimal() and int(ends) > time.time()

    def form_token(self, request: Request) -> str:
        """Return what a form of the page holds: a page of another site cannot know it."""
        return self._sign("form", request.cookies.get(COOKIE, ""))

    def is_own_form(self, request: Request, given: str) -> bool:
        """Whether a form was sent by the page itself."""
        fits = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.form_token(request).encode())
        return fits and self.is_same_site(request)

    def is_same_site(self, request: Request) -> bool:
        """Whether a request was not made by a page of another site, as far as the browser says."""
        origin = request.headers.get("origin")
        host = request.headers.get("host", "").lower()
        is_origin = origin is None or origin.lower().partition("://")[2] == host
        return is_origin and request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")

    def _sign(self, kind: str, text: str) -> str:
        words = f"{kind}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.new(self._token.encode(), words, hashlib.sha256).hexdigest()
