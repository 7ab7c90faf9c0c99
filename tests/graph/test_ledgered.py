"""A run that is resumed makes nothing twice: what was made is given back, what was refused is tried again."""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import (
    DeliveryUnknown,
    GraphError,
    JobError,
    RateLimited,
    RecipientUnavailable,
    TemporaryFailure,
    batch,
    combine,
    create_persona,
    each,
    execute,
    fn,
    fn_if,
    graph_request,
    http as http_operations,
    send_text,
    state,
    try_each,
    typing_on,
)
from adaptor.core.run.context import Run
from adaptor.graph.known_people import KnownPeople
from adaptor.ledger.errors import KeyTaken, LedgerError, ReplayMismatch
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import LANE_MESSAGES, slot_for
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ANA, BEN, CEM = "6543210987654321", "6543210987654322", "6543210987654323"
PAGE = "102030405060708"


def said(http: Any, number: int = 1, whom: str | None = None) -> bytes:
    answer: bytes = http({**({} if whom is None else {"recipient_id": whom}), "message_id": f"m_{number}"})
    return answer


def refused(http: Any, code: int, subcode: int | None = None, status: int = 400) -> bytes:
    answer: bytes = http({"error": {"message": "no", "code": code, "error_subcode": subcode}}, status=status)
    return answer


def texts(server: Any) -> list[str]:
    return [json.loads(request.partition(b"\r\n\r\n")[2])["message"]["text"] for request in server.requests]


@pytest.fixture
def attempt(tmp_path: Path) -> Callable[..., contextlib.AbstractContextManager[Run]]:
    """Begin the run, or go on with it; each time in a ledger that is opened anew."""
    path = str(tmp_path / "ledger.db")

    @contextlib.contextmanager
    def enter(name: str = "r1", **options: Any) -> Iterator[Run]:
        store = open_store(path)
        run = Run(wait=lambda seconds: None, ledger=lambda: ledger, **options)
        if store.runs.find(name) is None:
            record = RunRecord(name, "job.py", "d", "i", started=store.database.now())
            ledger = Ledger.begin(store, record, redactor=run.redactor)
        else:
            ledger = Ledger.resume(store, name, redactor=run.redactor)
        ledger.enter_step("job-1", 0)
        with run:
            try:
                yield run
            finally:
                ledger.close(0, finished=False)

    return enter


@pytest.fixture
def page_state(state_for: Any) -> Callable[..., dict[str, Any]]:
    """A state whose Page is known, so that nobody is asked for it."""

    def build(url: str, **more: Any) -> dict[str, Any]:
        return {**state_for(url, page_id=PAGE, max_retries=0, read_timeout=60), **more}

    return build


def test_what_was_sent_is_given_back_and_not_sent_again(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http, 1, ANA), said(http, 2, BEN))
    job = combine(send_text(ANA, "a"), send_text(BEN, "b"))
    with attempt() as run:
        first = job(page_state(server.url))
    assert run.outcomes["sent"] == 2
    with attempt() as run:
        again = job(page_state(server.url))
    assert again["data"] == first["data"] == {"recipient_id": BEN, "message_id": "m_2"}
    assert (run.outcomes["sent"], run.replayed) == (0, 2)
    assert server.seen(2) == 2


def test_the_ledgers_id_travels_in_the_metadata_unless_the_job_has_its_own(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http))
    with attempt():
        send_text(ANA, "a")(send_text(ANA, "b", metadata="mine")(page_state(server.url)))
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
    assert bodies[0]["message"]["metadata"] == "mine"
    assert len(bodies[1]["message"]["metadata"]) == 24


def test_a_run_that_ended_midway_goes_on_whatever_the_order_is_now(
    wire: Any, http: Any, moves: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http), said(http), refused(http, 190), said(http))
    loop = each(state.data, send_text(state.data.psid, f"Hello {state.data.name}"))
    rows = [{"psid": ANA, "name": "A"}, {"psid": BEN, "name": "B"}, {"psid": CEM, "name": "C"}]
    with attempt(), pytest.raises(Exception, match="no"):
        loop(page_state(server.url, data=rows))
    with attempt() as run:
        loop(page_state(server.url, data=[rows[2], rows[0], rows[1]]))
    assert texts(server) == ["Hello A", "Hello B", "Hello C", "Hello C"]
    assert (run.outcomes["sent"], run.replayed) == (1, 2)


def test_the_same_text_from_the_same_line_is_sent_once_and_stays_so(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http))
    job = each([1, 2, 3], send_text(ANA, "tick"))
    for _ in range(2):
        with attempt() as run:
            after = job(page_state(server.url))
        assert after["data"]["message_id"] == "m_1"
        assert run.outcomes["duplicate"] == 2
    assert texts(server) == ["tick"]


