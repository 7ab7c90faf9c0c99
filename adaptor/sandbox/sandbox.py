"""A sandbox: start it, send requests to it, and inspect what happened."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.people.controls import Controls
from adaptor.sandbox.sandbox_file import Settings, read_file, read_settings
from adaptor.sandbox.show.assertions import assert_sent
from adaptor.sandbox.show.transcript import write_transcript
from adaptor.sandbox.simulation import Simulation
from adaptor.sandbox.state.clock import Clock
from adaptor.sandbox.state.page_state import OWN_TOKEN, PageState
from adaptor.sandbox.state.records import Action

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from adaptor.sandbox.chat.site import Site
    from adaptor.sandbox.server.server import Server
    from adaptor.sandbox.state.event_log import EventLog
    from adaptor.sandbox.state.objects import Comment, Person, UtilityTemplate
    from adaptor.sandbox.state.records import Message, Refusal, Request
    from adaptor.sandbox.state.storage import Storage

_PAGE_ID = "102030405060708"
_PAGE_NAME = "Sandbox Page"
_APP_ID = "1020304050607080"
_APP_NAME = "Sandbox App"


class Sandbox(Controls):
    """A simulated Messenger Graph API on this machine's loopback interface.

    Args:
        people: The people, each as in `sandbox.json` or a `Person`. None: any person exists, and wrote a minute ago.
        page: The Page's `id` and `name`.
        templates: Message templates, each as in `sandbox.json` or a `UtilityTemplate`.
        access_token: The Page's token. Default: a new random one.
        app_secret: Signs webhooks, and checks each given `appsecret_proof`. Default: a new random one, which signs
            webhooks only.
        require_proof: Refuse calls without `appsecret_proof`.
        development: The app is not live: only people with a `role` can receive messages.
        now: Gives the real time as an aware datetime. Default: this machine's clock.
        port: The port; 0 for any free one.
        keep: A file that stores the sandbox between runs. Default: memory only.
        **others: The other keys of `sandbox.json`: `app`, `apps`, `default_app`, `webhook`, `rate_limits`, `faults`,
            `approval`, `foreign_ids`.

    Raises:
        SandboxError: The description has mistakes; the error lists all of them.

    Example:
        >>> with Sandbox() as sandbox:
        ...     sandbox.url.startswith("http://127.0.0.1:")
        True
    """

    def __init__(
        self,
        *,
        people: Iterable[Mapping[str, Any] | Person] | None = None,
        page: Mapping[str, Any] | None = None,
        templates: Iterable[Mapping[str, Any] | UtilityTemplate] = (),
        access_token: str | None = None,
        app_secret: str | None = None,
        require_proof: bool = False,
        development: bool = False,
        now: Callable[[], datetime] | None = None,
        port: int = 0,
        keep: str | os.PathLike[str] | None = None,
        **others: Any,
    ) -> None:
        clock = Clock(now)
        raw: dict[str, Any] = {
            **others,
            "templates": list(templates),
            "access_token": access_token,
            "app_secret": app_secret,
            "require_proof": require_proof,
            "development": development,
        }
        if people is not None:
            raw["people"] = list(people)
        if page is not None:
            raw["page"] = page
        self._build(read_settings(raw, clock.now(), "Sandbox"), clock, port, keep)

    @classmethod
    def from_file(
        cls,
        path: str | os.PathLike[str],
        *,
        now: Callable[[], datetime] | None = None,
        port: int = 0,
        keep: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Make a sandbox from a `sandbox.json`; `adaptor.sandbox.sandbox_file` describes its keys.

        Args:
            path: The file.
            now: As for `Sandbox`.
            port: As for `Sandbox`.
            keep: As for `Sandbox`.

        Raises:
            SandboxError: It cannot be read, or it has mistakes.
        """
        sandbox = cls.__new__(cls)
        clock = Clock(now)
        sandbox._build(read_file(path, clock.now()), clock, port, keep)
        return sandbox

    def _build(self, settings: Settings, clock: Clock, port: int, keep: str | os.PathLike[str] | None) -> None:
        self._server: Server | None = None
        self._sketched = False
        self._port = port
        self._storage: Storage | None = None
        self._simulation = Simulation(_page_state(settings, clock), settings.faults)
        if settings.rate_limits is not None:
            self._simulation.rate_limiter.switch(True, **settings.rate_limits)
        if keep is not None:
            from adaptor.sandbox.state.storage import Storage

            self._storage = Storage(self._page, keep, fixed_token=settings.access_token is not None)
        # After loading the stored state: the settings are newer.
        if settings.webhook is not None:
            self.subscribe(**settings.webhook, handshake=False)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = self._server.url if self._server is not None else "not started"
        return f"<Sandbox {self._page.page_name} ({self.page_id}), {where}>"

    def start(self) -> None:
        """Start to listen on 127.0.0.1; no effect if it listens already.

        Raises:
            SandboxError: The port cannot be opened.
        """
        if self._server is not None:
            return
        # The standard library's HTTP server takes longer to import than the rest of this room.
        from adaptor.sandbox.server.api import Api
        from adaptor.sandbox.server.server import Server

        try:
            self._server = Server(Api(self._simulation), self._port, self._open_site)
        except OSError as error:
            where = f"port {self._port}" if self._port else "this machine"
            raise SandboxError(f"the sandbox cannot listen on {where}: {error}") from error
        self._page.base = self._server.url
        self._page.events.close(closed=False)
        if self._storage is not None:
            self._storage.start()

    def stop(self) -> None:
        """Close every connection and end every thread. The records stay readable."""
        # Webhooks may run without the server: people can act before `start`.
        self.webhooks.stop()
        if self._server is None:
            return
        self._page.events.close()
        self._server.stop()
        self._server = None
        if self._storage is not None:
            self._storage.stop()

    def _open_site(self, server: Server) -> Site:
        from adaptor.sandbox.chat.site import Site

        return Site(self, self._simulation, server.wait)

    @property
    def url(self) -> str:
        """The address of the sandbox, without a slash at the end."""
        if self._server is None:
            raise SandboxError("the sandbox is not running: write `with sandbox:` around what uses its url")
        return self._server.url

    @property
    def page_url(self) -> str:
        """The address of the chat page, for a browser on this machine."""
        return f"{self.url}/sandbox/"

    @property
    def page_id(self) -> str:
        """The Page's id."""
        return self._page.page_id

    @property
    def page_name(self) -> str:
        """The Page's name."""
        return self._page.page_name

    @property
    def access_token(self) -> str:
        """The Page's access token."""
        return self._page.access_token

    @property
    def app_secret(self) -> str:
        """The app's secret, with which webhooks are signed."""
        return self._page.secret

    @property
    def has_own_secret(self) -> bool:
        """Whether the app's secret was made here, and not given."""
        return self._page.app_secret is None

    @property
    def app_id(self) -> str:
        """The app's id."""
        return self._page.app_id

    @property
    def app_token(self) -> str:
        """The app's own token, `APP_ID|APP_SECRET`."""
        return self._page.app_token

    @property
    def user_token(self) -> str:
        """The token of the person who manages the Page; `GET /me/accounts` gives the Page's token for it."""
        return self._page.user_token

    @property
    def events(self) -> EventLog:
        """Every change, numbered, for a live view."""
        return self._page.events

    @property
    def people(self) -> list[Person]:
        """The people whom the Page knows, in the order of their creation."""
        with self._page.lock:
            return list(self._page.people.values())

    @property
    def messages(self) -> list[Message]:
        """Accepted messages, oldest first."""
        with self._page.lock:
            return list(self._page.messages)

    @property
    def comments(self) -> list[Comment]:
        """What the Page has answered below comments, oldest first."""
        with self._page.lock:
            return list(self._page.comments.values())

    @property
    def actions(self) -> list[Action]:
        """Accepted sender actions, oldest first for each person."""
        with self._page.lock:
            events = [event for thread in self._page.timeline.values() for event in thread]
        return [event for event in events if isinstance(event, Action)]

    @property
    def refusals(self) -> list[Refusal]:
        """Refused requests, oldest first."""
        with self._page.lock:
            return list(self._page.refusals)

    @property
    def requests(self) -> list[Request]:
        """Every request, oldest first."""
        with self._page.lock:
            return list(self._page.requests)

    def sent_to(self, psid: str) -> list[Message]:
        """Give the messages that one person received, oldest first."""
        return [message for message in self.messages if message.psid == psid]

    def now(self) -> datetime:
        """Give the sandbox's time, in UTC."""
        return self._page.clock.now()

    def assert_sent(self, psid: str | int | None = None, *, times: int | None = None, **wanted: Any) -> list[Message]:
        """Fail unless such a message was accepted.

        Args:
            psid: The recipient. Default: anybody.
            times: How many such messages. Default: at least one.
            **wanted: `text` (a text, or a compiled pattern), `messaging_type`, `tag`, `template_type`,
                `attachment_type`, `quick_reply_titles`, a key of the message, or a parameter such as `persona_id`.

        Returns:
            The matching messages, oldest first.
        """
        psid = None if psid is None else str(psid)
        return assert_sent(self.messages, self.refusals, psid, times=times, wanted=wanted)

    def assert_nothing_sent(self, psid: str | int | None = None) -> None:
        """Fail if a message was accepted; with `psid`, if one was accepted for that person."""
        self.assert_sent(psid, times=0)

    def transcript(self, limit: int | None = None) -> str:
        """Give who got what, as text.

        Args:
            limit: How many people to show; the others are only counted.
        """
        with self._page.lock:
            return write_transcript(self._page, limit, sent=not self._sketched)

    def preview(self, *, note: str = "", redact: Callable[[str], str] | None = None) -> str:
        """Give who got what as the people see it: an HTML page that needs no server and loads nothing.

        Args:
            note: A line below the Page's name.
            redact: Removes secrets from a text.
        """
        from adaptor.sandbox.chat.preview import write_preview

        with self._page.lock:
            return write_preview(self._page, note, redact, sent=not self._sketched)

    def sketch(self, requests: Iterable[Mapping[str, Any]]) -> int:
        """Add requests that were not sent, for `preview`; they are not checked.

        Args:
            requests: Each with `method`, `path` and `body`; `files` holds paths of local files.

        Returns:
            How many messages and sender actions there were among them.
        """
        from adaptor.sandbox.chat.sketch import sketch

        self._sketched = True
        with self._page.lock:
            return sketch(self._page, requests)


def _page_state(settings: Settings, clock: Clock) -> PageState:
    return PageState(
        clock=clock,
        page_id=settings.page_id or _PAGE_ID,
        page_name=settings.page_name or _PAGE_NAME,
        access_token=settings.access_token or OWN_TOKEN + secrets.token_urlsafe(24),
        app_secret=settings.app_secret,
        require_proof=settings.require_proof,
        development=settings.development,
        anybody_exists=settings.people is None,
        app_id=settings.app_id or _APP_ID,
        app_name=settings.app_name or _APP_NAME,
        apps={app.id: app for app in settings.apps},
        default_app=settings.default_app,
        approval=settings.approval,
        foreign_ids=settings.foreign_ids,
        people={person.id: person for person in settings.people or ()},
        templates={(each.name, each.language): each for each in settings.templates},
    )
