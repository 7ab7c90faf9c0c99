"""What the client does around a call: retries, the count of outcomes, and what an error says of its request."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.config import read_configuration
from adaptor.core.errors import AdaptorError, DeliveryUnknown, JobError, NotSent
from adaptor.core.run.context import Run
from adaptor.graph.answers.answer import GraphAnswer
from adaptor.graph.answers.errors import GraphError, RateLimited, TemporaryFailure
from adaptor.graph.answers.usage import Usage
from adaptor.graph.client import GraphClient, client_for, error_to_retry
from adaptor.graph.request import GraphRequest
from adaptor.wire.departure import wire as departure

if TYPE_CHECKING:
    from collections.abc import Iterator

ANA = "6543210987654321"
CONFIGURATION = {"access_token": "EAAG-token", "app_secret": "the-secret-of-the-app", "max_retries": 2, "max_wait": 90}
OK = GraphAnswer({"message_id": "m_1"}, None)


def message(text: str = "a") -> GraphRequest:
    return GraphRequest("POST", "me/messages", {}, {"recipient": {"id": ANA}, "message": {"text": text}})


READ = GraphRequest("GET", "me", {"fields": "id"})


def limited(seconds: float = 5.0) -> RateLimited:
    error = RateLimited("too many", code=613)
    error.sent, error.retry_after = "no", seconds
    return error


class Case:
    """A client whose connection answers in turn with what is given."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.events: list[Any] = []
        self.lines: list[Any] = []
        self.calls: list[Any] = []
        self.run = Run(wait=self.events.append, sink=lambda *line: self.lines.append(line[:3]))
        self.run.observers.on_call = self.calls.append
        self.client = GraphClient(read_configuration(CONFIGURATION), self.run)
        self.client.connection.exchange = self.exchange  # type: ignore[method-assign,assignment]
        self.client.connection.exchange_parts = self.exchange_parts  # type: ignore[method-assign,assignment]

    def exchange(self, request: GraphRequest, encoded: Any) -> Any:
        return self._answer((request.method, self.run.stop.in_flight))

    def exchange_parts(self, parts: list[GraphRequest], *, include_headers: bool) -> Any:
        return self._answer(([part.body["message"]["text"] for part in parts], include_headers))

    def _answer(self, event: Any) -> Any:
        self.events.append(event)
        departure.left = True
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @contextmanager
    def waiting(self, indexes: Any, ended: Any) -> Iterator[None]:
        self.events.append((list(indexes), {index: type(each).__name__ for index, each in ended.items()}))
        yield

    def outcomes(self) -> list[tuple[Any, ...]]:
        return [(call.outcome, call.is_write, call.is_message, call.recipient) for call in self.calls]


# --- One call ---


def test_a_call_that_was_not_carried_out_waits_outside_of_its_claim_and_is_made_again() -> None:
    case = Case(limited(), OK)
    assert case.client.send(message(), waiting=case.waiting) is OK
    assert case.events == [("POST", (1, 0)), ([0], {}), 5.0, ("POST", (1, 0))]
    assert case.run.stop.in_flight == (0, 0)
    assert case.outcomes() == [("sent", True, True, ANA)]


def test_a_retry_is_logged_as_one_of_graph_and_a_read_is_counted_as_one() -> None:
    case = Case(limited(), OK)
    case.client.send(READ)
    assert case.outcomes() == [("read", False, False, None)]
    assert case.lines == [
        ("info", "graph", "RateLimited: too many It was not carried out; trying again in 5.0 s (1 of 2).")
    ]


def test_what_is_in_flight_are_messages_and_other_writes() -> None:
    case = Case(OK, OK, OK)
    for request in (message(), GraphRequest("POST", "1/label", {}), READ):
        case.client.send(request)
    assert [event[1] for event in case.events] == [(1, 0), (0, 1), (0, 0)]


@pytest.mark.parametrize(
    ("error", "request_", "outcomes"),
    [
        (DeliveryUnknown("lost"), message(), [("unknown", True, True, ANA)]),
        (NotSent("no connection"), message(), [("failed", True, True, ANA)]),
        (NotSent("no connection"), READ, [("failed", False, False, None)]),
        (DeliveryUnknown("lost"), READ, [("failed", False, False, None)]),
        (KeyboardInterrupt(), message(), [("unknown", True, True, ANA)]),
        (DeliveryUnknown("lost"), message()._replace(is_aside=True), []),
    ],
)
def test_a_call_that_fails_is_counted_by_what_it_has_sent(
    error: BaseException, request_: GraphRequest, outcomes: Any
) -> None:
    case = Case(error, error, error)
    with pytest.raises(type(error)):
        case.client.send(request_)
    assert case.outcomes() == outcomes


