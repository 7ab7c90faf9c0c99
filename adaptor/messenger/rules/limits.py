"""Meta's limits, each once and with its source; and how they are applied.

Meta does not say whether it counts UTF-16 units or code points. Characters are counted here as Python counts them, in
code points; a text that Meta counts longer is refused by Meta, and nothing is sent.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from ...core.errors import InvalidMessage
from ...core.state import a_kind
from ...core.values.lazy import Lazy
from .invisible import is_invisible

_DOCUMENTATION = "https://developers.facebook.com/documentation/business-messaging/messenger-platform"
_SEND_API = "https://developers.facebook.com/docs/messenger-platform/reference/send-api"
_QUICK_REPLIES = f"{_DOCUMENTATION}/send-messages/quick-replies"
_BUTTONS = f"{_DOCUMENTATION}/send-messages/buttons"
_BUTTON = f"{_DOCUMENTATION}/send-messages/template/button"
_GENERIC = f"{_DOCUMENTATION}/send-messages/template/generic"
_MEDIA = f"{_DOCUMENTATION}/send-messages/template/media"
_RECEIPT = f"{_DOCUMENTATION}/send-messages/template/receipt"
_PRODUCT = f"{_DOCUMENTATION}/send-messages/template/product"
_COUPON = f"{_DOCUMENTATION}/send-messages/template/coupon"
_IMAGE_GRID = f"{_DOCUMENTATION}/send-messages/template/image-grid"
_FEEDBACK = f"{_DOCUMENTATION}/send-messages/templates/customer-feedback-template"
_PROFILE = f"{_DOCUMENTATION}/reference/messenger-profile-api"
_MENU = f"{_DOCUMENTATION}/send-messages/persistent-menu"
_ROUTING = f"{_DOCUMENTATION}/conversation-routing"


class Limit(NamedTuple):
    """The most, and the least, that Meta takes of something."""

    most: int
    unit: str
    source: str
    fix: str
    least: int = 1


#: Checked 2026-11-24.
LIMITS = {
    "text": Limit(2000, "characters", _SEND_API, "Shorten it, or let send_text(…, split=True) cut it into parts."),
    "metadata": Limit(1000, "characters", _SEND_API, "Keep only an id in the metadata."),
    "attachments": Limit(30, "images", _SEND_API, "Send the images in several messages."),
    "quick_replies": Limit(13, "quick replies", _QUICK_REPLIES, "Offer fewer choices."),
    "quick_reply.title": Limit(20, "characters", _QUICK_REPLIES, "Shorten the title."),
    "quick_reply.payload": Limit(1000, "characters", _QUICK_REPLIES, "Keep only an id in the payload."),
    "buttons": Limit(3, "buttons", _BUTTON, "Offer fewer buttons; quick replies allow 13."),
    "button.title": Limit(20, "characters", _BUTTONS, "Shorten the title."),
    "button.payload": Limit(1000, "characters", _BUTTONS, "Keep only an id in the payload."),
    "button_template.text": Limit(640, "characters", _BUTTON, "Shorten the text."),
    "elements": Limit(10, "elements", _GENERIC, "Send the elements in several messages."),
    "element.title": Limit(80, "characters", _GENERIC, "Shorten the title."),
    "element.subtitle": Limit(80, "characters", _GENERIC, "Shorten the subtitle."),
    "media.elements": Limit(1, "elements", _MEDIA, "Send one message for each picture or video."),
    "receipt.elements": Limit(100, "elements", _RECEIPT, "Put several items into one element.", least=0),
    "product.elements": Limit(10, "products", _PRODUCT, "Send the products in several messages."),
    "coupon.title": Limit(80, "characters", _COUPON, "Shorten the title."),
    "coupon.subtitle": Limit(80, "characters", _COUPON, "Shorten the subtitle."),
    "feedback.title": Limit(65, "characters", _FEEDBACK, "Shorten the title."),
    "feedback.subtitle": Limit(80, "characters", _FEEDBACK, "Shorten the subtitle."),
    "feedback.button_title": Limit(20, "characters", _FEEDBACK, "Shorten the title of the button."),
    "feedback_screens": Limit(1, "screens", _FEEDBACK, "Ask one question in a template."),
    "questions": Limit(1, "questions", _FEEDBACK, "Ask one question in a template; `follow_up` asks for words."),
    "question.id": Limit(80, "characters", _FEEDBACK, "Shorten the id."),
    "question.title": Limit(85, "characters", _FEEDBACK, "Rewrite the question.", least=5),
    "question.placeholder": Limit(65, "characters", _FEEDBACK, "Shorten the placeholder."),
    "expires_in_days": Limit(7, "days", _FEEDBACK, "Give a whole number of days."),
    "image_grid.elements": Limit(1, "elements", _IMAGE_GRID, "Send one message for each grid."),
    "image_grid.images": Limit(6, "images", _IMAGE_GRID, "Give more images, or fewer.", least=2),
    "image_grid.title": Limit(45, "characters", _IMAGE_GRID, "Shorten the title."),
    "image_grid.subtitle": Limit(80, "characters", _IMAGE_GRID, "Shorten the subtitle."),
    "get_started.payload": Limit(1000, "characters", f"{_PROFILE}/get-started-button", "Keep only an id in it."),
    "greeting.text": Limit(160, "characters", f"{_PROFILE}/greeting", "Shorten the greeting."),  # older documentation
    "ice_breakers": Limit(4, "ice breakers", f"{_PROFILE}/ice-breakers", "Keep the four that are asked most."),
    "persistent_menu": Limit(20, "menu items", _MENU, "Keep the items that are used most."),
    "persistent_menu.title": Limit(30, "characters", _MENU, "Shorten the title."),
    "commands": Limit(100, "commands", f"{_PROFILE}/commands", "Keep the commands that are used most."),
    "command.name": Limit(32, "characters", f"{_PROFILE}/commands", "Shorten the name."),
    "command.description": Limit(64, "characters", f"{_PROFILE}/commands", "Shorten the description."),
    "whitelisted_domains": Limit(50, "domains", f"{_PROFILE}/domain-whitelisting", "Keep 50 domains."),  # uncertain
    "thread_control.metadata": Limit(1000, "characters", _ROUTING, "Keep only an id in the metadata."),  # uncertain
    "thread_control.duration": Limit(7 * 24 * 60 * 60, "seconds", _ROUTING, "7 days are the most."),
}


def refuse(field: str, what: str, fix: str, *, limit: Any = None, actual: Any = None) -> InvalidMessage:
    """Return the error for a message that Meta would refuse."""
    details = {"field": field, "limit": limit, "actual": actual}
    return InvalidMessage(
        f"`{field}` {what}.", fix=fix, details={key: value for key, value in details.items() if value is not None}
    )


#: Control characters, without the tab and the ends of lines.
_CONTROL = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"


def check_text(field: str, value: Any, limit: str | None = None, *, may_be_empty: bool = False) -> None:
    """Refuse what is not text, is empty or is too long; what is still lazy is checked when it is known."""
    if isinstance(value, Lazy):
        return
    if value is None:
        raise refuse(field, "is missing", "Give it some text.")
    if not isinstance(value, str):
        kind = a_kind(value)
        fix = "Give a text: str(…) makes one of a number."
        if isinstance(value, bool):
            fix = (
                "A condition gives true or false. In an f-string `|` chooses words: f\"{state.data.name | 'friend'}\"."
            )
        raise refuse(field, f"must be text, not {kind}", fix, actual=kind)
    if not value.strip() and not may_be_empty:
        raise refuse(field, "is empty", "Give it some text.", actual=0)
    if not value.isascii() and not may_be_empty and all(map(is_invisible, value)):
        raise refuse(field, "is empty: it holds only invisible characters", "Give it some text.", actual=0)
    if not value.isprintable() and (sign := re.search(_CONTROL, value)) is not None:
        raise refuse(field, f"holds a control character (U+{ord(sign[0]):04X})", "Take it out of the text.")
    if value and limit is not None:
        _check_count(field, len(value), LIMITS[limit])


def check_items(field: str, value: Any, limit: str | None = None) -> list[tuple[str, Any]]:
    """Refuse what is not a list, is empty, too short or too long. Returns the known items, each with its place."""
    if isinstance(value, Lazy):
        return []
    if value is None:
        raise refuse(field, "is missing", "Give a list: […].")
    if not isinstance(value, list | tuple):
        raise refuse(field, f"must be a list, not {a_kind(value)}", "Put it into a list: […].")
    if limit is not None:
        if not value and LIMITS[limit].least:
            most = LIMITS[limit].most
            raise refuse(field, "is an empty list", "Leave it out, or give it something.", limit=most, actual=0)
        _check_count(field, len(value), LIMITS[limit])
    return [(f"{field}[{index}]", item) for index, item in enumerate(value) if not isinstance(item, Lazy)]


def check_object(field: str, value: Any, example: str) -> dict[str, Any] | None:
    """Refuse what is not an object. Returns it, or None where it is still lazy."""
    if isinstance(value, Lazy):
        return None
    if value is None:
        raise refuse(field, "is missing", f"Write {example}.")
    if not isinstance(value, dict):
        raise refuse(field, f"must be an object, not {a_kind(value)}", f"Write {example}.")
    return value


def check_whole_number(field: str, value: Any, limit: str) -> None:
    """Refuse what is not a whole number, or is too small or too large. The text of one will do."""
    if isinstance(value, Lazy):
        return
    most, unit, _, fix, least = LIMITS[limit]
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch("-?[0-9]{1,9}", text):
        raise refuse(field, f"must be a whole number of {unit}", fix)
    number = int(text)
    if not least <= number <= most:
        what = f"is {number}; Meta takes {least} to {most} {unit}"
        raise refuse(field, what, fix, limit=most if number > most else least, actual=number)


def _check_count(field: str, count: int, bounds: Limit) -> None:
    most, unit, _, fix, least = bounds
    if least <= count <= most:
        return
    limit = most if count > most else least
    takes = "exactly" if least == most else "at most" if count > most else "at least"
    counted = f"{count:,} {unit if count != 1 else unit.removesuffix('s')}"
    raise refuse(field, f"has {counted}; Meta takes {takes} {limit:,}", fix, limit=limit, actual=count)
