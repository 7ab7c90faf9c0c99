from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, list_notification_tokens, state


def test_people_who_agreed_are_listed(meta: Any) -> None:
    got = meta(list_notification_tokens(fields="recipient_id"), {"data": [{"recipient_id": "1"}]})
    assert (got.method, got.path) == ("GET", "me/notification_message_tokens")
    assert (got.query, got.data) == ({"fields": "recipient_id"}, [{"recipient_id": "1"}])


def test_each_filter_is_sent_as_meta_reads_it(meta: Any) -> None:
    operation = list_notification_tokens(
        opt_in_source=state.data.sources,
        since="2026-11-01",
        until=1764547200,
        is_previously_messaged=False,
        custom_audience_ids="1,2",
        subscriber_tag_ids=[3],
        do_not_return_duplicates=True,
    )
    assert meta(operation, {"data": []}, data={"sources": ["CTM", "SUBSCRIBER_LIST"]}).query == {
        "opt_in_source": '["CTM","SUBSCRIBER_LIST"]',
        "since": "2026-11-01",
        "until": "1764547200",
        "is_previously_messaged": "false",
        "custom_audience_ids": '["1","2"]',
        "subscriber_tag_ids": '["3"]',
        "do_not_return_duplicates": "true",
    }


def test_a_source_that_looks_misspelt_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="looks like a misspelling"):
        list_notification_tokens(opt_in_source="SUBSCRIBERS_LIST")


def test_the_filters_choose_among_those_who_agreed(visit: Any, sandbox: Any) -> None:
    for psid, token, source in (("1", "a", "CTM"), ("2", "b", "SUBSCRIBER_LIST"), ("2", "c", "SUBSCRIBER_LIST")):
        details = {"type": "notification_messages", "notification_messages_token": token, "opt_in_source": source}
        sandbox.person(psid).opts_in("", **details)

    def found(**filters: Any) -> list[str]:
        return [each["notification_messages_token"] for each in visit(list_notification_tokens(**filters))["data"]]

    assert found() == ["a", "b", "c"]
    assert found(opt_in_source="SUBSCRIBER_LIST") == ["b", "c"]
    assert found(do_not_return_duplicates=True) == ["a", "c"]
    assert found(until="2020-01-01") == found(is_previously_messaged=True) == found(custom_audience_ids="7") == []
