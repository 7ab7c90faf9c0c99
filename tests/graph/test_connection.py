"""One call, once: what leaves, what is believed of the answer, and what people read when nothing is known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.config import read_configuration
from adaptor.core.errors import ConfigurationError, DeliveryUnknown, InvalidMessage, NotSent
from adaptor.core.run.context import Run
from adaptor.graph.answers.errors import GraphError, InvalidRequest, RateLimited, TemporaryFailure
from adaptor.graph.connection import MOST_PEOPLE, GraphConnection
from adaptor.graph.request import GraphRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANA, BEN = "6543210987654321", "6543210987654322"
INBOX = "look in the Page's inbox before you send it again."


@pytest.fixture
def lines() -> list[tuple[Any, ...]]:
    """The lines of the run's log."""
    return []


@pytest.fixture
def connect(state_for: Any, lines: list[tuple[Any, ...]]) -> Iterator[Callable[..., GraphConnection]]:
    """Connect to a server with a configuration."""
    open_: list[GraphConnection] = []
    with Run(sink=lambda *line: lines.append(line)) as run:

        def start(url: str, **configuration: Any) -> GraphConnection:
            state = state_for(url, read_timeout=60, **configuration)
            open_.append(GraphConnection(read_configuration(state["configuration"]), run))
            return open_[-1]

        yield start
        for each in open_:
            each.close()


def message(to: str = ANA, text: str = "a", **facts: Any) -> GraphRequest:
    body = {"recipient": {"id": to}, "message": {"text": text}}
    return GraphRequest("POST", "me/messages", {}, body, expects=("message_id",), **facts)


READ = GraphRequest("GET", "me", {"fields": "name"})


def exchange(connection: GraphConnection, request: GraphRequest) -> Any:
    return connection.exchange(request, request.encoded())


def failed(connection: GraphConnection, request: GraphRequest, kind: type[Exception]) -> Any:
    with pytest.raises(kind) as raised:
        exchange(connection, request)
    assert type(raised.value) is kind
    return raised.value


# --- Nothing came back ---


def test_without_a_connection_nothing_was_sent_and_the_job_may_be_run_again(connect: Any, refused_url: str) -> None:
    error = failed(connect(refused_url), message(), NotSent)
    assert error.description.startswith(f"No connection to {refused_url}: ")
    assert error.fix == (
        "Check the network, the proxy settings and `base_url`; then continue with --resume, or run the job again where "
        "nothing was sent."
    )
    assert error.sent == "no"


def test_a_write_without_an_answer_is_unknown_and_people_look_before_they_send_again(
    connect: Any, wire: Any, moves: Any
) -> None:
    server = wire(moves.close)
    error = failed(connect(server.url), message(), DeliveryUnknown)
    assert error.description.startswith(f"The request went out to {server.url}, but no answer came back: ")
    assert (error.fix, error.sent) == ("Look in the Page's inbox before you send it again.", "unknown")


def test_a_read_without_an_answer_may_be_tried_again(connect: Any, wire: Any, moves: Any) -> None:
    server = wire(moves.close)
    error = failed(connect(server.url), READ, TemporaryFailure)
    assert error.description.startswith(f"No answer from {server.url}: ")
    assert (error.message, error.about, error.sent) == (error.description, "page", "no")
    assert error.fix == "Try again later; check `base_url` and the network."


GARBLED = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"


def test_an_answer_that_cannot_be_decompressed_is_no_silence(connect: Any, wire: Any) -> None:
    server = wire(GARBLED)
    unknown = failed(connect(server.url), message(), DeliveryUnknown)
    assert unknown.description == f"The request went out to {server.url}, but the answer cannot be decompressed."
    read = failed(connect(wire(GARBLED).url), READ, TemporaryFailure)
    assert read.description.endswith(" cannot be decompressed.")
    assert read.description.startswith("The answer of http")


# --- An answer that is not believed ---


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (200, b"<html>", "it is not JSON"),
        (200, {"error": "no"}, "it holds neither a result nor an error of Meta's"),
        (200, {"message_id": "m", "error": {"code": 613}}, "it holds a result and an error"),
        (404, {"message_id": "m"}, "it holds neither a result nor an error of Meta's"),
        (199 + 101, {"message_id": "m"}, "it holds neither a result nor an error of Meta's"),
        (200, {"recipient_id": ANA}, "it has no `message_id`"),
        (200, {"message_id": ""}, "it has no `message_id`"),
        (200, ["m"], "it has no `message_id`"),
        (200, {"message_id": "m", "recipient_id": BEN}, f"it is about another person, {BEN}"),
        (429, {"message_id": "m"}, "it holds neither a result nor an error of Meta's"),
    ],
)
def test_an_answer_that_does_not_fit_leaves_a_write_unknown_and_says_why(
    connect: Any, wire: Any, http: Any, status: int, body: Any, why: str
) -> None:
    server = wire(http({"message_id": "m_0", "recipient_id": BEN}), http(body, status=status))
    connection = connect(server.url)
    exchange(connection, message(BEN))
    error = failed(connection, message(), DeliveryUnknown)
    assert error.description == f"The answer (HTTP {status}) from {server.url} cannot be trusted: {why}."
    assert error.fix == f"Check `base_url` and the proxy; {INBOX}"


