"""Events are on the disk when their future says so, and a broken one breaks no other."""

import threading
from contextlib import suppress

import pytest

from adaptor.ledger.errors import LedgerError
from adaptor.service.inbox import intake as module
from adaptor.service.inbox.facts import events_in
from adaptor.service.inbox.intake import Intake, Overloaded
from adaptor.service.inbox.spool import Spool
from adaptor.service.store.records import NewRun
from tests.waiting import PATIENCE, wait_until


def event(mid):
    item = {"sender": {"id": "65"}, "timestamp": 1, "message": {"mid": mid}}
    (found,) = events_in({"object": "page", "entry": [{"id": "10", "messaging": [item]}]})
    return found


@pytest.fixture
def told():
    return threading.Event()


@pytest.fixture
def intake(store, told):
    made = Intake(store, told.set)
    yield made
    if made._thread.is_alive():
        made.close()


def test_what_the_future_counts_is_stored(store, open_, intake, told):
    intake.start()
    futures = [intake.add([(event(f"m{number % 3}"), []), (event(f"n{number}"), [])]) for number in range(6)]
    assert sum(sum(future.result(10)) for future in futures) == 9
    assert told.wait(PATIENCE)
    assert open_().events.count() == 9


def test_what_waited_is_stored_before_the_end(store, intake):
    futures = [intake.add([(event(f"m{number}"), [])]) for number in range(20)]
    intake.start()
    intake.close()
    assert [future.result(0) for future in futures] == [[True]] * 20
    assert store.events.count() == 20


def test_an_event_that_cannot_be_stored_breaks_no_other_of_its_batch(store, intake):
    broken = event("b")
    broken.facts["circle"] = broken.facts
    good = [intake.add([(event("a"), [])]), intake.add([(event("c"), [])])]
    bad = intake.add([(broken, [])])
    intake.start()
    assert [future.result(10) for future in good] == [[True], [True]]
    with pytest.raises(RecursionError):
        bad.result(10)
    assert store.events.count() == 2


def test_events_go_to_the_spool_while_the_database_is_down_and_are_stored_in_order(store, told, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REPLAY_SECONDS", 0.02)
    down = threading.Event()
    lines, order = [], []
    real, real_now = store.events.store, store.database.now

    def fails(work):
        def call(*given):
            if down.is_set():
                raise LedgerError("The database is down.")
            return work(*given)

        return call

    def record(arrivals):
        order.extend(found.mid for found, _ in arrivals)
        return real(arrivals)

    monkeypatch.setattr(store.events, "store", fails(record))
    monkeypatch.setattr(store.database, "now", fails(real_now))
    intake = Intake(store, told.set, Spool(str(tmp_path / "spool")), lambda level, line: lines.append(line))
    intake.start()
    assert intake.add([(event("m0"), [])]).result(10) == [True]
    down.set()
    run = NewRun("r1", "", "hook", "d", "10/65", {"data": {"text": "\ud83d"}})
    assert intake.add([(event("m1"), [run])]).result(10) == [True]
    assert intake.add([(event("m2"), []), (event("m1"), [])]).result(10) == [True, True]
    assert store.events.count() == 1
    told.clear()
    down.clear()
    assert told.wait(PATIENCE)
    assert intake.add([(event("m3"), [])]).result(10) == [True]
    intake.close()
    assert order == ["m0", "m1", "m2", "m1", "m3"]
    assert store.events.count() == 4
    assert store.runs.find("r1").input == run.input
    assert "2 events of the spool were stored" in lines[-1]


def test_what_a_killed_server_left_in_the_spool_is_stored_by_the_next_one(store, told, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "REPLAY_SECONDS", 0.02)
    spool = Spool(str(tmp_path))
    spool.append([(event("m1"), []), (event("m2"), [])])
    # Killed in the middle of a line: nobody was told that this one is stored.
    with (tmp_path / "spool-1.jsonl").open("ab") as file:
        file.write(b'{"event": {"pa')
    other = Spool(str(tmp_path))
    assert not other
    other.close()
    spool.close()
    intake = Intake(store, told.set, Spool(str(tmp_path)))
    intake.start()
    assert told.wait(PATIENCE)
    intake.close()
    assert store.events.count() == 2
    assert (tmp_path / "spool-1.jsonl").stat().st_size == 0
    assert (tmp_path / "spool-1.jsonl").stat().st_mode & 0o777 == 0o600


def test_too_many_that_wait_are_refused_and_room_comes_back(store, intake, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    intake.add([(event("a"), []), (event("b"), [])])
    with pytest.raises(Overloaded):
        intake.add([(event("c"), [])])
    intake.start()
    futures = []

    def is_taken():
        with suppress(Overloaded):
            futures.append(intake.add([(event("c"), [])]))
        return futures

    wait_until(is_taken)
    assert futures[0].result(PATIENCE) == [True]


@pytest.mark.parametrize("fault", [LedgerError("The disk is full."), ValueError("a fault")])
def test_a_spool_that_cannot_be_stored_is_tried_again_after_a_pause_and_no_event_is_lost(
    store, told, tmp_path, monkeypatch, fault
):
    spool = Spool(str(tmp_path / "spool"))
    spool.append([(event("m1"), [])])
    order, lines = [], []
    real = store.events.store

    def stores(arrivals):
        order.append("try")
        if order.count("try") < 3:
            raise fault
        return real(arrivals)

    class Closing(threading.Event):
        def wait(self, timeout=None):
            if timeout is not None:
                order.append("pause")
            return super().wait(0.001 if timeout is not None else None)

    monkeypatch.setattr(store.events, "store", stores)
    intake = Intake(store, told.set, spool, lambda level, line: lines.append((level, line)))
    intake._closing = Closing()
    intake.start()
    assert told.wait(PATIENCE)
    intake.close()
    assert order[:5] == ["try", "pause", "try", "pause", "try"]
    assert store.events.count() == 1
    assert ("error" in [level for level, _ in lines]) == isinstance(fault, ValueError)
