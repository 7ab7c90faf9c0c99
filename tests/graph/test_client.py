from __future__ import annotations

import json
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adaptor.core.errors import ConfigurationError, InvalidMessage
from adaptor.core.execute import execute
from adaptor.core.operation import fn
from adaptor.core.run.context import Run
from adaptor.core.secrets.redact import appsecret_proof
from adaptor.core.values.lazy import state as lazy_state
from adaptor.core.version import __version__
from adaptor.graph import connection as connection_module
from adaptor.graph.answers.errors import GraphError

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer

    from adaptor.core.run.context import Run

OK = {"message_id": "m_1"}


def test_the_sends_of_a_run_share_one_connection(
    wire: Any, http: Any, write: Any, read: Any, state_for: Any, run: Run
) -> None:
    server = wire(http(OK))
    execute(write({"n": 1}), write({"n": 2}), read(), write({"n": 3}))(state_for(server.url))
    assert len(server.requests) == 4
    assert server.connections == 1


def test_the_steps_of_execute_share_a_run_of_their_own(wire: Any, http: Any, write: Any, state_for: Any) -> None:
    server = wire(http(OK))
    execute(write({"n": 1}), write({"n": 2}))(state_for(server.url))
    assert server.connections == 1


def test_an_idle_connection_is_not_used_again(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(connection_module, "time", SimpleNamespace(monotonic=lambda: now[0]))
    server = wire(http(OK))
    state = state_for(server.url)
    write({})(state)
    now[0] += connection_module.IDLE_SECONDS
    write({})(state)
    assert server.connections == 1
    now[0] += connection_module.IDLE_SECONDS + 0.1
    write({})(state)
    assert server.connections == 2
    assert len(server.requests) == 3


def test_the_idle_time_is_counted_from_the_last_answer_and_not_from_the_last_request(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(connection_module, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def answer_slowly(connection: Any) -> None:
        now[0] += 3 * connection_module.IDLE_SECONDS
        connection.sendall(http(OK))

    server = wire(answer_slowly, http(OK))
    state = state_for(server.url)
    write({})(state)
    write({})(state)
    assert server.connections == 1


def test_the_body_is_json_and_its_characters_arrive_as_they_are(
    httpserver: HTTPServer, write: Any, state_for: Any
) -> None:
    httpserver.expect_request("/v26.0/me/messages", method="POST").respond_with_json(OK)
    body = {"text": "Grüße, 你好 😊 \u2028 \"\\ '", "n": [1, 2.5, True, None]}
    write(body)(state_for(httpserver.url_for("")))
    request, _ = httpserver.log[0]
    assert json.loads(request.data) == body
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == f"facebook-adaptor/{__version__}"


def test_the_token_travels_in_the_header_and_in_no_url(
    httpserver: HTTPServer, write: Any, read: Any, state_for: Any, token: str
) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)
    httpserver.expect_request("/v26.0/me").respond_with_json({"name": "Clinic"})
    after = execute(write({}), read())(state_for(httpserver.url_for("")))
    assert after["data"] == {"name": "Clinic"}
    assert len(httpserver.log) == 2
    for request, _ in httpserver.log:
        assert request.headers["Authorization"] == f"Bearer {token}"
        assert token not in request.url
        assert token.encode() not in request.data
    assert httpserver.log[1][0].args.to_dict() == {"fields": "name"}


def test_the_configuration_says_where_and_as_whom(httpserver: HTTPServer, write: Any, state_for: Any) -> None:
    httpserver.expect_request("/behind/a/prefix/v25.0/1020304050/messages").respond_with_json(OK)
    url = httpserver.url_for("/behind/a/prefix")
    for base_url in (url, url + "/"):
        after = write({})(state_for(base_url, api_version="v25.0", page_id="1020304050"))
        assert after["response"]["url"] == f"{url}/v25.0/1020304050/messages"


def test_an_app_secret_adds_the_proof_to_the_query(
    httpserver: HTTPServer, write: Any, read: Any, state_for: Any, token: str
) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)
    httpserver.expect_request("/v26.0/me").respond_with_json({})
    after = execute(write({}), read())(state_for(httpserver.url_for(""), app_secret="the secret of the app"))
    proof = appsecret_proof(token, "the secret of the app")
    assert httpserver.log[0][0].args.to_dict() == {"appsecret_proof": proof}
    assert httpserver.log[1][0].args.to_dict() == {"appsecret_proof": proof, "fields": "name"}
    assert "?" not in after["response"]["url"]


def test_the_state_keeps_what_is_known_about_the_answer_and_no_secret(
    httpserver: HTTPServer, write: Any, state_for: Any, token: str
) -> None:
    headers = {"x-fb-request-id": "A1b2", "facebook-api-version": "v26.0", "Set-Cookie": "sb=a-cookie; Path=/"}
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK, headers=headers)
    before = state_for(httpserver.url_for(""), app_secret="the secret of the app")
    after = write({})(before)
    response = after["response"]
    assert set(response) == {"status_code", "headers", "url", "duration"}
    assert response["status_code"] == 200
    assert response["url"] == httpserver.url_for("/v26.0/me/messages")
    assert response["duration"] >= 0
    assert response["headers"]["x-fb-request-id"] == "A1b2"
    assert response["headers"]["facebook-api-version"] == "v26.0"
    text = json.dumps(response)
    for secret in ("a-cookie", "ookie", token, "the secret", appsecret_proof(token, "the secret of the app")):
        assert secret not in text
    assert after["data"] == OK
    assert after["references"] == [{}]
    assert before == state_for(httpserver.url_for(""), app_secret="the secret of the app")


