"""What the table of writes counts, finds and records; the same on both databases."""

from __future__ import annotations

import pytest

from adaptor.core.errors import DeliveryUnknown, InvalidMessage
from adaptor.ledger.leases.leases import LeaseTerms
from adaptor.ledger.records import Outcome, ended, sent

ANA, BEN, CEM = "11", "22", "33"


def claim(ledger, to, text="a", *, sending=True, is_message=True, **facts):
    write = ledger.write("send", to, text, page=facts.pop("page", "9"), is_message=is_message, **facts)
    return ledger.claim([write], sending=sending)[0]


@pytest.fixture
def ledger(runs):
    """A run that has sent two messages to Ana, one to Ben, and does not know of Cem's; another run wrote to Ben too."""
    ledger = runs.begin()
    claims = [claim(ledger, ANA), claim(ledger, ANA, "b"), claim(ledger, BEN)]
    ledger.settle([sent(each.id, {"message_id": f"m_{number}"}) for number, each in enumerate(claims)])
    lost = DeliveryUnknown("The answer was lost.")
    ledger.settle([ended(claim(ledger, CEM).id, lost), sent(claim(ledger, "", is_message=False).id, ["no message"])])
    ledger.settle([ended(claim(ledger, "44").id, InvalidMessage("Too long."))])
    other = runs.begin("r2")
    other.settle([sent(claim(other, BEN, "c").id, {"message_id": "m_9"})])
    return ledger


@pytest.fixture
def writes(ledger):
    return ledger.store.writes


def test_messages_and_people_are_counted_without_other_calls_and_other_runs(writes):
    assert writes.messages_and_people("r1") == (3, 2)
    assert writes.messages_and_people("r2") == (1, 1)
    assert writes.messages_and_people("r9") == (0, 0)


def test_among_people_those_are_counted_who_got_something_or_may_have(writes):
    assert writes.people_among("r1", [ANA, ANA, BEN, CEM, "44", "55", ""]) == 3
    assert writes.people_among("r1", [BEN]) == 1
    assert writes.people_among("r2", [ANA, CEM]) == 0
    assert writes.people_among("r1", []) == 0


def test_more_people_than_one_statement_holds_are_counted_too(runs):
    ledger = runs.begin()
    people = [str(number) for number in range(500)]
    entries = ledger.claim([ledger.write("send", who, "a", is_message=True) for who in people], sending=True)
    ledger.settle([sent(entry.id, {}) for entry in entries])
    assert ledger.store.writes.people_among("r1", people) == 500


def test_the_ids_of_all_messages_to_a_person_are_found_in_all_runs(writes):
    assert writes.message_ids(ANA) == {"m_0", "m_1"}
    assert writes.message_ids(BEN) == {"m_2", "m_9"}
    assert writes.message_ids(CEM) == set()


def test_a_result_that_is_no_answer_of_meta_has_no_message_id(ledger, writes):
    ledger.settle([sent(claim(ledger, "", "other", is_message=False).id, {"success": True})])
    assert writes.message_ids("") == set()


def test_writes_are_counted_by_outcome(writes):
    assert writes.counts("r1") == {"sent": 4, "unknown": 1, "failed": 1}


def test_a_tally_tells_attempts_apart(runs, ledger):
    runs.stop(ledger)
    again = runs.resume()
    again.enter_step("later", 1)
    again.settle([sent(claim(again, ANA, "z").id, {})])
    assert sorted(again.store.writes.tally("r1")) == [
        ("later", 1, 2, True, "sent", 1),
        ("step", 0, 1, False, "sent", 1),
        ("step", 0, 1, True, "failed", 1),
        ("step", 0, 1, True, "sent", 3),
        ("step", 0, 1, True, "unknown", 1),
    ]


def test_records_are_read_of_one_step_alone(ledger, writes):
    ledger.enter_step("later", 1)
    entry = claim(ledger, ANA, "z")
    assert [row.id for row in writes.records("r1", step=("later", 1))] == [entry.id]
    assert list(writes.records("r1", step=("later", 0))) == []
    assert len(list(writes.records("r1", step=("step", 0)))) == 6
    assert [row.write.recipient for row in writes.records("r1", ["unknown"], step=("step", 0))] == [CEM]


