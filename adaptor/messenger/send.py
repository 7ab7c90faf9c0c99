"""Sending: the Send API, `POST /{page-id}/messages`.

Source of all of it: https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from typing import Any

from ..core.arguments import defer
from ..core.operation import Value
from ..graph.operation import graph_operation
from ..graph.request import GraphRequest, PageId
from .content import given
from .limits import refuse
from .message import (
    Object,
    QuickReplies,
    Recipient,
    Text,
    Word,
    action_needs,
    message_request,
    recipient_id,
)
from .rules import check_body


@graph_operation
def send_text(
    recipient: Recipient,
    text: Text,
    *,
    quick_replies: QuickReplies = None,
    messaging_type: Word = "RESPONSE",
    tag: Word = None,
    notification_type: Word = None,
    reply_to: Word = None,
    persona_id: Word = None,
    metadata: Word = None,
) -> GraphRequest:
    """Send a text message to one person.

    Args:
        recipient: The person's page-scoped id (PSID), or one of Meta's recipient objects.
        text: Up to 2,000 characters.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: `RESPONSE` or `UPDATE` within 24 hours of the person's last message; `MESSAGE_TAG` with `tag`.
        tag: With `MESSAGE_TAG`: `HUMAN_AGENT`, for a reply that a human wrote, within 7 days.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        RecipientUnavailable: The person blocked the Page or is gone. Nothing was sent.
        RateLimited: Too many calls, and Meta asks for a longer wait than is allowed. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_text("6543210987654321", "Your appointment is tomorrow at 9.")
        send_text('6543210987654321', 'Your appointment is tomorrow at 9.')

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    message = given(text=text, quick_replies=quick_replies, metadata=metadata)
    return message_request(
        recipient,
        message,
        messaging_type=messaging_type,
        tag=tag,
        notification_type=notification_type,
        reply_to=reply_to,
        persona_id=persona_id,
    )


@graph_operation
def send_image(
    recipient: Recipient,
    image: Text,
    *,
    is_reusable: Value[bool | None] = None,
    quick_replies: QuickReplies = None,
    messaging_type: Word = "RESPONSE",
    tag: Word = None,
    notification_type: Word = None,
    reply_to: Word = None,
    persona_id: Word = None,
    metadata: Word = None,
) -> GraphRequest:
    """Send a picture to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        image: The picture's public address (at most 8 MB, fetched by Meta within 10 seconds), or the `attachment_id`
            of one that was uploaded in the last 90 days.
        is_reusable: Whether Meta keeps the picture and answers with an `attachment_id`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`, with `attachment_id` where it is reusable.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        InvalidRequest: Meta could not fetch the picture, or does not know the attachment. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_image("6543210987654321", "https://example.org/map.png")
        send_image('6543210987654321', 'https://example.org/map.png')

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    payload = defer(_media_payload, image, is_reusable)
    message = given(attachment={"type": "image", "payload": payload}, quick_replies=quick_replies, metadata=metadata)
    return message_request(
        recipient,
        message,
        messaging_type=messaging_type,
        tag=tag,
        notification_type=notification_type,
        reply_to=reply_to,
        persona_id=persona_id,
    )


@graph_operation
def send_template(
    recipient: Recipient,
    template: Object,
    *,
    quick_replies: QuickReplies = None,
    messaging_type: Word = "RESPONSE",
    tag: Word = None,
    notification_type: Word = None,
    reply_to: Word = None,
    persona_id: Word = None,
    metadata: Word = None,
) -> GraphRequest:
    """Send a template: a text with buttons, cards side by side and so on.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        template: From `button_template`, `generic_template`, or Meta's payload with its `template_type`.
        quick_replies: At most 13, from `quick_reply`.
        messaging_type: As for `send_text`.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> from adaptor import button_template, postback_button
        >>> ask = button_template("Can you come?", [postback_button("Yes"), postback_button("No")])
        >>> send_template("6543210987654321", ask).name
        'send_template'

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/templates
    """
    message = given(
        attachment={"type": "template", "payload": template}, quick_replies=quick_replies, metadata=metadata
    )
    return message_request(
        recipient,
        message,
        messaging_type=messaging_type,
        tag=tag,
        notification_type=notification_type,
        reply_to=reply_to,
        persona_id=persona_id,
    )


@graph_operation
def send_message(
    recipient: Recipient,
    message: Object,
    *,
    messaging_type: Word = "RESPONSE",
    tag: Word = None,
    notification_type: Word = None,
    reply_to: Word = None,
    persona_id: Word = None,
) -> GraphRequest:
    """Send a message that is given as Meta spells it; for whatever has no operation of its own.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        message: Meta's message object. Fields that are not known here go out as they are.
        messaging_type: As for `send_text`; None leaves it out.
        tag: As for `send_text`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        reply_to: The id of the message that this one quotes.
        persona_id: The persona that speaks.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        GraphError: Meta said no; the class says why. Nothing was sent unless the error says otherwise.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_message("6543210987654321", {"sticker_id": 767226160478561}).describe({}).body["message"]
        {'sticker_id': 767226160478561}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    return message_request(
        recipient,
        message,
        messaging_type=messaging_type,
        tag=tag,
        notification_type=notification_type,
        reply_to=reply_to,
        persona_id=persona_id,
    )


@graph_operation
def post_message(params: Object) -> GraphRequest:
    """Send a whole body of the Send API, as OpenFn's `postMessage` does; nothing in it is dropped.

    Args:
        params: `{"recipient": …, "message": …}` and whatever else Meta takes.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        GraphError: Meta said no; the class says why. Nothing was sent unless the error says otherwise.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> post_message({"recipient": {"id": "6543210987654321"}, "message": {"text": "hi"}}).describe({}).path
        'me/messages'

    Source: https://developers.facebook.com/docs/messenger-platform/reference/send-api
    """
    return GraphRequest(
        "POST",
        [PageId(), "messages"],
        body=params,
        answers=defer(_placeholder_of, params),
        needs=defer(_needs_of, params),
        check=check_body,
    )


def _media_payload(media: Any, is_reusable: Any) -> dict[str, Any]:
    if isinstance(media, int) and not isinstance(media, bool):
        media = str(media)
    if not isinstance(media, str) or not media.strip():
        raise refuse("attachment", "must be an address or an attachment id", "Give https://… or the id as text.")
    if media.isdigit():
        if is_reusable is not None:
            raise refuse(
                "attachment.is_reusable", "goes with an address only", "An attachment that has an id is kept already."
            )
        return given(attachment_id=media)
    if not media.lower().startswith(("http://", "https://")):
        raise refuse(
            "attachment", "is neither an address nor an attachment id", "Give an address that starts with https://."
        )
    return given(url=media, is_reusable=is_reusable)


def _is_action(params: Any) -> bool:
    return isinstance(params, dict) and params.get("sender_action") is not None


def _needs_of(params: Any) -> tuple[str, ...]:
    return action_needs(params.get("recipient")) if _is_action(params) else ("message_id",)


def _placeholder_of(params: Any) -> dict[str, Any]:
    recipient = params.get("recipient") if isinstance(params, dict) else None
    answer = {"recipient_id": recipient_id(recipient)}
    return answer if _is_action(params) else {**answer, "message_id": "m_dry_run"}
