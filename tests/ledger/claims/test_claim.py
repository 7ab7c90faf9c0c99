"""Who may make a write: the one decision by which nobody is messaged twice."""

from __future__ import annotations

import pytest

from adaptor.ledger.claims.claim import Claim, read_records
from adaptor.ledger.leases.leases import LEASE_SECONDS
from adaptor.ledger.records import Outcome, sent


def claim(ledger, text="a", *, to="1", site="send", sending=False, **facts):
    return ledger.claim([ledger.write(site, to, text, page="9", **facts)], sending=sending)[0]


def settle(ledger, entry, outcome, **facts):
    ledger.store.writes.settle([Outcome(entry.id, outcome, **facts)], ledger.lease_id)


@pytest.fixture
def held(store):
    """A lease of a process of another machine that lives."""
    store.leases.acquire("h", "elsewhere", "1@1")
    return "h"


def test_a_new_write_is_recorded_with_the_time_of_its_claim(runs, store):
    before = store.database.now()
    ledger = runs.begin()
    entry = claim(ledger, sending=True, text_digest="t", is_message=True)
    record = store.writes.record(entry.id)
    assert record == entry.record
    assert before <= record.created == record.changed <= store.database.now()
    assert (record.outcome, record.holder, record.attempt, record.run) == ("sending", ledger.lease_id, 1, "r1")


def test_a_write_that_is_claimed_again_keeps_when_it_was_claimed_first(runs, store):
    ledger = runs.begin()
    entry = claim(ledger)
    with store.database.transaction():
        store.database.run("UPDATE writes SET created = 5, changed = 5")
    runs.stop(ledger)
    again = claim(runs.resume())
    assert (again.id, again.is_claimed, again.record.created, again.record.attempt) == (entry.id, True, 5.0, 2)
    assert store.writes.record(entry.id).changed > 5


@pytest.mark.parametrize("sending", [False, True])
def test_what_this_process_holds_is_a_repeat_and_is_not_claimed_twice(runs, sending):
    ledger = runs.begin()
    first, second = claim(ledger, once=True, sending=sending), claim(ledger, once=True, sending=sending)
    assert (first.is_claimed, first.is_repeat) == (True, False)
    assert (second.is_claimed, second.is_repeat, second.error) == (False, True, None)


def test_one_write_twice_in_one_call_is_claimed_once(runs):
    ledger = runs.begin()
    write = ledger.write("send", "1", "a", page="9", once=True)
    entries = ledger.claim([write, write])
    assert [(each.is_claimed, each.is_repeat) for each in entries] == [(True, False), (False, True)]


def test_what_a_living_process_holds_is_left_to_it(runs, store, held):
    ledger = runs.begin()
    entry = claim(ledger, once=True)
    with store.database.transaction():
        store.database.run("UPDATE writes SET holder = ?", (held,))
    results = ledger.store.writes.claim("r1", 1, ledger.lease_id, [(entry.id, entry.record.write)])
    assert [(each.is_claimed, each.is_held, each.is_repeat) for each in results] == [(False, True, False)]


def test_what_a_dead_process_was_sending_is_unknown_and_what_it_had_claimed_is_claimed_anew(runs, store, held):
    ledger = runs.begin()
    sending, claimed = claim(ledger, once=True, sending=True), claim(ledger, "b", once=True)
    with store.database.transaction():
        store.database.run("UPDATE writes SET holder = ?", (held,))
        store.database.run("UPDATE holders SET expires = 0 WHERE id = ?", (held,))
    pairs = [(each.id, each.record.write) for each in (sending, claimed)]
    unknown, mine = ledger.store.writes.claim("r1", 1, ledger.lease_id, pairs, sending=True)
    assert (unknown.record.outcome, unknown.is_claimed, unknown.is_held) == ("unknown", False, False)
    assert (mine.record.outcome, mine.is_claimed, mine.record.holder) == ("sending", True, ledger.lease_id)


@pytest.mark.parametrize(
    ("outcome", "facts", "is_claimed"),
    [
        ("sent", {"result": {}}, False),
        ("skipped", {}, False),
        ("unknown", {}, False),
        ("claimed", {}, True),
        ("failed", {"about": "job"}, True),
        ("failed", {"about": "person"}, False),
    ],
)
def test_a_resume_makes_only_what_certainly_was_not_made(runs, outcome, facts, is_claimed):
    ledger = runs.begin()
    settle(ledger, claim(ledger), outcome, **facts)
    runs.stop(ledger)
    again = claim(runs.resume())
    assert (again.is_claimed, again.is_repeat, again.error) == (is_claimed, False, None)
    assert (again.record.run, runs.open[0].record.attempt) == ("r1", 2)


