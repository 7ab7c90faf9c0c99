"""One record of a conversation as JSON, with what the page cannot know: pictures by their ids, personas, quotes.

Payloads are passed on unchanged; the page shows their content as text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.show.plain_text import show_action, show_gesture, show_incoming, show_line, show_message
from adaptor.sandbox.state.page_state import FILES, milliseconds
from adaptor.sandbox.state.records import Action, Gesture, Incoming, Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.state.page_state import PageState, Record
    from adaptor.sandbox.state.records import File

_LONG: Final = 120
# The summary of a message without text.
_MEDIA: Final = {"image": "Photo", "video": "Video", "audio": "Audio", "file": "File", "sticker": "Sticker"}
# The address of an uploaded file; the sandbox may have had another port then.
_HERE: Final = re.compile(rf"https?://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?(?={FILES})")


def show_item(page: PageState, thread: str, number: int, record: Record) -> dict[str, Any]:
    """Give one record; the caller holds the lock of the page state.

    Args:
        page: The state of the Page.
        thread: The person's thread.
        number: The position in the thread, counted from 0.
        record: The record.
    """
    item: dict[str, Any] = {"n": number, "at": milliseconds(record.at)}
    if isinstance(record, Message):
        return item | _message(page, record)
    if isinstance(record, Incoming):
        return item | _incoming(page, record)
    if isinstance(record, (Action, Gesture)):
        kind = "action" if isinstance(record, Action) else "gesture"
        words = show_action(record) if isinstance(record, Action) else show_gesture(record)
        mid = str(record.payload.get("message_id") or record.payload.get("mid") or "")
        item |= {"kind": kind, "action": record.action, "words": words, "mid": mid, "payload": record.payload}
        if mid:
            # The present state of the bubble.
            item |= {"reactions": _reactions(page, thread, mid), "text": _text_now(page, mid)}
        return item
    return item | _refusal(page, record)


def summarise(record: Message | Incoming) -> str:
    """Summarise a message in one line."""
    lines = show_message(record) if isinstance(record, Message) else show_incoming(record)
    lines = [line for line in lines if line.strip()]
    # A title below a picture says more than the picture.
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
    """Give an address; for an uploaded file without the host, so that it is valid under any host name."""
    return _HERE.sub("", str(url or ""))


def _message(page: PageState, message: Message) -> dict[str, Any]:
    parameters = message.parameters or {}
    item: dict[str, Any] = {"kind": "message", "id": message.id, "payload": message.payload}
    item["summary"] = summarise(message)
    item |= _media(page, message)
    code = _coupon_code(message)
    if code and any(_reveals(record, code) for record in page.timeline.get(message.psid, [])):
        item["revealed"] = True
    if message.lines:
        item["utility"] = _utility(page, message)
    if parameters.get("persona_id") is not None:
        item["persona"] = _persona(page, str(parameters["persona_id"]))
    under = " · ".join(str(part) for part in (message.messaging_type, message.tag) if part not in (None, "RESPONSE"))
    if under:
        item["under"] = under
    if parameters.get("notification_type") not in (None, "REGULAR"):
        item["silent"] = str(parameters["notification_type"])
    return item | _around(page, message.psid, message.id, parameters.get("reply_to"))


def _media(page: PageState, record: Message | Refusal) -> dict[str, Any]:
    """Give the files of a message, and those that it names by their attachment ids."""
    found: dict[str, Any] = {}
    if record.files:
        found["files"] = [_source(page, None, file) for file in record.files]
    sources = {key: source for key in _attachment_ids(record.payload) if (source := _attachment(page, key))}
    return found | ({"sources": sources} if sources else {})


def _refusal(page: PageState, refusal: Refusal) -> dict[str, Any]:
    item = {
        "kind": "refusal",
        "code": refusal.code,
        "subcode": refusal.subcode,
        "message": refusal.message,
        "method": refusal.method,
        "path": refusal.path,
    }
    return item if refusal.payload is None else item | {"payload": refusal.payload, **_media(page, refusal)}


def _incoming(page: PageState, incoming: Incoming) -> dict[str, Any]:
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
    now = _text_now(page, incoming.id)
    if now is None:
        item["deleted"] = True
    elif now != incoming.text:
        item |= {"text": now, "edited": True}
    return item | _around(page, incoming.psid, incoming.id, incoming.payload.get("reply_to"))


def _around(page: PageState, thread: str, mid: str, reply: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if reactions := _reactions(page, thread, mid):
        found["reactions"] = reactions
    if isinstance(reply, dict):
        quoted = page.by_id.get(str(reply.get("mid")))
        text = summarise(quoted) if quoted is not None else "a message that is no longer there"
        found["quote"] = {"mid": str(reply.get("mid")), "text": text, "theirs": isinstance(quoted, Incoming)}
    return found


def _coupon_code(message: Message) -> str:
    template = message.attached
    return str(template.get("coupon_code") or "") if template.get("template_type") == "coupon" else ""


def _reveals(record: Record, code: str) -> bool:
    return isinstance(record, Gesture) and record.action == "coupon" and record.payload.get("coupon_code") == code


def _reactions(page: PageState, thread: str, mid: str) -> list[dict[str, Any]]:
    found = page.reactions.get(mid, {})
    return [{"emoji": emoji, "theirs": actor == thread} for actor, emoji in found.items()]


def _text_now(page: PageState, mid: str) -> str | None:
    found = page.by_id.get(mid)
    return found.text if found is not None else None


def _persona(page: PageState, key: str) -> dict[str, str]:
    found = page.personas.get(key)
    return {"name": found.name if found is not None else f"Persona {key}"}


def _utility(page: PageState, message: Message) -> dict[str, Any]:
    template = message.payload.get("template")
    template = template if isinstance(template, dict) else {}
    language = template.get("language")
    code = str(language.get("code")) if isinstance(language, dict) else ""
    found = page.templates.get((str(template.get("name")), code))
    lines = list(message.lines)
    if found is None:
        # The template was deleted; its text is in the record.
        return {"body": "\n".join(lines)}
    header = lines.pop(0) if found.header is not None and len(lines) > 1 else None
    buttons = [{"type": str(each.get("type")), "title": str(each.get("text"))} for each in found.buttons]
    return {"header": header, "image": found.header_image, "body": lines[0] if lines else "", "buttons": buttons}


def _attachment(page: PageState, key: str) -> dict[str, Any] | None:
    saved = page.attachments.get(key)
    return _source(page, saved.url, saved.file) if saved is not None else None


def _source(page: PageState, url: str | None, file: File | None) -> dict[str, Any]:
    if file is None:
        return {"url": local(url)}
    address = f"{FILES}{file.key}" if file.key and page.uploads.get(file.key) is not None else local(url)
    return {"url": address, "name": file.name, "type": file.type, "size": file.size}


def _attachment_ids(value: Any, depth: int = 0) -> Iterator[str]:
    # Attachments are a few levels deep at most; a payload may be nested far deeper.
    if depth > 6:
        return
    if isinstance(value, dict):
        if value.get("attachment_id") is not None:
            yield str(value["attachment_id"])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _attachment_ids(each, depth + 1)
