"""What a message may hold: text, media, quick replies, stickers, and their limits.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import (
    BAD_UPLOAD,
    EMPTY_MESSAGE,
    FOREIGN_ATTACHMENT,
    QUICK_REPLY_PAYLOAD,
    QUICK_REPLY_TITLE,
    TOO_LARGE,
    Refused,
    invalid,
)
from adaptor.sandbox.rules.templates import check_template

if TYPE_CHECKING:
    from adaptor.sandbox.request.request_object import RequestObject
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.state.records import File


#: The kinds of media.
MEDIA: Final = frozenset({"image", "audio", "video", "file"})
# A message has exactly one of these; quick replies and metadata may accompany it.
_CONTENTS = ("text", "attachment", "attachments", "sticker_id", "template")
_KEYS = frozenset({*_CONTENTS, "quick_replies", "metadata"})


def check_message(message: RequestObject, file: File | None, page: PageState) -> None:
    """Refuse a message that Meta refuses for any recipient."""
    message.only(_KEYS)
    contents = [key for key in _CONTENTS if message.has(key) and message.value[key] not in ("", [], {})]
    if not contents:
        raise Refused(EMPTY_MESSAGE)
    if len(contents) > 1:
        raise invalid(f"Param message cannot hold both {contents[0]} and {contents[1]}")
    text = message.text("text", most=limits.TEXT)
    if text is not None and not text.strip():
        raise Refused(EMPTY_MESSAGE)
    message.text("metadata", most=limits.METADATA)
    if message.has("attachment"):
        _check_attachment(message.object("attachment"), file, page)
    elif file is not None:
        raise Refused(BAD_UPLOAD)
    if message.has("attachments"):
        for attachment in message.objects("attachments", limits.IMAGES):
            attachment.choice("type", {"image"}, required=True)
            _check_source(attachment.object("payload"), None, page, "image")
    if message.has("sticker_id") and not str(message.value["sticker_id"]).isdigit():
        raise invalid('Param message[sticker_id] must be a valid ID string (e.g., "123")')
    for reply in message.objects("quick_replies", limits.QUICK_REPLIES, required=False):
        _check_quick_reply(reply)


def _check_quick_reply(reply: RequestObject) -> None:
    kind = reply.choice("content_type", {"text", "user_phone_number", "user_email"}, required=True)
    title = reply.text("title", most=limits.QUICK_REPLY_TITLE)
    image = reply.url("image_url")
    payload = reply.value.get("payload")
    if isinstance(payload, str) and len(payload) > limits.PAYLOAD:
        raise invalid(f"Length of param {reply.name('payload')} must be less than or equal to {limits.PAYLOAD}")
    if payload is not None and (isinstance(payload, bool) or not isinstance(payload, (str, int, float))):
        raise invalid(f"Param {reply.name('payload')} must be a string")
    if kind == "text" and not title and image is None:
        raise Refused(QUICK_REPLY_TITLE)
    if kind == "text" and (payload is None or (payload == "" and image is None)):
        raise Refused(QUICK_REPLY_PAYLOAD)


def _check_attachment(attachment: RequestObject, file: File | None, page: PageState) -> None:
    kind = attachment.choice("type", MEDIA | {"template"}, required=True)
    payload = attachment.object("payload")
    if kind == "template":
        if file is not None:
            raise Refused(BAD_UPLOAD)
        check_template(payload)
        return
    if file is not None:
        check_file(str(kind), file)
    _check_source(payload, file, page, str(kind))


def _check_source(payload: RequestObject, file: File | None, page: PageState, kind: str) -> None:
    url = payload.url("url")
    has_id = payload.has("attachment_id")
    if (url is not None) + has_id + (file is not None) != 1:
        raise invalid(f"Param {payload.path} must hold either url or attachment_id, or come with a file in filedata")
    if has_id:
        _check_attachment_id(payload.value["attachment_id"], page, kind)


def check_file(kind: str, file: File) -> None:
    """Refuse a file that is too large, or whose media type does not fit its kind."""
    if file.size > (limits.IMAGE_BYTES if kind == "image" else limits.FILE_BYTES):
        raise Refused(TOO_LARGE)
    family = file.type.partition("/")[0].lower()
    untyped = file.type in {"", "application/octet-stream"} and kind != "audio"
    if kind != "file" and family != kind and not untyped:
        raise Refused(BAD_UPLOAD)


def _check_attachment_id(value: object, page: PageState, kind: str) -> None:
    """Refuse an attachment id that is malformed, expired, of another kind, or unknown.

    With `foreign_ids`, unknown ids pass: they may come from uploads to the real Page.
    """
    text = str(value)
    made = page.attachments.get(text)
    if not (text.isascii() and text.isdigit()) or (made is None and not page.foreign_ids):
        raise Refused(FOREIGN_ATTACHMENT)
    if made is None:
        return
    if page.clock.now() - made.made_at > limits.ATTACHMENT_LIFE:
        raise Refused(FOREIGN_ATTACHMENT)
    if made.type != kind:
        raise Refused(BAD_UPLOAD)
