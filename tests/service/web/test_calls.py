"""Other programs call triggers: who may, what starts, and what they get."""

from __future__ import annotations

import json
import re
import threading

import pytest
import requests

from adaptor.runner.checking.check import check_file
from adaptor.runner.load.credentials import Credentials

from ..processes import PAGE, SECRET, TOKEN, body_of, message, signed, write_bot

KEY, USER = "caller-key-0123456789", ("clinic", "open sesame")

_SCRIPT = """
def answer(state):
    data = state["data"]
    if data.get("wait"):
        import time
        time.sleep(data["wait"])
    given = {"webhookResponse": data["response"]} if "response" in data else {}
    return {**state, "data": {"sum": data["a"] + data["b"]}, **given}

fn(answer)
"""


def _trigger(id_, **keys):
    return {"id": id_, "type": "webhook", "custom_path": f"clinic/{id_}", "next": "answer", **keys}


AFTER = {"webhook_reply": "after_completion"}


@pytest.fixture
def bot(tmp_path, sandbox):
    """A bot that is called, with an API key and a user."""
    write_bot(tmp_path, sandbox, _SCRIPT, webhook_api_key=KEY, webhook_user=USER[0], webhook_password=USER[1])
    steps = [
        _trigger("sum", **AFTER, webhook_response_config={"success_code": 200, "error_code": 422}),
        _trigger("plain", **AFTER),
        _trigger("soon"),
        _trigger("open", **AFTER, webhook_auth="none"),
        {"id": "answer", "expression": "./answer.py"},
    ]
    (tmp_path / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps}))
    return tmp_path


@pytest.fixture
def call(bot, serve):
    server = serve("--reply-timeout", "20")
    base = server.url.removesuffix("/webhook")
    server.wait_for("Ctrl-C ends it")

    def call(path, value=None, **how):
        how.setdefault("headers", {"X-API-Key": KEY})
        given = {} if value is None else {"json": value}
        return requests.post(f"{base}/i/clinic/{path}", **given, **how, timeout=60)

    call.server = server
    return call


@pytest.mark.long
def test_a_caller_gets_the_answer_of_the_run_or_its_number_at_once(call):
    answer = call("sum", {"a": 1, "b": 2})
    body = answer.json()
    assert (answer.status_code, body["data"], body["meta"]["state"]) == (200, {"data": {"sum": 3}}, "succeeded")
    assert answer.headers["X-Meta-Run-Id"] == body["meta"]["run_id"]

    # What OpenFn answers by default, and what a job says itself.
    assert call("plain", {"a": 1, "b": 2}).status_code == 201
    answer = call("sum", {"a": 1, "b": 2, "response": {"status": 404, "body": "Not here"}})
    assert (answer.status_code, answer.json()["data"]) == (404, "Not here")
    answer = call("sum", {"a": 1, "b": 2, "response": {"status": 999}})
    assert answer.status_code == 200

    answer = call("sum", {"a": 1})
    assert (answer.status_code, answer.json()["data"], answer.json()["meta"]["state"]) == (422, None, "failed")
    assert call("plain", {"a": 1}).status_code == 500

    answer = call("soon", {"a": 1, "b": 2})
    assert (answer.status_code, answer.json()["meta"]["state"]) == (202, "queued")


@pytest.mark.long
def test_nobody_starts_a_run_without_a_key_or_a_password(call):
    right = {"a": 1, "b": 2}
    assert call("sum", right, headers={}, auth=USER).status_code == 200
    refused = [
        call("sum", right, headers={}),
        call("sum", right, headers={"X-API-Key": KEY[:-1]}),
        call("sum", right, headers={}, auth=(USER[0], "wrong")),
        call("sum", right, headers={"Authorization": f"Bearer {KEY}"}),
        # A stranger does not learn which paths there are.
        call("nowhere", right, headers={}),
    ]
    assert [each.status_code for each in refused] == [401] * 5
    assert call("nowhere", right).status_code == 404
    # Where the file lets anybody call, they see only what the job has meant for them.
    assert call("open", right, headers={}).json()["data"] is None
    assert call("open", {**right, "response": {"body": "Hi"}}, headers={}).json()["data"] == "Hi"
    shown = "\n".join(call.server.lines)
    assert KEY not in shown
    assert USER[1] not in shown


