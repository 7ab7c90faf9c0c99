"""What an earlier run of a job keeps a new one from, and which runs are none to go on with."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.ledger.errors import SentBefore
from adaptor.ledger.records import sent

PERSON = "6543210987654321"


def send(ledger: Any, text: str, *, site: str = "@1:0 · send_text@1", is_message: bool = True) -> Any:
    (entry,) = ledger.claim([ledger.write(site, PERSON, text, page="9", is_message=is_message)], sending=True)
    if entry.is_claimed:
        ledger.settle([sent(entry.id, {"recipient_id": PERSON})])
    return entry


def stopped(runs: Any, run: str, text: str, **facts: Any) -> None:
    ledger = runs.begin(run, **facts)
    send(ledger, text)
    runs.stop(ledger)


@pytest.mark.long
def test_runs_guard_until_one_of_the_job_ends_well(runs: Any, store: Any) -> None:
    for number in range(30):
        stopped(runs, f"r{number:02}", "a", started=100.0 + number)
    before = store.database.now() + 1
    assert store.runs.guarding("/jobs/job.py", [], before) == [f"r{number:02}" for number in range(29, -1, -1)]
    runs.finish(runs.begin("well", started=110.5))
    assert store.runs.guarding("/jobs/job.py", [], before)[-1] == "r11"
    # One that began before it ended well is not let go.
    assert store.runs.guarding("/jobs/job.py", [], 120.0)[-1] == "r00"


def test_only_runs_that_have_sent_a_message_guard(runs: Any, store: Any) -> None:
    quiet = runs.begin("quiet", started=100.0)
    send(quiet, "typing", is_message=False)
    runs.stop(quiet)
    assert store.runs.guarding("/jobs/job.py", [], store.database.now() + 1) == []


def test_each_workflow_of_a_project_has_its_own(runs: Any, store: Any) -> None:
    stopped(runs, "a", "a", started=100.0, words=["alpha"])
    stopped(runs, "a1", "a", started=101.0, words=["alpha", "--start", "tell"])
    runs.finish(runs.begin("b", started=102.0, words=["beta"]))
    before = store.database.now() + 1
    assert store.runs.guarding("/jobs/job.py", ["alpha"], before) == ["a1", "a"]
    assert store.runs.newest_of("/jobs/job.py", ["alpha", "--end", "tell"]) == "a1"
    assert store.runs.newest_of("/jobs/job.py", []) is None
    # A part that ended well says nothing of the whole; the whole does of its parts.
    runs.finish(runs.begin("a2", started=103.0, words=["alpha", "--start", "tell"]))
    assert store.runs.guarding("/jobs/job.py", ["alpha"], before) == ["a"]
    runs.finish(runs.begin("a3", started=104.0, words=["alpha"]))
    assert store.runs.guarding("/jobs/job.py", ["alpha"], before) == []


def test_a_message_is_known_whatever_stands_around_it_in_the_job(runs: Any, store: Any) -> None:
    stopped(runs, "r1", "a", started=100.0)
    ledger = runs.begin("r2", started=101.0)
    ledger.guards = ["r1"]
    with pytest.raises(SentBefore, match="`r1`"):
        send(ledger, "a", site="@7:0 · each@7 · send_text@8")
    with pytest.raises(SentBefore):
        send(ledger, "something else")
    runs.stop(ledger)
    # It has made nothing: it is no run to go on with.
    assert store.runs.find("r2") is None
    assert list(store.writes.records("r2")) == []


def test_a_run_that_has_made_something_stays_though_it_was_refused(runs: Any, store: Any) -> None:
    stopped(runs, "r1", "a", started=100.0)
    ledger = runs.begin("r2", started=101.0)
    ledger.guards = ["r1"]
    send(ledger, "b")
    with pytest.raises(SentBefore):
        send(ledger, "a")
    runs.stop(ledger)
    assert store.runs.find("r2").messages == {"sent": 1}
    again = runs.resume("r2")
    again.others = ["r1"]
    first, second = send(again, "a"), send(again, "a")
    assert (first.is_claimed, first.record.run, first.is_repeat, second.is_repeat) == (False, "r1", False, True)


def test_a_run_that_began_later_and_has_sent_guards_too(runs: Any, store: Any) -> None:
    # Both wait for the same file; the one that began last is the first to send, and is killed.
    stopped(runs, "later", "a", started=200.0)
    assert store.runs.guarding("/jobs/job.py", [], 100.0) == ["later"]


def test_a_run_that_ended_well_by_a_clock_that_was_put_back_guards_nothing(runs: Any, store: Any) -> None:
    stopped(runs, "stopped", "a", started=100.0)
    runs.finish(runs.begin("well", started=200.0))
    store.database.run("UPDATE runs SET ended = ended + 40000000 WHERE id = 'well'")
    assert store.runs.guarding("/jobs/job.py", [], store.database.now()) == []
