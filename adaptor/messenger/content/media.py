"""The media template: a picture or a video with buttons under it.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/media
(checked 2026-11-24).
"""

from __future__ import annotations

import re
from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import Flag, OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import as_text, given
from .button import check_buttons
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

MEDIA_TYPES = ("image", "video")
#: Meta shows addresses on facebook.com; that its short addresses will do too is not certain.
_ON_FACEBOOK = re.compile(r"https?://([\w-]+\.)*(facebook\.com|fb\.com|fb\.watch)(:\d+)?([/?#]|$)", re.IGNORECASE)


def check_media_template(template: PayloadReader) -> None:
    """Refuse a media template that Meta would refuse."""
    for medium in template.readers("elements", '{"media_type": "image", "attachment_id": "…"}', "media.elements"):
        medium.choice("media_type", MEDIA_TYPES)
        has_url, has_id = medium.says("url"), medium.says("attachment_id")
        url = medium.get("url")
        # One of two that are still lazy may turn out to be None.
        if has_url and has_id and not isinstance(url, Lazy) and not isinstance(medium.get("attachment_id"), Lazy):
            raise refuse(medium.place, "has both an attachment_id and a url", "Keep one of them.")
        if not has_url and not has_id:
            raise refuse(
                medium.place,
                "has neither an attachment_id nor a url",
                "Give the id of an uploaded attachment, or the address of a picture or video on Facebook.",
            )
        if has_id:
            medium.identifier("attachment_id")
        medium.url("url", required=False)
        if isinstance(url, str) and url and not _ON_FACEBOOK.match(url):
            raise refuse(
                medium.field("url"),
                "is not an address on Facebook, and others are not taken",
                "Upload the picture or video, and give its attachment_id.",
            )
        check_buttons(medium)


@builder
def media_template(
    media_type: Text,
    *,
    attachment_id: Value[str | int | None] = None,
    url: OptionalText = None,
    buttons: Value[list[dict[str, Any]] | None] = None,
    sharable: Flag = None,
) -> dict[str, Any]:
    """Build a template of one picture or video, with buttons under it.

    Args:
        media_type: `image` or `video`.
        attachment_id: The id of an attachment that was uploaded in the last 90 days; this or `url`.
        url: The address of a picture or video on Facebook. Other addresses are not taken: upload them first.
        buttons: At most three.
        sharable: Whether people may pass the message on.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: It has neither an id nor an address, or both, or an address elsewhere. Nothing was sent.

    Example:
        >>> media_template("image", attachment_id="1900200300400506", buttons=[postback_button("More")])["elements"]
        [{'media_type': 'image', 'attachment_id': '1900200300400506',
          'buttons': [{'type': 'postback', 'title': 'More', 'payload': 'More'}]}]

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/media
    """
    medium = given(media_type=media_type, attachment_id=as_text(attachment_id), url=url, buttons=buttons)
    template = given(template_type="media", elements=[medium], sharable=sharable)
    check_media_template(PayloadReader(template))
    return template
