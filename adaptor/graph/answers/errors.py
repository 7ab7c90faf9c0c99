"""The errors of the Graph API, by what to do about them.

```
GraphError
├── TokenInvalid            get a new Page access token
├── PermissionMissing       grant a permission, or pass App Review
├── WindowClosed            the 24 hours are over: wait, or send a utility message
├── RecipientUnavailable    the person blocked the Page, left or declined: mark as unreachable
├── InvalidRequest          fix the request
├── PolicyBlocked           stop sending and read the Page's support inbox
├── RateLimited             wait; nothing was sent
└── TemporaryFailure        Meta's side; after a write it is unknown whether it was sent
```

The table of codes is in `adaptor.graph.answers.codes`.
"""

from __future__ import annotations

from typing import Any

from ...core.errors import ABOUT_PAGE, ABOUT_PERSON, ABOUT_ROW, AdaptorError

#: Meta's messages have a few hundred characters; another server could answer with megabytes.
_MOST_SHOWN = 2000


class GraphError(AdaptorError):
    """Graph answered with an error.

    Attributes:
        code: Graph's code, such as 551.
        subcode: Graph's subcode, such as 1545041, or None.
        type: Graph's type, such as `OAuthException`.
        message: Graph's own message.
        user_title: Graph's title for users, or None.
        user_message: Graph's message for users, or None.
        fbtrace_id: The id by which Meta's support finds the call, or None.
        http_status: The HTTP status of the answer.
    """

    about_sending = True
    code: Any = None
    subcode: int | None = None
    type: str | None = None
    message: str = ""
    user_title: str | None = None
    user_message: str | None = None
    fbtrace_id: str | None = None
    http_status: int | None = None

    def headline(self) -> str:
        """Return Graph's message and codes on one line, or the description if no call was made."""
        if self.http_status is None:
            return self.description
        codes = f"code {self.code}" + (f", subcode {self.subcode}" if self.subcode else "")
        trace = f", fbtrace_id {self.fbtrace_id}" if self.fbtrace_id else ""
        people = self.for_people()
        end = "" if self.message.endswith((".", "!", "?", ":")) else "."
        words = f"{self.message}{end} {people}" if people else self.message
        words = words if len(words) <= _MOST_SHOWN else f"{words[:_MOST_SHOWN]}…"
        return f"Meta answered: {words} ({codes}{trace})"

    def for_people(self) -> str:
        """Return Meta's title and text for people as one text, or an empty one."""
        if self.user_title and self.user_message:
            return f"{self.user_title}: {self.user_message}"
        return self.user_message or ""

    def facts(self) -> dict[str, Any]:
        """Return the error as JSON, with Graph's own fields."""
        own = ("subcode", "type", "user_title", "user_message", "fbtrace_id", "http_status")
        return {**super().facts(), **{name: getattr(self, name) for name in own if getattr(self, name) is not None}}


class TokenInvalid(GraphError):
    """The access token is wrong, expired or revoked."""

    about = ABOUT_PAGE


class PermissionMissing(GraphError):
    """The app or the token lacks a permission, a feature or an access level."""

    about = ABOUT_PAGE


class WindowClosed(GraphError):
    """The person has not written recently enough for this kind of message."""

    about = ABOUT_PERSON


class RecipientUnavailable(GraphError):
    """The person cannot receive messages from this Page."""

    about = ABOUT_PERSON


class InvalidRequest(GraphError):
    """Graph does not accept the request as it is."""

    about = ABOUT_ROW


class PolicyBlocked(GraphError):
    """Meta has restricted the Page or this kind of message."""

    about = ABOUT_PAGE


class RateLimited(GraphError):
    """Too many calls; nothing was sent.

    Attributes:
        retry_after: Seconds until Meta answers again, where its headers say so, or None.
    """

    about = ABOUT_PAGE
    retry_after: float | None = None


class TemporaryFailure(GraphError):
    """Something went wrong on Meta's side."""

    about = ABOUT_ROW
