"""What a Page has: people, apps, attachments, personas, labels, subscriptions, conversations, templates."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

    from adaptor.sandbox.state.records import File

#: The app that stands for Meta's own inbox, in conversation routing and in echoes.
INBOX_APP: Final = "263902037430900"
#: A parameter in the text of a message template.
PLACEHOLDER: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
#: The statuses of a message template.
STATUSES: Final = (
    "APPROVED",
    "PENDING",
    "REJECTED",
    "PAUSED",
    "DISABLED",
    "IN_APPEAL",
    "ARCHIVED",
    "DELETED",
    "PENDING_DELETION",
    "LIMIT_EXCEEDED",
)


@dataclass
class App:
    """An app that is connected to the Page."""

    id: str
    name: str


@dataclass
class Attachment:
    """An uploaded file, or a reusable one that was saved when it was sent."""

    id: str
    type: str
    made_at: datetime
    url: str | None = None
    file: File | None = None


@dataclass
class Persona:
    """A name and picture under which the Page writes. A deleted one cannot send; old messages still show it."""

    id: str
    name: str
    profile_picture_url: str
    deleted: bool = False


@dataclass
class Label:
    """A label of the Page, and the people who have it."""

    id: str
    name: str
    people: list[str] = field(default_factory=list)


@dataclass
class Subscription:
    """Where an app receives webhooks about one kind of object."""

    object: str
    callback_url: str
    verify_token: str
    fields: dict[str, str]
    include_values: bool = True
    active: bool = True


@dataclass(frozen=True)
class Comment:
    """A comment that the Page has written below another comment or a post."""

    id: str
    parent: str
    made_at: datetime
    message: str | None = None
    attachment: str | None = None


@dataclass
class WelcomeFlow:
    """A welcome message flow; one that an ad uses cannot be changed or deleted."""

    id: str
    name: str
    messages: list[Any]
    platforms: list[str]
    updated_at: datetime
    used_in_ad: bool = False


@dataclass
class UploadSession:
    """An upload to the app, and the bytes that have arrived so far."""

    id: str
    name: str
    type: str
    length: int
    signature: str
    data: bytes = b""


@dataclass(frozen=True)
class Token:
    """A token of a person who manages Pages, or a Page's token that was made from one.

    Attributes:
        owner: `user` or `page`.
        page_id: The Page of a Page's token.
        made_at: When it was made.
        ends_at: When it ends; None: never.
    """

    owner: str
    page_id: str
    made_at: datetime
    ends_at: datetime | None = None


@dataclass
class Thread:
    """A conversation, apart from its messages.

    Attributes:
        id: `t_` and digits.
        updated_at: When the last message was written.
        unread: How many of the person's messages the Page has not seen.
        read_at: The person has read everything up to here.
        owner: The app that controls it, if any.
        owner_until: When that control expires.
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
        """Give the app that controls the conversation at this time."""
        return self.owner if self.owner_until is not None and now < self.owner_until else None


@dataclass(frozen=True)
class UtilityTemplate:
    """A message template of the Page."""

    name: str
    language: str
    body: str
    header: str | None = None
    buttons: tuple[dict[str, Any], ...] = ()
    status: str = "APPROVED"
    header_image: str | None = None
    #: The examples of the texts, by the kind of the component, as the request gave them.
    examples: dict[str, Any] = field(default_factory=dict)
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    library_name: str | None = None
    created_at: datetime | None = None
    id: str = field(default_factory=lambda: str(secrets.randbelow(9 * 10**14) + 10**14))


@dataclass
class Person:
    """A person who can receive messages."""

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
    #: Does not read on arrival: messages stay unread until this person acts.
    away: bool = False
    #: The profile is hidden from the Page: reads give an empty object.
    private: bool = False
    #: Banned by the Page.
    banned: bool = False
    #: The account with the business that account linking connected.
    linked: str | None = None

    @property
    def name(self) -> str:
        """The full name, or an empty string."""
        return " ".join(part for part in (self.first_name, self.last_name) if part)
