"""Add requests to a page state that were never sent, so that a preview can show them.

They are not checked: for that, run them in the sandbox. Their time is the present.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.rules.utility import fill_template
from adaptor.sandbox.state.page_state import message_id
from adaptor.sandbox.state.records import Action, File, Message
from adaptor.sandbox.state.uploads import LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from adaptor.sandbox.state.page_state import PageState

_MESSAGES = "/messages"
_PROFILE = "/messenger_profile"


def sketch(page: PageState, requests: Iterable[Mapping[str, Any]]) -> int:
    """Add requests to a page state; the caller holds its lock.

    Args:
        page: The state of the Page.
        requests: Each with `method`, `path`, `body`, and `files` as the paths of local files by their field.

    Returns:
        How many messages and sender actions were added.
    """
    drawn = 0
    for request in requests:
        path, body = f"/{str(request.get('path', '')).strip('/')}", request.get("body")
        if request.get("method") != "POST" or not isinstance(body, dict):
            continue
        if path.endswith(_MESSAGES):
            drawn += _sketch_message(page, body, request.get("files"))
        elif path.endswith(_PROFILE):
            page.profile.update(body)
    return drawn


def _sketch_message(page: PageState, body: dict[str, Any], files: Any) -> bool:
    thread = _thread(body.get("recipient"))
    page.find_person(thread)
    message = body.get("message")
    if isinstance(message, dict):
        page.record(thread, _message(page, thread, message, body, files))
        return True
    action = _text(body.get("sender_action"))
    if action is None:
        return False
    payload = body.get("payload")
    payload = payload if isinstance(payload, dict) else {}
    page.record(thread, Action(thread, page.clock.now(), action.lower(), payload))
    return True


def _message(page: PageState, thread: str, message: dict[str, Any], body: dict[str, Any], files: Any) -> Message:
    kept = {key: body[key] for key in ("reply_to", "persona_id", "notification_type") if body.get(key) is not None}
    return Message(
        id=message_id(),
        psid=thread,
        at=page.clock.now(),
        payload=message,
        recipient={"id": thread},
        messaging_type=_text(body.get("messaging_type")),
        tag=_text(body.get("tag")),
        parameters=kept,
        files=tuple(_read(page, path) for path in (files or {}).values()),
        lines=_fill(page, message),
    )


def _thread(recipient: Any) -> str:
    if not isinstance(recipient, dict) or not recipient:
        return str(recipient or "")
    if "id" in recipient:
        return str(recipient["id"])
    key, value = next(iter(recipient.items()))
    return f"{key} {value}"


def _fill(page: PageState, message: dict[str, Any]) -> tuple[str, ...]:
    if not isinstance(message.get("template"), dict):
        return ()
    try:
        return fill_template(page, RequestObject(message, "message").object("template"))
    except Refused:
        # The sandbox does not know the template: the preview shows its parameters.
        return ()


def _read(page: PageState, path: object) -> File:
    file = Path(str(path))
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    try:
        size = file.stat().st_size
        data = file.read_bytes() if size <= LARGEST else None
    except OSError:
        return File(file.name, kind, 0)
    return File(file.name, kind, size, page.uploads.put(kind, data) if data is not None else "")


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
