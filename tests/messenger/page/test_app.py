from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adaptor import (
    ConfigurationError,
    InvalidMessage,
    create_subscription,
    debug_token,
    delete_subscription,
    list_subscriptions,
    state,
)
from adaptor.core.run.context import Run

APP = {"app_id": "987654321", "app_secret": "app-secret-of-the-tests"}
BEARER = "Bearer 987654321|app-secret-of-the-tests"
OTHER = "EAAG-another-token-of-the-tests"
TOLD = {"is_valid": True, "scopes": ["pages_messaging"]}


def test_meta_is_asked_to_show_its_certificate(meta: Any) -> None:
    operation = create_subscription(
        "https://example.org/hook", "messages", verify_token="a word", include_client_certificate=True
    )
    assert meta(operation, **APP).body["include_client_certificate"] is True


def test_a_webhook_is_made_with_the_apps_own_token(meta: Any) -> None:
    operation = create_subscription("https://example.org/hook", ["messages", "message_reads"], include_values=True)
    sent = meta(operation, **APP, verify_token="a-word-of-ours")
    assert (sent.method, sent.path, sent.query) == ("POST", "987654321/subscriptions", {})
    assert sent.headers["Authorization"] == BEARER
    assert sent.body == {
        "object": "page",
        "callback_url": "https://example.org/hook",
        "fields": "messages,message_reads",
        "verify_token": "a-word-of-ours",
        "include_values": True,
    }


def test_a_verify_token_that_is_given_is_a_secret_too(meta: Any) -> None:
    with Run() as run:
        operation = create_subscription("https://example.org/hook", "messages", verify_token=state.data.word)
        assert meta(operation, data={"word": "another-word"}, **APP).body["verify_token"] == "another-word"
        assert run.redactor.text("another-word") == "[redacted]"


def test_a_webhook_without_verify_token_or_app_is_no_call(meta: Any, httpserver: Any) -> None:
    operation = create_subscription("https://example.org/hook", "messages")
    with pytest.raises(ConfigurationError, match="verify_token"):
        meta(operation, **APP)
    with pytest.raises(ConfigurationError, match="app_id"):
        meta(operation, verify_token="a-word-of-ours")
    with pytest.raises(ConfigurationError, match="app_secret"):
        meta(list_subscriptions(), app_id="9")
    assert httpserver.log == []


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("http://example.org", "messages"), "callback_url"),
        (("https://example.org", "mesages"), "fields"),
        (("https://example.org", ""), "fields"),
    ],
)
def test_a_webhook_that_meta_would_refuse_is_refused(arguments: Any, field: str) -> None:
    with pytest.raises(InvalidMessage) as refused:
        create_subscription(*arguments)
    assert refused.value.details["field"] == field


def test_webhooks_are_listed_and_deleted(meta: Any) -> None:
    got = meta(list_subscriptions(), {"data": [{"object": "page"}]}, **APP)
    assert (got.method, got.path, got.data) == ("GET", "987654321/subscriptions", [{"object": "page"}])
    assert got.headers["Authorization"] == BEARER
    gone = meta(delete_subscription(), **APP)
    assert (gone.method, gone.query) == ("DELETE", {"object": "page"})
    assert meta(delete_subscription("user", fields="feed"), **APP).query == {"object": "user", "fields": "feed"}
    with pytest.raises(InvalidMessage, match="object"):
        delete_subscription("")


@pytest.mark.parametrize(
    ("operation", "token"),
    [
        (debug_token(), "EAAG-the-token-of-the-tests"),
        (debug_token(OTHER), OTHER),
        (debug_token(state.data.token), OTHER),
    ],
)
def test_a_token_is_looked_into_and_stands_in_no_address(
    httpserver: Any, state_for: Any, operation: Any, token: str
) -> None:
    part = {"code": 200, "body": json.dumps({"data": TOLD})}
    httpserver.expect_request("/v26.0/", method="POST").respond_with_json([part])
    seen: list[str] = []
    with Run(sink=lambda *line: seen.append(str(line))) as run:
        after = operation(state_for(httpserver.url_for(""), data={"token": OTHER}, **APP))
        assert run.redactor.text(token) == "[redacted]"
    assert after["data"] == TOLD
    ((request, _),) = httpserver.log
    assert token not in request.url
    assert request.headers["Authorization"] == BEARER
    (asked,) = json.loads(request.data)["batch"]
    assert parse_qs(urlsplit(asked["relative_url"]).query) == {"input_token": [token]}
    assert token not in "".join(seen) + json.dumps(after["response"])


def test_a_token_that_meta_quotes_is_not_repeated(httpserver: Any, state_for: Any) -> None:
    error = {"error": {"message": f"Malformed access token {OTHER}", "code": 190, "type": "OAuthException"}}
    httpserver.expect_request("/v26.0/").respond_with_json([{"code": 400, "body": json.dumps(error)}])
    with pytest.raises(Exception, match="Malformed") as raised:
        debug_token(OTHER)(state_for(httpserver.url_for(""), **APP))
    assert OTHER not in f"{raised.value} {raised.value.report()} {raised.value.facts()}"  # type: ignore[attr-defined]


def test_a_token_is_not_shown_where_the_call_is_described() -> None:
    operation = debug_token(OTHER)
    assert OTHER not in str(operation.describe({}).described())


def test_an_empty_token_is_refused(meta: Any) -> None:
    with pytest.raises(InvalidMessage, match="input_token"):
        meta(debug_token(""), **APP)
