"""What the simulated Page knows: its people, its templates, its credentials, and what has happened so far."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adaptor.sandbox.clock import Clock
    from adaptor.sandbox.records import Action, Incoming, Message, Refusal, Request
    from adaptor.sandbox.utility import UtilityTemplate

# How long ago somebody wrote whom nobody described: long enough to be in the past, short enough to be in the window.
JUST_NOW = timedelta(minutes=1)


@dataclass
class Person:
    """Somebody who can be written to."""

    id: str
    first_name: str | None = None
    last_name: str | None = None
    last_message_at: datetime | None = None
    blocked: bool = False
    role: str | None = None
    locale: str | None = None
    timezone: float | None = None
    gender: str | None = None
    profile_pic: str | None = None

    @property
    def name(self) -> str:
        """The full name, or an empty string."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)


@dataclass
class World:
    """The state of a sandbox. Whoever reads or changes people or records holds `lock`."""

    clock: Clock
    page_id: str
    page_name: str
    access_token: str
    app_secret: str | None = None
    require_proof: bool = False
    development: bool = False
    open_house: bool = True
    people: dict[str, Person] = field(default_factory=dict)
    templates: dict[tuple[str, str], UtilityTemplate] = field(default_factory=dict)
    attachments: dict[str, datetime] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    timeline: dict[str, list[Message | Action | Incoming | Refusal]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def find_person(self, psid: str) -> Person | None:
        """Give the person with this id; in an open house, whoever is asked for exists and wrote a minute ago."""
        with self.lock:
            person = self.people.get(psid)
            if person is None and self.open_house:
                person = Person(psid, "Person", psid[-4:], self.clock.now() - JUST_NOW)
                self.people[psid] = person
            return person

    def record(self, thread: str, event: Message | Action | Incoming | Refusal) -> None:
        """Add an event to the thread of one person (empty: of nobody in particular)."""
        with self.lock:
            self.timeline.setdefault(thread, []).append(event)


def message_id() -> str:
    """Make an id of the form that Meta gives today: `m_` and 86 characters of base64url."""
    return f"m_{secrets.token_urlsafe(64)}"


def object_id() -> str:
    """Make an id of sixteen digits, as attachments and people have."""
    return str(secrets.randbelow(9 * 10**15) + 10**15)


def trace_id() -> str:
    """Make the id of one answer: 23 characters that start with A."""
    return f"A{secrets.token_urlsafe(16)}"
