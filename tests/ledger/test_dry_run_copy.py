"""A copy of a run on which a resume is tried."""

from __future__ import annotations

import pytest

from adaptor.ledger.dry_run_copy import dry_run_copy_of
from adaptor.ledger.errors import KeyTaken, LedgerError
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import sent


def send(ledger, *texts, to="1", **facts):
    entries = ledger.claim([ledger.write("send", to, text, page="9", **facts) for text in texts], sending=True)
    ledger.settle([sent(entry.id, {"message_id": text}) for entry, text in zip(entries, texts, strict=True)])


@pytest.fixture
def rehearse(store):
    opened = []

    def start(run="r1"):
        opened.append(Ledger.resume(dry_run_copy_of(store, run), run))
        opened[-1].enter_step("step", 0)
        return opened[-1]

    yield start
    for ledger in opened:
        ledger.close(0, finished=False)


def test_what_was_sent_is_known_and_what_was_not_would_be(runs, rehearse):
    ledger = runs.begin(input={"data": 1}, words=["--only", "step"])
    send(ledger, "a")
    ledger.claim([ledger.write("send", "1", "b", page="9")])
    ledger.keep_step("completed", {"data": 2})
    runs.stop(ledger)
    copy = rehearse()
    assert (copy.record.input, copy.record.words) == ({"data": 1}, ["--only", "step"])
    assert [step.output for step in copy.store.runs.steps("r1")] == [{"data": 2}]
    first, second = copy.claim([copy.write("send", "1", text, page="9") for text in "ab"])
    assert (first.is_claimed, first.record.result) == (False, {"message_id": "a"})
    assert second.is_claimed


def test_nothing_of_it_gets_into_the_ledger(runs, rehearse, store):
    ledger = runs.begin()
    send(ledger, "a")
    runs.stop(ledger)
    copy = rehearse()
    send(copy, "a", "b")
    copy.keep_step("completed", {})
    assert [row.write.fingerprint for row in store.writes.records("r1")] == ["a"]
    found = store.runs.find("r1")
    assert (found.attempt, found.status, store.runs.steps("r1")) == (1, "stopped", [])


def test_a_key_that_another_run_has_used_is_known(runs, rehearse):
    other = runs.begin("r0")
    send(other, "a", own_key="k")
    runs.finish(other)
    runs.stop(runs.begin())
    copy = rehearse()
    (entry,) = copy.claim([copy.write("send", "2", "a", page="9", own_key="k")])
    assert isinstance(entry.error, KeyTaken)


def test_what_a_killed_run_was_sending_is_unknown_there_and_nothing_else_changes(runs, rehearse, store):
    ledger = runs.begin()
    ledger.claim([ledger.write("send", "1", "a", page="9")], sending=True)
    runs.let_lease_end(ledger)
    copy = rehearse()
    assert copy.store.writes.counts("r1") == {"unknown": 1}
    assert store.writes.counts("r1") == {"sending": 1}


def test_a_run_under_way_or_unknown_cannot_be_rehearsed(runs, store):
    runs.begin()
    with pytest.raises(LedgerError, match="under way in another process"):
        dry_run_copy_of(store, "r1")
    with pytest.raises(LedgerError, match="There is no run `r9`"):
        dry_run_copy_of(store, "r9")
