"""How a call of the Send API is drafted: whom it is for, and what it carries.

Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ..core.arguments import defer
from ..core.operation import Value
from ..graph.request import GraphRequest, PageId
from .content import given
from .limits import refuse
from .rules import check_body

#: A PSID, or one of Meta's recipient objects.
Recipient: TypeAlias = "Value[str | int | dict[str, Any]]"
#: What Meta calls an object: a dict in its spelling.
Object: TypeAlias = "Value[dict[str, Any]]"
QuickReplies: TypeAlias = "Value[list[dict[str, Any]] | None]"
Text: TypeAlias = "Value[str]"
Word: TypeAlias = "Value[str | None]"


def message_request(recipient: Any, message: Any, *, reply_to: Any = None, **fields: Any) -> GraphRequest:
    """Draft the call that sends a message."""
    whom = defer(recipient_object, recipient)
    body = given(
        recipient=whom,
        message=message,
        reply_to=None if reply_to is None else {"mid": reply_to},
        **fields,
    )
    return GraphRequest(
        "POST",
        [PageId(), "messages"],
        body=body,
        answers={"recipient_id": defer(recipient_id, whom), "message_id": "m_dry_run"},
        needs=("message_id",),
        check=check_body,
    )


def action_request(recipient: Any, action: str, **fields: Any) -> GraphRequest:
    """Draft the call that shows a sender action."""
    whom = defer(recipient_object, recipient)
    return GraphRequest(
        "POST",
        [PageId(), "messages"],
        body=given(recipient=whom, sender_action=action, **fields),
        answers={"recipient_id": defer(recipient_id, whom)},
        needs=("recipient_id",),
        check=check_body,
    )


def recipient_object(recipient: Any) -> Any:
    """Return Meta's recipient object for a PSID; objects stay as they are."""
    if isinstance(recipient, bool) or recipient is None:
        raise refuse("recipient", f"is {recipient}", "Give the person's PSID as text.")
    return {"id": str(recipient)} if isinstance(recipient, str | int) else recipient


def recipient_id(recipient: Any) -> Any:
    """Return the id in a recipient object, whatever its form."""
    return next(iter(recipient.values()), None) if isinstance(recipient, dict) else None
