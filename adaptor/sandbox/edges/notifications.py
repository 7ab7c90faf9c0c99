"""The people who opted in to notifications: `GET /{PAGE_ID}/notification_message_tokens`.

Recurring notifications ended on 10 February 2026 except in a few regions; the tokens can still be listed.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/marketing-messages
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.state.records import Gesture

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.page_state import PageState

_TOKEN: Final = "notification_messages_token"
_NAMES: Final = (
    *("notification_messages_frequency", "notification_messages_timezone", "token_expiry_timestamp"),
    *("user_token_status", "next_eligible_time", "creation_timestamp", "notification_messages_reoptin"),
)


def list_tokens(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the tokens of the people who opted in, as in the webhook."""
    fields = read_fields(call.parameters.get("fields"))
    found = {
        str(event.payload[_TOKEN]): (psid, event.payload)
        for psid, events in page.timeline.items()
        for event in events
        if isinstance(event, Gesture) and event.action == "optin" and _TOKEN in event.payload
    }

    def show(key: str) -> dict[str, Any]:
        psid, payload = found[key]

        def read(name: str) -> Callable[[Field], Any]:
            return lambda _: payload.get(name)

        known = {_TOKEN: read(_TOKEN), "recipient_id": lambda _: psid, **{name: read(name) for name in _NAMES}}
        known["topic_title"] = read("title")
        return select(fields, known, (_TOKEN, "recipient_id", *_NAMES[:4]), "UserPageOneTimeOptInTokenSettings")

    return page_through(call, list(found), show, path=f"{page.page_id}/notification_message_tokens")