def test_a_call_that_is_interrupted_before_a_byte_left_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    case = Case()

    def interrupt(*given: Any) -> Any:
        departure.left = False
        raise KeyboardInterrupt

    monkeypatch.setattr(case.client.connection, "exchange", interrupt)
    with pytest.raises(KeyboardInterrupt):
        case.client.send(message())
    assert case.calls == []


@pytest.mark.parametrize(("facts", "is_attached"), [({}, True), ({"access": "none"}, False), ({"access": "app"}, True)])
def test_an_error_holds_its_request_unless_a_part_of_it_is_secret(facts: Any, is_attached: bool) -> None:
    failures: list[Any] = []
    case = Case(DeliveryUnknown("lost"))
    case.run.observers.on_failure = failures.append
    with pytest.raises(DeliveryUnknown) as raised:
        case.client.send(message()._replace(body={"a": 1}, **facts))
    assert (raised.value.request is not None) == is_attached == bool(failures)
    assert failures == ([raised.value.request] if is_attached else [])


def test_an_error_of_ours_holds_no_request() -> None:
    case = Case(error := JobError("a fault of the job"))
    with pytest.raises(JobError):
        case.client.send(message())
    assert getattr(error, "request", None) is None


def test_a_described_request_has_its_files_and_no_credential(tmp_path: Path) -> None:
    described = Case().client.described
    request = GraphRequest("POST", "me/messages", {"a": "1"}, {"b": 2})
    plain = {
        "method": "POST",
        "url": "https://graph.facebook.com/v26.0/me/messages",
        "params": {"a": "1"},
        "body": {"b": 2},
        "proof": True,
    }
    assert described(request) == plain
    assert described(request._replace(access="app"))["proof"] is False
    assert described(request._replace(files={"filedata": tmp_path / "a.png"}, file_offset=0)) == {
        **plain,
        "files": {"filedata": str(tmp_path / "a.png")},
        "file_offset": 0,
    }


# --- Several calls in one ---


def test_parts_that_were_not_carried_out_are_made_again_alone_and_keep_their_places() -> None:
    second = GraphAnswer({"message_id": "m_2"}, None)
    case = Case([OK, limited(), OK], [second])
    outcomes = case.client.send_batch([message(text) for text in "abc"], waiting=case.waiting)
    assert outcomes == [OK, second, OK]
    assert case.events == [
        (["a", "b", "c"], True),
        ([1], {0: "GraphAnswer", 2: "GraphAnswer"}),
        5.0,
        (["b"], True),
    ]
    assert case.lines == [("info", "graph", "1 of 3 parts was not taken; trying again in 5.0 s (1 of 2).")]
    assert [outcome for outcome, *_ in case.outcomes()] == ["sent"] * 3


def test_parts_wait_together_as_long_as_the_slowest() -> None:
    case = Case([limited(3.0), limited(7.0)], [OK, OK])
    assert case.client.send_batch([message("a"), message("b")], include_headers=False) == [OK, OK]
    assert case.events == [(["a", "b"], False), 7.0, (["a", "b"], False)]
    assert case.lines == [("info", "graph", "2 of 2 parts were not taken; trying again in 7.0 s (1 of 2).")]


def test_parts_are_not_made_again_where_one_would_have_to_wait_too_long() -> None:
    errors = [limited(3.0), limited(91.0)]
    case = Case(errors)
    assert case.client.send_batch([message("a"), message("b")]) == errors
    assert [outcome for outcome, *_ in case.outcomes()] == ["failed", "failed"]
    assert [error.request["body"]["message"]["text"] for error in errors] == ["a", "b"]


def test_parts_are_made_again_only_so_often() -> None:
    case = Case([limited()], [limited()], [last := limited()])
    assert case.client.send_batch([message()]) == [last]
    assert [event for event in case.events if event == 5.0] == [5.0, 5.0]
    assert [line[2][-9:] for line in case.lines] == ["(1 of 2).", "(2 of 2)."]


def test_a_part_that_may_have_been_carried_out_is_not_made_again() -> None:
    lost = DeliveryUnknown("lost")
    case = Case([lost])
    assert case.client.send_batch([message()]) == [lost]
    assert case.outcomes() == [("unknown", True, True, ANA)]


def test_a_call_that_fails_as_a_whole_is_the_outcome_of_each_part() -> None:
    case = Case(error := DeliveryUnknown("lost"))
    with pytest.raises(DeliveryUnknown) as raised:
        case.client.send_batch([message("a"), message("b")])
    assert raised.value is error
    assert case.outcomes() == [("unknown", True, True, ANA)] * 2


