"""Which message is the answer: the earliest by Meta's time after what the run knows, however deliveries come."""

from __future__ import annotations

from dataclasses import replace
from threading import Thread

import pytest

from adaptor.ledger.leases.lease import Lease
from adaptor.ledger.records import RunRecord
from adaptor.service.store.records import CANCELLED, QUEUED, SUCCEEDED, WAITING, Event, NewRun, Stored
from adaptor.service.store.store import open_service_store

PERSON = "10/65"


def event(text, happened, **changes):
    facts = {"event": "messages", "psid": "65", "text": text, "timestamp": round(happened * 1000)}
    given = {"kind": "messages", "opens_window": True, **changes}
    return Event("10", given.pop("kind"), f"m {text}", "65", happened, facts, **given)


class Dialogue:
    """A run that was started by a message of 100 s, and has asked."""

    def __init__(self, store):
        self.store = store
        self.lease = Lease(store.ledger.leases, "")
        self.arrive("Hi", 100.0)
        self.run = self.claim()

    def arrive(self, text, happened, *, starts=True, **changes):
        """Store a message, which starts a run of its own where it fits a trigger."""
        found = event(text, happened, **changes)
        runs = [NewRun(f"run {text}", "", "hook", "d", PERSON, {"data": found.facts})] if starts else []
        return self.store.events.store([(found, runs)])[0]

    def claim(self):
        """Return what a worker gets next."""
        return next(iter(self.store.runs.claim(self.lease.id, 1)), None)

    def ask(self):
        """Let the run ask and wait; return its answer, if there is one already."""
        assert self.store.runs.wait(self.run, "ask", 0, 3600.0)
        return self.answer()

    def answer(self):
        """Return the answer of the run, as far as it has one."""
        facts = self.store.runs.find(self.run.id).waits.get("facts")
        return None if facts is None else facts["text"]

    def end(self):
        """Let the run end."""
        assert self.store.runs.end(self.run, SUCCEEDED, 0)

    def status(self, text):
        """Return the status of the run that a message has started, or None."""
        found = self.store.runs.find(f"run {text}")
        return None if found is None else found.status


@pytest.fixture
def dialogue(store):
    """A dialogue on SQLite and PostgreSQL."""
    made = Dialogue(store)
    yield made
    made.lease.close()


def test_of_two_answers_in_the_wrong_order_the_earlier_one_counts_and_the_later_is_the_next(dialogue):
    assert dialogue.ask() is None
    assert dialogue.arrive("30", 120.0) == Stored.ANSWER
    assert dialogue.arrive("Ana", 110.0) == Stored.ANSWER
    assert dialogue.answer() == "Ana"
    assert dialogue.status("30") == QUEUED
    dialogue.run = dialogue.claim()
    assert (dialogue.run.id, dialogue.run.waits["facts"]["text"]) == ("run Hi", "Ana")
    assert dialogue.ask() == "30"
    assert dialogue.status("30") == CANCELLED


def test_the_later_of_two_answers_counts_next_also_where_it_starts_nothing(dialogue):
    dialogue.ask()
    dialogue.arrive("30", 120.0, starts=False)
    dialogue.arrive("Ana", 110.0, starts=False)
    dialogue.run = dialogue.claim()
    assert dialogue.run.waits["facts"]["text"] == "Ana"
    assert dialogue.ask() == "30"


def test_a_late_delivery_from_before_the_question_answers_nothing(dialogue):
    dialogue.ask()
    assert dialogue.arrive("Before", 90.0) == Stored.NEW
    assert (dialogue.answer(), dialogue.status("Before")) == (None, QUEUED)
    assert dialogue.arrive("Ana", 110.0) == Stored.ANSWER
    assert dialogue.answer() == "Ana"


def test_what_came_before_the_last_answer_does_not_answer_the_next_question(dialogue):
    dialogue.ask()
    dialogue.arrive("Ana", 110.0)
    dialogue.run = dialogue.claim()
    assert dialogue.ask() is None
    assert dialogue.arrive("Late", 105.0) == Stored.NEW
    assert dialogue.answer() is None


def test_what_is_written_during_the_asking_step_counts_in_the_order_of_meta(dialogue):
    assert dialogue.arrive("second", 120.0) == Stored.NEW
    assert dialogue.arrive("first", 110.0) == Stored.NEW
    assert dialogue.ask() == "first"
    assert (dialogue.status("first"), dialogue.status("second")) == (CANCELLED, QUEUED)


def test_a_message_during_the_asking_step_that_fits_no_trigger_counts_too(dialogue):
    assert dialogue.arrive("Ana", 110.0, starts=False) == Stored.NEW
    assert dialogue.ask() == "Ana"
    assert dialogue.store.database.run("SELECT count(*) FROM service_answers").fetchone()[0] == 0


def test_what_nobody_has_asked_for_is_forgotten_with_the_run(dialogue):
    dialogue.arrive("Thanks", 110.0, starts=False)
    assert dialogue.store.database.run("SELECT count(*) FROM service_answers").fetchone()[0] == 1
    dialogue.end()
    assert dialogue.store.database.run("SELECT count(*) FROM service_answers").fetchone()[0] == 0
    # Where no run is open, nothing is kept at all.
    dialogue.arrive("Bye", 120.0, starts=False)
    assert dialogue.store.database.run("SELECT count(*) FROM service_answers").fetchone()[0] == 0