def test_one_record_is_found_by_its_id(ledger, writes):
    entry = claim(ledger, BEN, "z")
    assert writes.record(entry.id).write == entry.record.write
    assert writes.record("of nobody") is None


def test_results_that_hold_a_text_are_found_among_what_was_sent(writes):
    assert writes.results_with("r1", "m_1") == [{"message_id": "m_1"}]
    assert writes.results_with("r1", "m_9") == []


def test_steps_with_an_unknown_write_are_found(ledger, writes):
    assert writes.steps_with_unknown("r1") == {("step", 0)}
    assert writes.steps_with_unknown("r2") == set()


def test_the_pages_of_a_step_are_those_that_wrote(ledger, writes):
    claim(ledger, ANA, "z", page="8")
    claim(ledger, ANA, "y", page="")
    assert writes.pages_of("r1", "step") == {"8", "9"}
    assert writes.pages_of("r1", "another") == set()
    assert writes.pages_of("r2", "step") == {"9"}


def test_messages_to_people_are_found_by_step_recipient_and_fingerprint(ledger, writes):
    claim(ledger, ANA, "keyed", own_key="k")
    found = writes.messages_of(["r1", "r2"], [ANA, BEN, CEM, "44", ""])
    assert set(found) == {
        ("step", who, text) for who, text in ((ANA, "a"), (ANA, "b"), (BEN, "a"), (BEN, "c"), (CEM, "a"))
    }
    assert found["step", BEN, "c"].run == "r2"
    assert writes.messages_of([], [ANA]) == {}


def test_of_two_runs_that_sent_the_same_the_first_that_was_named_is_returned(ledger, runs, writes):
    other = runs.open[-1]
    other.settle([sent(claim(other, BEN).id, {})])
    assert writes.messages_of(["r2", "r1"], [BEN])["step", BEN, "a"].run == "r2"
    assert writes.messages_of(["r1", "r2"], [BEN])["step", BEN, "a"].run == "r1"


# --- Outcomes that come from outside, such as an echo ---


@pytest.mark.parametrize(
    ("outcome", "after"), [("sending", "sent"), ("unknown", "sent"), ("failed", "failed"), ("claimed", "claimed")]
)
def test_an_echo_settles_what_is_on_its_way_or_unknown_and_nothing_else(runs, outcome, after):
    ledger = runs.begin()
    entry = claim(ledger, ANA, sending=outcome != "claimed")
    if outcome == "unknown":
        ledger.settle([ended(entry.id, DeliveryUnknown("lost"))])
    elif outcome == "failed":
        ledger.settle([ended(entry.id, InvalidMessage("no"))])
    ledger.store.writes.settle([sent(entry.id, {"message_id": "m"})])
    record = ledger.store.writes.record(entry.id)
    assert record.outcome == after
    if after == "sent":
        assert (record.result, record.error, record.about, record.holder) == ({"message_id": "m"}, None, None, None)


def test_the_lease_that_holds_a_write_settles_it_whatever_its_state_and_another_does_not(runs):
    ledger = runs.begin()
    entry = claim(ledger, ANA, sending=False)
    ledger.store.writes.settle([Outcome(entry.id, "failed")], "another")
    assert ledger.store.writes.record(entry.id).outcome == "claimed"
    ledger.store.writes.settle([Outcome(entry.id, "failed", error={"name": "X"}, about="row")], ledger.lease_id)
    record = ledger.store.writes.record(entry.id)
    assert (record.outcome, record.error, record.about, record.holder) == ("failed", {"name": "X"}, "row", None)


# --- The last step before a byte leaves ---


