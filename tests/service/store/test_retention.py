"""What is older than wanted is forgotten; what still runs, or may be delivered again, is not."""

from adaptor.ledger.store import open_store
from adaptor.service.store.records import SUCCEEDED, Event, NewRun
from adaptor.service.store.retention import forget_older, forget_run


def filled(store):
    event = Event("10", "messages", "m", "65", 1000.0, {"text": "secret"}, opens_window=True)
    runs = [NewRun(name, "", "hook", "d", None, {}) for name in ("a", "b")]
    store.events.store([(event, runs)])
    (ended,) = store.runs.claim("holder", 1)
    store.runs.end(ended, SUCCEEDED, 0)
    return ended.id


def test_old_runs_and_events_are_removed_and_open_runs_stay(store):
    filled(store)
    assert forget_older(store.database, 3600) == 0
    store.database.run("UPDATE service_runs SET ended = ended - 7200")
    assert forget_older(store.database, 3600) == 1
    assert [run.id for run in store.runs.newest()] == ["b"]
    # The event is known for a day, so that a redelivery starts nothing.
    assert store.events.count() == 1
    store.database.run("UPDATE service_events SET received = received - 90000")
    assert forget_older(store.database, 3600) == 1
    assert store.events.count() == 0
    assert store.people.last_message("10", "65") is None


def test_one_run_is_removed_once_it_has_ended(store):
    ended = filled(store)
    forget_run(store.database, ended)
    forget_run(store.database, "b")
    assert [run.id for run in store.runs.newest()] == ["b"]


def test_a_ledger_that_no_service_uses_stays_as_it_is(database):
    ledger = open_store(database)
    assert forget_older(ledger.database, 0) == 0
    forget_run(ledger.database, "a")
    assert not ledger.database.has_table("service_runs")
    assert ledger.database.has_table("runs")
    ledger.close()
