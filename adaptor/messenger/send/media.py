"""Sending images, audio, videos and files.

Source of all of it: https://developers.facebook.com/docs/messenger-platform/send-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.arguments import defer
from ...graph.operation import graph_operation
from ..rules.argument_types import Flag, Key, OptionalObject, OptionalText, QuickReplies, Recipient
from ..rules.windows import Moment
from .draft import content_draft, message_needs
from .media_source import Media, media_files, media_payload

if TYPE_CHECKING:
    from ...graph.draft import Draft

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"


@graph_operation(needs=message_needs)
def send_image(
    recipient: Recipient,
    image: Media,
    *,
    is_reusable: Flag = None,
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
    """Send a picture to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        image: The picture's public address (fetched by Meta within 10 seconds), the `attachment_id` of one that was
            uploaded in the last 90 days, or a `Path` to a local file whose ending is that of an image. At most 8 MB.
        is_reusable: Whether Meta keeps the picture and answers with an `attachment_id`, good for 90 days.
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
        An operation. `data` becomes `{"recipient_id", "message_id"}`, with `attachment_id` where it is reusable.

    Raises:
        InvalidMessage: Refused before the wire; a local file is not there, too large or of another type. Nothing was
            sent.
        InvalidRequest: Meta could not fetch the picture, or does not know the attachment. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_image("6543210987654321", "https://example.org/map.png")
        send_image('6543210987654321', 'https://example.org/map.png')

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    return _media_draft("image", image, is_reusable, locals())


@graph_operation(needs=message_needs)
def send_audio(
    recipient: Recipient,
    audio: Media,
    *,
    is_reusable: Flag = None,
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
    """Send audio to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        audio: The public address of the audio (fetched by Meta within 10 seconds), the `attachment_id` of one that was
            uploaded in the last 90 days, or a `Path` to a local file whose ending is that of audio. At most 25 MB.
        is_reusable: Whether Meta keeps it and answers with an `attachment_id`, good for 90 days.
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
        An operation. `data` becomes `{"recipient_id", "message_id"}`, with `attachment_id` where it is reusable.

    Raises:
        InvalidMessage: Refused before the wire; a local file is not there, too large or of another type. Nothing was
            sent.
        InvalidRequest: Meta could not fetch the audio, or does not know the attachment. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_audio("6543210987654321", "https://example.org/hello.mp3")
        send_audio('6543210987654321', 'https://example.org/hello.mp3')

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    return _media_draft("audio", audio, is_reusable, locals())


@graph_operation(needs=message_needs)
def send_video(
    recipient: Recipient,
    video: Media,
    *,
    is_reusable: Flag = None,
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
    """Send a video to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        video: The video's public address (fetched by Meta within 75 seconds), the `attachment_id` of one that was
            uploaded in the last 90 days, or a `Path` to a local file whose ending is that of video. At most 25 MB.
        is_reusable: Whether Meta keeps the video and answers with an `attachment_id`, good for 90 days.
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
        An operation. `data` becomes `{"recipient_id", "message_id"}`, with `attachment_id` where it is reusable.

    Raises:
        InvalidMessage: Refused before the wire; a local file is not there, too large or of another type. Nothing was
            sent.
        InvalidRequest: Meta could not fetch the video, or does not know the attachment. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_video("6543210987654321", "https://example.org/exercise.mp4")
        send_video('6543210987654321', 'https://example.org/exercise.mp4')

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    return _media_draft("video", video, is_reusable, locals())


@graph_operation(needs=message_needs)
def send_file(
    recipient: Recipient,
    file: Media,
    *,
    is_reusable: Flag = None,
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
    """Send a file to one person.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        file: The file's public address (fetched by Meta within 10 seconds), the `attachment_id` of one that was
            uploaded in the last 90 days, or a `Path` to a local file. At most 25 MB.
        is_reusable: Whether Meta keeps the file and answers with an `attachment_id`, good for 90 days.
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
        An operation. `data` becomes `{"recipient_id", "message_id"}`, with `attachment_id` where it is reusable.

    Raises:
        InvalidMessage: Refused before the wire; a local file is not there, too large or of another type. Nothing was
            sent.
        InvalidRequest: Meta could not fetch the file, or does not know the attachment. Nothing was sent.
        WindowClosed: The 24 hours are over. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> send_file("6543210987654321", "https://example.org/letter.pdf")
        send_file('6543210987654321', 'https://example.org/letter.pdf')

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages#sending_attachments
    """
    return _media_draft("file", file, is_reusable, locals())


def _media_draft(kind: str, medium: Any, is_reusable: Any, arguments: dict[str, Any]) -> Draft:
    attachment = {"type": kind, "payload": defer(media_payload, medium, is_reusable)}
    return content_draft(
        {"attachment": attachment},
        arguments,
        files=defer(media_files, kind, medium),
        answers=None if is_reusable is None else {"attachment_id": "0"},
    )
