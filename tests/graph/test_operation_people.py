"""Whom a call is for: people who are left out, several calls for one person, and the dry run of a resume."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import RateLimited, assign_label, combine, create_label, execute, send_text
from adaptor.core.errors import SENT_PARTLY
from adaptor.core.run.context import Run
from adaptor.core.run.stop import PutOff
from adaptor.graph.known_people import KnownPeople
from adaptor.ledger.dry_run_copy import dry_run_copy_of
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANA, BEN = "6543210987654321", "6543210987654322"
PAGE = "102030405060708"


def said(http: Any, number: int = 1) -> bytes:
    answer: bytes = http({"message_id": f"m_{number}"})
    return answer


def texts(server: Any) -> list[str]:
    return [json.loads(request.partition(b"\r\n\r\n")[2])["message"]["text"] for request in server.requests]


@pytest.fixture
def attempt(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Begin a run, or its next attempt."""
    begun: list[Ledger] = []

    def begin(**options: Any) -> Run:
        if begun:
            begun.pop().close(1, finished=False)
        store = open_store(str(tmp_path / "ledger.db"))
        is_known = store.runs.find("r1") is not None
        ledger = Ledger.resume(store, "r1") if is_known else Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
        ledger.enter_step("job-1", 0)
        begun.append(ledger)
        return Run(wait=lambda seconds: None, ledger=lambda: ledger, **options)

    yield begin
    begun.pop().close(1, finished=False)


# --- Who is left out ---


@pytest.mark.parametrize(("limit", "only_to", "sent"), [(1, None, ["a"]), (None, BEN, ["b"]), (None, None, ["a", "b"])])
def test_whoever_is_left_out_gets_nothing_and_is_counted_and_reported(
    wire: Any, http: Any, state_for: Any, limit: Any, only_to: Any, sent: list[str]
) -> None:
    server = wire(said(http), said(http))
    told: list[Any] = []
    calls: list[Any] = []
    with Run() as run:
        run.audience.limit, run.audience.only_to = limit, only_to
        run.observers.on_result, run.observers.on_call = told.append, calls.append
        combine(send_text(ANA, "a"), send_text(BEN, "b"))(state_for(server.url))
    assert texts(server) == sent
    left_out = [row["recipient"] for row in told if row["outcome"] == "skipped"]
    assert left_out == ([] if len(sent) == 2 else [BEN if sent == ["a"] else ANA])
    assert [(call.recipient, call.is_message) for call in calls if call.outcome == "skipped"] == [
        (psid, True) for psid in left_out
    ]
    assert run.audience.left_out == len(left_out)


def test_a_call_about_somebody_who_is_left_out_is_not_made_and_not_reported(
    wire: Any, http: Any, state_for: Any
) -> None:
    server = wire(http({"id": "77"}))
    told: list[Any] = []
    with Run() as run:
        run.audience.only_to = BEN
        run.observers.on_result = told.append
        after = assign_label(ANA, "77")(state_for(server.url))
        assert after["data"] == {"outcome": "skipped"}
        assert server.requests == []
        # A call about nobody is made.
        create_label("vip")(state_for(server.url))
    assert (server.seen(1), told) == (1, [])


