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


def test_half_a_character_in_the_query_is_refused_and_named() -> None:
    with pytest.raises(InvalidMessage, match="half") as refused:
        Draft("GET", "me", params={"fields": state.data.text}).request({"data": {"text": "a\ud83d"}})
    assert refused.value.details["field"] == "fields"


def test_a_body_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="JSON"):
        Draft("POST", "me", body=state.data.when).request({"data": {"when": object()}})


@pytest.mark.parametrize(("method", "is_refused"), [("POST", True), ("GET", False)])
def test_a_text_with_the_mark_of_a_redacted_secret_is_never_written(method: str, is_refused: bool) -> None:
    draft = Draft(method, "me", body={"text": state.data.text})
    given = {"data": {"text": "Your code is [redacted]."}}
    if not is_refused:
        assert draft.request(given).body == {"text": "Your code is [redacted]."}
        return
    with pytest.raises(InvalidMessage, match="redacted"):
        draft.request(given)


def test_a_path_of_one_text_is_taken_as_it_is_and_its_parts_are_joined() -> None:
    assert Draft("GET", "me/picture").request({}).path == "me/picture"
    assert Draft("GET", ["me", "picture"]).request({}).path == "me/picture"


def test_files_and_what_is_expected_are_read_from_the_state() -> None:
    draft = Draft("POST", "me", files=state.data.files, expects=state.data.expects)
    request = draft.request({"data": {"files": {"filedata": Path("a.png")}, "expects": ["id"]}})
    assert (request.files, request.expects) == ({"filedata": Path("a.png")}, ["id"])


@pytest.mark.parametrize(
    ("body", "recipient"),
    [
        ({"recipient": {"id": "1"}, "message": {"text": "literal"}}, "1"),
        ({"recipient": state.data.recipient, "message": {"text": "a"}}, "7"),
        ({"message": {"text": "a"}}, None),
        (None, None),
        ("text", None),
    ],
)
def test_a_recipient_is_found_in_whatever_body_holds_one(body: Any, recipient: str | None) -> None:
    assert Draft("POST", "me", body=body).recipient_for({"data": {"recipient": {"id": "7"}}}) == recipient


def test_without_answers_a_dry_run_gives_an_empty_object() -> None:
    assert Draft("POST", "me").known_answer() == {}
    assert Draft("POST", "me", answers={"success": True}).known_answer() == {"success": True}
