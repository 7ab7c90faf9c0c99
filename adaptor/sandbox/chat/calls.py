"""One call of a program as the developer panel lists it: whom it concerned, what it was, and what Meta said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from adaptor.sandbox.chat.items import summarise
from adaptor.sandbox.meta import limits
from adaptor.sandbox.state.page_state import milliseconds
from adaptor.sandbox.state.records import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.state.records import Exchange

# A batch of fifty parts is longer; this is enough to read.
_LONG: Final = 12_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEMPLATES: Final = {
    "customer_feedback": "feedback form",
    "customer_information": "address form",
    "generic": "cards",
    "image_grid": "image grid",
    "instant_form": "instant form",
}
_ACTIONS: Final = {
    "typing_on": "typing on",
    "typing_off": "typing off",
    "mark_seen": "mark as seen",
    "react": "reaction",
    "unreact": "reaction taken back",
}


def show_call(page: PageState, exchange: Exchange) -> dict[str, Any]:
    """Give one call; the caller holds the lock of the page state."""
    request = exchange.request
    shown: dict[str, Any] = {
        "at": milliseconds(request.at),
        "method": request.method,
        "path": request.path,
        "status": request.status,
        "fault": request.fault,
        "people": [page.name_of(thread) for thread in exchange.threads],
        "asked": cut(json.dumps(exchange.parameters, ensure_ascii=False, indent=2, default=str)),
        "answer": cut(pretty(exchange.answer)),
    }
    batch = exchange.parameters.get("batch")
    parts = list(_bodies(batch)) if isinstance(batch, list) else []
    kind, text = _describe(request.method, request.path, parts[0] if parts else exchange.parameters)
    answer = _read(exchange.answer)
    code = _code(answer)
    if parts:
        kind = f"batch of {len(parts)}"
        refused = sum(_is_refused(each) for each in answer) if isinstance(answer, list) else 0
        code = code or (f"{refused} refused" if refused else "")
    return shown | {"kind": kind, "text": text, "code": code}


def pretty(data: bytes) -> str:
    """Give a body with indentation where it is JSON."""
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return data.decode("utf-8", "replace")


def cut(text: str) -> str:
    """Shorten a text that is too long to read."""
    return text if len(text) <= _LONG else f"{text[:_LONG]}\n… and {len(text) - _LONG:,} more characters"


def _bodies(batch: list[Any]) -> Iterator[dict[str, Any]]:
    """Give the parameters of each part of a batch; their values that are JSON are read."""
    for part in batch[: limits.BATCH]:
        body = part.get("body") if isinstance(part, dict) else None
        pairs = dict(parse_qsl(body)) if isinstance(body, str) else {}
        yield {key: _read(value) if value[:1] == "{" else value for key, value in pairs.items()}


def _describe(method: str, path: str, parameters: dict[str, Any]) -> tuple[str, str]:
    """Give what a call was, and the text that the person would see."""
    message = parameters.get("message")
    if isinstance(message, dict):
        return _kind(message), summarise(Message("", "", _EPOCH, message, {}))
    action = parameters.get("sender_action")
    if isinstance(action, str):
        return _ACTIONS.get(action.lower(), action), ""
    edge = path.rstrip("/").rpartition("/")[2].replace("_", " ")
    return f"{'read' if method == 'GET' else 'delete' if method == 'DELETE' else 'set'} {edge}", ""


def _kind(message: dict[str, Any]) -> str:
    attachment, template = message.get("attachment"), message.get("template")
    if isinstance(template, dict):
        return "utility template"
    if isinstance(attachment, dict):
        kind, payload = str(attachment.get("type")), attachment.get("payload")
        if kind == "template" and isinstance(payload, dict):
            name = str(payload.get("template_type"))
            return _TEMPLATES.get(name, f"{name} template" if name == "button" else name)
        return kind
    if message.get("attachments"):
        return "images"
    if message.get("sticker_id") is not None:
        return "sticker"
    return "quick replies" if message.get("quick_replies") else "text"


def _code(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(error, dict):
        return ""
    subcode = error.get("error_subcode")
    return f"{error.get('code')}/{subcode}" if subcode else str(error.get("code"))


def _is_refused(part: Any) -> bool:
    return isinstance(part, dict) and part.get("code") != 200


def _read(data: bytes | str) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
