"""What a run asks of the ledger, and what it is told."""

from __future__ import annotations

import pytest

from adaptor.core.errors import DeliveryUnknown, InvalidMessage
from adaptor.core.run.context import Run
from adaptor.core.secrets.redact import Redactor
from adaptor.graph.answers.errors import RecipientUnavailable
from adaptor.ledger.claims.write_id import write_id
from adaptor.ledger.errors import HeldElsewhere, KeyTaken, LedgerError, ReplayMismatch, TakenOver
from adaptor.ledger.leases.leases import LeaseTerms
from adaptor.ledger.ledger import Ledger, ledger_of
from adaptor.ledger.pace import LANE_MEDIA, Slot
from adaptor.ledger.records import SKIPPED, Outcome, RunRecord, ended, sent
from adaptor.ledger.store import open_store


def claim(ledger, *texts, to="1", site="send", sending=False, **facts):
    return ledger.claim([ledger.write(site, to, text, page="9", **facts) for text in texts], sending=sending)


def send(ledger, *texts, **facts):
    entries = claim(ledger, *texts, sending=True, **facts)
    ledger.settle([sent(entry.id, {"message_id": f"m.{entry.id}"}) for entry in entries if entry.is_claimed])
    return entries


def outcomes(ledger):
    return {row.write.fingerprint: row.outcome for row in ledger.store.writes.records(ledger.record.id)}


# --- Claims ---


def test_a_write_is_claimed_once(runs):
    ledger = runs.begin()
    (first,) = claim(ledger, "a", once=True)
    (second,) = claim(ledger, "a", once=True)
    assert (first.is_claimed, first.is_repeat) == (True, False)
    assert (second.is_claimed, second.is_repeat, second.id, second.error) == (False, True, first.id, None)


def test_the_same_write_twice_in_one_call_is_one_write(runs):
    first, second = claim(runs.begin(), "a", "a", once=True)
    assert (first.is_claimed, second.is_claimed, second.is_repeat) == (True, False, True)
    assert first.id == second.id


def test_alike_writes_are_counted_within_a_step(runs):
    ledger = runs.begin()
    first, second = claim(ledger, "a", "a")
    (third,) = claim(ledger, "a")
    assert [entry.record.write.occurrence for entry in (first, second, third)] == [0, 1, 2]
    assert len({first.id, second.id, third.id}) == 3
    ledger.enter_step("step", 1)
    (again,) = claim(ledger, "a")
    assert again.record.write.occurrence == 0
    assert again.is_claimed


@pytest.mark.parametrize("other", [{"to": "2"}, {"site": "each › send"}])
def test_writes_for_others_or_elsewhere_are_counted_apart(runs, other):
    ledger = runs.begin()
    (first,), (second,) = claim(ledger, "a"), claim(ledger, "a", **other)
    assert second.record.write.occurrence == 0
    assert first.id != second.id


def test_what_was_sent_is_given_back(runs):
    ledger = runs.begin()
    (entry,) = send(ledger, "a", once=True)
    (again,) = claim(ledger, "a", once=True)
    assert not again.is_claimed
    assert (again.record.outcome, again.record.result) == ("sent", {"message_id": f"m.{entry.id}"})


def test_begin_sending_of_a_write_that_was_not_claimed_is_refused_and_marks_none(runs):
    ledger = runs.begin()
    (mine,) = claim(ledger, "a")
    (done,) = send(ledger, "b")
    with pytest.raises(TakenOver):
        ledger.begin_sending([mine.id, done.id])
    assert outcomes(ledger) == {"a": "claimed", "b": "sent"}


def test_what_was_certainly_not_sent_yet_may_be_sent_again(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True)
    ledger.return_to_claimed([entry.id])
    assert outcomes(ledger) == {"a": "claimed"}
    ledger.begin_sending([entry.id])
    assert outcomes(ledger) == {"a": "sending"}


def test_no_writes_at_all_are_no_trouble(runs):
    ledger = runs.begin()
    assert ledger.claim([]) == []
    ledger.begin_sending([])
    ledger.return_to_claimed([])
    ledger.settle([])


def test_a_thousand_writes_are_taken_in_one_call(runs):
    ledger = runs.begin()
    entries = ledger.claim([ledger.write("send", str(number), "a") for number in range(1000)])
    assert all(entry.is_claimed for entry in entries)
    ledger.begin_sending([entry.id for entry in entries])
    assert ledger.store.writes.counts("r1") == {"sending": 1000}


