"""The things that a Page owns besides its people and its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from adaptor.sandbox.state.records import File

#: The app that stands for Meta's own inbox, in conversation routing and in echoes.
INBOX_APP: Final = "263902037430900"


@dataclass
class App:
    """An app that is connected to the Page."""

    id: str
    name: str


@dataclass
class Attachment:
    """An uploaded file, or one that was saved while it was sent."""

    id: str
    type: str
    made_at: datetime
    url: str | None = None
    file: File | None = None


@dataclass
class Persona:
    """Somebody in whose name the Page writes. A deleted one cannot send, and old messages keep it."""

    id: str
    name: str
    profile_picture_url: str
    deleted: bool = False


@dataclass
class Label:
    """A label of the Page, and the people who wear it."""

    id: str
    name: str
    people: list[str] = field(default_factory=list)


@dataclass
class Subscription:
    """Where an app wants to be told about one kind of object."""

    object: str
    callback_url: str
    verify_token: str
    fields: dict[str, str]
    include_values: bool = True
    active: bool = True


@dataclass
class Thread:
    """A conversation: what is known of it besides what was said.

    Attributes:
        id: `t_` and digits.
        updated_at: When somebody wrote last.
        unread: How many of the person's messages nobody has looked at.
        read_at: Up to when the person has read.
        owner: The app that controls it, if any.
        owner_until: When control lapses.
        folder: `inbox`, `spam` or `other`.
    """

    id: str
    updated_at: datetime
    unread: int = 0
    read_at: datetime | None = None
    owner: str | None = None
    owner_until: datetime | None = None
    folder: str = "inbox"

    def owned_by(self, now: datetime) -> str | None:
        """Give the app that controls the conversation now."""
        return self.owner if self.owner_until is not None and now < self.owner_until else None
