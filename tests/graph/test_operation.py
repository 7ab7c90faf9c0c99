from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_text
from adaptor.common.loop import each
from adaptor.core.errors import AdaptorError, InvalidMessage, MissingReference
from adaptor.core.execute import execute
from adaptor.core.operation import Value
from adaptor.core.run.context import Run
from adaptor.core.values.lazy import state as lazy_state
from adaptor.core.values.page_id import PAGE_ID
from adaptor.graph.answers.errors import GraphError, TokenInvalid
from adaptor.graph.draft import Draft
from adaptor.graph.needs import Need
from adaptor.graph.operation import GraphOperation, graph_operation
from adaptor.wire.departure import wire as departure

if TYPE_CHECKING:
    from pytest_httpserver import HTTPServer


def _short(body: Any) -> None:
    from adaptor.core.values.lazy import Lazy

    if not isinstance(body["word"], Lazy) and len(body["word"]) > 3:
        raise InvalidMessage("`word` is too long.", fix="Shorten it.")


@graph_operation(needs=Need())
def say(word: Value[str], *, to: Value[str] = "me") -> Draft:
    """Say a word."""
    return Draft("POST", [to, "words"], body={"word": word}, answers={"said": word}, expects=("said",), check=_short)


@graph_operation(needs=Need())
def look(word: Value[str]) -> Draft:
    """Look a word up."""
    return Draft("GET", ["words", word], params={"fields": word}, answers={"word": word})


@graph_operation(needs=Need())
def forget(word: Value[str]) -> Draft:
    """Forget a word."""
    return Draft("DELETE", ["words", word], answers={"success": True})


def test_a_description_is_the_request_and_sends_nothing(httpserver: HTTPServer, state_for: Any) -> None:
    state = {**state_for(httpserver.url_for("")), "data": {"word": "hey", "to": 42}}
    request = say(lazy_state.data.word, to=lazy_state.data.to).describe(state)
    assert (request.method, request.path, request.params, request.body) == ("POST", "42/words", {}, {"word": "hey"})
    assert request.is_write
    assert not look("hey").describe(state).is_write
    assert forget("hey").describe(state).is_write
    assert httpserver.log == []


def test_the_page_is_the_one_of_the_configuration() -> None:
    page = graph_operation(needs=Need())(lambda_page)
    assert page().describe({}).path == "me/messages"
    assert page().describe({"configuration": {"page_id": "123"}}).path == "123/messages"
    assert repr(PAGE_ID) == "state.configuration.page_id"
    assert pickle.loads(pickle.dumps(PAGE_ID)).__resolve__({}) == "me"


def lambda_page() -> Draft:
    return Draft("POST", [PAGE_ID, "messages"])


def test_what_is_wrong_in_a_literal_is_refused_when_it_is_built() -> None:
    with pytest.raises(InvalidMessage):
        say("too long")


def test_what_is_wrong_in_a_lazy_value_is_refused_before_the_wire(httpserver: HTTPServer, state_for: Any) -> None:
    operation = say(lazy_state.data.word)
    state = {**state_for(httpserver.url_for("")), "data": {"word": "too long"}}
    with pytest.raises(InvalidMessage) as refused:
        operation(state)
    assert (refused.value.operation, refused.value.sent) == ("say", "no")
    with pytest.raises(InvalidMessage):
        operation.describe(state)
    with pytest.raises(MissingReference):
        operation({**state, "data": {}})
    assert httpserver.log == []


def test_a_dry_run_describes_writes_and_puts_nothing_on_the_wire(httpserver: HTTPServer, state_for: Any) -> None:
    described: list[Any] = []
    state = {**state_for(httpserver.url_for("")), "data": {"words": ["a", "b"]}}
    with Run(dry_run=True, on_request=described.append) as run:
        after = execute(each(lazy_state.data.words, say(lazy_state.data)), forget("c"))(state)
    assert [(request.method, request.path, request.body) for request in described] == [
        ("POST", "me/words", {"word": "a"}),
        ("POST", "me/words", {"word": "b"}),
        ("DELETE", "words/c", None),
    ]
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 0, "described": 3}
    assert after["data"] == {"success": True}
    assert "response" not in after
    assert httpserver.log == []


def test_a_dry_run_gives_a_placeholder_of_the_documented_shape(state_for: Any) -> None:
    with Run(dry_run=True):
        after = say(lazy_state.data.word)({"data": {"word": "hey"}, "references": []})
    assert after["data"] == {"said": "hey"}
    assert after["references"] == [{"word": "hey"}]
    assert json.dumps(after)


def test_a_dry_run_refuses_what_a_run_would_refuse() -> None:
    with Run(dry_run=True) as run, pytest.raises(InvalidMessage):
        say(lazy_state.data.word)({"data": {"word": "too long"}, "references": []})
    assert run.outcomes["described"] == 0


def test_a_dry_run_refuses_what_no_run_could_send() -> None:
    described: list[Any] = []
    state = {"data": {"name": "Ana"}, "references": []}
    with (
        Run(dry_run=True, on_request=described.append),
        pytest.raises(InvalidMessage, match="cannot be written as JSON"),
    ):
        anything(lambda state: {"at": object()})(state)
    assert described == []


