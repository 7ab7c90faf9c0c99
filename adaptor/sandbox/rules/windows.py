"""Meta's messaging windows: what may be sent how long after the person's last message.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import DEAD_TAG, TAG_WITHOUT_TYPE, UNKNOWN_TAG, WINDOW_CLOSED, Refused, invalid

if TYPE_CHECKING:
    from datetime import datetime

    from adaptor.sandbox.state.objects import Person

_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
_DEAD_TAGS = frozenset({"CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE", "ACCOUNT_UPDATE"})


@dataclass(frozen=True)
class Occasion:
    """The rule of Meta's under which a message is sent.

    Attributes:
        messaging_type: As it came; None if absent, which Meta reads as a response.
        tag: The tag of a `MESSAGE_TAG`.
        window: The time after the person's last message; None for any time.
    """

    messaging_type: str | None
    tag: str | None
    window: timedelta | None


def read_occasion(parameters: dict[str, Any], message: dict[str, Any]) -> Occasion:
    """Read `messaging_type` and `tag`, and refuse what Meta no longer accepts."""
    kind = parameters.get("messaging_type")
    tag = parameters.get("tag")
    utility = message.get("template") is not None
    if kind is not None and kind not in _TYPES:
        raise invalid(f'Param messaging_type must be one of {{{", ".join(_TYPES)}}} - got "{kind}".')
    if tag is not None and kind != "MESSAGE_TAG":
        raise Refused(TAG_WITHOUT_TYPE)
    if kind == "MESSAGE_TAG":
        return Occasion(kind, _check_tag(tag, message), limits.TAGGED_WINDOW)
    if kind == "UTILITY" and not utility:
        raise invalid("The parameter message[template] is required")
    if utility and kind not in {"UTILITY", None}:
        raise invalid("Messaging type should be UTILITY for messages with a utility template.")
    # Meta's own example of a template with named parameters has no type.
    return Occasion(kind, None, None if utility else limits.STANDARD_WINDOW)


def _check_tag(tag: object, message: dict[str, Any]) -> str:
    if tag is None:
        raise invalid("The parameter tag is required")
    if isinstance(tag, str) and tag in _DEAD_TAGS:
        raise Refused(DEAD_TAG)
    if tag == "HUMAN_AGENT":
        return "HUMAN_AGENT"
    if tag == "CUSTOMER_FEEDBACK":
        attachment = message.get("attachment") or {}
        payload = attachment.get("payload") if isinstance(attachment, dict) else None
        if not isinstance(payload, dict) or payload.get("template_type") != "customer_feedback":
            raise invalid("The tag CUSTOMER_FEEDBACK can only be used with the customer_feedback template.")
        return "CUSTOMER_FEEDBACK"
    raise Refused(UNKNOWN_TAG)


def check_window(person: Person, occasion: Occasion, now: datetime) -> None:
    """Refuse a message outside the window, or to a person who has never written."""
    if occasion.window is None:
        return
    if person.last_message_at is None or now - person.last_message_at > occasion.window:
        raise Refused(WINDOW_CLOSED)


def time_left(person: Person, now: datetime) -> timedelta | None:
    """Give the time until the standard window closes; None if it is closed."""
    if person.last_message_at is None:
        return None
    left = limits.STANDARD_WINDOW - (now - person.last_message_at)
    return left if left >= timedelta() else None
