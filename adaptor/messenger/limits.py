"""Meta's figures for messages, each once, with where it comes from; and how they are applied.

Meta does not say whether it counts UTF-16 units or code points. Characters are counted here as Python counts them, in
code points; a text that Meta counts longer is refused by Meta, and nothing is sent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.errors import InvalidMessage
from ..core.lazy import Lazy

_SEND_API = "https://developers.facebook.com/docs/messenger-platform/reference/send-api"
_QUICK_REPLIES = "https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies"
_BUTTONS = "https://developers.facebook.com/docs/messenger-platform/reference/buttons"
_TEMPLATES = "https://developers.facebook.com/docs/messenger-platform/reference/templates"


class Limit(NamedTuple):
    """The most that Meta takes of something."""

    most: int
    unit: str
    source: str
    fix: str


#: Checked 2026-11-23.
LIMITS = {
    "text": Limit(2000, "characters", _SEND_API, "Shorten it, or let send_text(…, split=True) cut it into parts."),
    "metadata": Limit(1000, "characters", _SEND_API, "Keep only an id in the metadata."),
    "attachments": Limit(30, "images", _SEND_API, "Send the images in several messages."),
    "quick_replies": Limit(13, "quick replies", _QUICK_REPLIES, "Offer fewer choices."),
    "quick_reply.title": Limit(20, "characters", _QUICK_REPLIES, "Shorten the title."),
    "quick_reply.payload": Limit(1000, "characters", _QUICK_REPLIES, "Keep only an id in the payload."),
    "buttons": Limit(3, "buttons", _BUTTONS, "Offer fewer buttons; quick replies allow 13."),
    "button.title": Limit(20, "characters", _BUTTONS, "Shorten the title."),
    "button.payload": Limit(1000, "characters", _BUTTONS, "Keep only an id in the payload."),
    "button_template.text": Limit(640, "characters", f"{_TEMPLATES}/button", "Shorten the text."),
    "elements": Limit(10, "elements", f"{_TEMPLATES}/generic", "Send the elements in several messages."),
    "element.title": Limit(80, "characters", f"{_TEMPLATES}/generic", "Shorten the title."),
    "element.subtitle": Limit(80, "characters", f"{_TEMPLATES}/generic", "Shorten the subtitle."),
}


def refuse(field: str, what: str, fix: str, *, limit: Any = None, actual: Any = None) -> InvalidMessage:
    """Return the error for a message that Meta would refuse."""
    details = {"field": field, "limit": limit, "actual": actual}
    return InvalidMessage(
        f"`{field}` {what}.", fix=fix, details={key: value for key, value in details.items() if value is not None}
    )


def count_characters(text: str) -> int:
    """Count the characters of a text in code points."""
    return len(text)


def check_text(field: str, value: Any, limit: str, *, may_be_empty: bool = False) -> None:
    """Refuse what is not text, is empty or is too long; what is still lazy is checked when it is known."""
    if isinstance(value, Lazy):
        return
    if not isinstance(value, str):
        kind = "None" if value is None else f"a {type(value).__name__}"
        raise refuse(field, f"must be text, not {kind}", "Give a text: str(…) makes one of a number.", actual=kind)
    if not value.strip() and not may_be_empty:
        raise refuse(field, "is empty", "Give it some text.", actual=0)
    most, unit, _, fix = LIMITS[limit]
    length = count_characters(value)
    if length > most:
        raise refuse(field, f"has {length:,} {unit}; Meta takes at most {most:,}", fix, limit=most, actual=length)


def check_list(field: str, value: Any, limit: str) -> list[Any]:
    """Refuse what is not a list, is empty or is too long. Returns the items that are known."""
    if isinstance(value, Lazy):
        return []
    if not isinstance(value, list | tuple):
        raise refuse(field, f"must be a list, not a {type(value).__name__}", "Put it into a list: […].")
    most, unit, _, fix = LIMITS[limit]
    if not value:
        raise refuse(field, "is an empty list", "Leave it out, or give it something.", limit=most, actual=0)
    if len(value) > most:
        raise refuse(field, f"has {len(value)} {unit}; Meta takes at most {most}", fix, limit=most, actual=len(value))
    return [item for item in value if not isinstance(item, Lazy)]


def check_object(field: str, value: Any, example: str) -> dict[str, Any] | None:
    """Refuse what is not an object. Returns it, or None where it is still lazy."""
    if isinstance(value, Lazy):
        return None
    if not isinstance(value, dict):
        raise refuse(field, f"must be an object, not a {type(value).__name__}", f"Write {example}.")
    return value
