"""How a call of the Send API is drafted: whom it is for, and what it carries.

Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.arguments import Deferred, defer
from ...graph.request import GraphRequest, PageId
from ..rules.recipient import recipient_id, recipient_object
from ..rules.values import given
from ..rules.windows import check_window
from .body_rules import check_body

if TYPE_CHECKING:
    from collections.abc import Callable


def message_request(
    recipient: Any,
    message: Any,
    *,
    reply_to: Any = None,
    last_user_message_at: Any = None,
    files: Any = None,
    key: Any = None,
    answers: dict[str, Any] | None = None,
    check: Callable[[Any], object] = check_body,
    series: Callable[[GraphRequest], list[GraphRequest]] | None = None,
    **fields: Any,
) -> GraphRequest:
    """Draft the call that sends a message.

    Args:
        recipient: As operations take it.
        message: Meta's message object.
        reply_to: The id of the message that is quoted.
        last_user_message_at: When the person last wrote, where the job knows it.
        files: Local files by the name of their form field.
        key: The job's own key.
        answers: What the answer holds besides the ids of person and message.
        check: Refuses what Meta would refuse.
        series: Makes several calls of one.
        **fields: What stands beside recipient and message, in Meta's spelling.
    """
    whom = defer(recipient_object, recipient)
    body = given(
        recipient=whom,
        message=message,
        reply_to=None if reply_to is None else {"mid": reply_to},
        **fields,
    )
    guard = None
    if last_user_message_at is not None:
        # Never judged when the job is loaded: what counts is the time at which the message would be sent.
        guard = Deferred(check_window, last_user_message_at, fields.get("messaging_type"), fields.get("tag"))
    return GraphRequest(
        "POST",
        [PageId(), "messages"],
        body=body,
        files=files,
        answers={"recipient_id": defer(recipient_id, whom), "message_id": "m_dry_run", **(answers or {})},
        needs=("message_id",),
        check=check,
        finish=without_none,
        guard=guard,
        key=key,
        series=series,
    )


def action_request(recipient: Any, action: str, **fields: Any) -> GraphRequest:
    """Draft the call that shows a sender action."""
    whom = defer(recipient_object, recipient)
    return GraphRequest(
        "POST",
        [PageId(), "messages"],
        body=given(recipient=whom, sender_action=action, **fields),
        answers={"recipient_id": defer(recipient_id, whom)},
        needs=defer(action_needs, whom),
        check=check_body,
        finish=without_none,
    )


def without_none(body: dict[str, Any]) -> dict[str, Any]:
    """Leave out optional arguments that were None in this state, as if they had not been given."""
    kept = given(**body)
    if kept.get("reply_to") == {"mid": None}:
        del kept["reply_to"]
    message = kept.get("message")
    if isinstance(message, dict):
        kept["message"] = {
            key: _pruned(value) if key in ("attachment", "attachments", "quick_replies") else value
            for key, value in message.items()
            if value is not None or key not in ("quick_replies", "metadata")
        }
    return kept


def _pruned(value: Any) -> Any:
    """Leave out what is None at any depth: what was built with an optional argument that turned out to be None."""
    if isinstance(value, dict):
        return {key: _pruned(item) for key, item in value.items() if item is not None}
    return [_pruned(item) for item in value] if isinstance(value, list | tuple) else value


def action_needs(recipient: Any) -> tuple[str, ...]:
    """Return what the answer to an action must hold: Meta names the person only to those who named them by id."""
    return ("recipient_id",) if isinstance(recipient, dict) and recipient.get("id") is not None else ()
