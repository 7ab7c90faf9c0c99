from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor import (
    InvalidMessage,
    extend_thread_control,
    get_messaging_feature_status,
    get_thread_owner,
    pass_thread_control,
    release_thread_control,
    request_thread_control,
    state,
    take_thread_control,
)

ANA = "6543210987654321"
WHOM = {"recipient": {"id": ANA}}


@pytest.mark.parametrize(
    ("operation", "edge", "body"),
    [
        (pass_thread_control(ANA), "pass", WHOM),
        (pass_thread_control(ANA, 123), "pass", {**WHOM, "target_app_id": 123}),
        (pass_thread_control(ANA, "PAGE_INBOX"), "pass", {**WHOM, "target_app_id": "263902037430900"}),
        (pass_thread_control(ANA, "instagram_inbox"), "pass", {**WHOM, "target_app_id": "1217981644879628"}),
        (take_thread_control({"user_ref": "a"}), "take", {"recipient": {"user_ref": "a"}}),
        (request_thread_control(ANA, metadata="billing"), "request", {**WHOM, "metadata": "billing"}),
    ],
)
def test_control_changes_hands_with_a_body(meta: Any, operation: Any, edge: str, body: dict[str, Any]) -> None:
    sent = meta(operation)
    assert (sent.method, sent.path, sent.query) == ("POST", f"me/{edge}_thread_control", {})
    assert sent.body == body
    assert sent.data == {"success": True}


def test_arguments_may_be_lazy_and_none(meta: Any) -> None:
    operation = pass_thread_control(state.data.psid, state.data.app, metadata=state.data.note)
    sent = meta(operation, data={"psid": ANA, "app": "PAGE_INBOX", "note": None})
    assert sent.body == {**WHOM, "target_app_id": "263902037430900"}
    assert meta(operation, data={"psid": ANA, "app": None, "note": "n"}).body == {**WHOM, "metadata": "n"}


def test_control_is_released_and_extended_with_a_query(meta: Any) -> None:
    sent = meta(release_thread_control(ANA, metadata="done"))
    assert (sent.method, sent.path, sent.body) == ("POST", "me/release_thread_control", None)
    assert json.loads(sent.query["recipient"]) == {"id": ANA}
    assert sent.query["metadata"] == "done"
    sent = meta(extend_thread_control(state.data.psid, "86400"), data={"psid": ANA})
    assert (sent.method, sent.path) == ("POST", "me/extend_thread_control")
    assert (json.loads(sent.query["recipient"]), sent.query["duration"]) == ({"id": ANA}, "86400")


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ({"data": [{"thread_owner": {"app_id": "9", "expiration": 1}}]}, {"app_id": "9", "expiration": 1}),
        ({"data": []}, {}),
        ({"data": [{}]}, {}),
    ],
)
def test_the_owner_is_one_object(meta: Any, answer: Any, data: Any) -> None:
    got = meta(get_thread_owner(ANA), answer)
    assert (got.method, got.path, got.query) == ("GET", "me/thread_owner", {"recipient": ANA})
    assert got.data == data


def test_the_status_of_the_page_is_read(meta: Any) -> None:
    got = meta(get_messaging_feature_status(), {"id": "1", "messaging_feature_status": {"hop_v2": True}})
    assert (got.path, got.query, got.data) == ("me", {"fields": "messaging_feature_status"}, {"hop_v2": True})


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: pass_thread_control(ANA, "PAGE_INBOXX"), "target_app_id"),
        (lambda: pass_thread_control(ANA, ""), "target_app_id"),
        (lambda: pass_thread_control(ANA, True), "target_app_id"),
        (lambda: take_thread_control(""), "recipient.id"),
        (lambda: release_thread_control(None), "recipient"),
        (lambda: extend_thread_control(ANA, 0), "duration"),
        (lambda: extend_thread_control(ANA, "a day"), "duration"),
        (lambda: extend_thread_control(ANA, 1.5), "duration"),
        (lambda: extend_thread_control(ANA, True), "duration"),
        (lambda: get_thread_owner(""), "recipient.id"),
    ],
)
def test_what_meta_would_refuse_is_refused_when_it_is_built(build: Any, field: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        build()
    assert refused.value.details["field"] == field