def test_an_idempotent_write_that_is_unknown_is_made_again_once_an_attempt(runs):
    ledger = runs.begin()
    settle(ledger, claim(ledger, once=True, is_idempotent=True), "unknown")
    assert not claim(ledger, once=True, is_idempotent=True).is_claimed
    runs.stop(ledger)
    assert claim(runs.resume(), once=True, is_idempotent=True).is_claimed


@pytest.mark.parametrize(
    ("outcome", "is_claimed"),
    [("sent", False), ("unknown", False), ("failed", True), ("skipped", True), ("claimed", True)],
)
def test_a_key_of_another_run_is_made_again_only_where_it_certainly_was_not_sent(runs, outcome, is_claimed):
    first = runs.begin()
    settle(first, claim(first, own_key="k", is_idempotent=True), outcome, about="person")
    runs.stop(first)
    second = runs.begin("r2")
    assert claim(second, own_key="k", is_idempotent=True).is_claimed is is_claimed


# --- Alternatives: one of two branches may reach a person ---


def resumed_after(runs, **facts):
    """Return a resume of a run that has sent "a" to somebody, at the given place."""
    ledger = runs.begin()
    entry = claim(ledger, sending=True, is_message=True, **facts)
    ledger.settle([sent(entry.id, {})])
    runs.stop(ledger)
    return runs.resume()


def test_a_message_on_another_branch_of_a_statement_counts_as_sent(runs):
    again = claim(resumed_after(runs, site="fn_if@3 · send@4"), site="fn_if@3 · send@5", is_message=True)
    assert (again.is_claimed, again.record.outcome, again.error) == (False, "sent", None)


def test_a_message_of_another_statement_of_the_step_is_another_message(runs):
    assert claim(resumed_after(runs, site="fn_if@3 · send@4"), site="fn_if@7 · send@8", is_message=True).is_claimed


def test_at_another_arrival_at_the_step_the_same_place_is_another(runs):
    ledger = resumed_after(runs)
    ledger.enter_step("step", 1)
    assert claim(ledger, is_message=True).is_claimed


def test_a_message_of_a_step_that_the_run_reaches_instead_counts_as_sent(runs):
    ledger = runs.begin()
    ledger.enter_step("one branch", 0)
    ledger.settle([sent(claim(ledger, sending=True, is_message=True).id, {})])
    runs.stop(ledger)
    again = runs.resume()
    again.enter_step("other branch", 0)
    assert not claim(again, is_message=True).is_claimed


@pytest.mark.parametrize("how", ["completed", "later"])
def test_a_message_of_a_step_that_is_completed_or_still_comes_is_another_message(runs, how):
    ledger = runs.begin()
    ledger.enter_step("first", 0)
    ledger.settle([sent(claim(ledger, sending=True, is_message=True).id, {})])
    runs.stop(ledger)
    again = runs.resume()
    if how == "completed":
        again.completed_steps = frozenset({"first"})
    again.enter_step("second", 0, later=["first"] if how == "later" else [])
    assert claim(again, is_message=True).is_claimed


def test_records_are_read_by_their_ids_alone(runs, store):
    ledger = runs.begin()
    first, second = claim(ledger), claim(ledger, "b")
    claim(ledger, "c")
    with store.database.transaction():
        found = read_records(store.database, [second.id, first.id, first.id, "nobody"], lock=True)
    assert {id_: record.write.fingerprint for id_, record in found.items()} == {first.id: "a", second.id: "b"}


def test_a_lease_is_over_just_after_its_time(store, monkeypatch):
    monkeypatch.setattr(type(store.database), "ticks", lambda self: 1000.0)
    store.leases.acquire("h", "elsewhere", "1@1")
    with store.database.transaction():
        assert not store.leases.is_expired("h")
        store.database.run("UPDATE holders SET expires = ?", (1000.0 + LEASE_SECONDS,))
        assert not store.leases.is_expired("h")


def test_what_this_attempt_has_replayed_is_a_repeat_the_second_time(runs):
    ledger = runs.begin()
    settle(ledger, claim(ledger, once=True), "sent", result={})
    runs.stop(ledger)
    again = runs.resume()
    assert [claim(again, once=True).is_repeat for _ in range(2)] == [False, True]


# --- A key is for one person ---


def test_a_key_that_is_used_for_two_people_in_one_call_is_the_firsts(runs):
    ledger = runs.begin()
    first, second = ledger.claim([ledger.write("send", to, "a", page="9", own_key="k") for to in "12"])
    assert (first.is_claimed, first.error) == (True, None)
    assert (second.is_claimed, type(second.error).__name__) == (False, "KeyTaken")


def test_a_key_that_somebody_else_was_refused_is_still_no_repeat_for_its_own_person(runs):
    ledger = runs.begin()
    settle(ledger, claim(ledger, own_key="k"), "sent", result={})
    runs.stop(ledger)
    again = runs.resume()
    assert claim(again, to="2", own_key="k").error is not None
    assert [claim(again, own_key="k").is_repeat for _ in range(2)] == [False, True]


