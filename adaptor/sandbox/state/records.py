"""What happened in a sandbox: small records that never change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a request.

    Attributes:
        name: Its name, as the request gave it.
        type: Its media type, as the request gave it.
        size: In bytes.
        key: The key of its bytes in `Uploads`; empty if the file was too large to store.
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
        psid: The recipient; empty for a `user_ref`, which Meta does not resolve for the sender.
        at: When, by the sandbox's clock.
        payload: The `message` object as it came.
        recipient: The `recipient` object as it came.
        messaging_type: As it came; None if it was absent.
        tag: The message tag, if any.
        parameters: The other top-level parameters (`reply_to`, `persona_id`, `notification_type`, …) without secrets.
        files: Files that came in the same request.
        lines: For a utility template: the text that the person sees, line by line.
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

    @property
    def attached(self) -> dict[str, Any]:
        """The payload of its attachment, such as a template; empty without one."""
        attachment = self.payload.get("attachment")
        payload = attachment.get("payload") if isinstance(attachment, dict) else None
        return payload if isinstance(payload, dict) else {}


@dataclass(frozen=True, slots=True)
class Action:
    """A sender action that the sandbox accepted: typing, seen, a reaction."""

    psid: str
    at: datetime
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message from a person: written, or made by a tap.

    Attributes:
        id: Meta's message id.
        psid: The person.
        at: When, by the sandbox's clock.
        text: The text of the bubble; empty for an attachment.
        payload: The rest of the webhook: attachments, the quick reply, the quoted message.
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
    """What a person did without writing: a reaction, an edit, blocking the Page, …"""

    psid: str
    at: datetime
    action: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was answered with an error.

    Attributes:
        psid: The recipient; empty if the request named nobody.
        at: When, by the sandbox's clock.
        code: Meta's code.
        subcode: Meta's subcode, if any.
        message: Meta's message.
        method: The method of the request.
        path: Its path, without the query.
        payload: The refused `message` object, or None if the request had none, or one too large to keep.
        files: Files that came with it.
    """

    psid: str
    at: datetime
    code: int
    subcode: int | None
    message: str
    method: str
    path: str
    payload: dict[str, Any] | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One request, refused or not. The path is without its query, which may hold a token.

    Attributes:
        at: When, by the sandbox's clock.
        method: Its method.
        path: Its path.
        status: The HTTP status of the response.
        fault: The fault that was injected, if any.
    """

    at: datetime
    method: str
    path: str
    status: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its parameters and the body of its response, for display; only the newest are kept.

    Attributes:
        request: The request.
        parameters: Its parameters, without secrets.
        answer: The body of the response.
        threads: The threads of the people concerned: one, several for a batch, none for the Page's own affairs.
    """

    request: Request
    parameters: dict[str, Any]
    answer: bytes
    threads: tuple[str, ...] = ()