@pytest.mark.parametrize(
    ("error", "outcome"), [(DeliveryUnknown("cut"), "unknown"), (InvalidMessage("too long"), "failed")]
)
def test_an_error_says_what_is_known(runs, error, outcome):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True)
    ledger.settle([ended(entry.id, error)])
    (row,) = ledger.store.writes.records("r1")
    assert (row.outcome, row.about, row.error["name"]) == (outcome, "row", type(error).__name__)


def test_odd_texts_are_kept(runs):
    ledger = runs.begin()
    odd = "a\0b\ud800c\U0001f600"
    (entry,) = claim(ledger, "x", to=odd, site=odd, own_key=odd)
    ledger.settle([sent(entry.id, {"text": odd})])
    ledger.keep_step("done", {"data": odd})
    (again,) = claim(ledger, "x", to=odd, site=odd, own_key=odd)
    assert again.error is None
    assert again.record.result == {"text": odd}
    assert ledger.store.runs.steps("r1")[0].output == {"data": odd}


# --- Keys ---


def test_a_key_is_used_once_across_all_runs(runs):
    (first,) = send(runs.begin("r1"), "a", own_key="k")
    (second,) = send(runs.begin("r2"), "another text", own_key="k")
    assert first.is_claimed
    assert not second.is_claimed
    assert second.record.result == {"message_id": f"m.{first.id}"}
    assert second.record.run == "r1"


def test_a_key_of_another_page_is_another_key(runs):
    ledger = runs.begin()
    entries = ledger.claim([ledger.write("send", "1", "a", page=page, own_key="k") for page in ("1", "2")])
    assert [entry.is_claimed for entry in entries] == [True, True]


def test_a_key_that_was_used_for_somebody_else_is_an_error(runs):
    send(runs.begin("r1"), "a", own_key="k")
    (entry,) = claim(runs.begin("r2"), "a", to="2", own_key="k")
    assert not entry.is_claimed
    assert isinstance(entry.error, KeyTaken)
    assert "The key 'k' was used before for somebody else." in str(entry.error)


def test_a_key_that_is_used_for_two_people_in_one_call_is_an_error(runs):
    ledger = runs.begin()
    first, second = ledger.claim([ledger.write("send", to, "a", page="9", own_key="k") for to in ("1", "2")])
    assert first.is_claimed
    assert isinstance(second.error, KeyTaken)


def test_a_key_that_another_run_has_under_way_is_left_to_it(runs):
    (first,) = claim(runs.begin("r1"), "a", own_key="k")
    (second,) = claim(runs.begin("r2"), "a", own_key="k")
    assert first.is_claimed
    assert not second.is_claimed
    assert isinstance(second.error, HeldElsewhere)


def test_a_key_whose_write_failed_belongs_to_the_run_that_tries_again(runs):
    one, two = runs.begin("r1"), runs.begin("r2")
    (first,) = claim(one, "a", own_key="k", sending=True)
    one.settle([ended(first.id, InvalidMessage("too long"))])
    (second,) = claim(two, "b", own_key="k", sending=True)
    assert second.is_claimed
    # The first run's end and resume leave it alone.
    runs.stop(one)
    runs.resume("r1")
    assert outcomes(two) == {"b": "sending"}
    assert two.store.writes.counts("r1") == {}


# --- Resume ---


def test_a_resume_replays_what_was_settled_and_tries_again_what_was_not_sent(runs):
    ledger = runs.begin()
    send(ledger, "sent")
    for text, error in [
        ("unknown", DeliveryUnknown("cut")),
        ("failed", InvalidMessage("too long")),
        ("away", RecipientUnavailable("gone")),
    ]:
        (entry,) = claim(ledger, text, sending=True)
        ledger.settle([ended(entry.id, error)])
    (entry,) = claim(ledger, "skipped")
    ledger.settle([Outcome(entry.id, SKIPPED)])
    claim(ledger, "claimed")
    claim(ledger, "sending", sending=True)
    runs.stop(ledger)

    resumed = runs.resume()
    assert resumed.is_resumed
    texts = ["sending", "claimed", "skipped", "away", "failed", "unknown", "sent"]
    found = {text: claim(resumed, text)[0] for text in texts}
    assert {text: entry.record.outcome for text, entry in found.items() if not entry.is_claimed} == {
        "sent": "sent",
        "unknown": "unknown",
        "away": "failed",
        "skipped": "skipped",
        "sending": "unknown",
    }
    assert {text for text, entry in found.items() if entry.is_claimed} == {"failed", "claimed"}
    assert all(entry.error is None for entry in found.values())
    assert found["away"].record.error["name"] == "RecipientUnavailable"


