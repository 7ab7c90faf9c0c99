"""Writes on their way through the ledger, when somebody wants the run to end or the ledger cannot be written."""

from __future__ import annotations

import pytest

from adaptor.core.run.context import Run
from adaptor.ledger.at_most_once import at_most_once
from adaptor.ledger.errors import LedgerError
from adaptor.wire.departure import wire


def passed(run, make, *texts, has_left=False):
    ledger = run.ledger
    writes = [ledger.write("send", "1", text, page="9") for text in texts or ["a"]]
    with at_most_once(run, writes) as claimed:
        wire.left = has_left
        if claimed.to_make:
            claimed.settle(make(claimed.to_make, claimed.waiting))
    return [claimed.earlier_outcome(index) for index in range(len(writes))]


@pytest.fixture
def ledger(runs):
    return runs.begin()


@pytest.fixture
def run(ledger):
    with Run(ledger=lambda: ledger) as under_way:
        yield under_way


def test_who_wants_the_run_to_end_waits_while_a_write_is_noted_and_not_while_it_is_made(run, ledger, monkeypatch):
    seen = []
    for name in ("claim", "settle"):
        real = getattr(ledger, name)

        def watched(*given, name=name, real=real, **more):
            seen.append((name, run.stop.is_between))
            return real(*given, **more)

        monkeypatch.setattr(ledger, name, watched)
    passed(run, lambda ours, waiting: seen.append(("make", run.stop.is_between)) or [{}])
    assert seen == [("claim", True), ("make", False), ("settle", True)]
    assert run.stop.is_between is False


def test_a_run_that_is_to_end_makes_nothing_and_leaves_nothing_unknown(run, ledger, runs, store):
    run.stop.asked = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        passed(run, lambda ours, waiting: pytest.fail("it was made"), "a", "b")
    runs.stop(ledger)
    assert store.writes.counts("r1") == {"claimed": 2}


@pytest.mark.parametrize(
    ("texts", "has_left", "outcome"),
    [("a", False, "claimed"), ("a", True, "unknown"), ("ab", False, "claimed"), ("ab", True, "unknown")],
)
def test_an_interruption_is_unknown_unless_certainly_nothing_left(run, ledger, runs, store, texts, has_left, outcome):
    def make(ours, waiting):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        passed(run, make, *texts, has_left=has_left)
    runs.stop(ledger)
    assert store.writes.counts("r1") == {outcome: len(texts)}


def test_an_interruption_before_a_repeat_takes_back_only_what_is_repeated(run, ledger, runs, store):
    def make(ours, waiting):
        with waiting([1], {0: {}}):
            pass
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        passed(run, make, *"ab", has_left=False)
    runs.stop(ledger)
    assert store.writes.counts("r1") == {"sent": 1, "claimed": 1}


def test_what_was_sent_and_cannot_be_noted_is_said_to_be_unknown(run, ledger, monkeypatch):
    def cannot(outcomes):
        raise LedgerError("The ledger cannot be written: disk full.")

    monkeypatch.setattr(ledger, "settle", cannot)
    with pytest.raises(LedgerError) as raised:
        passed(run, lambda ours, waiting: [{}])
    assert raised.value.sent == "unknown"
