from __future__ import annotations

from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    get_insights,
    get_page,
    list_feature_reviews,
    list_subscribed_apps,
    set_nlp_configs,
    state,
    subscribe_app,
    unsubscribe_app,
)
from adaptor.core.run.context import Run


def test_the_page_is_read(meta: Any) -> None:
    page = {"id": "102", "name": "Clinic"}
    got = meta(get_page(), page)
    assert (got.method, got.path, got.query, got.data) == ("GET", "me", {}, page)
    assert meta(get_page(["id", "link"]), page, page_id="102").path == "102"


@pytest.mark.parametrize("fields", [["messages", "messaging_postbacks"], "messages, messaging_postbacks"])
def test_an_app_is_subscribed_to_fields(meta: Any, fields: Any) -> None:
    sent = meta(subscribe_app(fields))
    assert (sent.method, sent.path, sent.body) == ("POST", "me/subscribed_apps", None)
    assert sent.query == {"subscribed_fields": "messages,messaging_postbacks"}


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("message", "messages"),
        ("messaging_postback", "messaging_postbacks"),
        ("mesaging_postback", "messaging_postbacks"),
        ("messaging-optins", "messaging_optins"),
        ("messagingHandovers", "messaging_handovers"),
        ("MESSAGES", "messages"),
        ("standyb", "standby"),
    ],
)
def test_a_misspelt_field_is_refused_with_the_one_that_is_meant(word: str, meant: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        subscribe_app(["messages", word])
    assert refused.value.fix.startswith(f"Did you mean `{meant}`?")
    assert word in str(refused.value)


@pytest.mark.parametrize("word", ["message_translations", "polls", "messaging_new_thing", "message_summaries"])
def test_a_field_that_meta_may_have_added_passes(meta: Any, word: str) -> None:
    assert meta(subscribe_app(word)).query == {"subscribed_fields": word}


@pytest.mark.parametrize("fields", ["", [], [""], [None], 7, {"a": 1}])
def test_a_subscription_to_nothing_is_refused(fields: Any) -> None:
    with pytest.raises(InvalidMessage, match="subscribed_fields"):
        subscribe_app(fields)


def test_apps_are_listed_and_unsubscribed(meta: Any) -> None:
    got = meta(list_subscribed_apps(), {"data": [{"id": "9"}]})
    assert (got.method, got.path, got.data) == ("GET", "me/subscribed_apps", [{"id": "9"}])
    gone = meta(unsubscribe_app())
    assert (gone.method, gone.path, gone.data) == ("DELETE", "me/subscribed_apps", {"success": True})


def test_reviews_are_listed(meta: Any) -> None:
    got = meta(list_feature_reviews(), {"data": [{"feature": "gender", "status": "APPROVED"}]})
    assert (got.path, got.data) == ("me/messaging_feature_review", [{"feature": "gender", "status": "APPROVED"}])


def test_language_settings_go_in_the_body_and_their_token_is_a_secret(meta: Any) -> None:
    with Run() as run:
        sent = meta(
            set_nlp_configs(nlp_enabled=state.data.on, model="CUSTOM", custom_token="wit-token-of-the-tests"),
            data={"on": True},
        )
        assert run.redactor.text("wit-token-of-the-tests") == "[redacted]"
    assert (sent.method, sent.path, sent.query) == ("POST", "me/nlp_configs", {})
    assert sent.body == {"nlp_enabled": True, "model": "CUSTOM", "custom_token": "wit-token-of-the-tests"}
    with pytest.raises(InvalidMessage, match="nothing to set"):
        set_nlp_configs()


def test_insights_are_a_list_of_metrics_and_the_time_after_is_not_asked_for(meta: Any, httpserver: Any) -> None:
    answer = {"data": [{"name": "m", "values": []}], "paging": {"next": "https://graph.facebook.com/x?since=2"}}
    operation = get_insights(
        ["page_messages_new_conversations_unique", "page_messages_total_messaging_connections"],
        period="total_over_range",
        since=1790000000,
        until="2026-11-01",
        breakdown=["a", "b"],
    )
    got = meta(operation, answer)
    assert got.data == answer["data"]
    assert len(httpserver.log) == 1
    assert (got.method, got.path) == ("GET", "me/insights")
    assert got.query == {
        "metric": "page_messages_new_conversations_unique,page_messages_total_messaging_connections",
        "period": "total_over_range",
        "since": "1790000000",
        "until": "2026-11-01",
        "breakdown": "a,b",
    }


def test_a_misspelt_metric_is_refused_and_another_one_passes(meta: Any) -> None:
    with pytest.raises(InvalidMessage, match="page_messages_new_conversation_unique"):
        get_insights("page_messages_new_conversation_unique")
    got = meta(get_insights("page_fans"), {"data": []})
    assert (got.query, got.data) == ({"metric": "page_fans"}, [])
