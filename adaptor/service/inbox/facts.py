"""From the body of a webhook to its events, each as plain facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...common.times import unix_time
from ...core.digest import digest
from ..store.records import Event
from .fields import FIELD_OF, IDENTIFIED_BY_MID, OPENS_WINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator


#: What every event has: who, with whom, and when.
_ENVELOPE = ("sender", "recipient", "timestamp")


def events_in(document: Any) -> list[Event]:
    """Return the events in the body of a webhook, in its order; what is no event of a Page is left out.

    `facts` of each event always has these keys, so that conditions can ask for them:

    * `event`: Meta's name of the field, such as `messages`, `message_echoes` or `messaging_postbacks`
    * `page`: the id of the Page; `psid`: the person, or None
    * `timestamp`: Unix time in milliseconds, or None; Meta sends seconds now and then
    * `text`: of a message, or None; `attachments`: a list of `{"type", "payload"}`
    * `payload`: of the button, quick reply or opt-in that was tapped, or None
    * `quick_reply`: the same, for quick replies alone
    * `referral`: `{"ref", "source", "type", …}` of the link or ad that led here, or None
    * `mid`: Meta's id of the message, or None
    * `is_echo`: the Page sent it; `standby`: another app is in charge of the conversation

    A message has its other keys beside these, such as `reply_to`; another event has its content under Meta's key,
    such as `reaction` or `delivery`. What Meta says beside the content is there too, such as `prior_message`.

    Args:
        document: The body, read as JSON.

    Example:
        >>> message = {"sender": {"id": "65"}, "timestamp": 1458692752478, "message": {"mid": "m_1", "text": "Hi"}}
        >>> (event,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [message]}]})
        >>> event.kind, event.mid, event.facts["psid"], event.facts["text"]
        ('messages', 'm_1', '65', 'Hi')
    """
    if not isinstance(document, dict):
        return []
    if "field" in document and isinstance(document.get("value"), dict):
        # The test button of the App Dashboard sends an event without an entry.
        return [_event(document["value"], {}, is_standby=False)]
    if document.get("object") != "page":
        return []
    return [event for entry in _objects(document.get("entry")) for event in _events_of(entry)]


def _events_of(entry: dict[str, Any]) -> Iterator[Event]:
    for item in _objects(entry.get("messaging")):
        yield _event(item, entry, is_standby=False)
    for item in _objects(entry.get("standby")):
        yield _event(item, entry, is_standby=True)
    for change in _objects(entry.get("changes")):
        yield _change(change, entry)


def _event(item: dict[str, Any], entry: dict[str, Any], *, is_standby: bool) -> Event:
    key = next((known for known in FIELD_OF if known in item), "")
    content = _object(item.get(key))
    is_echo = key == "message" and content.get("is_echo") is True
    kind = "message_echoes" if is_echo else FIELD_OF.get(key) or _unknown(item)
    sender, recipient = _object(item.get("sender")), _object(item.get("recipient"))
    person, page_side = (recipient, sender) if is_echo else (sender, recipient)
    page = _id(entry.get("id")) or _id(page_side.get("id")) or ""
    psid = _id(person.get("id"))
    if psid == page and page:
        psid = _id(page_side.get("id")) if _id(page_side.get("id")) != page else None
    # What the same event has in every delivery. Without a time of its own, that of the entry tells two apart.
    happened = _seconds(item.get("timestamp"))
    mid = _id(content.get("mid")) if kind in IDENTIFIED_BY_MID else None
    if mid is not None and content.get("is_deleted") is True:
        mid += " deleted"
    identity = mid or digest(item, *([] if happened is not None else [entry.get("time")]))
    facts = {
        # What Meta says beside the content, such as `prior_message` and `hop_context`.
        **{name: value for name, value in item.items() if name not in (key, *_ENVELOPE)},
        **(content if key == "message" else {key.replace("-", "_"): item[key]} if key else {kind: item.get(kind)}),
        **_facts(key, content),
        "event": kind,
        "page": page,
        "psid": psid,
        "timestamp": None if happened is None else round(happened * 1000),
        "mid": _id(content.get("mid")),
        "is_echo": is_echo,
        "standby": is_standby,
    }
    user_ref = _id(person.get("user_ref")) or _id(_object(item.get("optin")).get("user_ref"))
    if user_ref is not None:
        facts["user_ref"] = user_ref
    return Event(page, kind, identity, psid, happened, facts, item, opens_window=_opens_window(kind, content))


def _opens_window(kind: str, content: dict[str, Any]) -> bool:
    is_taken_back = content.get("is_deleted") is True or content.get("action") == "unreact"
    # Of an ad that was clicked, only the message that follows counts.
    is_ad = kind == "messaging_referrals" and content.get("source") == "ADS"
    return kind in OPENS_WINDOW and not is_taken_back and not is_ad


def _facts(key: str, content: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that are in the content of an event."""
    text = content.get("text")
    quick_reply = _text(_object(content.get("quick_reply")).get("payload"))
    referral = content if key == "referral" else content.get("referral")
    if key == "optin" and content.get("ref") is not None:
        referral = {"ref": content["ref"]}
    return {
        "text": text if isinstance(text, str) else None,
        "attachments": _objects(content.get("attachments")),
        "payload": quick_reply if quick_reply is not None else _text(content.get("payload")),
        "quick_reply": quick_reply,
        "referral": referral if isinstance(referral, dict) else None,
    }


def _change(change: dict[str, Any], entry: dict[str, Any]) -> Event:
    """Return the event for a change of the Page itself: nobody wrote."""
    kind, value = _text(change.get("field")) or "changes", change.get("value")
    page = _id(entry.get("id")) or ""
    happened = _seconds(entry.get("time"))
    facts = {
        **_facts("", {}),
        "value": value,
        "event": kind,
        "page": page,
        "psid": None,
        "timestamp": None if happened is None else round(happened * 1000),
        "mid": None,
        "is_echo": False,
        "standby": False,
    }
    return Event(page, kind, digest(change, entry.get("time")), None, happened, facts, change)


def _unknown(item: dict[str, Any]) -> str:
    """Return the key of an event of a kind that came after this release."""
    return next((str(key) for key in item if key not in _ENVELOPE), "other")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _id(value: Any) -> str | None:
    """Return an id as text: Meta sends some of them as numbers."""
    is_id = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return str(value) if is_id else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _seconds(value: Any) -> float | None:
    try:
        found = unix_time(value)
    except (ValueError, OverflowError):
        return None
    # A job could not make a date of a time that no calendar has.
    return found if found is not None and 0 <= found < 1e11 else None
