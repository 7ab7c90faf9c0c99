"""Recorded calls stand in the place of the network, for the clients as they are."""

import pytest

from adaptor import HttpError, execute, http
from adaptor.core.run.context import Run
from adaptor.runner.testing.expectation import differences
from adaptor.wire.connection import Transport
from adaptor.wire.recorded import NotRecorded, Record

URL = "https://clinic.example/patients"


def perform(operation, *calls, **where):
    """Perform an operation against a record; give the state and the record."""
    record = Record(calls, lambda recorded, made: [each.path for each in differences(recorded, made)], **where)
    run = Run(wait=lambda seconds: None)
    Transport.of(run).wrap = record.transport
    with run:
        return operation({"data": {}}), record


def call(answer=None, /, **request):
    return {"request": {"url": URL, **request}, "response": answer or {}}


def test_each_call_gets_the_next_answer():
    state, record = perform(
        execute(http.get(URL), http.get(URL)), call({"body": {"n": 1}}), call({"body": "text", "status": 202})
    )
    assert state["references"][-1] == {"n": 1}
    assert state["data"] == "text"
    assert state["response"]["status_code"] == 202
    assert record.unmade() == []


def test_an_empty_answer_is_none():
    state, _ = perform(http.delete(URL), call({"status": 204}, method="DELETE"))
    assert state["data"] is None


def test_a_call_that_is_not_the_next_one_is_an_error_that_names_both():
    with pytest.raises(NotRecorded, match=r"GET https://clinic\.example/other is not recorded\. The next recorded c"):
        perform(http.get("https://clinic.example/other"), call())


@pytest.mark.parametrize(
    ("recorded", "fits"),
    [
        ({"query": {"page": 1}}, True),
        ({"query": {"page": "1", "all": True}}, True),
        ({"url": f"{URL}?page=1"}, True),
        ({}, True),
        ({"query": {"page": {"$matches": "^[0-9]$"}}}, True),
        ({"query": {"page": 2}}, False),
        ({"url": f"{URL}?page=2"}, False),
        ({"method": "POST"}, False),
    ],
)
def test_a_query_is_compared_as_far_as_it_is_recorded(recorded, fits):
    operation = http.get(URL, query={"page": 1, "all": True})
    if fits:
        perform(operation, call(**recorded))
    else:
        with pytest.raises(NotRecorded):
            perform(operation, call(**recorded))


def test_a_call_that_differs_only_in_its_body_is_told_with_the_place():
    operation = http.post(URL, body={"psid": "1", "at": 5})
    with pytest.raises(NotRecorded, match=r"is not recorded\. The recorded call differs in body\.psid\."):
        perform(operation, call(method="POST", body={"psid": "2"}))


def test_forms_and_files_are_compared_as_text():
    perform(http.post(URL, form={"a": "1"}), call(method="POST", body="a=1"))
    perform(http.post(URL, files={"f": ("n.txt", "hello")}), call(method="POST", body={"$matches": "hello"}))


def test_an_error_that_is_recorded_is_the_clients_own():
    with pytest.raises(HttpError) as caught:
        perform(http.get(URL), call({"status": 404, "body": {"why": "gone"}}))
    assert caught.value.http_status == 404


def test_secrets_in_an_address_are_not_told():
    with pytest.raises(NotRecorded) as caught:
        perform(http.get(f"{URL}?token=abcdefgh"))
    assert "abcdefgh" not in str(caught.value)


def test_calls_to_a_sandbox_are_really_made_and_no_others(httpserver):
    httpserver.expect_request("/here").respond_with_json({"real": True})
    here = httpserver.url_for("")[:-1]
    state, _ = perform(http.get(f"{here}/here"), passing=here)
    assert state["data"] == {"real": True}
    with pytest.raises(NotRecorded):
        perform(http.get(f"{here.replace('localhost', '127.0.0.1')}/here"), passing=here)
