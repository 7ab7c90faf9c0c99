"""A message that takes several calls: typing before it, or a long text in parts."""

from __future__ import annotations

from typing import Any

from ...graph.request import GraphRequest
from ..rules.limits import LIMITS
from ..rules.values import given

#: How long Meta shows that the Page is typing.
#: Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions (checked 2026-11-24).
TYPING_SECONDS = 20


def text_series(request: GraphRequest, *, split: bool, typing: float | None) -> list[GraphRequest]:
    """Return the calls in the place of one that sends a text.

    Args:
        request: The finished call, with the whole text.
        split: Whether a long text goes out in parts.
        typing: Seconds of typing before each part, or None.
    """
    message = request.body["message"]
    texts = _texts(message["text"]) if split else [message["text"]]
    last = len(texts) - 1
    series = []
    for index, text in enumerate(texts):
        body = {**request.body, "message": {**message, "text": text}}
        if index != last:
            # What the person answers with, and the hand-over of the thread, come with the last part.
            body["message"].pop("quick_replies", None)
            body.pop("thread_control", None)
        if index > 0:
            body.pop("reply_to", None)
        key = request.key if request.key is None or last == 0 else f"{request.key} part {index + 1}"
        part = request._replace(body=body, key=key, part=index)
        series += [part] if not typing else [_typing(request), part._replace(delay=float(typing))]
    return series


def _texts(text: str) -> list[str]:
    # Only a text that is too long is split.
    if len(text) <= LIMITS["text"].most:
        return [text]
    from .split_text import split_text

    return split_text(text, LIMITS["text"].most)


def _typing(request: GraphRequest) -> GraphRequest:
    body: dict[str, Any] = {
        "recipient": request.body["recipient"],
        "sender_action": "typing_on",
        **given(persona_id=request.body.get("persona_id")),
    }
    return request._replace(body=body, expects=(), is_aside=True, key=None)