def test_a_retry_that_fails_as_a_whole_leaves_the_earlier_answers_and_gives_each_part_an_error_of_its_own() -> None:
    case = Case([OK, limited(), limited()], DeliveryUnknown("lost"))
    first, second, third = case.client.send_batch([message(text) for text in "abc"])
    assert first is OK
    assert isinstance(second, DeliveryUnknown)
    assert isinstance(third, DeliveryUnknown)
    assert [error.request["body"]["message"]["text"] for error in (second, third)] == ["b", "c"]
    assert [outcome for outcome, *_ in case.outcomes()] == ["sent", "unknown", "unknown"]


def test_a_retry_that_is_interrupted_ends_the_run() -> None:
    case = Case([OK, limited()], KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        case.client.send_batch([message("a"), message("b")])
    assert case.outcomes() == [("unknown", True, True, ANA)]


def test_a_secret_parameter_goes_out_in_a_batch_of_one() -> None:
    case = Case([OK], [error := DeliveryUnknown("lost")])
    assert case.client.send(message()._replace(sealed=True)) is OK
    with pytest.raises(DeliveryUnknown) as raised:
        case.client.send(message()._replace(sealed=True))
    assert raised.value is error


# --- What is made again ---


@pytest.mark.parametrize(
    ("outcome", "is_retried"),
    [
        (OK, False),
        (limited(), True),
        (NotSent("no connection"), True),
        (DeliveryUnknown("lost"), False),
        (GraphError("no", code=100), False),
        (JobError("a fault"), False),
    ],
)
def test_only_what_was_certainly_not_carried_out_is_made_again(outcome: Any, is_retried: bool) -> None:
    assert error_to_retry(outcome) is (outcome if is_retried else None)


@pytest.mark.parametrize("kind", [RateLimited, TemporaryFailure])
@pytest.mark.parametrize(("sent", "is_retried"), [("no", True), ("unknown", False)])
def test_a_failure_of_metas_is_made_again_only_where_nothing_was_sent(kind: Any, sent: str, is_retried: bool) -> None:
    error: AdaptorError = kind("later", code=2)
    error.sent = sent
    assert (error_to_retry(error) is error) == is_retried


# --- The pace ---


@pytest.mark.parametrize(
    ("usage", "level", "seconds"),
    [
        (Usage(81.0, None, ""), "debug", 0.5),
        (Usage(82.0, None, ""), "info", 1.0),
        (Usage(100.0, 90.0, ""), "info", 90.0),
        (Usage(100.0, 91.0, ""), None, None),
        (Usage(80.0, None, ""), None, None),
    ],
)
def test_a_run_slows_down_as_usage_asks_once_and_says_so(
    usage: Usage, level: str | None, seconds: float | None
) -> None:
    case = Case(OK, OK)
    case.client.connection.usage = usage
    for _ in range(2):
        case.client.send(message(), waiting=case.waiting)
    waited = [] if seconds is None else [([0], {}), seconds]
    assert case.events == [*waited, ("POST", (1, 0)), ("POST", (1, 0))]
    text = f"{usage.percent:g} % of Meta's limits are used: waiting {seconds or 0:.1f} s."
    assert case.lines == ([] if level is None else [(level, "graph", text)])


def test_a_wait_for_a_retry_covers_the_pause_that_usage_asks_for() -> None:
    case = Case(limited(), OK)
    exchange = case.client.connection.exchange

    def with_usage(*given: Any) -> Any:
        case.client.connection.usage = Usage(100.0, 30.0, "")
        return exchange(*given)

    case.client.connection.exchange = with_usage  # type: ignore[method-assign]
    case.client.send(message())
    assert case.events == [("POST", (1, 0)), 5.0, ("POST", (1, 0))]


# --- The clients of a run ---


def test_each_credential_has_one_client_and_a_changed_one_has_another() -> None:
    with Run() as run:
        first = client_for(run, dict(CONFIGURATION))
        assert client_for(run, dict(CONFIGURATION)) is first
        changed: dict[str, Any] = {**CONFIGURATION, "access_token": "EAAG-other"}
        second = client_for(run, changed)
        assert second is not first
        changed["access_token"] = "EAAG-third"
        assert client_for(run, changed).configuration.access_token == "EAAG-third"
        assert client_for(run, dict(CONFIGURATION)) is first


def test_a_version_that_meta_has_removed_and_an_open_address_are_warned_of_once() -> None:
    lines: list[Any] = []
    with Run(sink=lambda *line: lines.append(line[:3])) as run:
        for token in ("EAAG-a", "EAAG-b"):
            client_for(run, {"access_token": token, "api_version": "v3.0", "base_url": "http://proxy.example"})
    warnings = sorted(line[2].removeprefix("warning: ") for line in lines if line[1] == "graph")
    assert [warning[:24] for warning in warnings] == ["The token is sent unencr", "api_version v3.0 ended b"]
