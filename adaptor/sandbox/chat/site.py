"""Requests under `/sandbox/`: the page, its data, and the acts of its visitor.

No other website may use this page: each change is a POST with the token of this run, and requests under a host name
that is not this machine's are refused, because a foreign name may point here.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from http import HTTPStatus
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from adaptor.sandbox.chat.acts import act, send_file
from adaptor.sandbox.chat.panel import show_panel
from adaptor.sandbox.chat.rooms import show_people, show_room
from adaptor.sandbox.chat.stream import stream_changes
from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.server.response import Response
from adaptor.sandbox.state.page_state import OWN_TOKEN
from adaptor.sandbox.state.uploads import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    from adaptor.sandbox.people.controls import Controls
    from adaptor.sandbox.simulation import Simulation

#: The path of the page.
HOME: Final = "/sandbox/"
#: The page's own files and their media types.
STATIC: Final = {
    "chat.css": "text/css; charset=utf-8",
    "draw.js": "text/javascript; charset=utf-8",
    "text.js": "text/javascript; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "connection.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "panel.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
_HOSTS: Final = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_TOKEN_HEADER: Final = "X-Sandbox-Token"
_BODY: Final = 256 * 1024
# Load nothing from other hosts, except media if the visitor allows it.
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src {media}; media-src {media}; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)


class Stopped(Exception):
    """The response has this status and these words."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Site:
    """The chat page of one sandbox.

    Args:
        controls: What a visitor of the page can change.
        simulation: The Page and its engines.
        pause: Waits for some seconds, or until the server stops.
    """

    def __init__(self, controls: Controls, simulation: Simulation, pause: Callable[[float], None]) -> None:
        self._controls = controls
        self._simulation = simulation
        self._page = simulation.page
        self._pause = pause
        self._token = secrets.token_urlsafe(24)
        self._run = secrets.token_hex(8)

    def answer(
        self, method: str, target: str, headers: Message[str, str], read: Callable[[int], bytes]
    ) -> Response | Iterator[bytes]:
        """Answer one request; an iterator is an endless event stream.

        Args:
            method: Its method.
            target: Path and query.
            headers: Its headers; case of names does not matter.
            read: Reads its body, up to a number of bytes.
        """
        path, _, query = target.partition("?")
        try:
            if not _HOSTS.fullmatch(headers.get("Host") or ""):
                raise Stopped(HTTPStatus.FORBIDDEN, "This page is for this machine only: open it as 127.0.0.1.")
            name = path.removeprefix(HOME)
            given = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
            if method in {"GET", "HEAD"}:
                return self._get(name, given)
            if method != "POST":
                raise Stopped(HTTPStatus.METHOD_NOT_ALLOWED, "The methods are GET and POST.")
            self._check_token(headers)
            return _json(self._post(name, given, headers, read))
        except Stopped as stopped:
            return _json({"problem": stopped.words}, stopped.status)
        except SandboxError as error:
            return _json({"problem": str(error)}, HTTPStatus.CONFLICT)

    def _get(self, name: str, given: dict[str, str]) -> Response | Iterator[bytes]:
        page = self._page
        if name == "":
            return self._write_page(web="web" in given)
        if name.startswith("page/") and name.removeprefix("page/") in STATIC:
            name = name.removeprefix("page/")
            return Response(200, (("Content-Type", STATIC[name]), *_HEADERS), static(name))
        if name == "events":
            return stream_changes(page, self._run, self._pause)
        with page.lock:
            if name == "people":
                return _json(show_people(page, given.get("search", ""), _number(given, "skip") or 0))
            if name == "room":
                before, after = _number(given, "before"), _number(given, "after")
                return _json(show_room(page, given.get("thread", ""), before=before, after=after))
            if name == "panel":
                return _json(show_panel(self._simulation, given.get("thread")))
            if name == "connection":
                return _json(self._connection())
        raise Stopped(HTTPStatus.NOT_FOUND, "There is no such page.")

    def _connection(self) -> dict[str, Any]:
        """Give what a program needs to write here. A token that was given to the sandbox may be a real one."""
        token = self._page.access_token
        return {
            "base_url": self._page.base,
            "page_id": self._page.page_id,
            "access_token": token if token.startswith(OWN_TOKEN) else None,
        }

    def _write_page(self, *, web: bool) -> Response:
        # Only generated values replace the marks, so nothing needs escaping.
        text = static("page.html").decode().replace("{{token}}", self._token).replace("{{run}}", self._run)
        media = "'self' data: http: https:" if web else "'self' data:"
        headers = (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", _POLICY.format(media=media)),
            *_HEADERS,
        )
        return Response(200, headers, text.encode())

    def _check_token(self, headers: Message[str, str]) -> None:
        given = (headers.get(_TOKEN_HEADER) or "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._token.encode()):
            raise Stopped(HTTPStatus.FORBIDDEN, "The page is older than this run of the sandbox: reload it.")

    def _post(
        self, name: str, given: dict[str, str], headers: Message[str, str], read: Callable[[int], bytes]
    ) -> dict[str, Any]:
        if name == "file":
            data = _read(read, LARGEST)
            kind = (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
            send_file(self._controls, self._page, given.get("psid", ""), kind or "application/octet-stream", data)
            return {}
        if name != "act":
            raise Stopped(HTTPStatus.NOT_FOUND, "There is no such page.")
        try:
            wanted = json.loads(_read(read, _BODY))
        except (ValueError, RecursionError):
            wanted = None
        if not isinstance(wanted, dict):
            raise Stopped(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.")
        return act(self._controls, self._page, wanted)


def static(name: str) -> bytes:
    """Give one of the page's own files."""
    return (files("adaptor.sandbox.chat") / "static" / name).read_bytes()


def _read(read: Callable[[int], bytes], most: int) -> bytes:
    data = read(most + 1)
    if len(data) > most:
        raise Stopped(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"That is more than {most // 1024:,} KB.")
    return data


def _json(value: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = json.dumps(value, default=str).encode()
    return Response(int(status), (("Content-Type", "application/json"), *_HEADERS), body)


def _number(given: dict[str, str], name: str) -> int | None:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
