from __future__ import annotations

from typing import Any

from adaptor import list_notification_tokens


def test_people_who_agreed_are_listed(meta: Any) -> None:
    got = meta(list_notification_tokens(fields="recipient_id"), {"data": [{"recipient_id": "1"}]})
    assert (got.method, got.path) == ("GET", "me/notification_message_tokens")
    assert (got.query, got.data) == ({"fields": "recipient_id"}, [{"recipient_id": "1"}])
