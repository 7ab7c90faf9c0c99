"""Events are on the disk when their future says so, and a broken one breaks no other."""

import threading

import pytest

from adaptor.service.inbox import intake as module
from adaptor.service.inbox.facts import events_in
from adaptor.service.inbox.intake import Intake, Overloaded


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
    assert told.wait(10)
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
    with pytest.raises(ValueError, match="Circular"):
        bad.result(10)
    assert store.events.count() == 2


def test_too_many_that_wait_are_refused_and_room_comes_back(store, intake, monkeypatch):
    monkeypatch.setattr(module, "MOST_WAITING", 2)
    intake.add([(event("a"), []), (event("b"), [])])
    with pytest.raises(Overloaded):
        intake.add([(event("c"), [])])
    intake.start()
    for _ in range(100):
        try:
            future = intake.add([(event("c"), [])])
            break
        except Overloaded:
            threading.Event().wait(0.02)
    assert future.result(10) == [True]
