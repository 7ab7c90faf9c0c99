"""Jobs of Procrastinate wake workers; the rows of the runs are the truth, whatever becomes of a job."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from adaptor.service.dispatch.announcer import Announcer
from adaptor.service.dispatch.listener import Listener
from adaptor.service.dispatch.procrastinate_jobs import JobQueue, make_tables
from adaptor.service.store.records import Event, NewRun
from adaptor.service.store.store import open_service_store
from tests.waiting import PATIENCE, wait_until


def new(id_, **changes):
    return NewRun(id_, "", "hook", "digest", None, {}, **changes)


@pytest.fixture
def store(fresh_postgresql):
    first = open_service_store(fresh_postgresql)
    make_tables(first.database)
    first.close()
    opened = open_service_store(fresh_postgresql)
    yield opened
    opened.close()


def jobs(store):
    return store.database.run("SELECT args->>'run', priority FROM procrastinate_jobs ORDER BY id").fetchall()


def test_a_database_of_one_server_has_no_queue(fresh_postgresql):
    opened = open_service_store(fresh_postgresql)
    assert type(opened.announcer) is Announcer
    opened.runs.queue([new("a")])
    assert not opened.database.has_table("procrastinate_jobs")
    opened.close()


@pytest.mark.long
def test_the_tables_are_made_once_by_however_many_start_together(fresh_postgresql):
    stores = [open_service_store(fresh_postgresql) for _ in range(3)]
    faults = []

    def make(store):
        try:
            make_tables(store.database)
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=make, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for each in stores:
        each.close()


def test_event_run_and_job_are_stored_together_or_not_at_all(store):
    event = Event("10", "messages", "m1", None, 1000.0, {"metadata": None})
    store.events.store([(event, [new("a")])])
    # The same event again starts nothing.
    store.events.store([(event, [new("b")])])
    store.runs.queue([new("c", is_answer=False), new("d")])
    assert jobs(store) == [("a", 1), ("d", 1), ("c", 0)]
    with pytest.raises(Exception, match="service_runs_by_id"):
        # The second run cannot be queued: there is one of that id.
        store.events.store([(Event("10", "messages", "m2", None, 1.0, {}), [new("e")]), (event, []), *_doubled()])
    assert [run for run, _ in jobs(store)] == ["a", "d", "c"]
    assert store.events.count() == 1


def _doubled():
    return [(Event("10", "messages", "m3", None, 1.0, {}), [new("a")])]


def test_a_queue_that_is_broken_keeps_no_run_from_being_queued(store):
    assert isinstance(store.announcer, JobQueue)
    store.database.run("DROP TABLE procrastinate_jobs CASCADE")
    store.runs.queue([new("a")])
    store.runs.queue([new("b")])
    assert [run.id for run in store.runs.newest()] == ["b", "a"]


@pytest.mark.long
def test_a_job_wakes_one_machine_and_no_other_job_is_taken_before_it_has_room(store):
    asked, futures = threading.Semaphore(0), []

    def take():
        futures.append(Future())
        asked.release()
        return futures[-1]

    listener = Listener(store.database, take)
    listener.start()
    try:
        store.runs.queue([new("a"), new("b")])
        assert asked.acquire(timeout=PATIENCE)
        assert not asked.acquire(timeout=0.3)
        futures[0].set_result(None)
        assert asked.acquire(timeout=PATIENCE)
        listener.stop()
        futures[1].set_result(None)
    finally:
        listener.stop()
        listener.join()
    assert jobs(store) == []


def test_a_job_that_a_dead_worker_had_taken_is_removed(store):
    store.runs.queue([new("a")])
    store.database.run("UPDATE procrastinate_jobs SET status = 'doing'")
    listener = Listener(store.database, Future)
    listener.start()
    wait_until(lambda: not jobs(store))
    listener.stop()
    listener.join()