@pytest.mark.long
def test_a_call_that_is_repeated_with_its_key_starts_nothing_again(call):
    headers = {"X-API-Key": KEY, "Idempotency-Key": "order-1"}
    first, second = (call("sum", {"a": 1, "b": 2}, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    other = call("sum", {"a": 1, "b": 3}, headers=headers)
    assert (other.status_code, "another body" in other.text) == (422, True)


@pytest.mark.long
def test_bodies_are_json_or_forms_and_nothing_else(call):
    headers = {"X-API-Key": KEY}
    assert call("sum", data=b"{", headers=headers).status_code == 400
    assert call("sum", data=b"<a/>", headers={**headers, "Content-Type": "text/xml"}).status_code == 415
    answer = call("sum", headers=headers, data={"a": "1", "b": "2"})
    assert answer.json()["data"] == {"data": {"sum": "12"}}


@pytest.mark.long
def test_a_caller_whose_run_is_not_over_when_the_server_stops_is_told_that_it_goes_on(bot, serve, tmp_path):
    server = serve()
    url = server.url.replace("/webhook", "/i/clinic/sum")
    found = []

    def call():
        answer = requests.post(url, json={"a": 1, "b": 2, "wait": 4}, headers={"X-API-Key": KEY}, timeout=60)
        found.append((answer.status_code, answer.json()["meta"]["state"]))

    thread = threading.Thread(target=call)
    thread.start()
    server.wait_for("▸ answer")
    assert server.stop() == 0
    thread.join(30)
    assert found == [(202, "under way")]


@pytest.mark.parametrize(
    ("keys", "what"),
    [
        ({"custom_path": "../etc"}, "is no path of an address"),
        ({"webhook_reply": "later"}, "`webhook_reply` cannot be `later`"),
        ({"webhook_response_config": {"success_code": 99}}, "`99` is no status of an answer"),
        ({"events": ["messages"]}, "`events` is about Meta's events"),
    ],
)
def test_a_trigger_that_cannot_be_called_is_refused(bot, keys, what):
    steps = [_trigger("sum", **keys), {"id": "answer", "expression": "./answer.py"}]
    (bot / "bot.json").write_text(json.dumps({"id": "bot", "steps": steps}))
    found = check_file(str(bot / "bot.json"), Credentials(is_lenient=True)).problems
    assert any(what in str(problem) for problem in found)


def test_a_trigger_that_nobody_could_call_is_not_served(bot, serve):
    given = json.loads((bot / "credentials.json").read_text())
    del given["webhook_api_key"], given["webhook_user"]
    (bot / "credentials.json").write_text(json.dumps(given))
    server = serve()
    assert server.wait_for("is called by other programs")
    assert server.process.wait(30) == 2


def test_each_page_has_its_own_secret_and_its_own_path(tmp_path, sandbox, serve):
    write_bot(tmp_path, sandbox, "fn(lambda state: state)")
    common = {"access_token": sandbox.access_token, "base_url": sandbox.url, "verify_token": TOKEN}
    credentials = {
        "first": {**common, "page_id": PAGE, "app_secret": SECRET, "previous_app_secret": "older-secret-1234567"},
        "second": {**common, "page_id": "77", "app_secret": "other-secret-1234567", "webhook_path": "/webhook/second"},
    }
    (tmp_path / "credentials.json").write_text(json.dumps(credentials))
    server = serve()
    urls = server.wait_for(r"webhook\s+(http\S+)", 2)

    def post(url, event, secret, page=PAGE):
        body = body_of(event).replace(PAGE.encode(), page.encode())
        return requests.post(url, data=body, headers=signed(body, secret), timeout=60).status_code

    assert post(urls[0], message(), SECRET) == 200
    assert post(urls[0], message(), "older-secret-1234567") == 200
    assert post(urls[0], message(), "other-secret-1234567") == 403
    assert post(urls[1], message(), "other-secret-1234567", "77") == 200
    server.wait_for(r"messages of \d+ → hook", 3)
    # Meta would deliver it again for an hour: it is taken, left out, and said once.
    assert post(urls[1], message(), "other-secret-1234567", "88") == 200
    assert server.wait_for("Page 88 was left out: no configuration with its app secret has the `page_id` 88")
    assert len([line for line in server.lines if re.search("messages of .* → hook", line)]) == 3
