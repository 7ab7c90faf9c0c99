"""The counts that a run keeps when it ends, and what may still change them."""

from __future__ import annotations

import pytest

from adaptor.ledger.records import Outcome, sent

PERSON = "6543210987654321"


def claim(ledger, *texts, **facts):
    return [
        entry.id
        for entry in ledger.claim(
            [ledger.write("send", PERSON, text, page="9", **facts) for text in texts], sending=True
        )
    ]


def write(ledger, *texts, **facts):
    ledger.settle([sent(id_, {"recipient_id": PERSON}) for id_ in claim(ledger, *texts, **facts)])


def counts(store, run="r1"):
    return store.runs.find(run).outcomes


def test_the_writes_of_a_run_that_has_ended_are_not_read_to_count_them(runs, store):
    ledger = runs.begin()
    write(ledger, "a", "b")
    runs.finish(ledger)
    with store.database.transaction():
        store.database.run("DELETE FROM writes")
    assert counts(store) == {"sent": 2}
    assert store.runs.counts_by_step("r1") == [("step", 0, False, "sent", 2)]


def test_the_counts_of_a_run_under_way_are_those_of_now(runs, store):
    ledger = runs.begin()
    write(ledger, "a")
    assert counts(store) == {"sent": 1}
    write(ledger, "b")
    assert counts(store) == {"sent": 2}


def test_what_an_echo_settles_after_the_end_is_counted(runs, store):
    ledger = runs.begin()
    write(ledger, "a")
    (unknown,) = claim(ledger, "b")
    ledger.settle([Outcome(unknown, "unknown")])
    runs.stop(ledger)
    assert counts(store) == {"sent": 1, "unknown": 1}
    store.writes.settle([sent(unknown, {"recipient_id": PERSON})])
    assert counts(store) == {"sent": 2}


def test_what_was_being_sent_when_the_run_ended_is_unknown(runs, store):
    ledger = runs.begin()
    claim(ledger, "a")
    runs.stop(ledger)
    assert counts(store) == {"unknown": 1}


def test_a_key_that_another_run_uses_again_is_counted_there(runs, store):
    first = runs.begin("r1")
    write(first, "a")
    (failed,) = claim(first, "b", own_key="visit-1")
    first.settle([Outcome(failed, "failed")])
    runs.stop(first)
    assert counts(store) == {"sent": 1, "failed": 1}
    second = runs.begin("r2")
    write(second, "b", own_key="visit-1")
    runs.finish(second)
    assert (counts(store, "r1"), counts(store, "r2")) == ({"sent": 1}, {"sent": 1})


def test_a_run_that_is_resumed_is_counted_anew(runs, store):
    ledger = runs.begin()
    write(ledger, "a")
    runs.stop(ledger)
    again = runs.resume("r1")
    write(again, "b")
    assert counts(store) == {"sent": 2}
    runs.finish(again)
    assert counts(store) == {"sent": 2}


@pytest.mark.parametrize("most", [0, 1])
def test_with_many_writes_that_may_change_the_counts_are_those_of_now(runs, store, monkeypatch, most):
    monkeypatch.setattr("adaptor.ledger.run_counts._MOST_KEPT", most)
    ledger = runs.begin()
    ids = claim(ledger, "a", "b")
    ledger.settle([Outcome(id_, "unknown") for id_ in ids])
    runs.stop(ledger)
    store.writes.settle([sent(ids[0], {})])
    assert counts(store) == {"sent": 1, "unknown": 1}