def test_only_what_this_lease_has_claimed_becomes_sending_and_back(runs):
    ledger = runs.begin()
    mine, other = claim(ledger, ANA, sending=False), claim(ledger, BEN, sending=False)
    writes = ledger.store.writes
    assert writes.begin_sending([], ledger.lease_id)
    assert not writes.begin_sending([mine.id], "another")
    assert writes.begin_sending([mine.id, other.id], ledger.lease_id)
    assert not writes.begin_sending([mine.id], ledger.lease_id)
    assert writes.counts("r1") == {"sending": 2}
    writes.return_to_claimed([mine.id], "another")
    assert writes.counts("r1") == {"sending": 2}
    writes.return_to_claimed([mine.id], ledger.lease_id)
    assert writes.counts("r1") == {"claimed": 1, "sending": 1}


@pytest.mark.parametrize(("fence", "may_send"), [("1 = 1", True), ("1 = 0", False)])
def test_without_its_fence_a_lease_sends_nothing(runs, fence, may_send):
    ledger = runs.begin()
    entry = claim(ledger, ANA, sending=False)
    ledger.store.leases.terms = LeaseTerms(fence=fence)
    assert ledger.store.writes.begin_sending([entry.id], ledger.lease_id) is may_send
    assert ledger.store.writes.counts("r1") == {"sending" if may_send else "claimed": 1}


def test_a_lease_that_is_gone_sends_nothing_behind_a_fence(runs):
    ledger = runs.begin()
    entry = claim(ledger, ANA, sending=False)
    ledger.store.leases.terms = LeaseTerms(fence="1 = 1")
    with ledger.store.database.transaction():
        ledger.store.database.run("DELETE FROM holders")
    assert not ledger.store.writes.begin_sending([entry.id], ledger.lease_id)


def test_what_was_claimed_and_never_made_ends_as_skipped_in_its_run_alone(runs):
    first, second = runs.begin(), runs.begin("r2")
    claim(first, ANA, sending=False)
    claim(first, BEN)
    claim(second, ANA, sending=False)
    first.store.writes.skip_claimed("r1")
    assert first.store.writes.counts("r1") == {"skipped": 1, "sending": 1}
    assert first.store.writes.counts("r2") == {"claimed": 1}
    assert {row.outcome: row.holder is None for row in first.store.writes.records("r1")} == {
        "skipped": True,
        "sending": False,
    }


@pytest.mark.parametrize(
    ("outcome", "is_settled"),
    [("sent", True), ("unknown", True), ("skipped", True), ("failed", False), ("sending", False)],
)
def test_a_person_is_settled_by_an_earlier_attempt_unless_it_certainly_sent_nothing(runs, outcome, is_settled):
    ledger = runs.begin()
    entry = claim(ledger, ANA)
    with ledger.store.database.transaction():
        ledger.store.database.run("UPDATE writes SET outcome = ? WHERE id = ?", (outcome, entry.id))
    writes = ledger.store.writes
    assert writes.is_settled("r1", "step", 0, ANA, 2) is is_settled
    for other in (
        ("r2", "step", 0, ANA, 2),
        ("r1", "x", 0, ANA, 2),
        ("r1", "step", 1, ANA, 2),
        ("r1", "step", 0, BEN, 2),
    ):
        assert not writes.is_settled(*other)
    assert not writes.is_settled("r1", "step", 0, ANA, 1)


def test_unless_asked_otherwise_a_write_is_claimed_and_not_sending_and_an_unknown_one_is_left_alone(runs):
    ledger = runs.begin()
    ledger.settle([ended((entry := claim(ledger, ANA)).id, DeliveryUnknown("lost"))])
    pairs = [("new", ledger.write("send", BEN, "new")), (entry.id, entry.record.write)]
    made, unknown = ledger.store.writes.claim("r1", 2, ledger.lease_id, pairs)
    assert (made.record.outcome, made.is_claimed) == ("claimed", True)
    assert (unknown.record.outcome, unknown.is_claimed) == ("unknown", False)


@pytest.mark.parametrize("sending", [False, True])
def test_a_mark_is_on_the_disk_before_a_byte_leaves_and_a_mere_claim_need_not_be(runs, monkeypatch, sending):
    ledger, durable = runs.begin(), []
    transact = ledger.store.database.transact
    monkeypatch.setattr(
        ledger.store.database, "transact", lambda work, **how: durable.append(how["durable"]) or transact(work, **how)
    )
    claim(ledger, ANA, sending=sending)
    assert durable == [sending]