def test_a_failed_write_that_is_tried_again_keeps_nothing_of_the_failure(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True, once=True)
    ledger.settle([ended(entry.id, InvalidMessage("too long"))])
    send(ledger, "a", once=True)
    (row,) = ledger.store.writes.records("r1")
    assert (row.outcome, row.error, row.about) == ("sent", None, None)


def test_what_another_attempt_is_still_sending_is_unknown_to_a_resume_and_settled_by_who_sent_it(runs):
    silent = runs.begin()
    (entry,) = claim(silent, "a", sending=True)
    runs.let_lease_end(silent)
    resumed = runs.resume()
    assert outcomes(resumed) == {"a": "unknown"}
    silent.settle([sent(entry.id, {"message_id": "m"})])
    assert outcomes(resumed) == {"a": "sent"}


def test_who_was_taken_over_settles_nothing_that_is_now_anothers(runs):
    silent = runs.begin()
    (entry,) = claim(silent, "a")
    runs.let_lease_end(silent)
    resumed = runs.resume()
    claim(resumed, "a", sending=True)
    silent.settle([ended(entry.id, InvalidMessage("stopped"))])
    assert outcomes(resumed) == {"a": "sending"}


def test_who_was_taken_over_neither_claims_nor_sends_nor_keeps(runs):
    silent = runs.begin()
    (entry,) = claim(silent, "a")
    runs.let_lease_end(silent)
    runs.resume()
    # It wakes up, and goes on saying that it lives.
    silent.store.leases.renew(silent._lease.id)
    with pytest.raises(TakenOver, match="did not renew its lease in time"):
        claim(silent, "b")
    with pytest.raises(TakenOver):
        silent.begin_sending([entry.id])
    with pytest.raises(TakenOver):
        silent.keep_step("done", {})
    silent.return_to_claimed([entry.id])
    assert silent.store.runs.steps("r1") == []


def test_a_run_under_way_is_not_resumed(runs):
    runs.begin()
    with pytest.raises(LedgerError, match="The run `r1` is under way in another process"):
        runs.resume()


def test_a_finished_run_is_resumed_and_gives_back_what_it_has_made(runs):
    ledger = runs.begin()
    send(ledger, "a")
    runs.finish(ledger)
    (entry,) = claim(runs.resume(), "a")
    assert (entry.is_claimed, entry.record.outcome) == (False, "sent")


def test_a_run_of_a_release_that_knew_its_writes_otherwise_is_not_resumed(runs, store):
    runs.stop(runs.begin())
    with store.database.transaction():
        store.database.run("UPDATE runs SET identity = 1")
    with pytest.raises(LedgerError, match="begun by another release"):
        runs.resume()


def test_a_run_that_nobody_knows_is_not_resumed(runs):
    with pytest.raises(LedgerError, match="There is no run `r9` in the ledger"):
        runs.resume("r9")


# --- What nobody knows of, sent again on purpose ---


def left_unknown(runs, *texts, finished=False):
    """A run that has sent the first text and does not know of the others."""
    ledger = runs.begin()
    send(ledger, texts[0], is_message=True)
    claim(ledger, *texts[1:], sending=True, is_message=True)
    (runs.finish if finished else runs.stop)(ledger)


def test_what_is_unknown_is_made_again_only_where_that_is_wished(runs):
    left_unknown(runs, "a", "b")
    ledger = runs.resume()
    assert [entry.is_claimed for entry in claim(ledger, "a", "b", sending=True)] == [False, False]
    runs.stop(ledger)
    ledger = runs.resume(resends_unknown=True)
    assert [entry.is_claimed for entry in send(ledger, "a", "b")] == [False, True]
    assert outcomes(ledger) == {"a": "sent", "b": "sent"}