@graph_operation(needs=Need())
def anything(body: Any) -> Draft:
    return Draft("POST", "me", body=body)


def test_a_dry_run_reads(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/words/hey", query_string="fields=hey").respond_with_json({"word": "really"})
    described: list[Any] = []
    with Run(dry_run=True, on_request=described.append):
        after = look("hey")(state_for(httpserver.url_for("")))
    assert after["data"] == {"word": "really"}
    assert after["response"]["status_code"] == 200
    assert described == []


def test_an_error_holds_the_call_that_failed_without_the_credential(httpserver: HTTPServer, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me/words").respond_with_json({"error": {"message": "no", "code": 10}}, status=400)
    state = state_for(httpserver.url_for("")[:-1])
    seen: list[Any] = []
    run = Run()
    run.observers.on_failure = seen.append
    with run, pytest.raises(GraphError) as caught:
        say("hi")(state)
    request = caught.value.request
    assert request == {
        "method": "POST",
        "url": httpserver.url_for("/v26.0/me/words"),
        "params": {},
        "body": {"word": "hi"},
        "proof": False,
    }
    assert seen == [request]
    assert "request" not in caught.value.facts()


def test_an_error_before_the_wire_holds_no_call(state_for: Any) -> None:
    with pytest.raises(InvalidMessage) as caught:
        say(lambda state: "abcd")(state_for("http://127.0.0.1:9"))
    assert caught.value.request is None


def test_an_operation_is_a_value() -> None:
    assert repr(say("hey", to="1")) == "say('hey', to='1')"
    assert say("hey") == say("hey")
    assert say("hey") != say("you")
    assert say("hey") != look("hey")
    copy = pickle.loads(pickle.dumps(say(lazy_state.data.word)))
    assert copy == say(lazy_state.data.word)
    assert copy.describe({"data": {"word": "hey"}}).body == {"word": "hey"}


def test_an_answer_without_what_the_call_needs_is_not_trusted_even_where_the_need_is_lazy(
    httpserver: HTTPServer, state_for: Any
) -> None:
    from adaptor.core.errors import DeliveryUnknown

    httpserver.expect_request("/v26.0/me").respond_with_json({"a": 1})
    state = {**state_for(httpserver.url_for("")), "data": "a"}
    assert needing(lambda state: (state["data"],))(state)["data"] == {"a": 1}
    with pytest.raises(DeliveryUnknown, match="no `b`"):
        needing(lambda state: (state["data"],))({**state, "data": "b"})


@graph_operation(needs=Need())
def needing(keys: Any) -> Draft:
    return Draft("POST", "me", expects=keys)


# --- Parameters that are secrets, and what becomes of an answer -------------------------------------------------------


@graph_operation(needs=Need())
def inspect(token: Value[str]) -> Draft:
    """Ask about a token, which is a secret itself."""
    return Draft(
        "GET", ["debug"], params={"input_token": token}, sealed=True, reads=lambda body: body["data"], answers={}
    )


def test_a_secret_parameter_travels_in_a_body_and_never_in_an_address(wire: Any, http: Any, state_for: Any) -> None:
    answer = {"code": 200, "body": '{"data": {"is_valid": true}}'}
    server = wire(http([answer]))
    after = inspect("SECRET-TOKEN")(state_for(server.url))
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"SECRET-TOKEN" not in head
    assert json.loads(body)["batch"] == [{"method": "GET", "relative_url": "debug?input_token=SECRET-TOKEN"}]
    assert after["data"] == {"is_valid": True}
    assert "SECRET-TOKEN" not in json.dumps(after["response"])


def test_a_secret_parameter_is_not_shown() -> None:
    described = inspect("SECRET-TOKEN").describe({}).described()
    assert described == {"method": "GET", "path": "debug", "params": {"input_token": "[redacted]"}}


def test_an_error_about_a_secret_parameter_is_the_error_of_the_call(wire: Any, http: Any, state_for: Any) -> None:
    answer = {"code": 400, "body": '{"error": {"message": "no", "code": 190}}'}
    server = wire(http([answer]))
    with pytest.raises(TokenInvalid) as raised:
        inspect("SECRET-TOKEN")(state_for(server.url))
    assert raised.value.operation == "inspect"


@pytest.mark.parametrize("part", ["", " ", ".", "..", None, True])
def test_an_id_that_would_lead_elsewhere_is_refused_before_the_wire(
    httpserver: HTTPServer, state_for: Any, part: Any
) -> None:
    with pytest.raises(InvalidMessage, match="An id in the path"):
        forget(lazy_state.data.word)({**state_for(httpserver.url_for("")), "data": {"word": part}})
    assert httpserver.log == []


def test_an_id_cannot_reach_out_of_its_place(httpserver: HTTPServer, state_for: Any) -> None:
    request = forget(lazy_state.data.word).describe({"data": {"word": "a/b?c=d#e%"}})
    assert request.path == "words/a%2Fb%3Fc=d%23e%25"


# --- What an operation needs ---


def plain(word: Value[str] = "a") -> Draft:
    return Draft("POST", "me", body={"word": word})


@pytest.mark.parametrize(
    ("access", "app", "user"), [("page", False, False), ("app", True, False), ("user", False, True)]
)
def test_the_access_of_a_draft_is_among_its_needs(access: Any, app: bool, user: bool) -> None:
    declared = graph_operation(needs=Need(("pages_messaging",)))(lambda: Draft("GET", "me", access=access))
    assert declared().needs() == Need(("pages_messaging",), app=app, user=user)


def test_needs_may_depend_on_the_draft() -> None:
    declared = graph_operation(needs=lambda draft: Need((draft.path,), app=True))(lambda: Draft("GET", "words"))
    assert declared().needs() == Need(("words",), app=True)


def test_an_operation_may_be_of_a_kind_of_its_own() -> None:
    class Kind(GraphOperation):
        pass

    assert type(graph_operation(needs=Need(), kind=Kind)(plain)()) is Kind
    assert type(graph_operation(needs=Need())(plain)("b")) is GraphOperation


# --- What is reported of a message ---

ANA = "6543210987654321"


@pytest.fixture
def told(run: Run) -> list[Any]:
    """The rows of the report."""
    rows: list[Any] = []
    run.observers.on_result = rows.append
    return rows


def facts(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["outcome"], row["recipient"], row["error"]


def test_a_message_that_was_sent_is_reported_with_its_answer(wire: Any, http: Any, state_for: Any, told: Any) -> None:
    server = wire(http({"recipient_id": ANA, "message_id": "m_1"}))
    send_text(ANA, "a")(state_for(server.url))
    assert [facts(row) for row in told] == [("sent", ANA, None)]
    assert told[0]["message_id"] == "m_1"


@pytest.mark.parametrize(
    ("code", "status", "outcome", "error"),
    [(551, 400, "failed", "RecipientUnavailable"), (1, 500, "unknown", "DeliveryUnknown")],
)
def test_a_message_that_was_not_sent_or_may_have_been_is_reported_as_such(
    wire: Any, http: Any, state_for: Any, told: Any, code: int, status: int, outcome: str, error: str
) -> None:
    server = wire(http({"error": {"message": "no", "code": code}}, status=status))
    with pytest.raises(AdaptorError):
        send_text(ANA, "a")(state_for(server.url, max_retries=0))
    assert [facts(row)[:2] for row in told] == [(outcome, ANA)]
    assert told[0]["error"] is not None


@pytest.mark.parametrize(("has_left", "outcomes"), [(True, ["unknown"]), (False, [])])
def test_a_message_that_is_interrupted_is_reported_where_a_byte_has_left(
    monkeypatch: pytest.MonkeyPatch, state_for: Any, told: Any, has_left: bool, outcomes: list[str]
) -> None:
    def interrupt(*given: Any, **more: Any) -> Any:
        departure.left = has_left
        raise KeyboardInterrupt

    monkeypatch.setattr("adaptor.graph.connection.GraphConnection.exchange", interrupt)
    with pytest.raises(KeyboardInterrupt):
        send_text(ANA, "a")(state_for("http://127.0.0.1:9"))
    assert [facts(row) for row in told] == [(outcome, ANA, None) for outcome in outcomes]


def test_a_read_is_not_reported(wire: Any, http: Any, state_for: Any, told: Any) -> None:
    look("hey")(state_for(wire(http({"word": "hey"})).url))
    assert told == []


def test_a_dry_run_reports_an_equal_message_as_a_duplicate() -> None:
    told: list[Any] = []
    described: list[Any] = []
    with Run(dry_run=True, on_request=described.append) as run:
        calls: list[Any] = []
        run.observers.on_result, run.observers.on_call = told.append, calls.append
        each(lambda state: [1, 2], send_text(ANA, "same"))({"data": {}, "references": []})
        each(lambda state: ["a", "b"], send_text(ANA, lazy_state.data))({"data": {}, "references": []})
    assert [row["outcome"] for row in told] == ["described", "duplicate", "described", "described"]
    assert [row["recipient"] for row in told] == [ANA] * 4
    assert len(described) == 3
    assert [call.recipient for call in calls] == [ANA] * 4
    assert (run.messages["described"], run.messages["duplicate"]) == (3, 1)


def test_a_dry_run_knows_a_key_whatever_the_text() -> None:
    with Run(dry_run=True) as run:
        each(lambda state: ["a", "b"], send_text(ANA, lazy_state.data, key="k"))({"data": {}, "references": []})
    assert (run.messages["described"], run.messages["duplicate"]) == (1, 1)


def test_the_placeholder_of_a_dry_run_is_a_result_and_not_read_as_an_answer() -> None:
    declared = graph_operation(needs=Need())(
        lambda: Draft("POST", "me", answers={"id": "1"}, reads=lambda body: body["answer"])
    )
    with Run(dry_run=True):
        assert declared()({"data": {}, "references": []})["data"] == {"id": "1"}
