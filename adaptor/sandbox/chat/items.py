"""One record of a conversation as JSON, with what the drawing cannot know: pictures by their ids, personas, quotes.

The payloads travel as they are; the page shows whatever they hold as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.show.plain_text import show_action, show_gesture, show_incoming, show_line, show_message
from adaptor.sandbox.state.page_state import FILES, milliseconds
from adaptor.sandbox.state.records import Action, Gesture, Incoming, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.state.page_state import Record, World
    from adaptor.sandbox.state.records import File

_LONG: Final = 120
# What a message is called that has no words.
_MEDIA: Final = {"image": "Photo", "video": "Video", "audio": "Audio", "file": "File", "sticker": "Sticker"}
# An uploaded file lies here, whatever port the sandbox had when it came.
_HERE: Final = re.compile(rf"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?={FILES})")


def show_item(world: World, thread: str, number: int, record: Record) -> dict[str, Any]:
    """Give one record; the caller holds the world's lock.

    Args:
        world: Where it happened.
        thread: In whose conversation.
        number: Its place in there, counted from 0.
        record: What happened.
    """
    item: dict[str, Any] = {"n": number, "at": milliseconds(record.at)}
    if isinstance(record, Message):
        return item | _message(world, record)
    if isinstance(record, Incoming):
        return item | _incoming(world, record)
    if isinstance(record, (Action, Gesture)):
        kind = "action" if isinstance(record, Action) else "gesture"
        words = show_action(record) if isinstance(record, Action) else show_gesture(record)
        mid = str(record.payload.get("message_id") or record.payload.get("mid") or "")
        item |= {"kind": kind, "action": record.action, "words": words, "mid": mid, "payload": record.payload}
        if mid:
            # What the bubble looks like now.
            item |= {"reactions": _reactions(world, thread, mid), "text": _text_now(world, mid)}
        return item
    refused = {"code": record.code, "subcode": record.subcode, "message": record.message}
    return item | {"kind": "refusal", **refused, "method": record.method, "path": record.path}


def summarise(record: Message | Incoming) -> str:
    """Give one line that says what a message is."""
    lines = show_message(record) if isinstance(record, Message) else show_incoming(record)
    lines = [line for line in lines if line.strip()]
    # Where there is a picture above a title, the title says more.
    line = next((line for line in lines if not line.startswith("(")), lines[0] if lines else "")
    kind = _only_media(record)
    if kind in _MEDIA:
        return _MEDIA[kind]
    template = record.payload.get("template") if not line else None
    if isinstance(template, dict):
        line = f"Utility template {show_line(str(template.get('name')))}"
    return line if len(line) <= _LONG else f"{line[:_LONG]}…"


def _only_media(record: Message | Incoming) -> str:
    payload = record.payload
    given = payload.get("attachment") or payload.get("attachments")
    first = given[0] if isinstance(given, list) and given else given
    return str(first.get("type")) if isinstance(first, dict) and not record.text else ""


def local(url: object) -> str:
    """Give an address; that of an uploaded file without the host, so that it is found whatever the host is called."""
    return _HERE.sub("", str(url or ""))


def _message(world: World, message: Message) -> dict[str, Any]:
    parameters = message.parameters or {}
    item: dict[str, Any] = {"kind": "message", "id": message.id, "payload": message.payload}
    item["summary"] = summarise(message)
    if message.files:
        item["files"] = [_source(world, None, file) for file in message.files]
    sources = {key: found for key in _attachment_ids(message.payload) if (found := _attachment(world, key))}
    if sources:
        item["sources"] = sources
    if message.lines:
        item["utility"] = _utility(world, message)
    if parameters.get("persona_id") is not None:
        item["persona"] = _persona(world, str(parameters["persona_id"]))
    under = " · ".join(str(part) for part in (message.messaging_type, message.tag) if part not in (None, "RESPONSE"))
    if under:
        item["under"] = under
    if parameters.get("notification_type") not in (None, "REGULAR"):
        item["silent"] = str(parameters["notification_type"])
    return item | _around(world, message.psid, message.id, parameters.get("reply_to"))


def _incoming(world: World, incoming: Incoming) -> dict[str, Any]:
    attachments = incoming.payload.get("attachments")
    shown = []
    for each in attachments if isinstance(attachments, list) else []:
        payload = each.get("payload") if isinstance(each.get("payload"), dict) else {}
        shown.append({"type": str(each.get("type")), "payload": {**payload, "url": local(payload.get("url"))}})
    item: dict[str, Any] = {
        "kind": "incoming",
        "id": incoming.id,
        "tapped": incoming.kind if "quick_reply" not in incoming.payload else "quick reply",
        "text": incoming.text,
        "attachments": shown,
        "summary": summarise(incoming),
    }
    now = _text_now(world, incoming.id)
    if now is None:
        item["deleted"] = True
    elif now != incoming.text:
        item |= {"text": now, "edited": True}
    return item | _around(world, incoming.psid, incoming.id, incoming.payload.get("reply_to"))


def _around(world: World, thread: str, mid: str, reply: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if reactions := _reactions(world, thread, mid):
        found["reactions"] = reactions
    if isinstance(reply, dict):
        quoted = world.by_id.get(str(reply.get("mid")))
        text = summarise(quoted) if quoted is not None else "a message that is no longer there"
        found["quote"] = {"mid": str(reply.get("mid")), "text": text, "theirs": isinstance(quoted, Incoming)}
    return found


def _reactions(world: World, thread: str, mid: str) -> list[dict[str, Any]]:
    found = world.reactions.get(mid, {})
    return [{"emoji": emoji, "theirs": actor == thread} for actor, emoji in found.items()]


def _text_now(world: World, mid: str) -> str | None:
    found = world.by_id.get(mid)
    return found.text if found is not None else None


def _persona(world: World, key: str) -> dict[str, str]:
    found = world.personas.get(key)
    return {"name": found.name if found is not None else f"Persona {key}"}


def _utility(world: World, message: Message) -> dict[str, Any]:
    template = message.payload.get("template")
    template = template if isinstance(template, dict) else {}
    language = template.get("language")
    code = str(language.get("code")) if isinstance(language, dict) else ""
    found = world.templates.get((str(template.get("name")), code))
    lines = list(message.lines)
    if found is None:
        # It was deleted since; what the person read is still known.
        return {"body": "\n".join(lines)}
    header = lines.pop(0) if found.header is not None and len(lines) > 1 else None
    buttons = [{"type": str(each.get("type")), "title": str(each.get("text"))} for each in found.buttons]
    return {"header": header, "image": found.header_image, "body": lines[0] if lines else "", "buttons": buttons}


def _attachment(world: World, key: str) -> dict[str, Any] | None:
    saved = world.attachments.get(key)
    return _source(world, saved.url, saved.file) if saved is not None else None


def _source(world: World, url: str | None, file: File | None) -> dict[str, Any]:
    if file is None:
        return {"url": local(url)}
    address = f"{FILES}{file.key}" if file.key and world.shelf.get(file.key) is not None else local(url)
    return {"url": address, "name": file.name, "type": file.type, "size": file.size}


def _attachment_ids(value: Any, depth: int = 0) -> Iterator[str]:
    # Attachments stand at most a few levels deep; a payload may be nested deeper than anybody wants to go.
    if depth > 6:
        return
    if isinstance(value, dict):
        if value.get("attachment_id") is not None:
            yield str(value["attachment_id"])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _attachment_ids(each, depth + 1)
