"""What people read when a run cannot be resumed or a write is refused: advice that sends nothing twice."""

from __future__ import annotations

import pytest

from adaptor.ledger.claims.claim import ClaimResult
from adaptor.ledger.errors import HeldElsewhere, KeyTaken, LedgerError, ReplayMismatch
from adaptor.ledger.records import RunRecord, Write, WriteRecord
from adaptor.ledger.refusals import refusal_of, why_not_resumed

RECORD = WriteRecord("id", "r1", Write("send", "1", "f"), "claimed")
KEYED = RECORD._replace(write=RECORD.write._replace(own_key="appointment 7"))


def said_of(store, **facts):
    if facts:
        store.runs.begin(RunRecord("r1", "/jobs/job.py", "job", "input", **facts))
    error = why_not_resumed(store, "r1")
    assert type(error) is LedgerError
    assert error.sent == "no"
    return error.description, error.fix


def test_of_a_run_that_is_not_there_the_ledger_is_named_and_where_to_look(store):
    assert said_of(store) == (f"There is no run `r1` in the ledger {store.name}.", "adaptor runs list shows the runs.")


def test_of_a_purged_run_people_are_warned_that_a_new_one_writes_to_everybody(store):
    assert said_of(store, purged=5.0) == (
        "The run `r1` was purged of its recipients and cannot be resumed.",
        "A new run writes to everybody: begin one only for people who should get the message again.",
    )


def test_a_run_of_another_release_is_left_to_that_release(store):
    assert said_of(store, identity=1) == (
        "The run `r1` was begun by another release, and this one cannot resume it.",
        "Resume it with that release; `adaptor version` shows which one this is.",
    )


def test_a_run_under_way_is_waited_for(store):
    assert said_of(store, holder="h") == (
        "The run `r1` is under way in another process.",
        "Wait until it ends, or end it there.",
    )


@pytest.mark.parametrize(
    ("result", "kind", "description", "fix"),
    [
        (
            ClaimResult(KEYED, is_held=True, mismatch=True),
            HeldElsewhere,
            "Another process is making this write.",
            "`adaptor runs show` shows its outcome.",
        ),
        (
            ClaimResult(KEYED, mismatch=True),
            KeyTaken,
            "The key 'appointment 7' was used before for somebody else.",
            "Make the key of something that is this person's alone, such as the id of the appointment.",
        ),
        (
            ClaimResult(RECORD, mismatch=True),
            ReplayMismatch,
            "An earlier attempt of this run sent this person another message at this place, or on another branch of "
            "it. It is not known whether this one should replace it, so it was not sent.",
            "Give the operation a key=, made of what happens once, such as the id of the appointment.",
        ),
    ],
)
def test_a_refused_write_says_why_and_what_to_do(result, kind, description, fix):
    error = refusal_of(result)
    assert (type(error), error.description, error.fix, error.sent) == (kind, description, fix, "no")


@pytest.mark.parametrize("facts", [{}, {"is_claimed": True}, {"is_repeat": True}])
def test_a_write_that_is_made_or_replayed_is_not_refused(facts):
    assert refusal_of(ClaimResult(KEYED, **facts)) is None
