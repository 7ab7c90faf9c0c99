"""What becomes of a run after an attempt."""

import pytest

from adaptor.core.errors import SENT_UNKNOWN, DeliveryUnknown, InvalidMessage, JobError, NotSent
from adaptor.core.run.context import Run
from adaptor.graph.answers.errors import PolicyBlocked, RateLimited, TemporaryFailure, TokenInvalid
from adaptor.ledger.errors import LedgerError, LedgerUnusable, TakenOver
from adaptor.runner.execution.result import Result
from adaptor.service.worker.outcome import Outcome, reason_to_pause


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


def refused(kind, code, subcode=None):
    found = kind("Meta has refused it.")
    found.code, found.subcode = code, subcode
    return found


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (refused(TokenInvalid, 190, 463), "token"),
        (refused(PolicyBlocked, 368), "policy"),
        (refused(PolicyBlocked, 368, 99), "policy"),
        (refused(PolicyBlocked, 10, 1893063), "policy"),
        # One topic, one kind of message, a warning: answers still arrive.
        (refused(PolicyBlocked, 10, 1404170), None),
        (refused(PolicyBlocked, 2022), None),
        (refused(PolicyBlocked, 613, 2018338), None),
        (refused(RateLimited, 613), None),
        (NotSent("No network."), None),
        (None, None),
    ],
)
def test_only_what_stops_the_whole_page_pauses_it(error, reason):
    assert reason_to_pause(error) == reason
    assert Outcome.of(result(error)).pauses_page == reason


def test_the_end_of_a_person_s_quiet_hours_is_when_the_run_is_due():
    from adaptor.core.run.stop import PutOff
    from adaptor.runner.execution.interrupted import interruption

    outcome = Outcome.of(result(interruption(PutOff(1796.5), "step 1"), 130))
    assert (outcome.put_off, outcome.was_interrupted, outcome.is_safe) == (1796.5, True, False)
    assert Outcome.of(result(interruption(KeyboardInterrupt(), "step 1"), 130)).put_off is None


def test_a_run_whose_end_could_not_be_recorded_is_tried_again():
    found = result(None, 1)
    assert Outcome.of(found).is_safe is False
    found.is_ledger_lost = True
    assert Outcome.of(found).is_safe is True
