"""`post_message` takes what OpenFn's `postMessage` takes: HTTP headers beside the body, and no type of messaging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import InvalidMessage, batch, post_message, state
from adaptor.core.run.context import Run

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

ANA = "6543210987654321"
HELLO = {"recipient": {"id": ANA}, "message": {"text": "hi"}}
ANSWER = {"recipient_id": ANA, "message_id": "m_1"}


@pytest.mark.parametrize(
    ("params", "data"),
    [
        ({**HELLO, "headers": {"X-Trace": "7"}}, None),
        ({**HELLO, "headers": {"X-Trace": state.data.trace}}, {"trace": "7"}),
        ({**HELLO, "headers": state.data}, {"X-Trace": "7"}),
        (lambda s: s["data"], {**HELLO, "headers": {"X-Trace": 7, "X-None": None}}),
        (state.data, {**HELLO, "headers": {"X-Trace": "7", "Content-Type": "application/json; charset=utf-8"}}),
    ],
)
def test_headers_are_http_headers_and_no_part_of_the_body(
    httpserver: HTTPServer, state_for: Any, params: Any, data: Any
) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(ANSWER)
    post_message(params)(state_for(httpserver.url_for(""), data=data))
    request = httpserver.log[-1][0]
    assert request.headers["X-Trace"] == "7"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Authorization"].startswith("Bearer ")
    assert "X-None" not in request.headers
    assert request.get_json() == {**HELLO, "messaging_type": "UPDATE"}


@pytest.mark.parametrize("name", ["Authorization", "authorization", "Host", "Content-Length", "Transfer-Encoding"])
def test_a_header_of_ours_cannot_be_replaced(httpserver: HTTPServer, state_for: Any, name: str) -> None:
    params = {**HELLO, "headers": {name: "Bearer another"}}
    with pytest.raises(InvalidMessage, match=name):
        post_message(params)
    with pytest.raises(InvalidMessage, match=name):
        post_message(state.data)(state_for(httpserver.url_for(""), data=params))
    assert httpserver.log == []


@pytest.mark.parametrize(
    "more",
    [
        {"messaging_type": "RESPONSE"},
        {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"},
        {"messaging_type": state.data.kind},
    ],
)
def test_a_type_of_messaging_that_is_given_is_kept(sent: Any, more: dict[str, Any]) -> None:
    body = sent(post_message({**HELLO, **more}), {"kind": "RESPONSE"})
    assert body["messaging_type"] in ("RESPONSE", "MESSAGE_TAG")


def test_an_action_has_no_type_of_messaging(sent: Any) -> None:
    action = {"recipient": {"id": ANA}, "sender_action": "typing_on"}
    assert sent(post_message(action)) == action


def test_no_secret_of_a_header_is_shown() -> None:
    with Run() as run:
        operation = post_message({**HELLO, "headers": {"X-Api-Key": "key-of-the-clinic-77"}})
        assert "key-of-the-clinic-77" not in run.redactor.text(repr(operation))
    assert "key-of-the-clinic-77" not in str(operation.describe({}).described())


def test_a_batch_refuses_headers_that_it_cannot_carry_and_sends_the_rest(
    httpserver: HTTPServer, state_for: Any
) -> None:
    part = {"code": 200, "headers": [], "body": '{"recipient_id": "7", "message_id": "m_1"}'}
    httpserver.expect_request("/v26.0/").respond_with_json([part])
    with_headers = post_message({**HELLO, "headers": {"X-Trace": "7"}})
    plain = post_message({**HELLO, "recipient": {"id": "7"}})
    refused, made = batch(with_headers, plain, fail=False)(state_for(httpserver.url_for("")))["data"]
    assert "cannot carry" in str(refused)
    assert "m_1" in str(made)