def test_a_stop_word_is_no_answer_whenever_it_comes(dialogue):
    assert dialogue.arrive("Stop", 110.0, stops=True) == Stored.NEW
    assert dialogue.ask() is None
    assert dialogue.arrive("STOP!", 120.0, stops=True) == Stored.NEW
    assert (dialogue.answer(), dialogue.store.runs.find("run Hi").status) == (None, WAITING)
    assert (dialogue.status("Stop"), dialogue.status("STOP!")) == (QUEUED, QUEUED)


def test_nothing_is_an_answer_while_a_human_answers(dialogue):
    dialogue.ask()
    dialogue.arrive("echo", 101.0, starts=False, kind="message_echoes", opens_window=False, pauses=60.0)
    assert dialogue.arrive("To the human", 110.0, starts=False) == Stored.PAUSED
    assert dialogue.arrive("And this", 111.0) == Stored.PAUSED
    assert dialogue.answer() is None
    assert dialogue.arrive("After it", 170.0, starts=False) == Stored.ANSWER


def test_an_answer_is_not_too_late_as_long_as_the_run_has_not_gone_on_without_it(dialogue):
    dialogue.ask()
    dialogue.store.database.run("UPDATE service_runs SET due = 0")
    assert dialogue.store.runs.release_late() == ["run Hi"]
    assert dialogue.arrive("At last", 8000.0) == Stored.ANSWER
    dialogue.run = dialogue.claim()
    assert dialogue.run.waits["facts"]["text"] == "At last"


def test_what_is_written_to_another_app_answers_nothing(dialogue):
    facts = {"event": "messages", "psid": "65", "text": "To a human", "timestamp": 110_000, "standby": True}
    arrived = Event("10", "messages", "m", "65", 110.0, facts, opens_window=True)
    run = NewRun("other", "", "watch", "d", PERSON, {"data": facts})
    dialogue.store.events.store([(arrived, [run])])
    assert dialogue.ask() is None
    dialogue.store.events.store([(replace(arrived, mid="n", happened=120.0), [])])
    assert dialogue.answer() is None


def test_reads_and_echoes_answer_nothing(dialogue):
    dialogue.ask()
    assert dialogue.arrive("read", 110.0, starts=False, kind="message_reads") == Stored.NEW
    assert dialogue.answer() is None


def test_the_next_question_after_a_time_over_takes_no_older_message(dialogue):
    dialogue.ask()
    dialogue.store.database.run("UPDATE service_runs SET due = 0")
    assert dialogue.store.runs.release_late() == ["run Hi"]
    dialogue.run = dialogue.claim()
    assert dialogue.run.waits["facts"] is None
    dialogue.ask()
    assert dialogue.arrive("Old", 90.0) == Stored.NEW
    assert dialogue.arrive("New", 130.0) == Stored.ANSWER


def overlapping(first, second, waiting):
    """Do the first inside a transaction that stays open until the second waits for it, or has ended."""
    database, work = first
    thread = Thread(target=second)
    with database.transaction():
        work()
        thread.start()
        while thread.is_alive() and not waiting():
            thread.join(0.01)
    thread.join()


@pytest.mark.parametrize("is_first", [True, False])
def test_a_message_that_is_stored_while_a_run_begins_to_wait_is_its_answer(fresh_postgresql, is_first):
    stores = [open_service_store(fresh_postgresql) for _ in range(3)]
    dialogue = Dialogue(stores[0])
    other, third = stores[1:]
    answer = event("Ana", 110.0)
    arrival = (answer, [NewRun("run Ana", "", "hook", "d", PERSON, {"data": answer.facts})])

    def is_waiting():
        found = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        return third.database.run(found).fetchone()[0]

    steps = [
        (other.database, lambda: other.events.store([arrival])),
        (stores[0].database, lambda: stores[0].runs.wait(dialogue.run, "ask", 0, 3600.0)),
    ]
    before, after = steps if is_first else reversed(steps)
    overlapping(before, after[1], is_waiting)
    assert dialogue.answer() == "Ana"
    assert dialogue.status("Ana") == (CANCELLED if is_first else None)
    for each in stores:
        each.close()


def submitted(store, **changes):
    """Queue a run as `adaptor submit --person` does."""
    run = NewRun("run asked", "", "ask", "d", PERSON, {}, is_answer=False, **changes)
    store.runs.queue([run])


@pytest.mark.parametrize("starts", [True, False])
def test_what_is_written_before_the_asking_step_of_a_submitted_run_has_ended_is_its_answer(dialogue, store, starts):
    dialogue.end()
    submitted(store)
    # Nothing has asked yet.
    dialogue.arrive("Early", now(store) - 60, starts=False)
    dialogue.run = dialogue.claim()
    assert dialogue.run.id == "run asked"
    store.ledger.runs.begin(RunRecord("run asked", "bot.json", "d", "i"))
    dialogue.arrive("Ana", now(store) + 5, starts=starts)
    assert dialogue.ask() == "Ana"
    dialogue.run = dialogue.claim()
    assert dialogue.run.id == "run asked"
    dialogue.end()
    assert dialogue.claim() is None


def test_a_run_that_is_to_begin_later_delays_no_answer_to_its_person(dialogue, store):
    dialogue.end()
    submitted(store, due=now(store) + 86_400)
    dialogue.arrive("Hello", now(store))
    dialogue.run = dialogue.claim()
    assert dialogue.run is not None
    assert dialogue.run.id == "run Hello"
    # Its time comes while that one is running.
    store.database.run("UPDATE service_runs SET due = 0 WHERE id = 'run asked'")
    assert dialogue.claim() is None
    dialogue.end()
    assert dialogue.claim().id == "run asked"


def now(store):
    with store.database.reading():
        return store.database.now()
