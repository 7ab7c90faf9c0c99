"""Writes on their way through the ledger, when somebody wants the run to end or the ledger cannot be written."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from adaptor.core.errors import DeliveryUnknown, InvalidMessage, NotSent
from adaptor.core.run.context import Run
from adaptor.ledger.at_most_once import at_most_once, earlier_unknown
from adaptor.ledger.errors import LedgerError
from adaptor.ledger.records import Outcome, Write, WriteRecord
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


# --- What is returned of a write that was not made now ---


@pytest.fixture
def resumed(runs):
    """Give a write an outcome in a first attempt, and return its outcome in a second one that must not make it."""

    def after(outcome, *, in_loop=False, in_code=False, **facts):
        ledger = runs.begin()
        write = {"page": "9", "is_message": True}
        (entry,) = ledger.claim([ledger.write("send", "1", "a", **write)])
        ledger.store.writes.settle([Outcome(entry.id, outcome, **facts)], ledger.lease_id)
        runs.stop(ledger)
        again = runs.resume()
        found = []
        with Run(ledger=lambda: again) as run, run.catching() if in_loop else nullcontext():
            if in_code:
                run.under_way.append(SimpleNamespace(calls_code=True))
            for _ in range(2):
                with at_most_once(run, [again.write("send", "1", "a", **write)]) as claimed:
                    assert claimed.to_make == []
                found.append(claimed.earlier_outcome(0))
        assert [each.record.id for each in found] == [entry.id] * 2
        # The second time in one attempt it is the same message again.
        assert [each.is_repeat for each in found] == [False, True]
        return found[0].result

    return after


def test_what_was_sent_gives_its_result_again(resumed):
    assert resumed("sent", result={"message_id": "m"}) == {"message_id": "m"}


def test_a_refusal_about_the_person_is_the_same_error_again(resumed):
    error = InvalidMessage("They blocked the Page.", code="551")
    error.about = "person"
    found = resumed("failed", error=error.facts(), about="person")
    assert (type(found), found.facts(), found.about) == (InvalidMessage, error.facts(), "person")


@pytest.mark.parametrize("outcome", ["skipped", "unknown"])
def test_what_was_left_out_or_is_unknown_is_said_to_be_so_and_is_not_made(resumed, outcome):
    assert resumed(outcome) == {"outcome": outcome}


def test_a_loop_gets_an_unknown_write_as_the_error_of_an_earlier_attempt(resumed):
    lost = DeliveryUnknown("The answer was lost.", fix="Look there.")
    found = resumed("unknown", in_loop=True, error=lost.facts(), about="person")
    assert (type(found), found.description, found.about, found.is_earlier) == (
        DeliveryUnknown,
        "The answer was lost.",
        "person",
        True,
    )


def test_code_of_the_job_gets_no_error_that_the_killed_attempt_had_not_raised(resumed):
    # It might send something else to a person whom the first message has reached.
    assert resumed("unknown", in_loop=True, in_code=True) == {"outcome": "unknown"}


def test_code_of_the_job_gets_the_error_again_that_it_got_before(resumed):
    found = resumed("unknown", in_loop=True, in_code=True, error=DeliveryUnknown("lost").facts())
    assert (type(found), found.description) == (DeliveryUnknown, "lost")


def test_a_loop_gets_what_was_left_out_as_left_out(resumed):
    assert resumed("skipped", in_loop=True) == {"outcome": "skipped"}


def test_of_a_run_that_was_killed_while_it_sent_people_read_where_to_look(resumed):
    found = resumed("unknown", in_loop=True)
    assert found.description == "The run stopped while this was being sent: it is not known whether it arrived."
    assert found.fix == "Settle it with adaptor runs settle, or look in the conversation."
    assert (found.sent, found.is_earlier) == ("unknown", True)


def test_an_earlier_unknown_is_of_the_class_and_about_whom_it_was():
    record = WriteRecord("i", "r", Write("s", "1", "f"), "unknown", error=NotSent("x").facts(), about="page")
    error = earlier_unknown(record)
    assert (type(error), error.about, error.is_earlier) == (NotSent, "page", True)


def test_a_repeat_in_the_same_call_gets_the_result_of_the_first(run, ledger):
    other, write, again = (ledger.write("send", to, "a", page="9", is_message=True) for to in "211")
    with at_most_once(run, [other, write, again]) as claimed:
        assert [index for index, _ in claimed.to_make] == [0, 1]
        assert claimed.is_settled is False
        claimed.settle([{"n": 0}, {"n": 1}])
        assert claimed.is_settled is True
    made, first, repeat = (claimed.earlier_outcome(index) for index in range(3))
    assert (made, first) == (None, None)
    assert (repeat.result, repeat.is_repeat, repeat.record.write) == ({"n": 1}, True, write)


def test_a_refused_write_gives_its_error_and_not_the_record_of_another(run, ledger, runs):
    taken = ledger.write("send", "2", "a", page="9", own_key="k")
    with at_most_once(run, [taken]) as claimed:
        claimed.settle([{}])
    with at_most_once(run, [ledger.write("send", "1", "a", page="9", own_key="k")]) as claimed:
        assert claimed.to_make == []
    found = claimed.earlier_outcome(0)
    assert type(found.result).__name__ == "KeyTaken"
    assert (found.record, found.is_repeat) == (None, False)


@pytest.mark.parametrize(("content", "is_said"), [("same", False), ("other", True)])
def test_a_call_whose_content_has_changed_is_not_made_again_and_that_is_said(runs, content, is_said):
    ledger, lines = runs.begin(), []
    (entry,) = ledger.claim([ledger.write("post", "", "same", only="POST /x")])
    ledger.store.writes.settle([Outcome(entry.id, "sent", {"id": 1})], ledger.lease_id)
    runs.stop(ledger)
    again = runs.resume()
    with Run(ledger=lambda: again, sink=lambda *line: lines.append(line[:3])) as run:
        with at_most_once(run, [again.write("post", "", content, only="POST /x")]) as claimed:
            assert claimed.to_make == []
        assert claimed.earlier_outcome(0).result == {"id": 1}
        said = f"{run.place()}: made before the run stopped, with other content; it is not made again."
    assert lines == ([("info", "run", said)] if is_said else [])


def test_of_a_purged_record_nobody_knows_whether_its_content_was_another(runs, store):
    ledger, lines = runs.begin(), []
    (entry,) = ledger.claim([ledger.write("post", "", "same", only="POST /x")])
    ledger.store.writes.settle([Outcome(entry.id, "sent", {"id": 1})], ledger.lease_id)
    runs.stop(ledger)
    with store.database.transaction():
        store.database.run("UPDATE writes SET fingerprint = ''")
    again = runs.resume()
    with Run(ledger=lambda: again, sink=lambda *line: lines.append(line)) as run:
        with at_most_once(run, [again.write("post", "", "other", only="POST /x")]) as claimed:
            pass
        claimed.earlier_outcome(0)
    assert lines == []


# --- What is recorded ---


def test_each_write_is_recorded_with_its_own_outcome(run, ledger, store):
    refused = InvalidMessage("Too long.")
    passed(run, lambda ours, waiting: [{"message_id": "m"}, refused, DeliveryUnknown("lost")], *"abc")
    rows = {row.write.fingerprint: row for row in store.writes.records("r1")}
    assert (rows["a"].outcome, rows["a"].result) == ("sent", {"message_id": "m"})
    assert (rows["b"].outcome, rows["b"].error, rows["b"].about) == ("failed", refused.facts(), refused.about)
    assert rows["c"].outcome == "unknown"


def test_an_error_of_the_body_is_the_outcome_of_all_of_them(run, ledger, store):
    def make(ours, waiting):
        raise NotSent("No network.")

    with pytest.raises(NotSent):
        passed(run, make, *"ab")
    assert store.writes.counts("r1") == {"failed": 2}


def test_an_error_after_the_outcomes_were_recorded_changes_none(run, ledger, store):
    def make(claimed):
        claimed.settle([{}])
        raise NotSent("of something else")

    with pytest.raises(NotSent), at_most_once(run, [ledger.write("send", "1", "a", page="9")]) as claimed:
        make(claimed)
    assert store.writes.counts("r1") == {"sent": 1}


@pytest.mark.parametrize(
    ("error", "is_idempotent", "advice"),
    [
        (DeliveryUnknown("lost", fix="Look."), True, "Continue with --resume: the call is made again."),
        (DeliveryUnknown("lost", fix="Look."), False, "Look."),
        (InvalidMessage("no", fix="Shorten it."), True, "Shorten it."),
    ],
)
def test_only_of_an_unknown_call_that_may_be_repeated_people_read_that_it_is(run, ledger, error, is_idempotent, advice):
    write = ledger.write("put", "", "a", is_idempotent=is_idempotent)
    with at_most_once(run, [write]) as claimed:
        claimed.settle([error])
    assert error.fix == advice
    assert error.is_idempotent is (advice.startswith("Continue"))


def test_a_failure_is_remembered_for_what_the_job_does_about_it_and_a_success_is_not(run, ledger, store):
    writes = [ledger.write("send", who, "a", page="9") for who in "12"]
    with at_most_once(run, writes) as claimed:
        claimed.settle([InvalidMessage("no"), {}])
    ledger.handle_failures()
    assert {row.write.recipient: row.is_handled for row in store.writes.records("r1")} == {"1": True, "2": False}


def test_while_a_write_waits_to_be_repeated_it_is_claimed_and_then_it_is_sending_again(run, ledger, store):
    seen = []

    def make(ours, waiting):
        with waiting([1], {0: {}}):
            seen.append(store.writes.counts("r1"))
        seen.append(store.writes.counts("r1"))
        return [{}, {}]

    with at_most_once(run, [ledger.write("send", "1", text, page="9") for text in "ab"]) as claimed:
        make(claimed.to_make, claimed.waiting)
        assert claimed.is_settled is False
        claimed.settle([{}, {}])
    assert seen == [{"sent": 1, "claimed": 1}, {"sent": 1, "sending": 1}]
    assert store.writes.counts("r1") == {"sent": 2}


def test_a_request_to_stop_while_a_write_waits_leaves_it_claimed(run, ledger, store):
    def make(ours, waiting):
        with waiting([0], {}):
            run.stop.asked = KeyboardInterrupt()

    with pytest.raises(KeyboardInterrupt):
        passed(run, make, "a")
    assert store.writes.counts("r1") == {"claimed": 1}
    assert run.stop.is_between is False
