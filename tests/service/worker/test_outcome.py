"""What becomes of a run after an attempt."""

import pytest

from adaptor.core.errors import SENT_UNKNOWN, DeliveryUnknown, InvalidMessage, JobError, NotSent
from adaptor.core.run.context import Run
from adaptor.graph.answers.errors import RateLimited, TemporaryFailure, TokenInvalid
from adaptor.ledger.errors import LedgerError, LedgerUnusable, TakenOver
from adaptor.runner.execution.result import Result
from adaptor.service.worker.outcome import Outcome


def result(error, code=1, unknown=0, **changes):
    found = Result(code, error, Run().outcomes, "r1")
    found.unknown = unknown
    if error is not None:
        vars(error).update(changes)
    return found


@pytest.mark.parametrize(
    ("found", "is_safe"),
    [
        (result(NotSent("No network.")), True),
        (result(RateLimited("Slow down.")), True),
        (result(LedgerError("Locked.")), True),
        (result(LedgerUnusable("The connection is closed.")), True),
        (result(LedgerError("Lost in the middle of a message."), unknown=1), True),
        (result(TemporaryFailure("A read failed.")), True),
        (
            result(
                TemporaryFailure(
                    "A write.",
                ),
                sent=SENT_UNKNOWN,
            ),
            False,
        ),
        (result(NotSent("No network."), unknown=1), False),
        (result(TakenOver()), False),
        (result(TokenInvalid("Expired.")), False),
        (result(DeliveryUnknown("Lost.")), False),
        (result(InvalidMessage("Too long.")), False),
        (result(JobError("1 / 0")), False),
        (result(None, 0), False),
        (result(None, 4), False),
    ],
)
def test_only_what_passes_and_leaves_nothing_unknown_is_tried_again(found, is_safe):
    assert Outcome.of(found).is_safe is is_safe


def test_it_survives_the_pipe_between_two_processes():
    error = RateLimited("Slow down.")
    error.retry_after = 30.0
    outcome = Outcome.of(result(error))
    assert outcome.retry_after == 30.0
    assert "Slow down." in outcome.error
    assert Outcome(**outcome.as_json()) == outcome


def test_a_run_whose_end_could_not_be_recorded_is_tried_again():
    found = result(None, 1)
    assert Outcome.of(found).is_safe is False
    found.is_ledger_lost = True
    assert Outcome.of(found).is_safe is True