def test_a_read_whose_answer_does_not_fit_is_tried_again(connect: Any, wire: Any, http: Any) -> None:
    server = wire(http(b"<html>"))
    error = failed(connect(server.url), READ, TemporaryFailure)
    assert error.description == f"The answer (HTTP 200) from {server.url} cannot be trusted: it is not JSON."


def test_an_answer_about_somebody_to_whom_this_connection_has_not_written_is_believed(
    connect: Any, wire: Any, http: Any
) -> None:
    # A person may have another id in the answer, as where the recipient was a comment.
    connection = connect(wire(http({"message_id": "m", "recipient_id": BEN})).url)
    assert exchange(connection, message()).body["recipient_id"] == BEN


def test_a_recipient_that_is_no_person_has_another_id_in_the_answer(connect: Any, wire: Any, http: Any) -> None:
    connection = connect(wire(http({"message_id": "m", "recipient_id": BEN})).url)
    exchange(connection, message(BEN))
    comment = message()._replace(body={"recipient": {"comment_id": "1_2"}, "message": {"text": "a"}})
    assert exchange(connection, comment).body["message_id"] == "m"


def test_so_many_of_the_last_recipients_are_remembered_and_no_more(connect: Any, wire: Any, http: Any) -> None:
    connection = connect(wire(http({"message_id": "m", "recipient_id": "0"})).url)
    for number in range(MOST_PEOPLE):
        connection._remember(message(str(number)))
    connection._remember(READ)
    failed(connection, message("0")._replace(body={"recipient": {"id": "1"}, "message": {}}), DeliveryUnknown)
    connection._remember(message("one more"))
    assert exchange(connection, message("2")).body["recipient_id"] == "0"


# --- Redirects: the token is not sent along ---


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_took_nothing_names_where_to_and_what_to_set(
    connect: Any, wire: Any, http: Any, status: int
) -> None:
    server = wire(http({}, status=status, headers={"Location": "https://other.example/x?secret=1"}))
    error = failed(connect(server.url), message(), InvalidRequest)
    assert error.description == (
        f"{server.url} did not accept the call and redirects to https://other.example (HTTP {status})."
    )
    assert error.fix == "Set `base_url` to the address that accepts the calls, if you trust it; check the proxy."
    assert (error.code, error.message, error.about, error.sent) == ("REDIRECT", error.description, "page", "no")


@pytest.mark.parametrize(
    ("location", "target"),
    [("https://other.example/x", "https://other.example"), ("//[", "an invalid address"), ("/x", "http://localhost")],
)
def test_another_redirect_leaves_a_write_unknown(
    connect: Any, wire: Any, http: Any, location: str, target: str
) -> None:
    server = wire(http({}, status=302, headers={"Location": location}))
    error = failed(connect(server.url), message(), DeliveryUnknown)
    assert error.description.startswith("The answer (HTTP 302) from ")
    assert error.description.endswith(f"cannot be trusted: it redirects to {target}.")


@pytest.mark.parametrize("status", [200, 400])
def test_a_location_without_a_redirect_is_no_redirect(connect: Any, wire: Any, http: Any, status: int) -> None:
    body = {"message_id": "m"} if status == 200 else {"error": {"message": "no", "code": 100}}
    connection = connect(wire(http(body, status=status, headers={"Location": "https://other.example"})).url)
    if status == 200:
        assert exchange(connection, message()).body == body
    else:
        assert failed(connection, message(), InvalidRequest).code == 100


# --- HTTP 429 without an error of Graph's ---


@pytest.mark.parametrize("body", [b"slow down", {}, {"detail": "no"}, ["x"]])
def test_a_bare_429_was_not_carried_out_and_says_how_long_to_wait(
    connect: Any, wire: Any, http: Any, body: Any
) -> None:
    server = wire(http(body, status=429, headers={"Retry-After": "7"}))
    error = failed(connect(server.url), message(), RateLimited)
    assert error.description == (f"{server.url} takes no more calls for now (HTTP 429, without an error of Graph's).")
    assert (error.code, error.message, error.retry_after, error.sent) == ("HTTP_429", error.description, 7.0, "no")
    assert error.fix


