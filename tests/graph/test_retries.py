from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import DeliveryUnknown, NotSent
from adaptor.graph.answers.errors import GraphError, PolicyBlocked, RateLimited, TemporaryFailure

if TYPE_CHECKING:
    from adaptor.core.run.context import Run

OK = {"message_id": "m_1"}


def error(code: int, subcode: int | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"message": f"(#{code}) No", "type": "OAuthException", "code": code}
    if subcode is not None:
        body["error_subcode"] = subcode
    return {"error": body}


def usage(minutes: float) -> dict[str, str]:
    entry = {"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({"102030": [entry]})}


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptor.wire.retry.random.uniform", lambda least, most: (least + most) / 2)


LIMITED = [(4, None), (4, 2018022), (17, None), (32, None), (341, None), (613, None), (613, 1996), (613, 2534040)]
LIMITED += [(80001, None), (80006, None)]


@pytest.mark.parametrize(("code", "subcode"), LIMITED)
@pytest.mark.parametrize("status", [200, 400, 429])
def test_a_write_that_was_one_too_many_is_repeated(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float], code: int, subcode: Any, status: int
) -> None:
    server = wire(http(error(code, subcode), status=status), http(OK))
    assert write({"n": 1})(state_for(server.url))["data"] == OK
    assert len(server.requests) == 2
    assert server.requests[0] == server.requests[1]
    assert waits == [1.0]
    assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 0, "described": 0}


def test_the_wait_doubles_and_ends_after_max_retries(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http(error(613), status=400))
    with pytest.raises(RateLimited) as raised:
        write({})(state_for(server.url))
    assert len(server.requests) == 5
    assert waits == [1.0, 2.0, 4.0, 8.0]
    assert (raised.value.sent, raised.value.retry_after) == ("no", None)
    assert run.outcomes == {"sent": 0, "failed": 1, "unknown": 0, "described": 0}


def test_max_retries_is_the_users_to_choose(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    for retries, sent in ((0, 1), (2, 3)):
        server = wire(http(error(613), status=400))
        with pytest.raises(RateLimited):
            write({})(state_for(server.url, max_retries=retries))
        assert len(server.requests) == sent
    assert waits == [1.0, 2.0]


def test_the_waits_are_jittered(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    spans: list[tuple[float, float]] = []
    monkeypatch.setattr("adaptor.wire.retry.random.uniform", lambda *span: spans.append(span) or span[1])
    server = wire(http(error(613)), http(error(613)), http(OK))
    write({})(state_for(server.url))
    assert spans == [(0.75, 1.25)] * 2
    assert waits == [1.25, 2.5]


@pytest.mark.parametrize(("minutes", "seconds"), [(1, 60.0), (2, 120.0), (0, 1.0)])
def test_metas_minutes_are_waited_as_seconds(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float], minutes: float, seconds: float
) -> None:
    server = wire(http(error(80006), status=400, headers=usage(minutes)), http(OK))
    write({})(state_for(server.url))
    assert waits == [seconds]


def test_a_wait_longer_than_max_wait_is_told_at_once(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http(error(80006), status=400, headers=usage(3)))
    with pytest.raises(RateLimited) as raised:
        write({})(state_for(server.url))
    assert (raised.value.retry_after, raised.value.sent) == (180.0, "no")
    assert len(server.requests) == 1
    assert waits == []
    assert run.outcomes["failed"] == 1
    patient = wire(http(error(80006), status=400, headers=usage(3)), http(OK))
    write({})(state_for(patient.url, max_wait=180))
    assert waits == [180.0]


@pytest.mark.parametrize(("code", "subcode"), [(613, 2018338), (613, 1893016), (4, 2018354), (9, 2018352)])
@pytest.mark.parametrize("kind", ["write", "read"])
def test_a_warning_of_metas_is_never_repeated(
    request: pytest.FixtureRequest, wire: Any, http: Any, state_for: Any, run: Run, waits: list[float],
    code: int, subcode: int, kind: str,
) -> None:  # fmt: skip
    build = request.getfixturevalue(kind)
    server = wire(http(error(code, subcode), status=400, headers=usage(1)))
    with pytest.raises(PolicyBlocked):
        build({"n": 1} if kind == "write" else "name")(state_for(server.url))
    assert len(server.requests) == 1
    assert waits == []


@pytest.mark.parametrize("status", [500, 503])
def test_a_limit_with_a_broken_server_behind_it_is_not_repeated_on_a_write(
    wire: Any, http: Any, write: Any, read: Any, state_for: Any, run: Run, waits: list[float], status: int
) -> None:
    server = wire(http(error(613), status=status))
    with pytest.raises(RateLimited) as raised:
        write({})(state_for(server.url))
    assert raised.value.sent == "unknown"
    assert len(server.requests) == 1
    assert waits == []
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 1, "described": 0}
    reader = wire(http(error(613), status=status), http({"name": "Clinic"}))
    assert read()(state_for(reader.url))["data"] == {"name": "Clinic"}


UNKNOWN = [(1, None), (1, 1357046), (2, None), (1200, None), (1200, 2018024), (1201, None)]


@pytest.mark.parametrize(("code", "subcode"), UNKNOWN)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_write_that_may_have_been_sent_is_not_repeated(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float], code: int, subcode: Any, status: int
) -> None:
    server = wire(http(error(code, subcode), status=status))
    with pytest.raises(GraphError) as raised:
        write({})(state_for(server.url))
    assert raised.value.sent == "unknown"
    assert len(server.requests) == 1
    assert waits == []
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 1, "described": 0}


