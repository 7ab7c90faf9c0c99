"""What is older than wanted is forgotten; what still runs, or may be delivered again, is not."""

from adaptor.ledger.store import open_store
from adaptor.service.store.records import SUCCEEDED, Event, NewRun, Stored
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


def test_with_one_run_go_the_events_and_the_last_message_of_its_person(store):
    events = [Event("10", "messages", f"m{psid}", psid, 1000.0, {"text": "secret"}, opens_window=True) for psid in "78"]
    store.events.store([(event, [NewRun(event.psid, "", "hook", "d", event.person, {})]) for event in events])
    for run in store.runs.claim("holder", 2):
        store.runs.end(run, SUCCEEDED, 0)
    forget_run(store.database, "7")
    assert [run.id for run in store.runs.newest()] == ["8"]
    assert (store.people.last_message("10", "7"), store.overview.thread("10", "7")) == (None, [])
    assert store.events.facts_of("10", "messages", "m7") == {}
    # Of others everything stays, and what Meta delivers again is recognised.
    assert store.people.last_message("10", "8") == 1000.0
    assert len(store.overview.thread("10", "8")) == 2
    assert store.events.store([(event, []) for event in events]) == [Stored.BEFORE] * 2


def test_what_another_open_run_knows_of_the_person_stays(store):
    event = Event("10", "messages", "m7", "7", 1000.0, {"text": "secret"}, opens_window=True)
    store.events.store([(event, [NewRun(name, "", "hook", "d", event.person, {}) for name in "ab"])])
    (run,) = store.runs.claim("holder", 1)
    store.runs.end(run, SUCCEEDED, 0)
    forget_run(store.database, run.id)
    assert store.people.last_message("10", "7") == 1000.0


def test_a_ledger_that_no_service_uses_stays_as_it_is(database):
    ledger = open_store(database)
    assert forget_older(ledger.database, 0) == 0
    forget_run(ledger.database, "a")
    assert not ledger.database.has_table("service_runs")
    assert ledger.database.has_table("runs")
    ledger.close()
