"""A running sandbox: start it, talk to it, look at what happened."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.clock import Clock
from adaptor.sandbox.records import Action, Incoming
from adaptor.sandbox.settings import SandboxError, Settings, read_file, read_settings
from adaptor.sandbox.transcript import write_transcript
from adaptor.sandbox.world import World, message_id

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from adaptor.sandbox.records import Message, Refusal, Request
    from adaptor.sandbox.server import Server
    from adaptor.sandbox.utility import UtilityTemplate
    from adaptor.sandbox.world import Person

# A token of this form is nobody's at Meta, and tells whoever finds it in a log that it never was.
_TOKEN_PREFIX = "SANDBOX-"
_PAGE_ID = "102030405060708"
_PAGE_NAME = "Sandbox Page"


class Sandbox:
    """A simulated Messenger Graph API on this machine's loopback interface.

    Args:
        people: Who can be written to, each as in `sandbox.json` or a `Person`. None: whoever is written to exists
            and wrote a minute ago.
        page: The Page's `id` and `name`.
        templates: Message templates, each as in `sandbox.json`.
        access_token: The token that is accepted. Default: a new random one.
        app_secret: Checks `appsecret_proof` where one is given.
        require_proof: Refuse calls without `appsecret_proof`.
        development: The app is not live: only people with a `role` can be written to.
        now: Gives the real time as an aware datetime. Default: this machine's clock.

    Raises:
        SandboxError: Something in the description is not what it should be.

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
    ) -> None:
        clock = Clock(now)
        raw: dict[str, Any] = {
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
        self._build(read_settings(raw, clock.now(), "Sandbox"), clock)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], *, now: Callable[[], datetime] | None = None) -> Self:
        """Make a sandbox from a `sandbox.json`; the keys stand in `adaptor.sandbox.settings`.

        Args:
            path: Where the file lies.
            now: As for `Sandbox`.

        Raises:
            SandboxError: It cannot be read, or something in it is not what it should be.
        """
        sandbox = cls.__new__(cls)
        clock = Clock(now)
        sandbox._build(read_file(path, clock.now()), clock)
        return sandbox

    def _build(self, settings: Settings, clock: Clock) -> None:
        self._server: Server | None = None
        self._world = World(
            clock=clock,
            page_id=settings.page_id or _PAGE_ID,
            page_name=settings.page_name or _PAGE_NAME,
            access_token=settings.access_token or _TOKEN_PREFIX + secrets.token_urlsafe(24),
            app_secret=settings.app_secret,
            require_proof=settings.require_proof,
            development=settings.development,
            open_house=settings.people is None,
            people={person.id: person for person in settings.people or ()},
            templates={(each.name, each.language): each for each in settings.templates},
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = self._server.url if self._server is not None else "not started"
        return f"<Sandbox {self._world.page_name} ({self.page_id}), {where}>"

    def start(self) -> None:
        """Start to listen on a free port of 127.0.0.1. A sandbox that listens already stays as it is.

        Raises:
            SandboxError: No port can be opened.
        """
        if self._server is not None:
            return
        # The HTTP server of the standard library takes longer to import than everything else here together.
        from adaptor.sandbox.api import Api
        from adaptor.sandbox.server import Server

        try:
            self._server = Server(Api(self._world))
        except OSError as error:
            raise SandboxError(f"the sandbox cannot listen on this machine: {error}") from error

    def stop(self) -> None:
        """Close every connection and end every thread. What happened can still be looked at."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        if self._server is None:
            raise SandboxError("the sandbox is not running: write `with sandbox:` around what uses its url")
        return self._server.url

    @property
    def page_id(self) -> str:
        """The Page's id."""
        return self._world.page_id

    @property
    def page_name(self) -> str:
        """The Page's name."""
        return self._world.page_name

    @property
    def access_token(self) -> str:
        """The token that is accepted."""
        return self._world.access_token

    @property
    def app_secret(self) -> str | None:
        """The app's secret; None when no proof is checked."""
        return self._world.app_secret

    @property
    def people(self) -> list[Person]:
        """Everybody whom the Page knows, in the order in which they came."""
        with self._world.lock:
            return list(self._world.people.values())

    @property
    def messages(self) -> list[Message]:
        """Accepted messages, oldest first."""
        with self._world.lock:
            return list(self._world.messages)

    @property
    def actions(self) -> list[Action]:
        """Accepted sender actions, oldest first for each person."""
        with self._world.lock:
            events = [event for thread in self._world.timeline.values() for event in thread]
        return [event for event in events if isinstance(event, Action)]

    @property
    def refusals(self) -> list[Refusal]:
        """Refused requests, oldest first."""
        with self._world.lock:
            return list(self._world.refusals)

    @property
    def requests(self) -> list[Request]:
        """Every request, oldest first."""
        with self._world.lock:
            return list(self._world.requests)

    def sent_to(self, psid: str) -> list[Message]:
        """Give the messages that one person got, oldest first."""
        return [message for message in self.messages if message.psid == psid]

    def now(self) -> datetime:
        """Give the sandbox's time, in UTC."""
        return self._world.clock.now()

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move the clock; negative numbers move it back."""
        with self._world.lock:
            self._world.clock.advance(timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds))

    def add_person(self, id: str, **details: Any) -> Person:  # noqa: A002 - the name that sandbox.json uses
        """Let somebody move in.

        Args:
            id: The PSID.
            **details: As in `sandbox.json`: `first_name`, `last_message_hours_ago`, `blocked`, …

        Raises:
            SandboxError: A detail is not what it should be, or somebody has this id.
        """
        settings = read_settings({"people": [{"id": id, **details}]}, self.now(), "add_person")
        person = (settings.people or [])[0]
        with self._world.lock:
            if person.id in self._world.people:
                raise SandboxError(f"add_person: there is somebody with the id {person.id} already")
            self._world.people[person.id] = person
        return person

    def person_writes(self, psid: str, text: str) -> str:
        """Let a person write to the Page, which opens the window.

        Returns:
            The id of their message.

        Raises:
            SandboxError: Nobody has this id.
        """
        with self._world.lock:
            person = self._world.find_person(psid)
            if person is None:
                raise SandboxError(f"person_writes: nobody has the id {psid}; add_person lets them move in")
            person.last_message_at = self.now()
            incoming = Incoming(message_id(), psid, person.last_message_at, text)
            self._world.record(psid, incoming)
        return incoming.id

    def transcript(self, limit: int | None = None) -> str:
        """Tell who got what, as text for people.

        Args:
            limit: How many people at most; the rest is counted.
        """
        with self._world.lock:
            return write_transcript(self._world, limit)