def test_what_becomes_unknown_once_more_is_not_made_a_third_time_in_the_same_attempt(runs):
    left_unknown(runs, "a", "b")
    ledger = runs.resume(resends_unknown=True)
    (entry,) = claim(ledger, "b", sending=True)
    ledger.settle([ended(entry.id, DeliveryUnknown("lost"))])
    (again,) = claim(ledger, "b", once=True)
    assert (again.is_claimed, again.record.outcome) == (False, "unknown")


def test_a_finished_run_is_taken_up_again_for_what_is_unknown(runs):
    left_unknown(runs, "a", "b", finished=True)
    ledger = runs.resume(resends_unknown=True)
    assert ledger.store.writes.steps_with_unknown("r1") == {("step", 0)}
    assert [entry.is_claimed for entry in claim(ledger, "a", "b")] == [False, True]


def test_another_text_in_the_place_of_what_is_unknown_is_not_sent(runs):
    left_unknown(runs, "a", "b")
    (entry,) = claim(runs.resume(resends_unknown=True), "c", is_message=True)
    assert isinstance(entry.error, ReplayMismatch)


def test_the_key_of_another_run_is_left_alone(runs):
    other = runs.begin("r0")
    claim(other, "a", own_key="k", sending=True)
    runs.stop(other)
    left_unknown(runs, "b", "c")
    (entry,) = claim(runs.resume(resends_unknown=True), "a", own_key="k")
    assert (entry.is_claimed, entry.record.outcome) == (False, "unknown")


def test_what_was_being_sent_when_a_run_ended_keeps_when_that_was(runs, store):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True)
    with store.database.transaction():
        store.database.run("UPDATE writes SET changed = 1000 WHERE id = ?", (entry.id,))
    runs.stop(ledger)
    (row,) = store.writes.records("r1")
    assert (row.outcome, row.changed) == ("unknown", 1000.0)


# --- Replays that do not fit ---


def resumed_after(runs, *texts):
    ledger = runs.begin()
    send(ledger, *texts, is_message=True)
    runs.stop(ledger)
    return runs.resume()


def test_another_text_for_somebody_who_was_written_to_is_not_sent(runs):
    (entry,) = claim(resumed_after(runs, "a"), "b", is_message=True)
    assert not entry.is_claimed
    assert isinstance(entry.error, ReplayMismatch)
    assert "give the operation a key=" in entry.error.fix.lower()


def test_the_order_of_two_writes_for_one_person_may_change(runs):
    resumed = resumed_after(runs, "a", "b")
    assert [claim(resumed, text)[0].record.outcome for text in ("b", "a")] == ["sent", "sent"]


def test_a_new_write_for_a_person_is_made_when_the_old_ones_are_passed(runs):
    resumed = resumed_after(runs, "a", "b")
    (early,) = claim(resumed, "c", is_message=True)
    assert isinstance(early.error, ReplayMismatch)
    claim(resumed, "a", is_message=True)
    claim(resumed, "b", is_message=True)
    (late,) = claim(resumed, "c", is_message=True)
    assert late.is_claimed


def test_a_new_write_beside_old_ones_in_one_call_is_made(runs):
    resumed = resumed_after(runs, "a", "b")
    assert [entry.is_claimed for entry in claim(resumed, "c", "b", "a")] == [True, False, False]


@pytest.mark.parametrize("facts", [{"to": "2"}, {"site": "elsewhere"}, {"own_key": "k"}])
def test_what_is_for_somebody_else_or_elsewhere_or_has_a_key_is_made(runs, facts):
    (entry,) = claim(resumed_after(runs, "a"), "b", **facts)
    assert entry.is_claimed


def test_another_step_or_arrival_is_another_place(runs):
    resumed = resumed_after(runs, "a")
    resumed.enter_step("step", 1)
    (entry,) = claim(resumed, "b")
    assert entry.is_claimed


def test_another_text_is_sent_where_the_first_certainly_was_not(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "failed", sending=True)
    ledger.settle([ended(entry.id, InvalidMessage("too long"))])
    claim(ledger, "claimed", to="2")
    runs.stop(ledger)
    resumed = runs.resume()
    assert claim(resumed, "x")[0].is_claimed
    assert claim(resumed, "x", to="2")[0].is_claimed


def test_what_was_replaced_by_another_text_is_not_sent_later(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True, is_message=True)
    ledger.settle([ended(entry.id, InvalidMessage("too long"))])
    runs.stop(ledger)
    second = runs.resume()
    send(second, "b", is_message=True)
    runs.stop(second)
    (entry,) = claim(runs.resume(), "a", is_message=True)
    assert isinstance(entry.error, ReplayMismatch)


