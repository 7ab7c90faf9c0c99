"""What happened in a sandbox: small records that are never changed once they are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a request.

    Attributes:
        name: As it was called.
        type: Its media type, as it was said.
        size: In bytes.
        key: Where its bytes lie on the shelf, if they were few enough to keep; else empty.
    """

    name: str
    type: str
    size: int
    key: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Action:
    """A sender action that the sandbox accepted: typing, seen, a reaction."""

    psid: str
    at: datetime
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something that a person wrote or tapped.

    Attributes:
        id: Meta's message id.
        psid: Who it was.
        at: When, by the sandbox's clock.
        text: What stands in the bubble; empty for an attachment.
        payload: What the webhook says besides: attachments, the quick reply, what it answers.
        kind: `message`; or `postback` for a button, a menu item or an ice breaker.
    """

    id: str
    psid: str
    at: datetime
    text: str
    payload: dict[str, Any]
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Gesture:
    """Something that a person did without writing: a reaction, an edit, blocking the Page, …"""

    psid: str
    at: datetime
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was answered with an error."""

    psid: str
    at: datetime
    code: int
    subcode: int | None
    message: str
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request, refused or not. The path is without its query, where a token may stand.

    Attributes:
        at: When, by the sandbox's clock.
        method: Its method.
        path: Its path.
        status: What it was answered with.
        fault: The fault that was put in its way, if any.
    """

    at: datetime
    method: str
    path: str
    status: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with what it said and what it was answered: for looking at, so only the newest are kept.

    Attributes:
        request: The request.
        parameters: What it asked for, without secrets.
        answer: The body of the answer.
    """

    request: Request
    parameters: dict[str, Any]
    answer: bytes
