"""The retention time is kept a part at a time, so that nobody waits for an answer meanwhile."""

import pytest

from adaptor.service.store import retention as parts
from adaptor.service.store.records import SUCCEEDED, Event, NewRun
from adaptor.service.worker import retention
from adaptor.service.worker.retention import Retention
from tests.waiting import PATIENCE


@pytest.fixture
def fill(store):
    """Store old events, each with a run that has ended, in the ledger too."""

    def fill(*numbers):
        database = store.database
        for number in numbers:
            event = Event("10", "messages", f"m{number}", "65", 1000.0, {"text": "secret"}, opens_window=True)
            store.events.store([(event, [NewRun(f"r{number}", "", "hook", "d", None, {})])])
            (run,) = store.runs.claim("holder", 1)
            store.runs.end(run, SUCCEEDED, 0)
            database.run(
                "INSERT INTO runs (id, path, job_digest, input_digest, status, started, ended, attempt, input) "
                "VALUES (?, 'bot.json', '', '', 'finished', 1000, 1000, 1, '\"secret\"')",
                (run.id,),
            )
        database.run("UPDATE service_runs SET ended = ended - 200000")
        database.run("UPDATE service_events SET received = received - 200000")

    return fill


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A look takes as long as the machine needs."""
    monkeypatch.setattr(retention, "_SLICE_SECONDS", PATIENCE)


def left(store):
    kept = store.database.run("SELECT count(*) FROM runs WHERE purged IS NULL").fetchone()[0]
    return store.events.count() + len(store.runs.newest()) + int(kept)


def test_a_look_forgets_a_part_and_the_next_looks_forget_the_rest(store, fill, monkeypatch):
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "1")
    monkeypatch.setattr(retention, "_SLICE_SECONDS", 0.0)
    fill(1, 2, 3)
    lines = []
    looks = Retention(store, lambda level, line: lines.append(line))
    counts = []
    while not lines:
        looks.forget_when_due()
        counts.append(left(store))
        assert len(counts) < 20
    assert counts[0] == 8
    assert counts[-1] == 0
    assert len(counts) > 4
    assert lines == ["Older than 1 days, and removed: 6 events and runs, and the people of 3 runs in the ledger."]


def test_it_is_begun_once_a_day(store, fill, monkeypatch):
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "1")
    lines = []
    looks = Retention(store, lambda level, line: lines.append(line))
    fill(1)
    looks.forget_when_due()
    assert left(store) == 0
    fill(2)
    looks.forget_when_due()
    assert left(store) == 3


def test_one_transaction_removes_a_part_of_the_events(store, fill, monkeypatch):
    monkeypatch.setattr(parts, "_MOST_AT_ONCE", 2)
    fill(1, 2, 3, 4, 5)
    assert list(parts.forget_in_parts(store.database, 86_400)) == [2, 2, 1, 2, 2, 1]
    assert store.events.count() == 0


def test_the_people_of_a_run_that_has_failed_are_forgotten_with_the_run(store, fill, monkeypatch):
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "1")
    fill(1)
    store.database.run("UPDATE service_runs SET status = 'failed'")
    store.database.run("UPDATE runs SET status = 'stopped'")
    Retention(store, lambda level, line: None).forget_when_due()
    assert left(store) == 0


def test_a_run_by_hand_that_can_be_resumed_stays(store, fill, monkeypatch):
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "1")
    fill(1)
    store.database.run("DELETE FROM service_runs")
    store.database.run("UPDATE runs SET status = 'stopped'")
    Retention(store, lambda level, line: None).forget_when_due()
    assert left(store) == 1


def test_a_large_file_is_not_rewritten_while_people_wait(store, fill, monkeypatch):
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", "1")
    monkeypatch.setattr(retention, "MOST_CLEANED_BYTES", 0)
    cleaned, lines = [], []
    monkeypatch.setattr(store.database, "clean_up", lambda: cleaned.append(1))
    fill(1)
    Retention(store, lambda level, line: lines.append(line)).forget_when_due()
    is_file = "://" not in store.database.name
    assert bool(cleaned) != is_file
    assert any("adaptor runs purge" in line for line in lines) == is_file
    # By hand it is, also where nothing is left to forget.
    cleaned.clear()
    assert store.ledger.runs.purge_older(86_400) == []
    assert cleaned == [1]
