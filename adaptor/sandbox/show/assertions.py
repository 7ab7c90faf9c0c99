"""Assertions about sent messages; a failure lists what was sent instead."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.show.plain_text import show_line, show_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adaptor.sandbox.state.records import Message, Refusal

_SHOWN: Final = 20


def assert_sent(
    messages: Sequence[Message],
    refusals: Sequence[Refusal],
    psid: str | None,
    *,
    times: int | None,
    wanted: dict[str, Any],
) -> list[Message]:
    """Give the matching messages; fail if there is none, or not exactly `times`."""
    here = [message for message in messages if psid is None or message.psid == psid]
    fitting = [message for message in here if all(_fits(message, key, value) for key, value in wanted.items())]
    if len(fitting) == times or (times is None and fitting):
        return fitting
    what = ", ".join(f"{key}={value!r}" for key, value in wanted.items())
    whom = f" to {psid}" if psid is not None else ""
    number = "no message" if not fitting else f"{len(fitting)} {'message' if len(fitting) == 1 else 'messages'}"
    lines = [f"{number}{whom} with {what}" if what else f"{number}{whom}"]
    if times is not None:
        lines[0] += f", expected {times}"
    lines += _list(f"sent{whom}" if here or psid is None else f"nothing was sent{whom}; sent", here or messages)
    refused = [refusal for refusal in refusals if psid is None or refusal.psid == psid]
    for refusal in refused[-_SHOWN:]:
        code = f"{refusal.code}/{refusal.subcode}" if refusal.subcode else str(refusal.code)
        lines.append(f"  refused {code}: {show_line(refusal.message)}")
    raise AssertionError("\n".join(lines))


def _list(title: str, messages: Sequence[Message]) -> list[str]:
    if not messages:
        return [f"{title}: nothing"]
    shown = [f"  {message.psid or message.recipient}: {' | '.join(show_message(message))}" for message in messages]
    more = len(shown) - _SHOWN
    return [f"{title}:", *shown[:_SHOWN], *([f"  … and {more} more"] if more > 0 else [])]


def _fits(message: Message, key: str, value: Any) -> bool:
    if key == "text":
        shown = message.text if message.text is not None else "\n".join(show_message(message))
        # For a utility message, a single line of its text also matches.
        texts = (shown, *message.lines)
        return value.search(shown) is not None if isinstance(value, re.Pattern) else value in texts
    if key in {"messaging_type", "tag", "id"}:
        return bool(getattr(message, key) == value)
    if key in message.payload:
        return bool(message.payload[key] == value)
    if key == "template_type":
        return bool(message.attached.get("template_type", "") == value)
    if key == "attachment_type":
        attachment = message.payload.get("attachment")
        return isinstance(attachment, dict) and attachment.get("type") == value
    if key == "quick_reply_titles":
        replies = message.payload.get("quick_replies") or []
        return [reply.get("title") for reply in replies] == list(value)
    return bool((message.parameters or {}).get(key) == value)
