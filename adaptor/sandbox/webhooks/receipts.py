"""The webhooks that follow a message of the Page: its echo, delivery and read receipts.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.state.page_state import milliseconds
from adaptor.sandbox.state.records import Message

if TYPE_CHECKING:
    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

#: From this date a sticker is only a sticker in webhooks; before, it is an image as well (changelog, 30 June 2026).
_STICKERS_ALONE: Final = datetime(2026, 8, 30, tzinfo=UTC)
#: Meta's names of reactions.
_REACTIONS: Final = {
    "❤": "love",
    "😍": "love",
    "😆": "smile",
    "😂": "smile",
    "😮": "wow",
    "😢": "sad",
    "😠": "angry",
    "😡": "angry",
    "👍": "like",
    "👎": "dislike",
}


def send_receipts(page: PageState, webhooks: Webhooks, thread: str, message: Message, person: Person | None) -> None:
    """Notify the subscribers, and mark the message as read unless the person is away."""
    reads = person is not None and not person.away
    if reads:
        page.threads[thread].read_at = message.at
        page.events.add("read", thread, message.at, message.id)
    if webhooks.wants("message_echoes"):
        webhooks.notify("message_echoes", thread, {"message": _echo(page, message)}, by_page=True)
    if person is None:
        return
    watermark = milliseconds(message.at)
    if webhooks.wants("message_deliveries"):
        webhooks.notify("message_deliveries", thread, {"delivery": {"mids": [message.id], "watermark": watermark}})
    if reads and webhooks.wants("message_reads"):
        webhooks.notify("message_reads", thread, {"read": {"watermark": watermark}})


def name_reaction(emoji: str) -> str:
    """Give Meta's name of a reaction."""
    return _REACTIONS.get(emoji.rstrip("\ufe0f"), "other")


def sticker_attachments(page: PageState, number: int) -> dict[str, Any]:
    """Give the part of a webhook that describes a sticker; it depends on the date."""
    payload = {"url": f"https://cdn.invalid/stickers/{number}.png", "sticker_id": number}
    new = {"type": "sticker", "payload": payload}
    if page.clock.now() >= _STICKERS_ALONE:
        return {"attachments": [new]}
    return {"sticker_id": number, "attachments": [{"type": "image", "payload": payload}, new]}


def _echo(page: PageState, message: Message) -> dict[str, Any]:
    payload = message.payload
    echo: dict[str, Any] = {"is_echo": True, "app_id": int(page.app_id)}
    if "metadata" in payload:
        echo["metadata"] = payload["metadata"]
    echo["mid"] = message.id
    if message.lines:
        echo["text"] = "\n".join(message.lines)
    elif message.text is not None:
        echo["text"] = message.text
    elif payload.get("sticker_id") is not None:
        echo |= sticker_attachments(page, int(payload["sticker_id"]))
    else:
        one = payload.get("attachment")
        items = [one] if isinstance(one, dict) else payload.get("attachments") or []
        echo["attachments"] = [_attachment(page, message, item) for item in items]
    reply = (message.parameters or {}).get("reply_to")
    if isinstance(reply, dict):
        quoted = page.by_id.get(str(reply.get("mid")))
        echo["reply_to"] = {"mid": reply.get("mid"), "is_self_reply": isinstance(quoted, Message)}
    return echo


def _attachment(page: PageState, message: Message, item: dict[str, Any]) -> dict[str, Any]:
    payload = item.get("payload")
    payload = dict(payload) if isinstance(payload, dict) else {}
    payload.pop("is_reusable", None)
    if item.get("type") != "template":
        saved = page.attachments.get(str(payload.get("attachment_id")))
        file = next(iter(message.files), None) or (saved.file if saved is not None else None)
        known = payload.get("url") or (saved.url if saved is not None else None)
        payload["url"] = known or page.file_url(file, message.id)
        if str(payload.get("attachment_id", "")).isdigit():
            # As a number, unlike everywhere else.
            payload["attachment_id"] = int(payload["attachment_id"])
    return {"type": item.get("type"), "payload": payload}
