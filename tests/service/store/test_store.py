"""Events are stored once with their runs; runs of a person are claimed one after the other."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.leases.lease import Lease
from adaptor.ledger.leases.leases import LEASE_SECONDS
from adaptor.service.store.records import CANCELLED, CRASHED, FAILED, QUEUED, RUNNING, SUCCEEDED, Event, NewRun
from adaptor.service.store.store import open_service_store


def event(mid="m1", psid="65", **changes):
    facts = {"psid": psid, "text": "Hello \ud83d\0"}
    return replace(Event("10", "messages", mid, psid, 1000.0, facts, opens_window=True), **changes)


def new(id_, psid="65", **changes):
    person = None if psid is None else f"10/{psid}"
    return replace(NewRun(id_, "", "hook", "digest", person, {"data": {"psid": psid}}), **changes)


@pytest.fixture
def lease(store):
    held = Lease(store.ledger.leases, "")
    yield held.id
    held.close()


def test_an_event_is_stored_once_and_queues_its_runs_once(store):
    assert store.events.store([(event(), [new("a")]), (event("m2"), []), (event(), [new("b")])]) == [True, True, False]
    assert store.events.store([(event(), [new("c")])]) == [False]
    assert store.events.count() == 2
    assert [run.id for run in store.runs.newest()] == ["a"]


def test_the_same_id_of_another_page_or_kind_is_another_event(store):
    stored = store.events.store([(event(), []), (event(page="11"), []), (event(kind="message_echoes"), [])])
    assert stored == [True, True, True]


def test_nothing_of_a_batch_is_stored_when_a_run_cannot_be_queued(store):
    store.runs.queue([new("a")])
    with pytest.raises(Exception, match=r"service_runs|UNIQUE|duplicate"):
        store.events.store([(event(), [new("a")])])
    assert store.events.count() == 0


def test_connections_that_store_the_same_event_at_once_store_it_once(open_):
    stores = [open_() for _ in range(4)]
    found, barrier = [], threading.Barrier(4)

    def work(number):
        barrier.wait()
        found.extend(stores[number].events.store([(event(), [new(f"r{number}")])]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False, False, False, True]
    assert len(stores[0].runs.newest()) == 1


def test_the_last_message_of_a_person_is_known_and_never_moves_back(store):
    late = event("m2", happened=900.0)
    store.events.store([(event(), []), (late, []), (event("m3", happened=5000.0, opens_window=False), [])])
    assert store.people.last_message("10", "65") == 1000.0
    assert store.people.last_message("10", "66") is None


def test_a_claimed_run_has_its_input_and_an_epoch(store, lease):
    store.runs.queue([new("a")])
    (run,) = store.runs.claim(lease, 5)
    assert (run.id, run.status, run.epoch, run.holder) == ("a", RUNNING, 1, lease)
    assert run.input == {"data": {"psid": "65"}}
    assert store.runs.claim(lease, 5) == []


def test_the_next_run_of_a_person_waits_for_the_oldest_open_one(store, lease):
    store.runs.queue([new("a1"), new("a2"), new("b1", "66"), new("n1", None), new("n2", None), new("a3")])
    first = store.runs.claim(lease, 10)
    assert [run.id for run in first] == ["a1", "b1", "n1", "n2"]
    assert store.runs.end(first[0], SUCCEEDED, 0)
    assert [run.id for run in store.runs.claim(lease, 10)] == ["a2"]


def test_a_run_that_waits_for_its_retry_keeps_the_order_of_its_person(store, lease):
    store.runs.queue([new("a1"), new("a2")])
    (run,) = store.runs.claim(lease, 10)
    assert store.runs.retry(run, 3600, "no network")
    assert store.runs.claim(lease, 10) == []
    waiting = store.runs.find("a1")
    assert (waiting.status, waiting.failures, waiting.error) == (QUEUED, 1, "no network")


def test_a_run_that_is_due_again_is_claimed_with_the_next_epoch(store, lease):
    store.runs.queue([new("a")])
    (run,) = store.runs.claim(lease, 1)
    assert store.runs.retry(run, 0, failed=False)
    (again,) = store.runs.claim(lease, 1)
    assert (again.epoch, again.failures) == (2, 0)


def test_two_claims_at_once_never_get_the_same_run(open_):
    stores = [open_() for _ in range(3)]
    stores[0].runs.queue([new(f"r{number:02}", str(number % 7)) for number in range(30)])
    leases = [Lease(store.ledger.leases, "") for store in stores]
    got, barrier = [], threading.Barrier(3)

    def work(number):
        barrier.wait()
        while runs := stores[number].runs.claim(leases[number].id, 3):
            for run in runs:
                got.append(run.id)
                stores[number].runs.end(run, SUCCEEDED, 0)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # What one still ran when another looked waits for the next look.
    while runs := stores[0].runs.claim(leases[0].id, 9):
        for run in runs:
            got.append(run.id)
            stores[0].runs.end(run, SUCCEEDED, 0)
    assert sorted(got) == [f"r{number:02}" for number in range(30)]
    for lease in leases:
        lease.close()


def test_the_runs_of_a_dead_process_are_queued_again_and_its_own_end_is_refused(store):
    store.runs.queue([new("a"), new("b", "66")])
    # This process number has ended long ago.
    store.ledger.leases.acquire("dead", "elsewhere", "1@1")
    run, other = store.runs.claim("dead", 2)
    assert store.runs.release_lost() == []
    store.database.run("UPDATE holders SET expires = expires - ?", (LEASE_SECONDS + 1,))
    # The process that looks may have been suspended itself: it lives.
    assert store.runs.release_lost("dead") == []
    assert sorted(store.runs.release_lost()) == ["a", "b"]
    assert store.runs.end(run, SUCCEEDED, 0) is False
    assert store.runs.retry(other, 0) is False
    assert [(each.status, each.failures, each.holder) for each in store.runs.newest()] == [(QUEUED, 1, None)] * 2


def test_a_run_that_loses_its_process_again_and_again_is_given_up(store):
    store.runs.queue([new("a")])
    for _ in range(8):
        assert len(store.runs.claim("gone", 1)) == 1
        assert store.runs.release_lost() == ["a"] or store.runs.find("a").status == CRASHED
    assert store.runs.claim("gone", 1) == []
    assert store.runs.find("a").status == CRASHED


def test_a_run_that_was_taken_over_is_not_ended_by_the_one_that_lost_it(store, lease):
    store.runs.queue([new("a")])
    (run,) = store.runs.claim(lease, 1)
    store.runs.retry(run, 0)
    (again,) = store.runs.claim(lease, 1)
    assert store.runs.end(run, SUCCEEDED, 0) is False
    assert store.runs.end(again, SUCCEEDED, 0) is True


def test_the_response_of_a_run_is_that_of_the_attempt_which_holds_it(store, lease):
    store.runs.queue([NewRun("a", "", "hook", "d", None, {})])
    (before,) = store.runs.claim(lease, 1)
    store.runs.retry(before, 0)
    (after,) = store.runs.claim(lease, 1)
    assert store.runs.end(after, SUCCEEDED, 0, response={"body": "new"})
    assert not store.runs.end(before, FAILED, 1, response={"body": "old"})
    assert store.responses.of_ended(["a"]) == {"a": (SUCCEEDED, {"body": "new"})}


def test_only_a_run_that_has_not_begun_is_cancelled(store, lease):
    store.runs.queue([new("a"), new("b", "66")])
    (run,) = store.runs.claim(lease, 1)
    assert store.runs.cancel(run.id) is False
    assert store.runs.cancel("b") is True
    assert store.runs.find("b").status == CANCELLED
    assert store.runs.count_open() == {QUEUED: 0, RUNNING: 1}


def test_tables_of_a_later_release_are_refused(store, database):
    store.database.run("INSERT INTO service_version (version) VALUES (99)")
    with pytest.raises(InputError, match="later release"):
        open_service_store(database)


def test_a_message_looks_at_no_run_that_has_ended(store):
    """Of a million runs few wait or are open; each message that comes in asks for those of its person."""
    from adaptor.service.store.answers import _asking, _has_open_run

    if "sqlite" not in type(store.database).__module__:
        pytest.skip("PostgreSQL shows its plans in another way")
    asked = []
    run = store.database.run
    store.database.run = lambda sql, values=(): asked.append((sql, values)) or run(sql, values)
    _asking(store.database, "10/65")
    _has_open_run(store.database, "10/65")
    store.runs.release_late()
    del store.database.run
    plans = [run(f"EXPLAIN QUERY PLAN {sql}", values).fetchall() for sql, values in asked]
    assert len(plans) == 4
    assert all("USING INDEX service_runs_" in str(plan) for plan in plans), plans


def test_a_run_is_not_given_while_a_newer_one_of_its_person_runs(store, lease):
    store.runs.queue([new("a"), new("b")])
    # Two servers have queued them at the same time, and the older one was seen last.
    store.database.run("UPDATE service_runs SET status = ?, holder = ?, epoch = 1 WHERE id = 'b'", (RUNNING, lease))
    assert store.runs.claim(lease, 9) == []
    store.runs.end(store.runs.find("b"), SUCCEEDED, 0)
    assert [run.id for run in store.runs.claim(lease, 9)] == ["a"]


def test_a_run_that_was_claimed_although_the_claim_seemed_to_fail_is_queued_again(store, lease):
    store.runs.queue([new("a"), new("b", "66")])
    known, _ = store.runs.claim(lease, 9)
    assert store.runs.release_strays(lease, [known.id]) == ["b"]
    assert store.runs.release_strays(lease, [known.id]) == []
    assert [(run.id, run.epoch) for run in store.runs.claim(lease, 9)] == [("b", 2)]