def test_two_writes_of_one_attempt_do_not_stand_in_each_others_way(runs):
    ledger = runs.begin()
    send(ledger, "a")
    claim(ledger, "b")
    runs.stop(ledger)
    resumed = runs.resume()
    assert claim(resumed, "b")[0].is_claimed
    assert claim(resumed, "a")[0].record.outcome == "sent"


def test_what_was_claimed_and_never_come_back_to_ends_as_skipped(runs):
    ledger = runs.begin()
    claim(ledger, "a", is_message=True)
    runs.stop(ledger)
    resumed = runs.resume()
    send(resumed, "b", is_message=True)
    runs.finish(resumed)
    assert outcomes(runs.resume()) == {"a": "skipped", "b": "sent"}


def test_a_failure_that_was_handled_is_given_back(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True)
    ledger.settle([ended(entry.id, InvalidMessage("too long"))])
    ledger.record_failure(entry.record.write, entry.id)
    ledger.handle_failures()
    runs.stop(ledger)
    (again,) = claim(runs.resume(), "a")
    assert (again.is_claimed, again.record.outcome, again.record.is_handled) == (False, "failed", True)


def test_a_failure_is_handled_where_something_else_goes_to_the_same_person(runs):
    ledger = runs.begin()
    for text, to in (("a", "1"), ("b", "2")):
        (entry,) = claim(ledger, text, to=to, sending=True)
        ledger.settle([ended(entry.id, InvalidMessage("too long"))])
        ledger.record_failure(entry.record.write, entry.id)
    send(ledger, "c", to="1")
    runs.stop(ledger)
    resumed = runs.resume()
    assert [claim(resumed, "a")[0].is_claimed, claim(resumed, "b", to="2")[0].is_claimed] == [False, True]


def test_a_mismatch_lasts_over_attempts(runs):
    resumed = resumed_after(runs, "a")
    claim(resumed, "b", is_message=True)
    runs.stop(resumed)
    (entry,) = claim(runs.resume(), "b", is_message=True)
    assert isinstance(entry.error, ReplayMismatch)


# --- Settling from outside ---


