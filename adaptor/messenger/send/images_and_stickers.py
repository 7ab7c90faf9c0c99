"""Sending several pictures as one message, and stickers.

Source of all of it: https://developers.facebook.com/docs/messenger-platform/send-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...graph.operation import graph_operation
from ..rules.argument_types import Key, OptionalObject, OptionalText, QuickReplies, Recipient
from ..rules.limits import refuse
from ..rules.windows import Moment
from .draft import content_draft, message_needs
from .media_source import media_payload

if TYPE_CHECKING:
    from ...graph.draft import Draft

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"


@graph_operation(needs=message_needs)
def send_images(
    recipient: Recipient,
    images: Value[list[str | int]],
    *,
    quick_replies: QuickReplies = None,
    messaging_type: OptionalText = "RESPONSE",
    tag: OptionalText = None,
    notification_type: OptionalText = None,
    reply_to: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    thread_control: OptionalObject = None,
    last_user_message_at: Moment = None,
    key: Key = None,
) -> Draft:
    """Send several pictures as one message.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        images: Up to 30: public addresses or the `attachment_id`s of uploaded pictures. Local files are uploaded first,
            with `upload_attachment`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        thread_control: As for `send_text`.
        last_user_message_at: As for `send_text`.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: There are none or too many, or one is no address. Nothing was sent.
        InvalidRequest: Meta could not fetch a picture, or does not know an attachment. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> album = send_images("6543210987654321", ["https://example.org/1.png", "190020030040051"])
        >>> album.describe({}).body["message"]["attachments"][1]
        {'type': 'image', 'payload': {'attachment_id': '190020030040051'}}

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    return content_draft({"attachments": defer(_pictures, images)}, locals())


@graph_operation(needs=message_needs)
def send_sticker(
    recipient: Recipient,
    sticker_id: Value[str | int],
    *,
    quick_replies: QuickReplies = None,
    messaging_type: OptionalText = "RESPONSE",
    tag: OptionalText = None,
    notification_type: OptionalText = None,
    reply_to: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    thread_control: OptionalObject = None,
    last_user_message_at: Moment = None,
    key: Key = None,
) -> Draft:
    """Send a sticker to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        sticker_id: The sticker's id, from `search_stickers` or `list_stickers`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        thread_control: As for `send_text`.
        last_user_message_at: As for `send_text`.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: The id is no number. Nothing was sent.
        InvalidRequest: Meta does not know the sticker. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_sticker("6543210987654321", 767226160478561).describe({}).body["message"]
        {'sticker_id': 767226160478561}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/sticker-api
    """
    return content_draft({"sticker_id": defer(_sticker, sticker_id)}, locals())


def _pictures(images: Any) -> list[dict[str, Any]]:
    if not isinstance(images, list | tuple):
        raise refuse("message.attachments", "must be a list of images", "Put them into a list: […].")
    if any(hasattr(image, "__fspath__") for image in images):
        raise refuse(
            "message.attachments",
            "holds a local file",
            'Upload it first with upload_attachment("image", Path(…)) and give its attachment_id.',
        )
    return [{"type": "image", "payload": media_payload(image, None)} for image in images]


def _sticker(sticker_id: Any) -> int:
    if isinstance(sticker_id, str) and sticker_id.strip().isdecimal():
        return int(sticker_id)
    if not isinstance(sticker_id, int) or isinstance(sticker_id, bool):
        raise refuse("message.sticker_id", "is no number", "Give the id of a sticker, from search_stickers(…).")
    return sticker_id