def test_metas_own_waiting_time_goes_before_that_of_http(connect: Any, wire: Any, http: Any) -> None:
    usage = json.dumps({"1": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 2}]})
    headers = {"Retry-After": "7", "x-business-use-case-usage": usage}
    answer = http({"error": {"message": "slow", "code": 613}}, status=400, headers=headers)
    connection = connect(wire(answer).url)
    assert failed(connection, message(), RateLimited).retry_after == 120.0
    assert connection.usage is not None
    assert connection.usage.regain_seconds == 120.0


def test_the_usage_of_metas_limits_is_logged_and_kept_until_the_next_one(
    connect: Any, wire: Any, http: Any, lines: list[Any]
) -> None:
    usage = {"x-app-usage": '{"call_count": 28}'}
    connection = connect(wire(http({"name": "x"}, headers=usage), http({"name": "x"})).url)
    for _ in range(2):
        exchange(connection, READ)
        assert connection.usage is not None
        assert connection.usage.percent == 28
    assert [line[:3] for line in lines if "usage" in line[2]] == [
        ("debug", "graph", "usage of Meta's limits: app: call_count 28 %")
    ]


def test_another_version_in_the_answer_is_said_once(connect: Any, wire: Any, http: Any, lines: list[Any]) -> None:
    def answer(version: str) -> bytes:
        raw: bytes = http({"name": "x"}, headers={"facebook-api-version": version})
        return raw

    connection = connect(wire(*map(answer, ("v20.0", "v20.0", "v26.0", "v2 <script>", "v21.0"))).url)
    for _ in range(5):
        exchange(connection, READ)
    assert {line[1] for line in lines if "answers as" in line[2]} == {"graph"}
    assert [line[2] for line in lines if "answers as" in line[2]] == [
        f"warning: Meta answers as {version}, since it does not serve v26.0." for version in ("v20.0", "v21.0")
    ]


# --- Whose token travels ---


def sent_with(connect: Any, wire: Any, http: Any, request: GraphRequest, **configuration: Any) -> tuple[str, str]:
    """Return the first line and the Authorization header of a call."""
    server = wire(http({"id": "1"}))
    exchange(connect(server.url, **configuration), request)
    head = server.requests[0].partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return head[0], next((line.partition(": ")[2] for line in head if line.lower().startswith("authorization")), "")


def test_the_app_and_the_user_have_tokens_of_their_own(connect: Any, wire: Any, http: Any, token: str) -> None:
    facts = {"app_id": "77", "app_secret": "the-secret-of-the-app"}
    line, header = sent_with(connect, wire, http, READ._replace(access="app"), **facts)
    assert header == "Bearer 77|the-secret-of-the-app"
    assert "appsecret_proof" not in line
    assert sent_with(connect, wire, http, READ._replace(access="user"))[1] == f"Bearer {token}"
    line, header = sent_with(connect, wire, http, READ._replace(access="user"), user_access_token="EAAG-user", **facts)
    assert header == "Bearer EAAG-user"
    assert "appsecret_proof=" in line
    other = sent_with(connect, wire, http, READ, **facts)[0]
    assert "appsecret_proof=" in other
    assert other != line


def test_a_call_whose_body_is_the_credential_carries_no_token(connect: Any, wire: Any, http: Any) -> None:
    request = GraphRequest("POST", "oauth/token", {}, {"code": "x"}, access="none")
    assert sent_with(connect, wire, http, request, app_secret="the-secret-of-the-app") == (
        "POST /v26.0/oauth/token HTTP/1.1",
        "",
    )


def test_an_upload_names_its_offset_and_the_scheme_of_metas_page(
    connect: Any, wire: Any, http: Any, tmp_path: Any, token: str
) -> None:
    (tmp_path / "a.png").write_bytes(b"0123456789")
    server = wire(http({"h": "1"}))
    request = GraphRequest("POST", "upload:1", {}, files={"file": tmp_path / "a.png"}, access="user", file_offset=4)
    encoded = request.encoded()
    connect(server.url).exchange(request, encoded)
    encoded.close()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert f"Authorization: OAuth {token}".encode() in head
    assert b"file_offset: 4" in head
    assert b"Content-Type: image/png" in head
    assert body == b"456789"


@pytest.mark.parametrize("missing", ["app_id", "app_secret"])
def test_without_the_apps_own_token_nothing_is_sent_and_the_key_is_named(
    connect: Any, refused_url: str, missing: str
) -> None:
    facts = {key: "77" for key in ("app_id", "app_secret") if key != missing}
    error = failed(connect(refused_url, **facts), READ._replace(access="app"), ConfigurationError)
    assert error.description == f"This call needs the app's own token, and the configuration has no `{missing}`."
    assert error.fix == "Put `app_id` and `app_secret` into the credential; the app's settings show both."
    assert (error.details, error.sent) == ({"key": missing}, "no")