@pytest.mark.parametrize(("code", "subcode"), [(100, None), (190, 463), (10, 2018278), (551, 1545041), (368, None)])
@pytest.mark.parametrize("kind", ["write", "read"])
def test_a_clear_no_is_not_repeated(
    request: pytest.FixtureRequest, wire: Any, http: Any, state_for: Any, run: Run, waits: list[float],
    code: int, subcode: Any, kind: str,
) -> None:  # fmt: skip
    build = request.getfixturevalue(kind)
    server = wire(http(error(code, subcode), status=400))
    with pytest.raises(GraphError):
        build({"n": 1} if kind == "write" else "name")(state_for(server.url))
    assert len(server.requests) == 1
    assert waits == []
    assert run.outcomes["failed"] == (1 if kind == "write" else 0)


@pytest.mark.parametrize(("code", "status"), [(1, 500), (2, 503), (1200, 400), (2, 200)])
def test_a_read_is_repeated_after_a_failure_of_metas(
    wire: Any, http: Any, read: Any, state_for: Any, run: Run, waits: list[float], code: int, status: int
) -> None:
    server = wire(http(error(code), status=status), http({"name": "Clinic"}))
    assert read()(state_for(server.url))["data"] == {"name": "Clinic"}
    assert len(server.requests) == 2
    assert waits == [1.0]
    assert set(run.outcomes.values()) == {0}


@pytest.mark.parametrize("move", ["close", "reset"])
def test_a_read_is_repeated_after_a_broken_connection(
    wire: Any, http: Any, moves: Any, read: Any, state_for: Any, run: Run, waits: list[float], move: str
) -> None:
    server = wire(getattr(moves, move), http({"name": "Clinic"}))
    assert read()(state_for(server.url))["data"] == {"name": "Clinic"}
    assert waits == [1.0]


@pytest.mark.long
def test_a_read_is_repeated_after_an_answer_that_took_too_long(
    wire: Any, moves: Any, read: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(moves.keep_silent)
    with pytest.raises(TemporaryFailure, match="took too long"):
        read()(state_for(server.url, read_timeout=0.1, max_retries=2))
    assert waits == [1.0, 2.0]
    assert server.seen(3) == 3


def test_a_read_that_never_works_is_a_temporary_failure(
    wire: Any, moves: Any, read: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(moves.close)
    with pytest.raises(TemporaryFailure) as raised:
        read()(state_for(server.url))
    assert (raised.value.sent, raised.value.about) == ("no", "page")
    assert len(waits) == 4
    assert len(server.requests) == 5


def test_what_was_not_sent_is_repeated_soon(
    refused_url: str, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    with pytest.raises(NotSent):
        write({})(state_for(refused_url, max_retries=2))
    assert waits == [0.25, 0.5]
    assert run.outcomes == {"sent": 0, "failed": 1, "unknown": 0, "described": 0}


def test_each_repeat_is_told(wire: Any, http: Any, write: Any, state_for: Any) -> None:
    from adaptor.core.run.context import Run

    lines: list[str] = []
    server = wire(http(error(613)), http(error(613)), http(OK))
    with Run(wait=lambda seconds: None, sink=lambda level, _, message, __: lines.append(f"{level}: {message}")):
        write({})(state_for(server.url))
    told = [line for line in lines if line.startswith("info")]
    assert len(told) == 2
    assert "RateLimited" in told[0]
    assert "1 of 4" in told[0]
    assert "2 of 4" in told[1]


def test_every_write_is_counted_by_how_it_ended(
    wire: Any, http: Any, moves: Any, write: Any, state_for: Any, run: Run
) -> None:
    server = wire(http(OK), http(error(100), status=400), moves.close, http(error(613)), http(OK), http(error(1200)))
    state = state_for(server.url)
    for expected in ("sent", "failed", "unknown", "sent", "unknown"):
        before = dict(run.outcomes)
        write({}).catch(lambda error, state: state)(state)
        assert run.outcomes == {**before, expected: before[expected] + 1}


BARE = [b"", b"<html>Too many requests</html>", b'{"error": "Too many requests"}', b"{}", b"null"]


@pytest.mark.parametrize("content", BARE, ids=["nothing", "html", "text", "object", "null"])
def test_a_429_without_an_error_of_graphs_is_waited_for(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float], content: bytes
) -> None:
    server = wire(http(content, status=429, headers={"Retry-After": "7"}), http(content, status=429), http(OK))
    assert write({"n": 1})(state_for(server.url))["data"] == OK
    assert len(server.requests) == 3
    assert waits == [7.0, 2.0]
    assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 0, "described": 0}


def test_a_429_that_holds_a_result_is_unknown_and_not_repeated(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http(OK, status=429))
    with pytest.raises(DeliveryUnknown):
        write({"n": 1})(state_for(server.url))
    assert (len(server.requests), waits) == (1, [])
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": 1, "described": 0}


@pytest.mark.long
def test_a_429_that_does_not_end_says_that_nothing_was_sent(
    wire: Any, http: Any, write: Any, state_for: Any, waits: list[float]
) -> None:
    server = wire(http(b"", status=429))
    with pytest.raises(RateLimited) as raised:
        write({})(state_for(server.url, max_retries=1))
    assert (raised.value.sent, raised.value.code) == ("no", "HTTP_429")
    assert "(HTTP 429, without an error of Graph's)" in raised.value.report()
    assert "None" not in raised.value.report()
