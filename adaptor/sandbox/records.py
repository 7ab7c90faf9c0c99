"""What happened in a sandbox: small records that are never changed once they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True)
class File:
    """A file that came with a message; its bytes were counted and let go."""

    name: str
    type: str
    size: int


@dataclass(frozen=True)
class Message:
    """A message that the sandbox accepted.

    Attributes:
        id: Meta's message id.
        psid: Who got it; empty where the recipient was a `user_ref`, which Meta does not resolve for the sender.
        at: When, by the sandbox's clock.
        payload: The `message` object as it came.
        recipient: The `recipient` object as it came.
        messaging_type: As it came; None when it was left out.
        tag: The message tag, if any.
        parameters: The other top-level parameters (`reply_to`, `persona_id`, `notification_type`, …) without secrets.
        files: Files that came in the same request.
        lines: What the person sees, line by line, where the sandbox had to fill in a template.
    """

    id: str
    psid: str
    at: datetime
    payload: dict[str, Any]
    recipient: dict[str, Any]
    messaging_type: str | None = None
    tag: str | None = None
    parameters: dict[str, Any] | None = None
    files: tuple[File, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str | None:
        """The message's own text, if it has one."""
        text = self.payload.get("text")
        return text if isinstance(text, str) else None


@dataclass(frozen=True)
class Action:
    """A sender action that the sandbox accepted: typing, seen, a reaction."""

    psid: str
    at: datetime
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Incoming:
    """Something that a person wrote to the Page."""

    id: str
    psid: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Refusal:
    """A request that was answered with an error."""

    psid: str
    at: datetime
    code: int
    subcode: int | None
    message: str
    method: str
    path: str


@dataclass(frozen=True)
class Request:
    """One request, refused or not. The path is without its query, where a token may stand."""

    at: datetime
    method: str
    path: str
    status: int