def test_a_messages_own_headers_travel_beside_ours(connect: Any, wire: Any, http: Any, token: str) -> None:
    server = wire(http({"message_id": "m"}))
    exchange(connect(server.url), message(headers={"X-Trace": "1"}))
    head = server.requests[0].partition(b"\r\n\r\n")[0]
    assert b"X-Trace: 1" in head
    assert f"Bearer {token}".encode() in head


# --- The parts of a batch ---


def part(body: Any, code: int = 200) -> dict[str, Any]:
    return {"code": code, "headers": [], "body": json.dumps(body)}


def test_each_part_has_its_own_outcome(connect: Any, wire: Any, http: Any) -> None:
    answers = [
        part({"message_id": "m", "recipient_id": ANA}),
        part({"error": {"message": "no", "code": 551}}, 400),
        None,
    ]
    server = wire(http(answers))
    made, refused, lost = connect(server.url).exchange_parts([message(), message(BEN), message("33")])
    assert made.body["message_id"] == "m"
    assert isinstance(refused, GraphError)
    assert refused.sent == "no"
    assert lost.description.startswith("The answer (HTTP 200) from ")
    assert lost.description.endswith("cannot be trusted: Graph timed out on this part of the batch.")
    assert lost.sent == "unknown"


@pytest.mark.parametrize("answers", [[], [part({"message_id": "m"})], {"x": 1}])
def test_an_answer_that_does_not_fit_the_parts_leaves_all_unknown(
    connect: Any, wire: Any, http: Any, answers: Any
) -> None:
    server = wire(http(answers))
    outcomes = connect(server.url).exchange_parts([message(), message(BEN)])
    assert [each.sent for each in outcomes] == ["unknown", "unknown"]
    why = "(HTTP 200) from {} cannot be trusted: it does not answer the parts of the batch."
    assert {each.description.partition(" ")[2].partition(" ")[2] for each in outcomes} == {why.format(server.url)}


def test_no_answer_is_believed_of_people_whose_answers_were_mixed_up(connect: Any, wire: Any, http: Any) -> None:
    answers = [part({"message_id": f"m_{who}", "recipient_id": who}) for who in (BEN, ANA, "33")]
    outcomes = connect(wire(http(answers)).url).exchange_parts([message(), message(BEN), message("33")])
    assert [isinstance(each, DeliveryUnknown) for each in outcomes] == [True, True, False]
    for each in outcomes[:2]:
        assert "(HTTP 200)" in each.description
        assert each.description.endswith("the answer to another part names its recipient.")


def test_what_a_batch_cannot_carry_is_refused_and_the_others_are_sent(
    connect: Any, wire: Any, http: Any, tmp_path: Any
) -> None:
    server = wire(http([part({"message_id": "m"})]))
    gone = message(BEN)._replace(files={"filedata": tmp_path / "gone.png"})
    outcomes = connect(server.url).exchange_parts([message("33", headers={"X": "1"}), message(), gone])
    assert outcomes[1].body == {"message_id": "m"}
    assert isinstance(outcomes[0], InvalidMessage)
    assert outcomes[0].description == "A batch cannot carry the HTTP headers of a message."
    assert outcomes[0].fix == "Leave `headers` out, or send one by one with each(…)."
    assert outcomes[0].details == {"field": "headers"}
    assert isinstance(outcomes[2], InvalidMessage)
    assert (outcomes[0].sent, outcomes[2].sent) == ("no", "no")


def test_where_no_part_can_be_sent_no_call_is_made(connect: Any, refused_url: str) -> None:
    (outcome,) = connect(refused_url).exchange_parts([message(headers={"X": "1"})])
    assert isinstance(outcome, InvalidMessage)


def test_a_refused_part_of_a_batch_had_the_token_of_the_batch(connect: Any, wire: Any, http: Any) -> None:
    # Without a token the same code would be about the credential, and stop a broadcast.
    answers = [part({"error": {"message": "no", "code": 2500}}, 400)]
    (outcome,) = connect(wire(http(answers)).url).exchange_parts([message()])
    assert type(outcome) is InvalidRequest


def test_the_parts_of_a_batch_are_asked_for_their_headers_unless_they_are_not_wanted(
    connect: Any, wire: Any, http: Any
) -> None:
    server = wire(http([part({"name": "x"})]))
    connection = connect(server.url)
    connection.exchange_parts([READ])
    connection.exchange_parts([READ], include_headers=False)
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    assert [body["include_headers"] for body in bodies] == [True, False]
