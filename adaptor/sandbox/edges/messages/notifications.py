"""The people who opted in to notifications: `GET /{PAGE_ID}/notification_message_tokens`.

Recurring notifications ended on 10 February 2026 except in a few regions; the tokens can still be listed.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/marketing-messages
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.state.records import Gesture

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.page_state import PageState

_SOURCES: Final = ("COMMENT_AUTOMATION", "CTM", "REPLY_AUTOMATION", "SUBSCRIBER_LIST")
_TOKEN: Final = "notification_messages_token"
_NAMES: Final = (
    *("notification_messages_frequency", "notification_messages_timezone", "token_expiry_timestamp"),
    *("user_token_status", "next_eligible_time", "creation_timestamp", "notification_messages_reoptin"),
)


def _filters(call: GraphCall) -> Callable[[Gesture], bool]:
    """Read the filters, which Meta's SDK names; nobody in a sandbox was in an ad's audience."""
    sources = call.words("opt_in_source")
    for index, source in enumerate(sources):
        if source not in _SOURCES:
            raise invalid(f'Param opt_in_source[{index}] must be one of {{{", ".join(_SOURCES)}}} - got "{source}".')
    since, until = _time(call, "since"), _time(call, "until")
    lists = [name for name in ("custom_audience_ids", "subscriber_tag_ids") if call.words(name)]
    messaged = _flag(call, "is_previously_messaged")

    def keep(event: Gesture) -> bool:
        at = event.at.timestamp()
        return (
            not lists
            and not messaged
            and (not sources or event.payload.get("opt_in_source") in sources)
            and (since is None or at >= since)
            and (until is None or at <= until)
        )

    return keep


def _flag(call: GraphCall, name: str) -> bool:
    value = str(call.parameters.get(name, "false")).lower()
    if value not in {"true", "false", "1", "0"}:
        raise invalid(f"Param {name} must be a boolean")
    return value in {"true", "1"}


def _time(call: GraphCall, name: str) -> float | None:
    value = call.parameters.get(name)
    if value is None or value == "":
        return None
    text = str(value)
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return float(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise invalid(f"Param {name} must be a valid date/time string or a Unix timestamp") from None
    return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()


def list_tokens(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the tokens of the people who opted in, as in the webhook."""
    fields = read_fields(call.parameters.get("fields"))
    keep = _filters(call)
    found = {
        str(event.payload[_TOKEN]): (psid, event.payload)
        for psid, events in page.timeline.items()
        for event in events
        if isinstance(event, Gesture) and event.action == "optin" and _TOKEN in event.payload and keep(event)
    }
    if _flag(call, "do_not_return_duplicates"):
        newest = {psid: token for token, (psid, _) in found.items()}
        found = {token: found[token] for token in newest.values()}

    def show(key: str) -> dict[str, Any]:
        psid, payload = found[key]

        def read(name: str) -> Callable[[Field], Any]:
            return lambda _: payload.get(name)

        known = {_TOKEN: read(_TOKEN), "recipient_id": lambda _: psid, **{name: read(name) for name in _NAMES}}
        known["topic_title"] = read("title")
        return select(fields, known, (_TOKEN, "recipient_id", *_NAMES[:4]), "UserPageOneTimeOptInTokenSettings")

    return page_through(call, list(found), show, path=f"{page.page_id}/notification_message_tokens")