def test_whoever_was_written_to_in_an_earlier_attempt_counts_in_the_limit_and_keeps_the_outcome(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(said(http, 1), said(http, 2))
    to_ana = send_text(ANA, "a")
    with attempt():
        to_ana(state_for(server.url, page_id=PAGE))
    with attempt() as run:
        run.audience.limit = 1
        first = to_ana(state_for(server.url, page_id=PAGE))
        second = send_text(BEN, "b")(state_for(server.url, page_id=PAGE))
    assert (first["data"], second["data"]) == ({"message_id": "m_1"}, {"outcome": "skipped"})
    assert texts(server) == ["a"]


class Quiet(KnownPeople):
    """It is night where Ana lives; Ben has asked for no more messages."""

    def put_off(self, psid: str, run: Run) -> PutOff | None:
        assert isinstance(run, Run)
        return PutOff(100.0) if psid == ANA else None

    def is_stopped(self, psid: str, run: Run, state: Any) -> bool:
        return psid == BEN


def test_whoever_sleeps_is_not_written_to_and_whoever_asked_for_no_more_neither(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(said(http), said(http))
    before = execute(send_text(ANA, "before"), send_text(BEN, "before"))
    with attempt():
        before(state_for(server.url, page_id=PAGE))
    with attempt() as run:
        run.resource("known people", Quiet)
        # What was sent before is given back whatever the hour is.
        after = before(state_for(server.url, page_id=PAGE))
        assert "message_id" in after["data"]
        assert run.replayed == 2
        with pytest.raises(PutOff):
            send_text(ANA, "now")(state_for(server.url, page_id=PAGE))
        assert send_text(BEN, "now")(state_for(server.url, page_id=PAGE))["data"] == {"outcome": "skipped"}
    assert texts(server) == ["before", "before"]


# --- Several calls for one person ---


def test_where_a_later_part_is_refused_the_error_says_that_some_were_sent(wire: Any, http: Any, state_for: Any) -> None:
    server = wire(said(http, 1), http({"error": {"message": "slow", "code": 613}}, status=400))
    with Run(wait=lambda seconds: None), pytest.raises(RateLimited) as raised:
        send_text(ANA, "x" * 2001, split=True)(state_for(server.url, max_retries=0))
    assert (raised.value.sent, raised.value.parts_sent) == (SENT_PARTLY, ["m_1"])


def test_where_typing_fails_the_message_is_sent_all_the_same_and_that_is_logged(
    wire: Any, http: Any, state_for: Any
) -> None:
    server = wire(http({"error": {"message": "down", "code": 2}}, status=500), said(http))
    lines: list[Any] = []
    with Run(wait=lambda seconds: None, sink=lambda *line: lines.append(line[:3])):
        after = send_text(ANA, "a", typing=1)(state_for(server.url, max_retries=0))
    assert after["data"]["message_id"] == "m_1"
    assert any(
        line[:2] == ("debug", "graph") and line[2].startswith("send_text: ") and line[2].endswith("sent all the same.")
        for line in lines
    )


# --- What is logged of a call ---


def test_a_call_is_logged_before_and_after_and_one_that_was_made_before_too(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(said(http))
    logged: list[list[Any]] = []
    operation = send_text(ANA, "a")
    for _ in range(2):
        lines: list[Any] = []
        with attempt(sink=lambda *line, lines=lines: lines.append(line[:3])):
            operation(state_for(server.url, page_id=PAGE))
        logged.append(lines)
    assert ("debug", "graph", f"send_text: POST {PAGE}/messages") in logged[0]
    assert any(line[:2] == ("debug", "graph") and line[2].startswith("HTTP 200 after 0.") for line in logged[0])
    assert ("debug", "graph", "this call was made before; it is not made again") in logged[1]


# --- The dry run of a resume ---


def test_a_dry_run_of_a_resume_describes_what_is_left_and_gives_back_the_rest(
    wire: Any, http: Any, state_for: Any, tmp_path: Path
) -> None:
    server = wire(said(http, 1), said(http, 2))
    path = str(tmp_path / "ledger.db")
    before, left = execute(send_text(ANA, "a"), send_text(BEN, "b", key="k")), send_text(BEN, "c")
    given = state_for(server.url, page_id=PAGE)
    ledger = Ledger.begin(open_store(path), RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    with Run(ledger=lambda: ledger):
        before(given)
    ledger.close(1, finished=False)
    real = open_store(path)
    copy = Ledger.resume(dry_run_copy_of(real, "r1", []), "r1")
    real.close()
    copy.enter_step("job-1", 0)
    described: list[Any] = []
    with Run(dry_run=True, ledger=lambda: copy, on_request=described.append) as run:
        left(before(given))
    assert [request.body["message"]["text"] for request in described] == ["c"]
    assert (run.outcomes["described"], run.replayed) == (1, 2)
    assert texts(server) == ["a", "b"]
    copy.close(1, finished=False)
