"""The status page: runs, threads, the pace of each Page, and what has failed, with a button that retries it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from ...core.errors import AdaptorError
from ..store.records import ENDED, QUEUED, RUNNING, UNSUCCESSFUL, WAITING
from .body import read_body
from .session import COOKIE, SECONDS
from .status_html import Board, board_page, problem_page, sign_in_page, thread_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from ..store.store import ServiceStore
    from .metrics import Metrics
    from .session import Guard

PATH = "/status"
_FOLDER = Path(__file__).parent
_MOST_FORM_BYTES = 4096
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not `no-referrer`: browsers would then send no origin with a form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
#: How long the answer to a wrong token takes.
WRONG_SECONDS = 0.5
#: The runs of a tab.
_TABS = {
    "open": (QUEUED, RUNNING, WAITING),
    "failed": UNSUCCESSFUL,
    "all": (),
}


@dataclass(frozen=True)
class StatusOptions:
    """What the status page shows.

    Attributes:
        title: What is served.
        shows_texts: What people wrote is shown.
    """

    title: str
    shows_texts: bool = False


class StatusPage:
    """The page and the metrics.

    Args:
        options: What it shows.
        guard: Who may see it; None: there is no page, and the metrics are for everybody who reaches the server.
        store: Where it is read from. The connection is used by this object alone.
        metrics: The metrics.
        problems: Returns why the service is not ready.
        wake: Called once a run was queued again.
        log: Called with a level and a line.
    """

    def __init__(
        self,
        options: StatusOptions,
        guard: Guard | None,
        store: ServiceStore,
        metrics: Metrics,
        *,
        problems: Callable[[], list[str]],
        wake: Callable[[], object],
        log: Callable[[str, str], object],
    ) -> None:
        self._options = options
        self._guard = guard
        self._store = store
        self._metrics = metrics
        self._problems = problems
        self._wake = wake
        self._log = log

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        metrics = Route("/metrics", self.metrics, methods=["GET"])
        if self._guard is None:
            return [metrics]
        return [
            metrics,
            Route(PATH, self._seen(self.status), name="status", methods=["GET"]),
            Route(PATH + "/thread", self._seen(self.thread), methods=["GET"]),
            Route(PATH + "/retry", self.retry, methods=["POST"]),
            Route(PATH + "/sign-in", self.sign_in, methods=["POST"]),
            Route(PATH + "/sign-out", self.sign_out, methods=["POST"]),
            Route(PATH + "/status.css", self.style, methods=["GET"]),
            Route(PATH + "/status.js", self.script, methods=["GET"]),
        ]

    async def metrics(self, request: Request) -> Response:
        """Give Prometheus what it reads."""
        if self._guard is not None and not self._guard.is_signed_in(request):
            return PlainTextResponse("Give the status token as a bearer.", 401, {"WWW-Authenticate": "Bearer"})
        return Response(await asyncio.to_thread(self._metrics.text), media_type=self._metrics.content_type)

    async def status(self, request: Request) -> Response:
        """Show the page."""
        name = request.query_params.get("runs", "open")
        name = name if name in _TABS else "open"
        board = await asyncio.to_thread(self._board, name)
        assert self._guard is not None
        return _page(board_page(self._options, board, self._guard.form_token(request)))

    async def thread(self, request: Request) -> Response:
        """Show the events and runs of one person."""
        page, psid = (request.query_params.get(key, "") for key in ("page", "psid"))
        entries = await asyncio.to_thread(self._store.overview.thread, page, psid)
        if not entries:
            return _page(problem_page("Nothing is known of this person here."), 404)
        return _page(thread_page(self._options, page, psid, entries))

    async def retry(self, request: Request) -> Response:
        """Queue a run again that has failed."""
        form = await self._form(request)
        if form is None:
            return _page(problem_page("The form was not sent by this page, or you are signed out."), 403)
        id_ = form.get("run", "")
        try:
            is_queued = await asyncio.to_thread(self._store.runs.retry_ended, id_)
        except AdaptorError as error:
            self._log("error", str(error))
            return _page(problem_page("The database does not answer. Nothing was changed."), 503)
        if is_queued:
            self._log("info", f"{id_}  It was queued again on the status page.")
            self._wake()
        return RedirectResponse(f"{PATH}?{urlencode({'runs': form.get('tab', 'failed')})}", 303, _HEADERS)

    async def sign_in(self, request: Request) -> Response:
        """Take the token."""
        guard = self._guard
        assert guard is not None
        if not guard.is_host(request) or not guard.is_same_site(request):
            return _page(problem_page("This server does not have that name."), 403)
        form = await _fields(request)
        if not guard.fits(form.get("token", "")):
            # Without a lock-out, by which a stranger could keep everybody out: a long token cannot be guessed.
            await asyncio.sleep(WRONG_SECONDS)
            return _page(sign_in_page("That is not the token."), 403)
        response = RedirectResponse(PATH, 303, _HEADERS)
        response.set_cookie(
            COOKIE,
            guard.new_cookie(),
            max_age=SECONDS,
            path=PATH,
            httponly=True,
            samesite="strict",
            secure=request.headers.get("x-forwarded-proto") == "https",
        )
        return response

    async def sign_out(self, request: Request) -> Response:
        """Remove the cookie."""
        if await self._form(request) is None:
            return _page(problem_page("The form was not sent by this page, or you are signed out."), 403)
        response = RedirectResponse(PATH, 303, _HEADERS)
        response.delete_cookie(COOKIE, path=PATH)
        return response

    async def style(self, request: Request) -> Response:
        """Give the style sheet."""
        return Response(_asset("status.css"), media_type="text/css", headers=_HEADERS)

    async def script(self, request: Request) -> Response:
        """Give the script."""
        return Response(_asset("status.js"), media_type="text/javascript", headers=_HEADERS)

    def _seen(self, show: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return an endpoint that only those see who are signed in."""

        async def status(request: Request) -> Response:
            assert self._guard is not None
            if not self._guard.is_host(request):
                return _page(problem_page("This server does not have that name. Add it with --status-host."), 421)
            if not self._guard.is_signed_in(request):
                return _page(sign_in_page(), 401)
            try:
                return await show(request)
            except AdaptorError as error:
                self._log("error", str(error))
                return _page(problem_page("The database does not answer."), 503)

        return status

    async def _form(self, request: Request) -> dict[str, str] | None:
        """Return the fields of a form that was sent by the page itself, or None."""
        guard = self._guard
        assert guard is not None
        if not guard.is_host(request) or not guard.is_signed_in(request):
            return None
        form = await _fields(request)
        return form if guard.is_own_form(request, form.get("form", "")) else None

    def _board(self, tab: str) -> Board:
        overview = self._store.overview
        counts, oldest = overview.open_runs()
        return Board(
            problems=self._problems(),
            counts={**dict.fromkeys(ENDED, 0), **overview.ended_runs(), **counts},
            oldest=oldest,
            tab=tab,
            runs=self._store.runs.newest(50, _TABS[tab]),
            dead=self._store.runs.newest(20, _TABS["failed"]),
            threads=overview.threads(),
            pace=overview.pace(),
        )


async def _fields(request: Request) -> dict[str, str]:
    """Return the fields of a form."""
    body = await read_body(request, _MOST_FORM_BYTES)
    found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0] for name, values in found.items()}


def _page(text: str, status: int = 200) -> Response:
    return HTMLResponse(text, status, _HEADERS)


@cache
def _asset(name: str) -> str:
    """Return a file of the page; its style begins with that of the reports."""
    text = (_FOLDER / name).read_text(encoding="utf-8")
    if name.endswith(".css"):
        from ...runner.report import report_html

        text = (Path(report_html.__file__).parent / "report.css").read_text(encoding="utf-8") + text
    return text
