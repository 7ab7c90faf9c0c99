"""The ledger's word on each request of a broadcast: sent now, sent before, put off, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_text
from adaptor.core.errors import InvalidMessage
from adaptor.core.run.context import Run
from adaptor.core.run.stop import PutOff
from adaptor.graph.known_people import KnownPeople
from adaptor.graph.ledgered import write_of
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import Outcome, RunRecord
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast import claims
from adaptor.messenger.broadcast.claims import Claims
from adaptor.messenger.broadcast.exclusions import Exclusions
from adaptor.messenger.broadcast.outcomes import Outcomes
from adaptor.messenger.broadcast.requests import Invalid, Outgoing, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = "https://graph.facebook.com/1"


class Collected(Claims):
    """Collects the batches that are to be sent; each counts as sent."""

    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.batches: list[list[int]] = []
        self.drained: list[int] = []

    def _process_batch(self, batch: list[Outgoing]) -> None:
        self.batches.append([outgoing.index for outgoing in batch])
        self._ledger.settle([Outcome(outgoing.id, "sent", {"message_id": "m"}) for outgoing in batch])

    def _drain(self) -> None:
        self.drained.append(len(self.batches))


class Attempt:
    """One attempt of a run whose broadcast is one line of a job."""

    def __init__(self, path: str, *, batch_size: int = 2, people: type[KnownPeople] = KnownPeople) -> None:
        store = open_store(path)
        is_known = store.runs.find("r1") is not None
        record = RunRecord("r1", "job.py", "d", "i")
        self.ledger = Ledger.resume(store, "r1") if is_known else Ledger.begin(store, record)
        self.ledger.enter_step("job-1", 0)
        self.run = Run(ledger=lambda: self.ledger, wait=lambda seconds: None)
        self.run.resource("known people", people)
        self.rows: list[dict[str, Any]] = []
        self.calls: list[Any] = []
        self.run.observers.on_result, self.run.observers.on_call = self.rows.append, self.calls.append
        self.outcomes = Outcomes(self.run)
        self.claims = Collected(self.run, self.ledger, self.outcomes, batch_size)

    def outgoing(self, index: int, text: str = "a", to: str | None = None, **facts: Any) -> Outgoing:
        operation = send_text(to or f"600000000000000{index}", text)
        request = operation.describe({})
        write = write_of(request, self.ledger, "broadcast@1", PAGE, once=True, **facts)
        return Outgoing(index, operation, request, write)

    def sort(self, *found: Any, skip: Any = None) -> list[list[int]]:
        with self.run:
            self.claims._sort(found, Exclusions(skip, self.run, {"configuration": {}}))
        return self.claims.batches

    def settle(self, outgoing: Outgoing, outcome: str, **facts: Any) -> None:
        (entry,) = self.ledger.claim([outgoing.write])
        self.ledger.settle([Outcome(entry.id, outcome, **facts)])

    def end(self) -> None:
        self.ledger.close(1, finished=False)

    def recorded(self) -> list[tuple[Any, ...]]:
        return [(call.outcome, call.is_message, call.recipient) for call in self.calls]


@pytest.fixture
def attempts(tmp_path: Path) -> Iterator[Any]:
    """Begin a run, or its next attempt; each ends when the next one begins."""
    begun: list[Attempt] = []

    def begin(**how: Any) -> Attempt:
        if begun:
            begun.pop().end()
        begun.append(Attempt(str(tmp_path / "ledger.db"), **how))
        return begun[-1]

    yield begin
    begun.pop().end()


def test_what_is_to_be_sent_is_handed_on_in_full_batches_and_the_rest_at_the_end(attempts: Any) -> None:
    attempt = attempts()
    assert attempt.sort(*[attempt.outgoing(index) for index in range(5)]) == [[0, 1], [2, 3], [4]]
    assert attempt.claims.drained == [3, 3]
    assert attempt.ledger.store.writes.counts("r1") == {"sent": 5}


def test_items_without_a_request_are_counted_and_reported(attempts: Any) -> None:
    attempt = attempts()
    error = InvalidMessage("too long")
    attempt.sort(Skipped(0, "7"), Invalid(1, "8", error), Skipped(2))
    assert attempt.outcomes.counts == {"skipped": 2, "failed": 1}
    assert [(row["row"], row["outcome"], row["recipient"]) for row in attempt.rows] == [
        (1, "skipped", "7"),
        (2, "failed", "8"),
        (3, "skipped", None),
    ]
    assert ("failed", True, "8") in attempt.recorded()
    assert [call.error for call in attempt.calls if call.outcome == "failed"] == [error]


def test_nothing_more_is_sent_once_the_run_is_asked_to_stop(attempts: Any) -> None:
    attempt = attempts()

    def found() -> Iterator[Any]:
        yield attempt.outgoing(0)
        yield attempt.outgoing(1)
        yield attempt.outgoing(2)
        attempt.run.stop.asked = KeyboardInterrupt()
        yield attempt.outgoing(3)

    attempt.claims._sort(found(), Exclusions(None, attempt.run, {}))
    assert attempt.claims.batches == [[0, 1]]


# --- Who is left out ---


def test_whoever_is_left_out_is_recorded_as_skipped(attempts: Any) -> None:
    attempt = attempts()
    outgoing = attempt.outgoing(1)
    assert attempt.sort(outgoing, skip=[outgoing.recipient]) == []
    (record,) = attempt.ledger.store.writes.records("r1")
    assert (record.outcome, record.write.recipient) == ("skipped", outgoing.recipient)
    assert [(row["outcome"], row["recipient"]) for row in attempt.rows] == [("skipped", outgoing.recipient)]


@pytest.mark.parametrize("outcome", ["sent", "unknown", "failed"])
def test_whoever_is_left_out_after_a_message_was_sent_keeps_that_outcome(attempts: Any, outcome: str) -> None:
    first = attempts()
    first.settle(first.outgoing(1), outcome, about="person")
    again = attempts()
    outgoing = again.outgoing(1)
    assert again.sort(outgoing, skip=[outgoing.recipient]) == []
    assert again.outcomes.counts == {"skipped" if outcome == "failed" else outcome: 1}
    assert again.ledger.store.writes.counts("r1") == {outcome: 1}


class Quiet(KnownPeople):
    """It is night where two people live."""

    def put_off(self, psid: str, run: Run) -> PutOff | None:
        return {"6000000000000001": PutOff(200.0), "6000000000000002": PutOff(100.0)}.get(psid)


def test_whoever_sleeps_is_put_off_and_the_run_ends_to_be_resumed_when_the_first_wakes(attempts: Any) -> None:
    attempt = attempts(people=Quiet)
    assert attempt.sort(*[attempt.outgoing(index) for index in range(4)]) == [[0, 3]]
    assert isinstance(attempt.run.stop.asked, PutOff)
    assert attempt.run.stop.asked.until == 100.0
    assert attempt.ledger.store.writes.counts("r1") == {"sent": 2}


# --- How an earlier attempt ended ---


def test_what_was_sent_before_is_counted_and_not_sent_again(attempts: Any) -> None:
    first = attempts()
    first.settle(first.outgoing(1), "sent", result={"message_id": "m_1"})
    again = attempts()
    assert again.sort(again.outgoing(1)) == []
    assert (again.outcomes.counts, again.outcomes.before) == ({"sent": 1}, 1)
    assert (again.run.replayed, again.run.outcomes["sent"]) == (1, 0)
    assert again.run.made == (1, 0, 0)
    assert [(row["row"], row["outcome"], row["recipient"], row["message_id"]) for row in again.rows] == [
        (2, "sent", "6000000000000001", "m_1")
    ]


def test_what_was_unknown_before_stays_so_and_is_listed_with_its_error(attempts: Any) -> None:
    first = attempts()
    first.settle(first.outgoing(1), "unknown")
    again = attempts()
    assert again.sort(again.outgoing(1)) == []
    assert (again.outcomes.counts, again.outcomes.before, again.outcomes.unwell) == ({"unknown": 1}, 1, 0)
    assert again.run.replayed == 1
    ((outcome, is_message, recipient),) = again.recorded()
    assert (outcome, is_message, recipient) == ("unknown", True, "6000000000000001")
    assert again.calls[0].error.is_earlier
    assert again.rows[0]["error"] == "DeliveryUnknown"


def test_a_failure_about_the_person_is_given_back_as_it_was(attempts: Any) -> None:
    first = attempts()
    facts = {"name": "RecipientUnavailable", "code": "551", "description": "blocked", "fix": "Leave it.", "sent": "no"}
    first.settle(first.outgoing(1), "failed", error=facts, about="person")
    again = attempts()
    assert again.sort(again.outgoing(1)) == []
    assert (again.outcomes.counts, again.outcomes.before) == ({"failed": 1}, 1)
    assert again.run.replayed == 0
    assert again.recorded() == []
    assert again.rows[0]["message"] is not None


def test_all_that_was_sent_before_is_counted(attempts: Any) -> None:
    first = attempts()
    for index in (1, 2, 3):
        first.settle(first.outgoing(index), "sent", result={"message_id": "m_1"})
    again = attempts()
    again.sort(*(again.outgoing(index) for index in (1, 2, 3)))
    assert (again.run.replayed, again.run.made) == (3, (3, 0, 0))


def test_what_was_skipped_before_stays_skipped(attempts: Any) -> None:
    first = attempts()
    first.settle(first.outgoing(1), "skipped")
    again = attempts()
    assert again.sort(again.outgoing(1)) == []
    assert (again.outcomes.counts, again.outcomes.before) == ({"skipped": 1}, 1)


def test_the_same_message_twice_is_a_duplicate_and_reported_with_its_result(attempts: Any) -> None:
    attempt = attempts()
    assert attempt.sort(attempt.outgoing(1), attempt.outgoing(3), attempt.outgoing(1)) == [[1, 3]]
    assert attempt.outcomes.counts == {"duplicate": 1}
    assert attempt.recorded() == [("duplicate", True, "6000000000000001")]
    assert [(row["row"], row["outcome"], row["message_id"]) for row in attempt.rows] == [(2, "duplicate", "m")]


def test_a_key_of_somebody_else_is_refused_for_that_person_alone(attempts: Any) -> None:
    attempt = attempts()
    first, second = attempt.outgoing(1, key="k"), attempt.outgoing(2, key="k")
    assert attempt.sort(first, second) == [[1]]
    assert attempt.outcomes.counts == {"failed": 1}
    ((outcome, is_message, recipient),) = attempt.recorded()
    assert (outcome, is_message, recipient) == ("failed", True, "6000000000000002")
    assert attempt.rows[0]["error"] == "KeyTaken"
    assert type(attempt.calls[0].error).__name__ == "KeyTaken"


# --- What does not fit ---


def test_a_message_that_does_not_fit_what_was_recorded_waits_until_all_items_were_read(attempts: Any) -> None:
    """The first item has another text now; the recorded one may still come, and does."""
    first = attempts()
    first.settle(first.outgoing(1, "old"), "sent")
    again = attempts()
    assert again.sort(again.outgoing(1, "new"), again.outgoing(3), again.outgoing(1, "old")) == [[3], [1]]
    assert again.outcomes.counts == {"sent": 1}
    assert again.outcomes.before == 1


def test_all_that_waited_are_looked_at_once_and_in_batches(attempts: Any) -> None:
    first = attempts()
    for index in range(3):
        first.settle(first.outgoing(index, "old"), "sent")
    again = attempts()
    again.sort(*[again.outgoing(index, "new") for index in range(3)])
    assert again.outcomes.counts == {"failed": 3}
    assert [row["row"] for row in again.rows] == [1, 2, 3]


def test_a_message_that_fits_nothing_in_the_end_is_refused(attempts: Any) -> None:
    first = attempts()
    first.settle(first.outgoing(1, "old"), "sent")
    again = attempts()
    assert again.sort(again.outgoing(1, "new")) == []
    assert again.outcomes.counts == {"failed": 1}
    assert again.rows[0]["error"] == "ReplayMismatch"


def test_a_broadcast_whose_text_has_changed_stops_after_so_many(attempts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MOST_MISMATCHES", 2)
    first = attempts()
    for index in range(4):
        first.settle(first.outgoing(index, "old"), "sent")
    again = attempts(batch_size=1)
    assert again.sort(*[again.outgoing(index, "new") for index in range(4)], again.outgoing(5)) == []
    assert type(again.claims._stopped_by).__name__ == "ReplayMismatch"
    assert again.outcomes.counts == {}


def test_as_many_that_do_not_fit_as_allowed_do_not_stop_it(attempts: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MOST_MISMATCHES", 2)
    first = attempts()
    for index in range(2):
        first.settle(first.outgoing(index, "old"), "sent")
    again = attempts(batch_size=1)
    assert again.sort(*[again.outgoing(index, "new") for index in range(2)], again.outgoing(5)) == [[5]]
    assert again.outcomes.counts == {"failed": 2}