def test_the_same_text_from_two_lines_is_two_messages_and_stays_two(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http))
    job = combine(
        send_text(ANA, "tick"),
        send_text(ANA, "tick"),
    )
    for _ in range(2):
        with attempt():
            job(page_state(server.url))
    assert texts(server) == ["tick", "tick"]


def test_a_lost_answer_is_unknown_now_and_ever_after(
    wire: Any, http: Any, moves: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(moves.close, said(http))
    job = send_text(ANA, "a")
    with attempt(), pytest.raises(DeliveryUnknown):
        job(page_state(server.url))
    with attempt() as run:
        after = job(page_state(server.url))
    assert after["data"] == {"outcome": "unknown"}
    assert run.outcomes["unknown"] == 1
    assert server.seen(1) == 1


def test_what_was_refused_is_tried_again_unless_it_was_about_the_person(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(refused(http, 551, 1545041), refused(http, 613), said(http))
    job = try_each([ANA, BEN], send_text(state.data, "a"), fail=False)
    with attempt(), pytest.raises(RateLimited):
        job(page_state(server.url))
    with attempt() as run:
        after = job(page_state(server.url))
    assert [entry["error"]["name"] for entry in after["failed"]] == ["RecipientUnavailable"]
    assert after["failed"][0]["about"] == "person"
    assert server.seen(3) == 3
    assert run.outcomes == {"sent": 1, "failed": 0, "unknown": 0, "described": 0}


def test_a_recorded_refusal_is_the_same_error_again(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(refused(http, 551, 1545041))
    errors = []
    for _ in range(2):
        with attempt(), pytest.raises(RecipientUnavailable) as raised:
            send_text(ANA, "a")(page_state(server.url))
        errors.append(raised.value)
    assert server.seen(1) == 1
    assert errors[0].facts() == errors[1].facts()


def test_another_text_for_the_same_person_at_the_same_place_is_not_sent(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http))
    loop = each([ANA], send_text(state.data, state.text))
    with attempt():
        loop(page_state(server.url, text="see you at 9"))
    with attempt(), pytest.raises(ReplayMismatch) as raised:
        loop(page_state(server.url, text="see you at 10"))
    assert raised.value.sent == "no"
    assert "key=" in raised.value.fix
    assert server.seen(1) == 1


def test_the_only_call_at_its_place_is_made_once_though_it_would_say_something_else_now(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(http({"id": "77"}))
    persona = create_persona(state.name, "https://example.org/a.png")
    job = fn_if(state.name != "", persona)
    for name in ("Ana at 9", "Ana at 10", "Ana at 11"):
        with attempt() as run:
            after = job(page_state(server.url, name=name))
            assert after["data"] == {"id": "77"}
    assert run.replayed == 1
    assert server.seen(1) == 1


def test_what_was_refused_there_is_tried_again_with_what_it_says_now(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(refused(http, 100, 1545041), http({"id": "77"}))
    persona = create_persona(state.name, "https://example.org/a.png")
    with attempt(), pytest.raises(GraphError):
        persona(page_state(server.url, name="Ana"))
    with attempt():
        assert persona(page_state(server.url, name="Ben"))["data"] == {"id": "77"}
    assert server.seen(2) == 2


def test_in_a_loop_another_call_for_nobody_is_another_one(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(http({"id": "77"}), http({"id": "78"}))
    loop = each(state.data, create_persona(state.data, "https://example.org/a.png"))
    with attempt():
        loop(page_state(server.url, data=["Ana"]))
    with attempt():
        loop(page_state(server.url, data=["Ben", "Ana"]))
    assert server.seen(2) == 2


def test_a_new_person_in_a_resumed_run_is_written_to(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http))
    loop = each(state.data, send_text(state.data, "hi"))
    with attempt():
        loop(page_state(server.url, data=[ANA]))
    with attempt():
        loop(page_state(server.url, data=[BEN, ANA]))
    assert server.seen(2) == 2


# --- Keys of the job's own --------------------------------------------------------------------------------------------


def test_a_key_is_sent_once_ever_whatever_the_run(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http, 1, ANA))
    for name in ("r1", "r2"):
        with attempt(name):
            after = send_text(ANA, f"text of {name}", key="appointment-17")(page_state(server.url))
            assert after["data"] == {"recipient_id": ANA, "message_id": "m_1"}
    assert texts(server) == ["text of r1"]


def test_a_key_of_somebody_else_is_an_error(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http))
    with attempt():
        send_text(ANA, "a", key=state.key)(page_state(server.url, key=17))
    with attempt("r2"), pytest.raises(KeyTaken, match="'17'"):
        send_text(BEN, "a", key="17")(page_state(server.url))
    assert server.seen(1) == 1


def test_a_key_belongs_to_its_page(wire: Any, http: Any, state_for: Any, attempt: Any) -> None:
    server = wire(said(http))
    for name, page in (("r1", "111"), ("r2", "222")):
        with attempt(name):
            send_text(ANA, "a", key="17")(state_for(server.url, page_id=page))
    assert server.seen(2) == 2


def test_a_key_without_a_ledger_would_promise_what_nothing_keeps(page_state: Any) -> None:
    with pytest.raises(JobError, match="has no ledger"):
        send_text(ANA, "a", key="17")(page_state("http://localhost:1"))


@pytest.mark.parametrize("key", ["", " ", True, [], 1.5])
def test_a_key_that_is_none_is_refused(wire: Any, http: Any, page_state: Any, attempt: Any, key: Any) -> None:
    with attempt(), pytest.raises(Exception, match="`key`"):
        send_text(ANA, "a", key=state.key)(page_state("http://localhost:1", key=key))


def test_the_parts_of_a_long_text_have_keys_of_their_own(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http, 1), refused(http, 613), said(http, 2), said(http, 3))
    operation = send_text(ANA, "A sentence of words. " * 150, split=True, key="letter")
    with attempt(), pytest.raises(RateLimited) as raised:
        operation(page_state(server.url))
    assert raised.value.parts_sent == ["m_1"]
    with attempt():
        after = operation(page_state(server.url))
    assert after["data"]["message_ids"] == ["m_1", "m_2"]
    assert server.seen(3) == 3


# --- What else is written ---------------------------------------------------------------------------------------------


def test_every_write_is_noted_and_no_read(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(http({"success": True}))
    job = combine(
        graph_request("POST", "1/label", {"user": ANA}), graph_request("GET", "me"), graph_request("DELETE", "2")
    )
    for _ in range(2):
        with attempt() as run:
            job(page_state(server.url))
    assert [request.split(b" ")[0] for request in server.requests] == [b"POST", b"GET", b"DELETE", b"GET"]
    assert run.replayed == 2


def test_calls_to_other_systems_are_noted_with_their_answers(wire: Any, http: Any, attempt: Any) -> None:
    server = wire(http({"id": 7}, headers={"Content-Type": "application/json"}))
    headers = {"X-Api-Key": "k3y-secret"}
    job = execute(http_operations.post(f"{server.url}/visits", body={"who": "Ana"}, headers=headers))
    for _ in range(2):
        with attempt() as run:
            after = job({"data": {}})
            assert after["data"] == {"id": 7}
            assert after["response"]["status_code"] == 200
    assert (server.seen(1), run.replayed) == (1, 1)


def test_an_unknown_call_to_another_system_is_not_made_again(wire: Any, moves: Any, attempt: Any) -> None:
    server = wire(moves.close)
    job = http_operations.post(f"{server.url}/visits", body={"who": "Ana"})
    with attempt(), pytest.raises(DeliveryUnknown):
        job({"data": {}})
    with attempt() as run:
        assert job({"data": {}})["data"] == {"outcome": "unknown"}
    assert run.outcomes["unknown"] == 1


def test_the_parts_of_a_batch_are_noted_one_by_one(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    def part(body: Any, code: int = 200) -> dict[str, Any]:
        return {"code": code, "body": json.dumps(body)}

    limited = part({"error": {"message": "slow", "code": 613}}, 400)
    ok = part({"message_id": "m_1"})
    server = wire(http([ok, part({"id": PAGE}), limited, None]), http([part({"id": PAGE}), ok]))
    job = batch(send_text(ANA, "a"), graph_request("GET", "me"), send_text(BEN, "b"), send_text(CEM, "c"), fail=False)
    with attempt():
        after = job(page_state(server.url))
        assert [entry["outcome"] for entry in after["data"]] == ["sent", "read", "failed", "unknown"]
    with attempt() as run:
        after = job(page_state(server.url))
    assert [entry["outcome"] for entry in after["data"]] == ["sent", "read", "sent", "unknown"]
    assert len(json.loads(server.requests[1].partition(b"\r\n\r\n")[2])["batch"]) == 2
    assert run.replayed == 2


def test_typing_before_a_message_is_not_noted(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(http({"recipient_id": ANA}), said(http), http({"recipient_id": ANA}))
    for _ in range(2):
        with attempt() as run:
            send_text(ANA, "a", typing=1)(page_state(server.url))
    assert run.replayed == 1
    with attempt():
        typing_on(ANA)(page_state(server.url))


def test_an_operation_inside_a_function_has_the_place_of_the_function(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http))
    job = each([ANA, BEN], fn(lambda s: send_text(s["data"], "hi")(s)))
    for _ in range(2):
        with attempt() as run:
            job(page_state(server.url))
    assert (server.seen(2), run.replayed) == (2, 2)


# --- Which Page it is, and its pace ----------------------------------------------------------------------------------


def test_the_page_behind_me_is_asked_once_for_all_runs_where_a_key_is_to_hold(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(http({"id": PAGE}), said(http))
    for name in ("r1", "r2"):
        with attempt(name) as run:
            send_text(ANA, "a", key=name)(state_for(server.url))
            assert next(iter(run.ledger.store.writes.records(name))).write.page == f"{server.url}/{PAGE}"
    assert [request.split(b" ")[0] for request in server.requests] == [b"GET", b"POST", b"POST"]


def test_a_single_send_waits_for_no_question(wire: Any, http: Any, state_for: Any, attempt: Any) -> None:
    server = wire(said(http))
    with attempt():
        send_text(ANA, "a")(state_for(server.url))
    assert server.seen(1) == 1


def test_a_page_that_does_not_answer_is_asked_again_before_a_key_is_used(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(refused(http, 2, status=500), http({"id": PAGE}), said(http))
    with attempt() as run:
        send_text(ANA, "a", key="1")(state_for(server.url))
        page = run.ledger.store.writes.records("r1").__next__().write.page
    assert page == f"{server.url}/{PAGE}"


def test_a_key_is_not_used_under_another_name_where_the_page_cannot_be_learned(
    wire: Any, http: Any, state_for: Any, attempt: Any
) -> None:
    server = wire(http({"nothing": True}))
    with attempt(), pytest.raises(TemporaryFailure) as raised:
        send_text(ANA, "a", key="1")(state_for(server.url))
    assert "Nothing was sent, since Meta did not say which Page this is." in raised.value.fix
    assert not [request for request in server.requests if request.startswith(b"POST")]


def test_a_rate_limit_is_told_to_all_who_write_for_the_page(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    usage = {"1": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 5}]}
    limited = http(
        {"error": {"message": "slow", "code": 80006}},
        status=400,
        headers={"x-business-use-case-usage": json.dumps(usage)},
    )
    server = wire(limited, said(http))
    with attempt(), pytest.raises(RateLimited):
        send_text(ANA, "a")(page_state(server.url))
    with attempt("r2"), pytest.raises(RateLimited, match="may not send for") as raised:
        send_text(BEN, "b")(page_state(server.url))
    assert raised.value.retry_after == pytest.approx(300, abs=5)
    assert server.seen(1) == 1


class OneWaits(KnownPeople):
    """Knows that Ana has just written, and that the job answers her."""

    def expects_answer(self, psid: str) -> bool:
        return psid == ANA


def test_an_answer_overtakes_what_a_broadcast_has_reserved_and_another_message_waits(
    wire: Any, http: Any, page_state: Any, attempt: Any
) -> None:
    server = wire(said(http), said(http), said(http))
    lines: list[Any] = []

    def longer_waits() -> list[Any]:
        return [line for line in lines if line[0] == "info" and "pace" in line[2]]

    with attempt(sink=lambda *line: lines.append(line)) as run:
        run.resource("known people", OneWaits)
        send_text(ANA, "a")(page_state(server.url))
        (page,) = run.ledger.pages_of_step()
        for _ in range(2):
            run.ledger.reserve(page, [slot_for(LANE_MESSAGES, 3000, 300.0)])
        send_text(ANA, "b")(page_state(server.url))
        assert not longer_waits()
        send_text(BEN, "c")(page_state(server.url))
        assert longer_waits()
    assert server.seen(3) == 3


# --- What happens to the ledger itself --------------------------------------------------------------------------------


def test_nothing_is_sent_that_cannot_be_noted_first(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(said(http))
    with attempt() as run:
        database = run.ledger.store.database
        database.run("PRAGMA query_only = ON")
        with pytest.raises(LedgerError, match="cannot be written") as raised:
            send_text(ANA, "a")(page_state(server.url))
        database.run("PRAGMA query_only = OFF")
    assert raised.value.sent == "no"
    assert server.requests == []


def test_no_secret_is_in_the_ledger(
    wire: Any, http: Any, page_state: Any, attempt: Any, tmp_path: Path, token: str
) -> None:
    server = wire(http({"message_id": "m_1", "echo": f"Bearer {token}"}), refused(http, 190))
    with attempt():
        send_text(ANA, "a")(page_state(server.url))
        with pytest.raises(Exception, match="no"):
            send_text(ANA, "b")(page_state(server.url))
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"m_1" in kept
    assert token.encode() not in kept


def test_a_failure_on_metas_side_is_unknown_in_the_ledger(wire: Any, http: Any, page_state: Any, attempt: Any) -> None:
    server = wire(refused(http, 1200, status=500))
    with attempt() as run:
        with pytest.raises(TemporaryFailure):
            send_text(ANA, "a")(page_state(server.url))
        assert run.ledger.store.writes.counts("r1") == {"unknown": 1}
