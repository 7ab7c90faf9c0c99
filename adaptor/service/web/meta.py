"""The endpoints that Meta calls: one for all Pages, or one for each of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ...core.errors import AdaptorError
from ...core.text.harmless import one_line
from ..inbox.facts import events_in
from ..inbox.signature import HEADER, challenge, signers
from ..store.records import Stored
from .body import read_body, read_json
from .seldom import Seldom
from .tracing import HEADER as PARENT, current_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from starlette.requests import Request

    from ..store.records import Arrivals, Event, NewRun
    from .metrics import Metrics

_OUTCOMES = {Stored.BEFORE: "duplicate", Stored.NEW: "new", Stored.PAUSED: "paused", Stored.ANSWER: "answer"}


@dataclass(frozen=True)
class Door:
    """Who may come in.

    Attributes:
        path: The path of the webhook.
        secrets: The app secrets that sign; empty only where unsigned webhooks are accepted on purpose.
        verify_tokens: The tokens of the handshake.
        is_unsigned: Webhooks without a signature are accepted.
        pages: By secret, the ids of the Pages whose events it signs; one that is not here signs those of any Page.
    """

    path: str
    secrets: tuple[str, ...]
    verify_tokens: tuple[str, ...]
    is_unsigned: bool = False
    pages: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Door({self.path!r})"

    def admits(self, page: str, secrets: Iterable[str]) -> bool:
        """Whether events of a Page are taken that were signed with these secrets. An event of no Page is."""
        return not page or any(secret not in self.pages or page in self.pages[secret] for secret in secrets)


class Webhooks:
    """The endpoints of Meta's webhooks.

    Args:
        doors: Who may come in, and where.
        arrive: Returns an event with what it means for its person, and the runs that it starts, given what the workflow
            gets as `request`.
        store: Stores events and queues their runs; the future is done once that is on the disk.
        on_stored: Called with each event that was stored, the runs that it starts, and what became of it.
        log: Called with a level and a line.
        metrics: Counts the events.
    """

    def __init__(
        self,
        doors: Sequence[Door],
        *,
        arrive: Callable[[Event, dict[str, Any]], tuple[Event, Sequence[NewRun]]],
        store: Callable[[Arrivals], Future[list[Stored]]],
        on_stored: Callable[[Event, Sequence[NewRun], Stored], object],
        log: Callable[[str, str], object],
        metrics: Metrics,
    ) -> None:
        self._doors = {door.path: door for door in doors}
        self._arrive = arrive
        self._store = store
        self._on_stored = on_stored
        self._log = log
        self._count = metrics.count_event
        # Anybody who finds the address can send requests, as fast as the network takes them.
        self._seldom = Seldom(log)

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        found = []
        for path in self._doors:
            found += [Route(path, self.handshake, methods=["GET"]), Route(path, self.webhook, methods=["POST"])]
        return found

    async def handshake(self, request: Request) -> Response:
        """Answer Meta's first call."""
        answer = challenge(request.query_params, self._door(request).verify_tokens)
        if answer is None:
            self._seldom("error", "A handshake was refused: its verify token is not the configured one.")
            return PlainTextResponse("The verify token does not fit.", 403)
        self._log("info", f"Meta has verified the webhook {request.scope['path']}.")
        return PlainTextResponse(answer)

    async def webhook(self, request: Request) -> Response:
        """Store the events of a webhook, then answer."""
        body = await read_body(request)
        door = self._door(request)
        given = request.headers.getlist(HEADER)
        # Two signatures: it is not clear which one a proxy before this service has looked at.
        signature = given[0].encode("latin-1") if len(given) == 1 else None
        signed_by = signers(body, signature, door.secrets)
        if not door.is_unsigned and not signed_by:
            self._seldom("error", "A webhook was refused: it is not signed with the configured app secret.")
            return PlainTextResponse("The signature does not fit.", 403)
        arrivals = self._arrivals(read_json(body), request, door, signed_by)
        if arrivals:
            try:
                outcomes = await asyncio.wrap_future(self._store(arrivals))
            except AdaptorError as error:
                # Meta delivers it again.
                self._log("error", str(error))
                return PlainTextResponse("It could not be stored.", 503, {"Retry-After": "5"})
            for (event, runs), stored in zip(arrivals, outcomes, strict=True):
                self._count(_OUTCOMES[Stored(stored)])
                self._on_stored(event, runs, stored)
        return PlainTextResponse("EVENT_RECEIVED")

    def _door(self, request: Request) -> Door:
        return self._doors[request.scope["path"]]

    def _arrivals(self, document: Any, request: Request, door: Door, signed_by: Sequence[str]) -> Arrivals:
        facts = {"method": request.method, "path": request.scope["path"]}
        parent = current_parent()
        if parent is not None:
            facts[PARENT] = parent
        arrivals = []
        for event in events_in(document):
            if door.is_unsigned or door.admits(event.page, signed_by):
                arrivals.append(self._arrive(event, facts))
                continue
            # With another answer than 200 Meta would deliver it again and again, and then stop delivering anything.
            self._count("unknown_page")
            page = one_line(event.page[:40])
            self._seldom(
                "error",
                f"An event of the Page {page} was left out: no configuration with its app secret has the `page_id` "
                f"{page}. Add one to the credentials, or remove the app's subscription of that Page.",
            )
        return arrivals
