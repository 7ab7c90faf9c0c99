"""Uploading images, audio, videos and files once, to send them many times.

Source: https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.argument_types import OptionalText, Text
from ..rules.limits import refuse
from ..rules.permissions import SENDING
from ..rules.values import check_reachable
from .media_source import MEDIA_TYPES, Media, media_files, media_payload

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"


@graph_operation(needs=SENDING)
def upload_attachment(
    type_: Text, source: Media, *, is_reusable: Value[bool] = True, platform: OptionalText = None
) -> Draft:
    """Upload an image, audio, a video or a file, and get the id under which it can be sent again and again.

    Args:
        type_: `image`, `audio`, `video` or `file`.
        source: A public address (fetched by Meta within 10 seconds, a video within 75), or a `Path` to a local file,
            which is read while it is sent. At most 8 MB for images and 25 MB for others.
        is_reusable: Whether the attachment can be sent more than once.
        platform: `INSTAGRAM` for the linked account there. Default: Messenger.

    Returns:
        An operation. `data` becomes `{"attachment_id"}`: good for 90 days, and for this Page alone.

    Raises:
        InvalidMessage: The type is not one of Meta's, or the file is not there, too large or of another type.
            Nothing was uploaded.
        InvalidRequest: Meta could not fetch it, or it is not of the type. Nothing was uploaded.
        DeliveryUnknown: The answer was lost. It may be uploaded; uploading it again does no harm.

    Example:
        >>> upload_attachment("image", "https://example.org/map.png").describe({}).path
        'me/message_attachments'

    Source: https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
    """
    kind = defer(_media_type, type_)
    attachment = {"type": kind, "payload": defer(_payload, source, is_reusable)}
    return Draft(
        "POST",
        [PAGE_ID, "message_attachments"],
        body=without_none({"message": {"attachment": attachment}, "platform": platform}),
        files=defer(media_files, kind, source),
        answers={"attachment_id": "0"},
        expects=("attachment_id",),
        finish=without_none,
        is_idempotent=True,
    )


def _media_type(kind: Any) -> str:
    if kind not in MEDIA_TYPES:
        raise refuse(
            "type", f"cannot be {kind!r}", f"Use one of {', '.join(MEDIA_TYPES)}.", limit=MEDIA_TYPES, actual=kind
        )
    return str(kind)


def _payload(source: Any, is_reusable: Any) -> dict[str, Any]:
    payload = media_payload(source, is_reusable if not str(source).isdigit() else None)
    if "attachment_id" in payload:
        raise refuse("source", "is the id of an attachment, which is uploaded already", "Send it as it is.")
    check_reachable("source", payload.get("url"))
    return payload
