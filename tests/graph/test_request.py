"""A request as a plain value: what it is about, how it is shown, and how it is encoded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor.core.errors import InvalidMessage
from adaptor.core.secrets.redact import REDACTED
from adaptor.graph.request import (
    GraphRequest,
    check_json,
    comma_separated,
    form_fields,
    own_key,
    path_part,
    query_of,
    refuse_half_signs,
    without_none,
)


def post(body: Any = None, **facts: Any) -> GraphRequest:
    return GraphRequest("POST", "me/messages", {}, body, **facts)


@pytest.mark.parametrize(
    ("method", "writes", "is_write"),
    [("GET", None, False), ("POST", None, True), ("DELETE", None, True), ("POST", False, False), ("GET", True, True)],
)
def test_what_is_no_get_is_a_write_unless_the_call_says_otherwise(method: str, writes: Any, is_write: bool) -> None:
    assert GraphRequest(method, "x", {}, writes=writes).is_write is is_write


@pytest.mark.parametrize(
    ("body", "recipient"),
    [
        ({"recipient": {"id": "1"}}, "1"),
        ({"recipient": {"id": 1}}, "1"),
        ({"recipient": {"name": None, "phone_number": "+1"}}, "+1"),
        ({"recipient": {"name": {"first": "A"}}}, None),
        ({"recipient": "1"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_the_recipient_is_any_id_that_metas_object_holds(body: Any, recipient: Any) -> None:
    assert post(body).recipient == recipient


def test_a_person_is_the_recipient_or_whose_label_or_menu_it_is() -> None:
    assert post({"recipient": {"id": "1"}, "psid": "2"}).person == "1"
    assert post({"psid": "2", "user": "3"}).person == "2"
    assert post({"user": "3"}).person == "3"
    assert post()._replace(params={"psid": "4"}).person == "4"
    assert post({"user": {"id": "3"}, "psid": 5}).person is None
    assert post(["psid"]).person is None


@pytest.mark.parametrize(
    ("path", "body", "is_message"),
    [
        ("me/messages", {"message": {}}, True),
        ("me/messages", {"sender_action": "typing_on"}, False),
        ("me/messages", {"message": "a"}, False),
        ("me/messages", [], False),
        ("me/message_attachments", {"message": {}}, False),
    ],
)
def test_a_message_is_what_a_person_reads(path: str, body: Any, is_message: bool) -> None:
    assert GraphRequest("POST", path, {}, body).is_message is is_message


def test_a_dry_run_shows_no_secret_and_nothing_empty(tmp_path: Any) -> None:
    assert post().described() == {"method": "POST", "path": "me/messages"}
    facts = post({"a": 1}, headers={"X": "s"}, files={"f": tmp_path})._replace(params={"k": "s"})
    assert facts.described() == {
        "method": "POST",
        "path": "me/messages",
        "params": {"k": "s"},
        "body": {"a": 1},
        "files": {"f": str(tmp_path)},
        "headers": {"X": REDACTED},
    }
    assert facts._replace(sealed=True).described()["params"] == {"k": REDACTED}


def test_a_body_is_compact_json_in_utf_8() -> None:
    encoded = post({"text": "ü", "n": [1, None]}).encoded()
    assert (encoded.data, encoded.kind) == ('{"text":"ü","n":[1,null]}'.encode(), "application/json")
    empty = post().encoded()
    assert (empty.data, empty.kind) == (None, None)
    assert post({}).encoded().data == b"{}"


def test_a_credential_is_sent_as_a_form() -> None:
    encoded = post({"code": "a b&c", "n": None, "list": [1]}, access="none").encoded()
    assert (encoded.data, encoded.kind) == (b"code=a+b%26c&list=%5B1%5D", "application/x-www-form-urlencoded")
    assert post(access="none").encoded().data == b""


def test_files_travel_in_a_form_beside_the_fields(tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_bytes(b"content")
    encoded = post({"message": {"a": 1}}, files={"filedata": tmp_path / "a.txt"}).encoded()
    sent = b"".join(encoded.data)
    encoded.close()
    assert encoded.kind == f"multipart/form-data; boundary={encoded.data.boundary}"
    assert b'{"a":1}' in sent
    assert b"content" in sent
    alone = post(files={"filedata": tmp_path / "a.txt"}).encoded()
    assert alone.kind is not None
    assert alone.kind.startswith("multipart/form-data")
    alone.close()


@pytest.mark.parametrize(("name", "kind"), [("a.png", "image/png"), ("a.unheard-of", "application/octet-stream")])
def test_a_file_may_be_the_body_from_an_offset_on(tmp_path: Any, name: str, kind: str) -> None:
    (tmp_path / name).write_bytes(b"0123")
    encoded = post(files={"file": tmp_path / name}, file_offset=1).encoded()
    assert b"".join(encoded.data) == b"123"
    assert encoded.kind == kind
    encoded.close()


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("12_3", "12_3"),
        (7, "7"),
        (" me ", "me"),
        ("a/b?c", "a%2Fb%3Fc"),
        ("t:1$@,~+=()", "t:1$@,~+=()"),
        ("ü", "%C3%BC"),
    ],
)
def test_a_part_of_a_path_stays_one_part(part: Any, text: str) -> None:
    assert path_part(part) == text


@pytest.mark.parametrize(
    ("part", "shown"), [("", "empty"), (" ", "empty"), (None, "empty"), (True, "empty"), (".", "`.`"), ("..", "`..`")]
)
def test_a_part_that_would_change_the_path_is_refused(part: Any, shown: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        path_part(part)
    assert raised.value.description == f"An id in the path of the call is {shown}."
    assert raised.value.fix == "Give the id of the object that the call is about, as text."
    assert (raised.value.details, raised.value.sent) == ({"field": "id"}, "no")


def test_half_an_emoji_in_a_path_is_refused() -> None:
    with pytest.raises(InvalidMessage, match="`path` holds half a character"):
        path_part("\ud800")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"message": {"text": "ok \ud83d"}}, "message.text"),
        ({"list": ["ü", {"a": "\udc00"}]}, "list[1].a"),
        ({"list": ("\ud800",)}, "list[0]"),
        ({"\ud800": 1}, "body"),
        ({"a": {"\ud800": 1}}, "a"),
    ],
)
def test_half_a_character_is_found_wherever_it_is(body: Any, field: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        check_json(body)
    assert raised.value.description == f"`{field}` holds half a character, which UTF-8 cannot encode."
    assert raised.value.fix == "Look for cut emojis in the text."
    assert (raised.value.details, raised.value.sent) == ({"field": field}, "no")


def test_whole_characters_are_left_alone() -> None:
    refuse_half_signs({"ü": ["😊", 1, None]}, "body")


@pytest.mark.parametrize(
    ("body", "why", "details"),
    [
        ({"n": [float("nan")]}, "`n[0]` is ", {"field": "n[0]"}),
        ({"at": {"x": object()}}, "`at.x` is ", {"field": "at.x"}),
    ],
)
def test_what_json_cannot_hold_is_named(body: Any, why: str, details: Any) -> None:
    with pytest.raises(InvalidMessage) as raised:
        check_json(body)
    assert raised.value.description.startswith(f"The request cannot be written as JSON: {why}")
    assert raised.value.fix == "Give text, numbers, lists and dicts; turn dates into text first."
    assert (raised.value.details, raised.value.sent) == (details, "no")


@pytest.mark.parametrize(("key", "text"), [(None, None), ("a", "a"), (7, "7"), (0, "0"), (" a ", " a ")])
def test_a_key_is_a_text(key: Any, text: Any) -> None:
    assert own_key(key) == text


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("", "`key` is ''."),
        (" ", "`key` is ' '."),
        (True, "`key` is True."),
        (1.5, "`key` is 1.5."),
        ({}, "`key` is no text."),
        ([1], "`key` is no text."),
    ],
)
def test_a_key_that_would_be_the_same_for_everybody_is_refused(key: Any, shown: str) -> None:
    with pytest.raises(InvalidMessage) as raised:
        own_key(key)
    assert raised.value.description == shown
    assert raised.value.fix == "Make it of something that only this person has, such as the id of the appointment."
    assert (raised.value.details, raised.value.sent) == ({"field": "key"}, "no")


def test_parameters_and_fields_are_texts_and_objects_are_json() -> None:
    given = {"a": None, "b": True, "c": False, "d": [1], "e": {"x": "ü"}, "f": (1,), "g": 5, "h": "t"}
    query = {"b": "true", "c": "false", "d": "[1]", "e": '{"x":"ü"}', "f": "[1]", "g": 5, "h": "t"}
    assert query_of(given) == query
    assert form_fields(given) == [(name, str(value)) for name, value in query.items()]


@pytest.mark.parametrize("value", [object(), {"a", "b"}, b"x", float("nan")], ids=["object", "set", "bytes", "nan"])
def test_a_parameter_that_is_another_text_in_each_process_is_refused(value: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        query_of({"since": value})
    assert refused.value.details == {"field": "since"}


def test_lists_of_names_are_joined_and_the_rest_is_left() -> None:
    assert [comma_separated(each) for each in (["a", 1], ("b",), "c,d", None)] == ["a,1", "b", "c,d", None]
    assert without_none({"a": None, "b": 0}) == {"b": 0}
    assert without_none([None]) == [None]


def test_json_of_a_request_is_read_as_it_was() -> None:
    body = {"text": "\u2028 \"\\ '", "n": [1, 2.5, True, None]}
    assert json.loads(check_json(body)) == body


def test_a_body_that_holds_itself_is_refused() -> None:
    body: list[Any] = []
    body.append(body)
    with pytest.raises(InvalidMessage) as raised:
        check_json(body)
    assert (
        raised.value.description == "The request cannot be written as JSON: it holds itself, or is nested too deeply."
    )
    assert raised.value.details == {}