def test_the_duration_is_the_time_until_the_answer(
    wire: Any, http: Any, write: Any, state_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(connection_module, "time", SimpleNamespace(monotonic=lambda: now[0]))

    def answer_slowly(connection: Any) -> None:
        now[0] += 1.25
        connection.sendall(http(OK))

    assert write({})(state_for(wire(answer_slowly).url))["response"]["duration"] == 1.25


def test_a_changed_token_is_used_from_then_on(httpserver: HTTPServer, write: Any, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)

    def renew(state: dict[str, Any]) -> dict[str, Any]:
        return {**state, "configuration": {**state["configuration"], "access_token": "EAAG-another-token"}}

    def renew_in_place(state: dict[str, Any]) -> dict[str, Any]:
        state["configuration"]["access_token"] = "EAAG-a-third-token"
        return state

    execute(write({}), fn(renew), write({}), fn(renew_in_place), write({}))(state_for(httpserver.url_for("")))
    sent = [request.headers["Authorization"] for request, _ in httpserver.log]
    assert sent == [
        "Bearer EAAG-the-token-of-the-tests",
        "Bearer EAAG-another-token",
        "Bearer EAAG-a-third-token",
    ]


@pytest.mark.parametrize("configuration", [None, {}, [], {"access_token": ""}, {"acces_token": "EAAG"}])
def test_a_configuration_that_cannot_be_used_sends_nothing(write: Any, run: Run, configuration: Any) -> None:
    with pytest.raises(ConfigurationError) as refused:
        write({})({"data": {}, "references": [], "configuration": configuration})
    assert refused.value.sent == "no"
    assert run.outcomes["sent"] == run.outcomes["unknown"] == 0


@pytest.mark.parametrize("body", [{"at": object()}, {"n": float("nan")}, {"n": float("inf")}, {"t": "\ud800"}])
def test_what_json_cannot_say_is_refused_before_the_wire(
    httpserver: HTTPServer, write: Any, state_for: Any, body: Any
) -> None:
    with pytest.raises(InvalidMessage, match=r"cannot be written as JSON|holds half a character"):
        write(lambda state: body)(state_for(httpserver.url_for("")))
    assert httpserver.log == []


def test_an_f_string_that_was_left_alone_is_sent_with_its_value(
    httpserver: HTTPServer, write: Any, state_for: Any
) -> None:
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)
    state = {**state_for(httpserver.url_for("")), "data": {"name": "Ana"}}
    write({"deep": [{"text": f"Hello {lazy_state.data.name}!"}]})(state)
    assert httpserver.log[0][0].json == {"deep": [{"text": "Hello Ana!"}]}


def test_the_log_says_what_was_called_and_not_with_which_token(
    httpserver: HTTPServer, write: Any, state_for: Any, token: str
) -> None:
    from adaptor.core.run.context import Run

    lines: list[str] = []
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)
    with Run(sink=lambda level, component, message, fields: lines.append(f"{level} {component} {message} {fields}")):
        write({"secret": token})(state_for(httpserver.url_for("")))
    assert any("POST me/messages" in line for line in lines)
    assert any("HTTP 200" in line for line in lines)
    assert token not in "\n".join(lines)


def test_the_timeouts_are_the_users_to_choose(
    httpserver: HTTPServer, write: Any, state_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    timeouts: list[Any] = []
    send = requests.adapters.HTTPAdapter.send

    def watch(adapter: Any, request: Any, **options: Any) -> Any:
        timeouts.append(options["timeout"])
        return send(adapter, request, **options)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", watch)
    httpserver.expect_request("/v26.0/me/messages").respond_with_json(OK)
    write({})(state_for(httpserver.url_for(""), connect_timeout=3.5, read_timeout=7))
    write({})(state_for(httpserver.url_for("")))
    # Meta itself takes up to 75 seconds to fetch a video.
    assert timeouts == [(3.5, 7), (10, 80)]


def test_the_clock_of_the_client_is_the_monotonic_one() -> None:
    assert connection_module.time.monotonic is time.monotonic


def test_a_kept_error_keeps_no_connection_open(wire: Any, http: Any, write: Any, state_for: Any) -> None:
    server = wire(http({"error": {"message": "no", "code": 190}}, status=400), http({"message_id": "m_1"}))
    with Run(), pytest.raises(GraphError) as kept:
        write({})(state_for(server.url))
    # This server serves one connection after the other.
    with Run():
        write({})(state_for(server.url, read_timeout=60))
    assert kept.value.code == 190
