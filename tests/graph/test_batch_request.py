"""What a batch carries, and whose answer is whose."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adaptor.graph.batch_request import PartAnswer, batch_request, part_answers
from adaptor.graph.request import GraphRequest

SEND = GraphRequest("POST", "me/messages", {}, {"recipient": {"id": "1"}, "text": "a b", "none": None})
READ = GraphRequest("GET", "me", {"fields": "name,id", "deep": [1], "none": None})


def test_each_part_is_a_line_of_one_call() -> None:
    request = batch_request([SEND, READ, READ._replace(params={})])
    assert (request.method, request.path, request.params, request.files) == ("POST", "", {}, None)
    assert request.body == {
        "batch": [
            {"method": "POST", "relative_url": "me/messages", "body": "recipient=%7B%22id%22%3A%221%22%7D&text=a+b"},
            {"method": "GET", "relative_url": "me?fields=name%2Cid&deep=%5B1%5D"},
            {"method": "GET", "relative_url": "me"},
        ],
        "include_headers": True,
    }
    assert batch_request([READ], include_headers=False).body["include_headers"] is False


@pytest.mark.parametrize(("parts", "is_write"), [([READ, SEND], True), ([READ, READ], False)])
def test_a_batch_is_a_write_where_one_part_is(parts: Any, is_write: bool) -> None:
    assert batch_request(parts).is_write is is_write


def test_the_files_of_each_part_have_names_of_their_own() -> None:
    parts = [SEND, SEND._replace(files={"a": Path("x"), "b": Path("y")}), SEND._replace(files={"a": Path("z")})]
    request = batch_request(parts)
    assert request.files == {"file1_a": Path("x"), "file1_b": Path("y"), "file2_a": Path("z")}
    assert [entry.get("attached_files") for entry in request.body["batch"]] == [None, "file1_a,file1_b", "file2_a"]


def test_a_batch_travels_with_the_token_of_its_parts() -> None:
    assert batch_request([READ._replace(access="user")]).access == "user"


@pytest.mark.parametrize("body", [{}, None, "[]", [], [None, None]])
def test_what_does_not_answer_each_part_is_no_answer(body: Any) -> None:
    assert part_answers(body, 1) is None


@pytest.mark.parametrize("entry", [None, {}, {"code": "200"}, [], "x", {"code": None}])
def test_a_part_that_cannot_be_read_has_no_answer(entry: Any) -> None:
    assert part_answers([entry, {"code": 200}], 2) == [None, PartAnswer(200, {}, b"")]


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        ({"code": 400, "body": '{"a":1}'}, PartAnswer(400, {}, b'{"a":1}')),
        ({"code": 200, "body": {"a": [1]}}, PartAnswer(200, {}, b'{"a": [1]}')),
        ({"code": 200, "body": "\ud800"}, PartAnswer(200, {}, b"\xed\xa0\x80")),
        ({"code": 200, "headers": [{"name": "X-App", "value": 5}, "x"]}, PartAnswer(200, {"x-app": "5"}, b"")),
        ({"code": 200, "headers": [{"value": "v"}, {"name": "N"}]}, PartAnswer(200, {"": "v", "n": ""}, b"")),
        ({"code": 200, "headers": {"name": "x"}}, PartAnswer(200, {}, b"")),
    ],
)
def test_a_part_has_its_status_its_headers_and_its_body(entry: Any, answer: PartAnswer) -> None:
    assert part_answers([entry], 1) == [answer]
