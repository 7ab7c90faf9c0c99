"""Drafts become finished requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptor import state
from adaptor.core.errors import InvalidMessage, MissingReference
from adaptor.graph.draft import Draft
from adaptor.graph.request import GraphRequest, without_none


def refuse_empty(body: Any) -> None:
    if isinstance(body.get("text"), str) and not body["text"]:
        raise InvalidMessage("empty", fix="Write something.")


def test_lazy_parts_are_resolved_and_literal_ones_stay() -> None:
    draft = Draft(
        "POST",
        [state.data.id, "messages"],
        params={"fields": state.data.fields, "limit": None},
        body={"text": state.data.text},
        files={"filedata": Path("map.png")},
        key=state.data.id,
    )
    given = {"data": {"id": 7, "fields": ["id"], "text": "Hello"}}
    assert draft.request(given) == GraphRequest(
        "POST", "7/messages", {"fields": '["id"]'}, {"text": "Hello"}, {"filedata": Path("map.png")}, key="7"
    )


def test_a_literal_body_is_checked_when_the_draft_is_built() -> None:
    with pytest.raises(InvalidMessage):
        Draft("POST", "me", body={"text": ""}, check=refuse_empty)


def test_a_lazy_body_is_checked_when_it_is_resolved() -> None:
    draft = Draft("POST", "me", body={"text": state.data.text}, check=refuse_empty)
    assert draft.request({"data": {"text": "a"}}).body == {"text": "a"}
    with pytest.raises(InvalidMessage):
        draft.request({"data": {"text": ""}})


def test_optional_parts_that_turn_out_to_be_none_are_left_out() -> None:
    draft = Draft("POST", "me", body={"a": state.data.a, "b": 1}, finish=without_none)
    assert draft.request({"data": {"a": None}}).body == {"b": 1}


def test_a_missing_reference_makes_no_request() -> None:
    with pytest.raises(MissingReference):
        Draft("GET", [state.data.id]).request({"data": {}})


def test_the_recipient_is_known_even_if_the_rest_is_invalid() -> None:
    draft = Draft("POST", "me", body={"recipient": {"id": state.data.psid}, "message": {"text": state.data.text}})
    assert draft.recipient_for({"data": {"psid": "1"}}) == "1"
    assert draft.recipient_for({"data": {}}) is None


def test_the_result_is_read_from_the_answer() -> None:
    assert Draft("GET", "me").read({"data": [1]}) == {"data": [1]}
    assert Draft("GET", "me", reads=lambda body: body["data"]).read({"data": [1]}) == [1]