def test_a_key_of_another_run_stays_with_the_attempt_that_made_it(runs, store):
    first = runs.begin()
    settle(first, claim(first, own_key="k"), "sent", result={})
    runs.stop(first)
    runs.stop(runs.begin("r2"))
    entry = claim(runs.resume("r2"), own_key="k")
    assert (entry.is_claimed, store.writes.record(entry.id).attempt) == (False, 1)


# --- Another process has claimed it since this transaction looked ---


@pytest.mark.parametrize(
    ("outcome", "holder", "is_held"),
    [("claimed", "h", True), ("sending", "h", True), ("claimed", None, True), ("sent", None, False)],
)
def test_what_another_process_has_inserted_meanwhile_is_its_own(runs, held, outcome, holder, is_held):
    ledger = runs.begin()
    entry = claim(ledger, own_key="k")
    database, write = ledger.store.database, entry.record.write
    with database.transaction():
        database.run("UPDATE writes SET outcome = ?, holder = ?, run = 'other'", (outcome, holder))
        how = {"resends_unknown": False, "unrelated_steps": frozenset()}
        (result,) = Claim(database, "r1", 1, ledger.lease_id, "claimed", 1.0, **how).perform([(entry.id, write)], {})
    assert (result.is_claimed, result.is_held, result.mismatch) == (False, is_held, False)
    assert (result.record.id, result.record.run, result.record.outcome) == (entry.id, "other", outcome)


# --- A site that holds one write ---


def only_write(ledger, content, **facts):
    return ledger.claim([ledger.write("post", "", content, only="POST /x", **facts)])[0]


@pytest.mark.parametrize(
    ("outcome", "is_idempotent", "is_made_again", "then"),
    [
        ("sent", False, False, "sent"),
        ("unknown", False, False, "unknown"),
        ("skipped", False, False, "skipped"),
        ("sent", True, False, "sent"),
        ("unknown", True, True, "skipped"),
        ("claimed", False, True, "claimed"),
        ("failed", False, True, "failed"),
    ],
)
def test_the_only_write_at_its_site_is_made_once_whatever_it_says(
    runs, store, outcome, is_idempotent, is_made_again, then
):
    ledger = runs.begin()
    settle(ledger, before := only_write(ledger, "a", is_idempotent=is_idempotent), outcome)
    runs.stop(ledger)
    again = only_write(runs.resume(), "b", is_idempotent=is_idempotent)
    assert (again.is_claimed, again.id == before.id) == (is_made_again, False)
    assert again.record.id == (again.id if is_made_again else before.id)
    assert store.writes.record(before.id).outcome == then


def test_where_nothing_was_made_at_a_site_yet_its_only_write_is_made(runs):
    runs.stop(runs.begin())
    assert only_write(runs.resume(), "a").is_claimed


def test_within_one_attempt_other_content_at_a_site_is_another_write(runs):
    ledger = runs.begin()
    settle(ledger, only_write(ledger, "a"), "sent")
    assert only_write(ledger, "b").is_claimed


# --- Alternatives of what is claimed again ---


def test_what_was_not_sent_is_not_made_in_any_later_attempt_once_an_alternative_was(runs, store):
    """The order of attempts: "a" is refused, "b" is sent on another branch, "a" comes again, and again."""
    ledger = runs.begin()
    settle(ledger, failed := claim(ledger, is_message=True, site="fn_if@3 · send@4"), "failed", about="job")
    runs.stop(ledger)
    second = runs.resume()
    settle(second, claim(second, "b", is_message=True, site="fn_if@3 · send@5"), "sent", result={})
    runs.stop(second)
    for _ in range(2):
        later = runs.resume()
        again = claim(later, is_message=True, site="fn_if@3 · send@4")
        assert (again.is_claimed, type(again.error).__name__) == (False, "ReplayMismatch")
        assert store.writes.record(failed.id).attempt == 1
        runs.stop(later)


def test_what_was_sent_in_the_attempt_in_which_another_failed_is_no_alternative_of_it(runs):
    ledger = runs.begin()
    settle(ledger, claim(ledger, is_message=True, site="fn_if@3 · send@4"), "failed", about="job")
    settle(ledger, claim(ledger, "b", is_message=True, site="fn_if@3 · send@5"), "sent", result={})
    runs.stop(ledger)
    assert claim(runs.resume(), is_message=True, site="fn_if@3 · send@4").is_claimed


@pytest.mark.parametrize("facts", [{}, {"is_message": True, "own_key": "k"}])
def test_what_is_no_message_or_has_a_key_has_no_alternative(runs, facts):
    assert claim(resumed_after(runs), "b", **facts).is_claimed