def test_an_echo_settles_what_is_unknown(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a", sending=True)
    ledger.settle([ended(entry.id, DeliveryUnknown("cut"))])
    ledger.store.writes.settle([sent(entry.id, {"message_id": "m"})])
    (row,) = ledger.store.writes.records("r1")
    assert (row.outcome, row.result, row.error) == ("sent", {"message_id": "m"}, None)


def test_an_echo_does_not_settle_what_nobody_sent(runs):
    ledger = runs.begin()
    (entry,) = claim(ledger, "a")
    ledger.store.writes.settle([sent(entry.id, {"message_id": "m"})])
    assert outcomes(ledger) == {"a": "claimed"}


def test_what_was_settled_stays_so(runs):
    ledger = runs.begin()
    (entry,) = send(ledger, "a")
    ledger.settle([ended(entry.id, DeliveryUnknown("cut"))])
    ledger.store.writes.settle([ended(entry.id, DeliveryUnknown("cut"))])
    assert outcomes(ledger) == {"a": "sent"}


# --- Secrets ---


def test_no_secret_gets_into_the_file(tmp_path):
    token = "EAAB-secret-0123456789"
    redactor = Redactor()
    redactor.learn_named([("access_token", token)])
    file = tmp_path / "ledger.db"
    ledger = Ledger.begin(
        open_store(str(file)),
        RunRecord("r1", "/jobs/job.py", "job", "input", input={"data": token}),
        redactor=redactor,
    )
    ledger.enter_step("step", 0)
    error = InvalidMessage(f"bad {token}", details={"url": f"https://x/?t={token}"})
    first, second = claim(ledger, "a", "b", to=f"to {token}", own_key=None, sending=True)
    (third,) = claim(ledger, "c", own_key=f"key {token}", sending=True)
    ledger.settle([sent(first.id, {"token": token}), ended(second.id, error), sent(third.id, [token])])
    ledger.keep_step("done", {"data": {"nested": [token]}})
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert b"redacted" in written
    assert token.encode() not in written
    ledger.close(0, finished=True)
    assert token.encode() not in file.read_bytes()


def test_what_a_write_gave_is_given_back_with_the_secret_that_the_file_does_not_hold(database):
    redactor = Redactor()
    redactor.learn_named([("verify_token", "sunrise")])
    ledger = Ledger.begin(open_store(database), RunRecord("r1", "/jobs/job.py", "job", "input"), redactor=redactor)
    ledger.enter_step("step", 0)
    first, second = claim(ledger, "a", "b", sending=True)
    ledger.settle([sent(first.id, {"place": "sunrise clinic"}), sent(second.id, {"place": "here"})])
    assert ledger.store.writes.results_with("r1", "[redacted") == [{"place": "[redacted verify_token as-is -] clinic"}]
    ledger.enter_step("step", 0)
    (again,) = claim(ledger, "a")
    assert ledger.result_of(again.record) == {"place": "sunrise clinic"}
    ledger.close(0, finished=True)


# --- The database is lost for a while ---


def test_an_outcome_is_recorded_once_the_database_is_back_where_the_terms_are_patient(runs, store, monkeypatch):
    ledger = runs.begin()
    (entry,) = ledger.claim([ledger.write("send", "1", "f")], sending=True)
    real, calls = ledger.store.writes.settle, []

    def lost_twice(*given):
        calls.append(given)
        if len(calls) < 3:
            raise LedgerError("The server is restarted.")
        return real(*given)

    monkeypatch.setattr(ledger.store.writes, "settle", lost_twice)
    monkeypatch.setattr("adaptor.ledger.patience.WAIT_SECONDS", 0.001)
    with pytest.raises(LedgerError):
        ledger.settle([sent(entry.id, {})])
    ledger.store.leases.terms = LeaseTerms(patience=30.0)
    ledger.settle([sent(entry.id, {})])
    assert store.writes.counts("r1") == {"sent": 1}


def test_a_claim_that_failed_when_it_was_committed_is_free_again_and_not_unknown(runs, store, monkeypatch):
    ledger = runs.begin()
    real = ledger.store.writes.claim

    def lost(*given, **more):
        real(*given, **more)
        raise LedgerError("The connection is lost.")

    monkeypatch.setattr(ledger.store.writes, "claim", lost)
    with pytest.raises(LedgerError):
        ledger.claim([ledger.write("send", "1", "f")], sending=True)
    assert store.writes.counts("r1") == {"sending": 1}
    runs.stop(ledger)
    assert store.writes.counts("r1") == {"claimed": 1}


def test_a_claim_that_failed_is_free_again_though_the_database_is_away_when_the_run_ends(runs, store, monkeypatch):
    ledger = runs.begin()
    claim, free, calls = ledger.store.writes.claim, ledger.store.writes.return_to_claimed, []

    def lost(*given, **more):
        claim(*given, **more)
        raise LedgerError("The connection is lost.")

    def lost_twice(*given):
        calls.append(given)
        if len(calls) < 3:
            raise LedgerError("The server is restarted.")
        free(*given)

    monkeypatch.setattr(ledger.store.writes, "claim", lost)
    monkeypatch.setattr(ledger.store.writes, "return_to_claimed", lost_twice)
    monkeypatch.setattr("adaptor.ledger.patience.WAIT_SECONDS", 0.001)
    ledger.store.leases.terms = LeaseTerms(patience=30.0)
    with pytest.raises(LedgerError):
        ledger.claim([ledger.write("send", "1", "f")], sending=True)
    runs.stop(ledger)
    assert store.writes.counts("r1") == {"claimed": 1}


def test_a_write_that_is_on_its_way_stays_unknown_though_a_second_claim_of_it_fails(runs, store, monkeypatch):
    ledger = runs.begin()
    write = ledger.write("send", "1", "f")
    ledger.claim([write], sending=True)
    monkeypatch.setattr(
        ledger.store.writes, "claim", lambda *given, **more: (_ for _ in ()).throw(LedgerError("Lost."))
    )
    with pytest.raises(LedgerError):
        ledger.claim([write], sending=True)
    runs.stop(ledger)
    assert store.writes.counts("r1") == {"unknown": 1}


def test_a_run_whose_fence_has_fallen_neither_claims_nor_sends_nor_keeps_a_step(runs, store):
    ledger = runs.begin()
    write = ledger.write("send", "1", "f")
    (entry,) = ledger.claim([write])
    ledger.store.leases.terms = LeaseTerms(fence="EXISTS (SELECT 1 FROM runs WHERE id = ?)", values=("another",))
    for act in (
        lambda: ledger.claim([ledger.write("send", "2", "f")], sending=True),
        lambda: ledger.begin_sending([entry.id]),
        lambda: ledger.keep_step("ok", {}),
    ):
        with pytest.raises(TakenOver):
            act()
    assert store.writes.counts("r1") == {"claimed": 1}


# --- A job that has changed, other runs of it, and items that are put off ---


def changed(runs, *kept, **facts):
    """Return a resume of a run with a changed job, after writes to "1" that ended as given."""
    ledger = runs.begin()
    for text, outcome in kept:
        (entry,) = claim(ledger, text, **facts)
        ledger.store.writes.settle([Outcome(entry.id, outcome)], ledger.lease_id)
    runs.stop(ledger)
    again = runs.resume()
    again.leaves_out_settled = True
    return again


@pytest.mark.parametrize("outcome", ["sent", "unknown", "skipped"])
def test_a_changed_job_leaves_out_whom_the_step_has_settled_and_makes_the_others(runs, outcome):
    ledger = changed(runs, ("a", outcome))
    writes = [ledger.write("elsewhere", to, "new", page="9") for to in ("2", "1", "3")]
    entries = ledger.claim(writes)
    assert [entry.is_claimed for entry in entries] == [True, False, True]
    assert [entry.record.write for entry in entries] == writes
    left_out = entries[1]
    assert (left_out.is_repeat, left_out.error, left_out.record.outcome, left_out.record.run) == (
        False,
        None,
        "skipped",
        "r1",
    )
    assert left_out.id == left_out.record.id == write_id("r1", writes[1])
    assert ledger.store.writes.record(left_out.id) is None


def test_a_changed_job_writes_to_whom_it_failed_to_reach(runs):
    ledger = changed(runs, ("a", "failed"))
    assert claim(ledger, "new", site="elsewhere")[0].is_claimed


def test_a_changed_job_makes_what_has_a_key_or_is_for_nobody(runs):
    ledger = changed(runs, ("a", "sent"))
    assert claim(ledger, "new", site="elsewhere", own_key="k")[0].is_claimed
    assert claim(ledger, "new", site="elsewhere", to="")[0].is_claimed


def test_a_changed_job_leaves_nobody_out_for_another_step_or_for_this_attempt(runs):
    ledger = changed(runs, ("a", "sent"))
    send(ledger, "b", to="2")
    assert claim(ledger, "c", to="2", site="elsewhere")[0].is_claimed
    ledger.enter_step("step", 1)
    assert claim(ledger, "d", site="elsewhere")[0].is_claimed


def test_in_a_changed_job_no_line_stands_for_the_call_that_was_there(runs):
    ledger = runs.begin()
    assert ledger.write("post", "", "a", only="POST /x").sole_at_site
    ledger.leaves_out_settled = True
    assert not ledger.write("post", "", "a", only="POST /x").sole_at_site


@pytest.mark.parametrize(("outcome", "may_be_repeated"), [("sent", False), ("unknown", True), ("sending", True)])
def test_what_is_unknown_counts_as_made_unless_it_is_wished_again(runs, outcome, may_be_repeated):
    ledger = runs.begin()
    write = ledger.write("send", "1", "a", page="9", is_message=True)
    assert not ledger.is_made(write)
    (entry,) = ledger.claim([write])
    assert not ledger.is_made(write)
    ledger.store.writes.settle([Outcome(entry.id, outcome)], ledger.lease_id)
    assert ledger.is_made(write)
    ledger.resends_unknown = True
    assert ledger.is_made(write) is not may_be_repeated


def test_a_message_of_another_run_of_the_job_counts_as_sent_and_the_second_time_as_a_repeat(runs):
    other = runs.begin("r2")
    (made,) = send(other, "a", is_message=True)
    runs.stop(other)
    ledger = runs.begin()
    ledger.others = ["r2"]
    first, second = (claim(ledger, "a", is_message=True)[0] for _ in range(2))
    assert [(each.id, each.is_claimed, each.is_repeat, each.record.run) for each in (first, second)] == [
        (made.id, False, False, "r2"),
        (made.id, False, True, "r2"),
    ]
    assert claim(ledger, "b", "c", is_message=True)[1].is_claimed


def test_a_resume_replays_its_own_message_before_that_of_another_run(runs):
    first, other = runs.begin(), runs.begin("r2")
    (mine,) = send(first, "a", is_message=True)
    send(other, "a", is_message=True)
    runs.stop(first)
    ledger = runs.resume()
    ledger.others = ["r2"]
    (entry,) = claim(ledger, "a", is_message=True)
    assert (entry.id, entry.record.run, entry.is_repeat) == (mine.id, "r1", False)


def test_a_key_that_another_run_used_is_a_repeat_the_second_time(runs):
    other = runs.begin("r2")
    send(other, "a", own_key="k")
    ledger = runs.begin()
    entries = [claim(ledger, "a", own_key="k")[0] for _ in range(2)]
    assert [(each.is_claimed, each.is_repeat) for each in entries] == [(False, False), (False, True)]


def test_a_refused_key_is_refused_each_time_and_is_no_repeat(runs):
    send(runs.begin("r2"), "a", to="2", own_key="k")
    ledger = runs.begin()
    entries = [claim(ledger, "a", own_key="k")[0] for _ in range(2)]
    assert [(type(each.error), each.is_repeat) for each in entries] == [(KeyTaken, False)] * 2


def test_an_item_that_is_put_off_is_counted_anew_and_the_others_stay_counted(runs):
    runs.stop(runs.begin())
    ledger = runs.resume()
    ledger.write("send", "1", "a")
    point = ledger.checkpoint()
    assert point == 1
    assert [ledger.write("send", to, "a").occurrence for to in "112"] == [1, 2, 0]
    ledger.rewind(point)
    assert ledger.checkpoint() == point
    assert [ledger.write("send", to, "a").occurrence for to in "12"] == [1, 0]


def test_the_pages_of_the_current_step_are_those_of_all_attempts(runs):
    ledger = runs.begin()
    send(ledger, "a")
    assert ledger.pages_of_step() == {"9"}
    ledger.enter_step("another", 0)
    assert ledger.pages_of_step() == set()


def test_a_run_reserves_its_place_in_the_lane_of_its_page(runs):
    ledger = runs.begin()
    assert ledger.reserve("9", [Slot(LANE_MEDIA, 50.0)]) == 0
    assert 40 < ledger.reserve("9", [Slot(LANE_MEDIA, 50.0)]) <= 50
    assert ledger.reserve("8", [Slot(LANE_MEDIA, 50.0)]) == 0


def test_a_run_that_keeps_no_ledger_says_so():
    with Run() as run, pytest.raises(TypeError, match=r"^the run keeps no ledger$"):
        ledger_of(run)


def test_a_run_is_recorded_with_its_lease_and_a_resume_with_what_it_was_given(runs, store):
    ledger = runs.begin(given={"people": "a.json"})
    assert (ledger.record.holder, store.runs.find("r1").holder) == (ledger.lease_id, ledger.lease_id)
    assert ledger.record.started > 0
    runs.stop(ledger)
    again = runs.resume(given={"credentials": "c.json"})
    assert (again.record.holder, store.runs.find("r1").holder) == (again.lease_id, again.lease_id)
    assert again.record.given == {"people": "a.json", "credentials": "c.json"}
    assert (again.is_resumed, ledger.is_resumed) == (True, False)


def test_what_a_resume_holds_is_free_when_it_ends(runs, store):
    runs.stop(runs.begin())
    ledger = runs.resume()
    claim(ledger, "a", sending=True)
    runs.stop(ledger)
    assert [(row.outcome, row.holder) for row in store.writes.records("r1")] == [("unknown", None)]


def test_a_resume_keeps_secrets_out_of_the_ledger_too(runs):
    runs.stop(runs.begin())
    redactor = Redactor()
    redactor.learn_named([("access_token", "the-secret-of-the-test")])
    ledger = runs.resume(redactor=redactor)
    (entry,) = claim(ledger, "a", sending=True)
    ledger.settle([sent(entry.id, {"url": "x?key=the-secret-of-the-test"})])
    record = ledger.store.writes.record(entry.id)
    assert "the-secret-of-the-test" not in str(record.result)
    assert ledger.result_of(record) == {"url": "x?key=the-secret-of-the-test"}
