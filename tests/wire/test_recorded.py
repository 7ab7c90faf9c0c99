"""Recorded calls replace the network: what is compared, what is answered, and what is said of any other call."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from adaptor.runner.testing.expectation import differences
from adaptor.wire.departure import wire
from adaptor.wire.recorded import NotRecorded, Record

GRAPH = "https://graph.facebook.com"
URL = "https://clinic.example/patients"


class Network(requests.adapters.BaseAdapter):
    """The real network, of which it is known what went through it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Any] = []
        self.is_closed = False

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> Any:
        self.sent.append((request.url, args, kwargs))
        return "really sent"

    def close(self) -> None:
        self.is_closed = True


def record(*calls: Any, **where: Any) -> Record:
    return Record(calls, lambda wanted, made: [each.path for each in differences(wanted, made)], **where)


def call(answer: Any = None, /, **request: Any) -> dict[str, Any]:
    return {"request": {"url": URL, **request}, "response": answer or {}}


def send(record: Record, method: str = "GET", url: str = URL, data: Any = None, **how: Any) -> Any:
    made = requests.Request(method, url).prepare()
    made.body = data
    return record.transport(Network()).send(made, **how)


# --- Answers ---


@pytest.mark.parametrize(
    ("answer", "status", "text", "kind"),
    [
        ({}, 200, "", "application/json"),
        ({"status": 201, "body": {"id": 1}}, 201, '{"id": 1}', "application/json"),
        ({"body": "ä"}, 200, "ä", "text/plain; charset=utf-8"),
        ({"body": [], "headers": {"Content-Type": "text/csv", "X": "y"}}, 200, "[]", "text/csv"),
    ],
)
def test_the_recorded_answer_is_given(answer: Any, status: int, text: str, kind: str) -> None:
    wire.left = False
    response = send(record(call(answer)), url=f"{URL}?a=1")
    assert (response.status_code, response.content.decode(), response.headers["content-type"]) == (status, text, kind)
    assert (response.url, response.request.method) == (f"{URL}?a=1", "GET")
    assert response.headers.get("X") == answer.get("headers", {}).get("X")
    assert wire.left is True


@pytest.mark.parametrize(
    ("answer", "error", "words", "has_left"),
    [
        ({"lost": True}, requests.ReadTimeout, "read timed out", True),
        ({"unreachable": True}, requests.ConnectionError, "the network is unreachable", False),
    ],
)
def test_an_answer_may_be_lost_after_the_call_or_nothing_leaves(
    answer: Any, error: Any, words: str, has_left: bool
) -> None:
    wire.left = False
    with pytest.raises(error, match=f"^{words}$"):
        send(record(call(answer)))
    assert wire.left is has_left


# --- Which call it is ---


def test_a_call_to_graph_is_known_by_its_path_without_version_and_proof() -> None:
    recorded = {"request": {"path": "me/messages", "method": "POST", "query": {"a": "1"}, "body": {"b": 2}}}
    given = record({**recorded, "response": {"status": 202}}, graph=GRAPH)
    url = f"{GRAPH}/v26.0/me/messages/?a=1&appsecret_proof=secret"
    assert send(given, "POST", url, b'{"b": 2}').status_code == 202
    assert given.unmade() == []


def test_the_proof_of_the_secret_is_no_part_of_an_exact_query_and_is_never_shown() -> None:
    recorded = {"request": {"path": "me", "query": {"$exactly": {"fields": "id"}}}, "response": {}}
    send(record(recorded, graph=GRAPH), url=f"{GRAPH}/v26.0/me?fields=id&appsecret_proof=secret")
    with pytest.raises(NotRecorded) as refused:
        send(record(recorded, graph=GRAPH), url=f"{GRAPH}/v26.0/me?fields=id,name&appsecret_proof=secret")
    assert "secret" not in refused.value.report()


