"""Quick replies: the choices above the keyboard.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import given
from .payload_reader import reader_of

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"


def check_quick_reply(reply: Any, place: str = "quick_reply") -> None:
    """Refuse a quick reply that Meta would refuse.

    Args:
        reply: A quick reply in Meta's spelling.
        place: Its place, such as `quick_replies[2]`.

    Raises:
        InvalidMessage: With the field, the limit and the actual value. Nothing was sent.
    """
    reader = reader_of(reply, place, 'quick_reply("Yes", "YES")')
    if reader is None:
        return
    if not reader.has("content_type"):
        raise refuse(reader.field("content_type"), "is missing", 'Use quick_reply("Yes", "YES"), or add it: "text".')
    reader.text("content_type")
    kind = reader.get("content_type")
    if isinstance(kind, Lazy):
        return
    if kind == "location":
        raise refuse(
            reader.field("content_type"),
            "cannot be 'location': Meta no longer has such quick replies",
            "Ask for the place in words, or send a url_button(…) to a page with a map.",
            actual=kind,
        )
    reader.picture("image_url", required=False)
    # Meta fills in the number or the address of the person; other kinds are not ours to judge.
    if kind != "text":
        return
    has_image = reader.says("image_url")
    reader.text("title", "quick_reply.title", required=not has_image)
    payload = reader.get("payload")
    if isinstance(payload, bool) or not isinstance(payload, int | float):
        reader.text("payload", "quick_reply.payload", may_be_empty=has_image)


@builder
def quick_reply(
    title: Text, payload: Value[str | int | None] = None, *, image_url: OptionalText = None
) -> dict[str, Any]:
    """Build a quick reply: a button above the keyboard that answers with its title.

    Args:
        title: At most 20 characters; may be empty with an image.
        payload: At most 1,000 characters; comes back in the webhook. Default: the title.
        image_url: A picture beside the title, at least 24 × 24 pixels.

    Returns:
        A dict for `quick_replies=`.

    Raises:
        InvalidMessage: A title or payload is missing or too long. Nothing was sent.

    Example:
        >>> quick_reply("Yes", "CONFIRM")
        {'content_type': 'text', 'title': 'Yes', 'payload': 'CONFIRM'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
    """
    reply = given(content_type="text", title=title, payload=title if payload is None else payload, image_url=image_url)
    check_quick_reply(reply)
    return reply


@builder
def quick_reply_phone(*, image_url: OptionalText = None) -> dict[str, Any]:
    """Build a quick reply that offers the person's own phone number, to be sent with one tap.

    Messenger writes the number on it, and leaves it out where the person's account has none.

    Args:
        image_url: A picture beside the number, at least 24 × 24 pixels.

    Returns:
        A dict for `quick_replies=`. The webhook's `quick_reply.payload` holds the number.

    Raises:
        InvalidMessage: The address of the picture is none. Nothing was sent.

    Example:
        >>> quick_reply_phone()
        {'content_type': 'user_phone_number'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
    """
    reply = given(content_type="user_phone_number", image_url=image_url)
    check_quick_reply(reply)
    return reply


@builder
def quick_reply_email(*, image_url: OptionalText = None) -> dict[str, Any]:
    """Build a quick reply that offers the person's own email address, to be sent with one tap.

    Messenger writes the address on it, and leaves it out where the person's account has none.

    Args:
        image_url: A picture beside the address, at least 24 × 24 pixels.

    Returns:
        A dict for `quick_replies=`. The webhook's `quick_reply.payload` holds the address.

    Raises:
        InvalidMessage: The address of the picture is none. Nothing was sent.

    Example:
        >>> quick_reply_email()
        {'content_type': 'user_email'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
    """
    reply = given(content_type="user_email", image_url=image_url)
    check_quick_reply(reply)
    return reply
