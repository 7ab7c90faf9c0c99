"""Several processes at one ledger, some of which are killed."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter

import pytest

from adaptor.ledger.store import open_store

pytestmark = pytest.mark.long


def started(writer, database, count):
    processes = [writer(database) for _ in range(count)]
    for process in processes:
        assert process.hear() == "ready"
    return processes


def test_four_processes_that_want_the_same_writes_get_each_once(database, writer, store):
    processes = started(writer, database, 4)
    for number, process in enumerate(processes):
        process.ask("begin", f"r{number}")
    for number, process in enumerate(processes):
        process.tell("claim_keys", 2000, number)
    got = [process.hear() for process in processes]
    assert all(isinstance(each, list) for each in got), got
    assert sorted(number for each in got for number in each) == list(range(2000))
    counts = [store.writes.counts(f"r{number}") for number in range(4)]
    assert sum(each.get("sent", 0) for each in counts) == 2000


def test_processes_that_open_a_new_ledger_at_once_all_find_it(database, writer):
    processes = started(writer, database, 4)
    for process in processes:
        process.tell("open")
    assert [process.hear() for process in processes] == ["opened"] * 4


def test_of_four_processes_one_resumes_a_run(database, writer, store, runs):
    runs.stop(runs.begin())
    processes = started(writer, database, 4)
    for process in processes:
        process.tell("resume", "r1")
    answers = [process.hear() for process in processes]
    errors = [each["message"] for each in answers if isinstance(each, dict)]
    assert errors == ["The run `r1` is under way in another process."] * 3
    assert store.runs.find("r1").attempt == 2


def test_places_of_four_processes_follow_each_other_without_gap(database, writer, store):
    processes = started(writer, database, 4)
    for number, process in enumerate(processes):
        process.ask("begin", f"r{number}")
    for process in processes:
        process.tell("reserve", 25, 1000.0)
    waits = sorted(wait for process in processes for wait in process.hear())
    # Each is told how long from its own moment; all of that took less than one place.
    assert [round((wait - waits[0]) / 1000) for wait in waits] == list(range(100))


def test_a_killed_process_holds_nothing_any_more(database, writer, runs):
    (process,) = started(writer, database, 1)
    process.ask("begin", "r1")
    process.ask("claim", ["1", "2"], ["a", "b"])
    process.ask("claim", ["3"], ["c"], True)
    process.kill()
    other = runs.begin("r2")
    entries = other.claim(
        [
            other.write("send", recipient, "text", page="1", own_key=key)
            for recipient, key in [("1", "a"), ("2", "b"), ("3", "c")]
        ]
    )
    assert [(entry.is_claimed, entry.record.outcome) for entry in entries] == [
        (True, "claimed"),
        (True, "claimed"),
        (False, "unknown"),
    ]


def test_a_process_that_sleeps_through_its_lease_may_not_send_when_it_wakes(database, writer, store, runs):
    (process,) = started(writer, database, 1)
    holder = process.ask("begin", "r1")
    ((id_, is_ours, _),) = process.ask("claim", ["1"])
    assert is_ours
    process.process.send_signal(signal.SIGSTOP)
    os.waitpid(process.process.pid, os.WUNTRACED)
    with store.database.transaction():
        store.database.run("UPDATE holders SET expires = ? WHERE id = ?", (store.database.ticks() - 1, holder))
    resumed = runs.resume("r1")
    (entry,) = resumed.claim([resumed.write("send", "1", "text", page="1", once=True)], sending=True)
    assert entry.is_claimed
    process.process.send_signal(signal.SIGCONT)
    assert process.ask("send", [id_]) is False
    assert process.ask("claim", ["2"])["error"] == "TakenOver"
    assert process.ask("close", False) == "closed"
    assert store.runs.find("r1").status == "running", "its end is not the end of the run that was taken over"


PEOPLE = [f"p{number}" for number in range(120)]


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 12))])
def test_a_run_that_is_killed_again_and_again_sends_to_nobody_twice(database, writer, tmp_path, seed):
    chance = random.Random(seed)
    accepted = tmp_path / "accepted"
    accepted.touch()
    command = "begin"
    for kills_left in (2, 1, 0):
        (process,) = started(writer, database, 1)
        assert isinstance(process.ask(command, "r1"), str)
        command = "resume"
        process.tell("broadcast", chance.sample(PEOPLE, len(PEOPLE)), str(accepted))
        for _ in range(chance.randrange(1, 40)):
            if process.hear() == "done":
                break
        if kills_left:
            process.kill()
        else:
            while (heard := process.hear()) != "done":
                assert isinstance(heard, str), heard
            process.ask("close", True)
    left = Counter(accepted.read_text().split())
    store = open_store(database)
    rows = {row.write.recipient: row.outcome for row in store.writes.records("r1")}
    assert max(left.values()) == 1
    assert sorted(rows) == sorted(PEOPLE)
    assert set(rows.values()) <= {"sent", "unknown"}
    assert all(person in left for person, outcome in rows.items() if outcome == "sent")
    store.close()
