"""The fields of one message in the Conversations API.

Shapes as recorded by public clients: `from` with an e-mail address made of the id, attachments by media type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.request.fields import Field, limit_of, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.state.records import Incoming, Message

if TYPE_CHECKING:
    from datetime import datetime

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_PIXELS: Final = 960
_IMAGE: Final = {"image_type": 1, "render_as_sticker": False}
_TYPES: Final = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mpeg"}


def time_of(at: datetime) -> str:
    """Write a time in Graph's form."""
    return at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def show_message_fields(
    call: GraphCall, page: PageState, message: Message | Incoming, fields: tuple[Field, ...]
) -> dict[str, Any]:
    """Give the fields of one message."""
    them = {"name": page.name_of(message.psid), "email": f"{message.psid}@facebook.com", "id": message.psid}
    ourselves = {"name": page.page_name, "email": f"{page.page_id}@facebook.com", "id": page.page_id}
    ours = isinstance(message, Message)
    known = {
        "id": lambda _: message.id,
        "created_time": lambda _: time_of(message.at),
        "from": lambda _: ourselves if ours else them,
        "to": lambda _: {"data": [them if ours else ourselves]},
        "message": lambda _: _text(message),
        "attachments": lambda field: _attachments(call, page, message, field),
        "shares": lambda _: _shares(message),
        "sticker": lambda _: _sticker(message),
        "tags": lambda _: {"data": [{"name": "inbox"}, {"name": "source:mobile" if not ours else "sent"}]},
        "reply_to": lambda _: _reply(page, message),
        "reactions": lambda _: _reactions(page, message),
        "is_unsupported": lambda _: None,
    }
    return select(fields, known, ("id", "created_time"), "UnifiedMessage")


def show_attachments(
    call: GraphCall, page: PageState, message: Message | Incoming, asked: dict[str, Any]
) -> dict[str, Any]:
    """Give one page of the attachments of a message."""
    items = {f"{index}": item for index, item in enumerate(_items(message))}
    return page_through(
        call,
        list(items),
        lambda key: _show_item(page, message, int(key), items[key]),
        path=f"{message.id}/attachments",
        asked=asked,
    )


def _text(message: Message | Incoming) -> str:
    if isinstance(message, Message) and message.lines:
        # A utility message appears as text.
        return "\n".join(message.lines)
    return message.text or ""


def _items(message: Message | Incoming) -> list[dict[str, Any]]:
    payload = message.payload
    found = [payload["attachment"]] if isinstance(payload.get("attachment"), dict) else payload.get("attachments")
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _attachments(call: GraphCall, page: PageState, message: Message | Incoming, field: Field) -> dict[str, Any] | None:
    if not _items(message):
        return None
    return show_attachments(call, page, message, {"limit": limit_of(field)})


def _show_item(page: PageState, message: Message | Incoming, index: int, item: dict[str, Any]) -> dict[str, Any]:
    kind = str(item.get("type"))
    payload = item.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    if kind == "template":
        return {"generic_template": {key: value for key, value in payload.items() if key != "template_type"}}
    saved = page.attachments.get(str(payload.get("attachment_id")))
    file = next(iter(message.files), None) if isinstance(message, Message) else None
    file = file or (saved.file if saved is not None else None)
    url = payload.get("url") or (saved.url if saved is not None else None) or page.file_url(file, message.id)
    # Derived from the message, so that its attachments have the same ids on every read.
    number = str(10**15 + int.from_bytes(f"{message.id[-12:]}{index}".encode(), "big") % (9 * 10**15))
    shown: dict[str, Any] = {
        "id": number,
        "mime_type": (file.type if file is not None else "") or _TYPES.get(kind, "application/octet-stream"),
        "name": file.name if file is not None else f"{kind}-{number}",
        "size": file.size if file is not None else 0,
    }
    if kind == "image":
        shown["image_data"] = {**_size("max_width", "max_height"), "url": url, "preview_url": url, **_IMAGE}
    elif kind == "video":
        shown["video_data"] = {**_size(), "length": 0, "video_type": 0, "url": url, "preview_url": url, "rotation": 0}
    else:
        shown["file_url"] = url
    return shown


def _size(*more: str) -> dict[str, int]:
    # The sandbox does not decode files: all have the same size.
    return dict.fromkeys(("width", "height", *more), _PIXELS)


def _shares(message: Message | Incoming) -> dict[str, Any] | None:
    shared = [item for item in _items(message) if item.get("type") == "fallback"]
    if not shared:
        return None
    return {"data": [{"link": item.get("url") or item.get("payload", {}).get("url")} for item in shared]}


def _sticker(message: Message | Incoming) -> str | None:
    number = message.payload.get("sticker_id")
    return f"https://cdn.invalid/stickers/{number}.png" if number is not None else None


def _reply(page: PageState, message: Message | Incoming) -> dict[str, Any] | None:
    given = (message.parameters or {}) if isinstance(message, Message) else message.payload
    reply = given.get("reply_to")
    if not isinstance(reply, dict) or "mid" not in reply:
        return None
    quoted = page.by_id.get(str(reply["mid"]))
    return {"mid": reply["mid"], "is_self_reply": quoted is not None and type(quoted) is type(message)}


def _reactions(page: PageState, message: Message | Incoming) -> dict[str, Any] | None:
    found = page.reactions.get(message.id)
    if not found:
        return None
    return {"data": [{"reaction": reaction, "users": [{"id": actor}]} for actor, reaction in found.items()]}