def test_a_query_of_the_recorded_address_and_one_beside_it_are_one() -> None:
    calls = [call(url=f"{URL}?a=1&empty=", query={"n": 2, "all": True, "any": {"$matches": "x"}, "t": "y"})]
    send(record(*calls), url=f"{URL}?a=1&empty=&n=2&all=true&any=x&t=y")
    with pytest.raises(NotRecorded, match=r"The recorded call differs in query\.n"):
        send(record(*calls), url=f"{URL}?a=1&empty=&n=3&all=true&any=x&t=y")


def test_an_empty_parameter_is_one_too() -> None:
    with pytest.raises(NotRecorded, match=r"differs in query\.empty"):
        send(record(call(url=f"{URL}?empty=")), url=f"{URL}?a=1")
    with pytest.raises(NotRecorded, match=r"differs in query\.empty"):
        send(record(call(query={"empty": "x"})), url=f"{URL}?empty=")


@pytest.mark.parametrize(
    ("data", "recorded"),
    [(b'{"a": 1}', {"a": 1}), ("a=1", "a=1"), (b"\xff", "\ufffd"), ([b'{"a"', b": 1}"], {"a": 1})],
)
def test_a_body_is_compared_as_json_or_as_text(data: Any, recorded: Any) -> None:
    assert send(record(call(method="POST", body=recorded)), "POST", data=data).status_code == 200


def test_a_call_without_a_body_is_compared_without_one() -> None:
    with pytest.raises(NotRecorded, match="differs in body"):
        send(record(call(method="POST", body={"a": 1})), "POST")


# --- What is not recorded ---


def refusal(given: Record, *request: Any) -> NotRecorded:
    with pytest.raises(NotRecorded) as raised:
        send(given, *request)
    assert raised.value.fix == "Write it under `calls` of the case, in the order of the calls."
    assert raised.value.code == "NOT_RECORDED"
    return raised.value


def test_a_call_that_is_not_the_next_one_names_both_and_uses_up_none() -> None:
    given = record(call(), graph=GRAPH)
    error = refusal(given, "DELETE", f"{GRAPH}/v26.0/me/labels?access_token=secret")
    assert error.description == (
        "DELETE me/labels is not recorded. The next recorded call is GET https://clinic.example/patients."
    )
    assert given.problems == ["DELETE me/labels is not recorded"]
    assert given.unmade() == ["GET https://clinic.example/patients"]


def test_a_call_that_differs_from_the_next_one_names_all_places() -> None:
    error = refusal(record(call(method="POST", body={"a": 1, "b": 1})), "POST", URL, b'{"a": 2, "b": 2}')
    assert error.description == (
        "POST https://clinic.example/patients is not recorded. The recorded call differs in body.a; body.b."
    )


def test_after_the_last_recorded_call_there_is_none() -> None:
    error = refusal(record(), "GET", "https://ana:secret@clinic.example/patients?q=1")
    assert error.description == "GET https://clinic.example/patients is not recorded. None is left."


# --- What goes through ---


def test_calls_to_the_sandbox_are_made_without_a_proxy_and_all_others_are_not() -> None:
    given, network = record(passing="http://127.0.0.1:80"), Network()
    transport = given.transport(network)
    made = requests.Request("GET", "http://127.0.0.1:80/me").prepare()
    assert transport.send(made, 1, timeout=5, proxies={"http": "p"}) == "really sent"
    assert network.sent == [("http://127.0.0.1:80/me", (1,), {"timeout": 5, "proxies": {}})]
    transport.close()
    assert network.is_closed


@pytest.mark.parametrize(
    ("url", "passes"),
    [
        ("http://127.0.0.1:80", True),
        ("http://127.0.0.1:80/me", True),
        ("http://127.0.0.1:8080/me", False),
        ("http://127.0.0.1:80.evil.example/me", False),
    ],
)
def test_an_address_that_only_begins_like_the_sandboxs_does_not_pass(url: str, passes: bool) -> None:
    assert record(passing="http://127.0.0.1:80").passes(url) is passes
    assert record().passes(url) is False
