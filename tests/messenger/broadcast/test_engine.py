"""What comes back: what is repeated, what stops everything, what is unknown, and how fast the next may leave."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    DeliveryUnknown,
    ItemsFailed,
    NotSent,
    PermissionMissing,
    PolicyBlocked,
    RateLimited,
    TokenInvalid,
    broadcast,
    send_text,
    state,
)
from adaptor.core.run.context import Run
from adaptor.graph.connection import GraphConnection
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import LANE_STOP, Slot
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_httpserver import HTTPServer

    #: See `conftest.py`.
    Campaign = Any

HELLO = send_text(state.data.psid, f"Hello {state.data.name}.")


def in_order(count: int, campaign: Any, **settings: Any) -> Any:
    """Return a broadcast whose calls are made one after the other."""
    return broadcast(campaign.people(count), HELLO, **{"batch_size": 10, "concurrency": 1, **settings})


# --- What is repeated ---


def test_parts_that_met_a_rate_limit_go_out_again_alone(campaign: Campaign) -> None:
    campaign.sandbox.faults.next(613, on="messages", times=3)
    after = campaign.perform(in_order(10, campaign))
    assert after["data"]["outcomes"] == {"sent": 10}
    assert campaign.sizes == [10, 3]
    assert len(campaign.texts) == 10


def test_meta_is_given_the_minutes_that_it_asks_for(campaign: Campaign, clock: Any) -> None:
    campaign.sandbox.faults.next(80006, minutes=1, on="messages", times=2)
    after = campaign.perform(in_order(30, campaign))
    assert after["data"]["outcomes"] == {"sent": 30}
    assert 59 < clock.slept < 90
    assert sum("2 messages were not taken; trying again in 60" in line for line in campaign.logs) == 1


def test_all_who_write_for_the_page_wait_when_one_is_asked_to(campaign: Campaign) -> None:
    campaign.sandbox.faults.next(80006, minutes=20, on="messages")
    error = campaign.refuse(in_order(10, campaign))
    assert isinstance(error, RateLimited)
    store = open_store(campaign.database)
    page = f"{campaign.sandbox.url}/{campaign.sandbox.page_id}"
    assert 1100 < store.pages.reserve(page, [Slot(LANE_STOP, 0.0)]) <= 1200
    store.close()


def test_a_page_that_waits_too_long_ends_the_run_before_anything_leaves(campaign: Campaign) -> None:
    campaign.sandbox.faults.next(80006, minutes=20, on="messages")
    campaign.refuse(in_order(10, campaign))
    asked = len(campaign.sandbox.requests)
    error = campaign.refuse(in_order(10, campaign))
    assert error.code == "PAGE_WAITS"
    assert "--resume" in error.fix
    assert len(campaign.sandbox.requests) == asked


def test_a_message_is_made_again_only_so_often(campaign: Campaign) -> None:
    campaign.configuration["max_retries"] = 2
    campaign.sandbox.faults.next(613, on="messages", times=3)
    error = campaign.refuse(in_order(1, campaign))
    assert isinstance(error, RateLimited)
    assert campaign.outcomes() == {"failed": 1}


def test_a_call_that_never_left_is_made_again(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = iter([NotSent("No connection.")])
    exchange = GraphConnection.exchange_parts

    def once(self: GraphConnection, parts: Any, **how: Any) -> Any:
        for error in refused:
            raise error
        return exchange(self, parts, **how)

    monkeypatch.setattr(GraphConnection, "exchange_parts", once)
    after = campaign.perform(in_order(20, campaign))
    assert after["data"]["outcomes"] == {"sent": 20}


# --- What stops everything ---


@pytest.mark.parametrize(
    ("code", "kind"), [(190, TokenInvalid), (10, PermissionMissing), (368, PolicyBlocked)], ids=str
)
def test_what_would_be_the_same_for_everybody_stops_it(campaign: Campaign, code: int, kind: Any) -> None:
    people = campaign.people(100)
    campaign.sandbox.faults.next(code, on="messages", to=people[14]["psid"])
    job = broadcast(people, HELLO, batch_size=10, concurrency=1)
    error = campaign.refuse(job)
    assert isinstance(error, kind)
    assert error.place == "broadcast[14] · send_text"
    # What was in the same call is noted; at most the call that was put together meanwhile has gone out.
    assert campaign.outcomes()["sent"] == len(campaign.texts) <= 29
    assert campaign.outcomes()["failed"] == 1
    assert error.details["outcomes"] == {"sent": len(campaign.texts), "failed": 1}
    assert f"Before it stopped: {len(campaign.texts) + 1} people" in error.fix

    after = campaign.perform(job)
    assert after["data"]["outcomes"] == {"sent": 100}
    assert len(campaign.texts) == 100


def test_what_is_in_flight_when_it_stops_is_noted(campaign: Campaign) -> None:
    campaign.sandbox.faults.next(190, on="batch")
    people = campaign.people(400)
    campaign.refuse(broadcast(people, HELLO, batch_size=10, concurrency=8, rate=10_000))
    found = campaign.outcomes()
    assert "sending" not in found
    assert "unknown" not in found
    assert found.get("sent", 0) == len(campaign.texts) < 400


@pytest.mark.long
def test_no_connection_stops_it_and_nobody_is_lost(campaign: Campaign, refused_url: str) -> None:
    campaign.configuration.update(base_url=refused_url, max_retries=1)
    error = campaign.refuse(in_order(30, campaign))
    assert isinstance(error, NotSent)
    assert set(campaign.outcomes()) <= {"failed", "claimed"}


def test_three_calls_in_a_row_of_which_nobody_knows_stop_it(campaign: Campaign) -> None:
    campaign.sandbox.faults.next("lost", on="messages", delivered=True, times=100)
    error = campaign.refuse(in_order(100, campaign))
    assert isinstance(error, DeliveryUnknown)
    assert "3 calls in a row" in error.fix
    assert 30 <= campaign.outcomes()["unknown"] == len(campaign.texts) <= 40


def test_unknown_calls_that_are_not_in_a_row_do_not_stop_it(campaign: Campaign) -> None:
    # The first request asks which Page it is.
    campaign.sandbox.faults.script([None, "lost", "lost", None, "lost", "lost", None])
    error = campaign.refuse(in_order(60, campaign))
    assert isinstance(error, ItemsFailed)
    assert campaign.outcomes() == {"sent": 20, "unknown": 40}


def test_a_request_to_end_awaits_what_is_in_flight(campaign: Campaign) -> None:
    stop = KeyboardInterrupt()

    class Ending(list[Any]):
        def append(self, row: Any) -> None:
            super().append(row)
            running[0].stop.asked = stop

    running: list[Run] = []
    rows = Ending()
    store = open_store(campaign.database)
    ledger = Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
    credential = {"access_token": campaign.sandbox.access_token, "base_url": campaign.sandbox.url}
    job = broadcast(campaign.people(200), HELLO, batch_size=10, concurrency=4)
    with Run(ledger=lambda: ledger) as run:
        running.append(run)
        run.observers.on_result = rows.append
        with pytest.raises(KeyboardInterrupt):
            job({"configuration": credential})
    ledger.close(130, finished=False)
    found = campaign.outcomes()
    assert found["sent"] == len(campaign.texts) < 200
    assert set(found) <= {"sent", "claimed"}


# --- What nobody knows ---


@pytest.mark.parametrize(
    ("what", "details"),
    [
        ("null_part", {"delivered": True}),
        ("null_part", {"delivered": False}),
        ("error_in_200", {"code": 2, "delivered": True}),
        (1200, {"delivered": True}),
        (1, {"delivered": True, "status": 500}),
    ],
    ids=str,
)
def test_a_part_of_which_nobody_knows_is_unknown_and_never_repeated(
    campaign: Campaign, what: Any, details: Any
) -> None:
    campaign.sandbox.faults.next(what, on="messages", **details)
    assert isinstance(campaign.refuse(in_order(20, campaign)), ItemsFailed)
    assert campaign.outcomes() == {"sent": 19, "unknown": 1}
    arrived = len(campaign.texts)
    # What an earlier attempt could not learn is listed as before, and the job goes on.
    after = campaign.perform(in_order(20, campaign))
    assert after["data"]["outcomes"] == {"sent": 19, "unknown": 1}
    assert [each["sent"] for each in after["failed"]] == ["unknown"]
    assert len(campaign.texts) == arrived
    assert [row["outcome"] for row in campaign.results].count("unknown") == 1


@pytest.fixture
def batches(httpserver: HTTPServer, campaign: Campaign) -> Callable[..., HTTPServer]:
    """Let every batch be answered alike, by a server that knows which Page it is."""

    def answer(body: Any, *, status: int = 200) -> HTTPServer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        httpserver.expect_request("/v26.0/me").respond_with_json({"id": "1"})
        httpserver.expect_request("/v26.0/", method="POST").respond_with_data(raw, status)
        campaign.configuration["base_url"] = httpserver.url_for("").rstrip("/")
        return httpserver

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 502, "body": b"<html>Bad Gateway</html>"},
        {"body": {"data": []}},
        {"body": []},
        {"body": b"[null"},
        {"body": [{"code": 200, "body": "{}"}] * 3},
        {"body": [{"code": 200, "body": '{"message_id": "m_1"}'}] * 2},
    ],
    ids=["a proxy's page", "an object", "no parts", "half of it", "parts without a result", "too few parts"],
)
def test_an_answer_that_cannot_be_trusted_leaves_all_parts_unknown(
    campaign: Campaign, batches: Callable[..., Any], answer: Any
) -> None:
    server = batches(answer["body"], status=answer.get("status", 200))
    error = campaign.refuse(in_order(3, campaign))
    assert isinstance(error, ItemsFailed)
    assert campaign.outcomes() == {"unknown": 3}
    assert [request.method for request, _ in server.log] == ["GET", "POST"]


# --- Pace ---


def usage(percent: float) -> str:
    entry = {"type": "messenger", "call_count": percent, "total_cputime": 1, "total_time": 1}
    return json.dumps({"102030405060708": [{**entry, "estimated_time_to_regain_access": 0}]})


def parts_answered(count: int, percent: float) -> list[dict[str, Any]]:
    header = {"name": "x-business-use-case-usage", "value": usage(percent)}
    return [
        {"code": 200, "headers": [header], "body": json.dumps({"message_id": f"m_{number}"})} for number in range(count)
    ]


@pytest.mark.parametrize(("percent", "least", "most"), [(50, 0, 0.5), (90, 9, 16), (100, 19, 31)])
def test_the_page_slows_down_before_meta_stops_it(
    campaign: Campaign, batches: Any, clock: Any, percent: float, least: float, most: float
) -> None:
    batches(parts_answered(10, percent))
    campaign.perform(in_order(30, campaign))
    assert least <= clock.slept <= most
    assert any(f"used to {percent} %" in line for line in campaign.logs) == (percent >= 80)


def test_another_process_slows_down_with_it(campaign: Campaign, batches: Any) -> None:
    batches(parts_answered(10, 100))
    campaign.perform(in_order(10, campaign))
    store = open_store(campaign.database)
    assert 9 < store.pages.reserve(f"{campaign.configuration['base_url']}/1", [Slot(LANE_STOP, 0.0)]) <= 10
    store.close()


@pytest.mark.long
def test_a_page_sends_three_hundred_a_second_unless_told_otherwise(campaign: Campaign, clock: Any) -> None:
    began = clock.monotonic()
    campaign.perform(broadcast(campaign.people(600), HELLO, batch_size=10))
    # The last call leaves when all before it have had their time.
    assert clock.monotonic() - began >= 590 / 300


@pytest.mark.long
def test_a_rate_is_kept(campaign: Campaign, clock: Any) -> None:
    began = clock.monotonic()
    campaign.perform(broadcast(campaign.people(100), HELLO, batch_size=10, rate=10))
    assert clock.monotonic() - began >= 9


def test_no_more_are_in_flight_than_wished(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    flying, most, lock = 0, 0, threading.Lock()
    exchange = GraphConnection.exchange_parts

    def watched(self: GraphConnection, parts: Any, **how: Any) -> Any:
        nonlocal flying, most
        with lock:
            flying += len(parts)
            most = max(most, flying)
        try:
            return exchange(self, parts, **how)
        finally:
            with lock:
                flying -= len(parts)

    monkeypatch.setattr(GraphConnection, "exchange_parts", watched)
    campaign.perform(broadcast(campaign.people(200), HELLO, batch_size=10, max_in_flight=30, rate=100_000))
    assert most <= 30
    assert len(campaign.texts) == 200


def test_a_connection_that_cannot_be_opened_does_not_hang_it(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, opened = GraphConnection.__init__, [0]

    def fail(self: GraphConnection, *given: Any) -> None:
        opened[0] += 1
        if opened[0] > 1:
            raise OSError("the certificates are gone")
        begin(self, *given)

    monkeypatch.setattr(GraphConnection, "__init__", fail)
    error = campaign.refuse(in_order(10, campaign))
    assert "certificates are gone" in str(error)


# --- Secrets ---


def test_no_secret_is_in_anything_that_a_broadcast_writes(campaign: Campaign) -> None:
    token = campaign.sandbox.access_token
    people = [campaign.person(0), {**campaign.person(1), "name": token}, {"name": token}]
    campaign.sandbox.faults.next(551, on="messages", to=people[0]["psid"])
    error = campaign.refuse(broadcast(people, HELLO, batch_size=1))
    written = [error.report(), json.dumps(error.facts()), *campaign.logs, json.dumps(campaign.results)]
    written += [str(row) for row in campaign.rows()]
    assert token not in "\n".join(written)
    assert token not in "".join(
        file.read_bytes().decode(errors="replace") for file in Path(campaign.database).parent.iterdir()
    )


@pytest.mark.long
def test_calls_grow_where_as_many_are_under_way_as_may_be_and_answers_are_awaited(campaign: Campaign) -> None:
    campaign.sandbox.faults.rate("slow", 1.0, seconds=0.05)
    campaign.perform(broadcast(campaign.people(150), HELLO, concurrency=1))
    assert max(campaign.sizes) > 12
    assert len(campaign.texts) == 150
