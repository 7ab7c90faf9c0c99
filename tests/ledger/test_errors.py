"""The errors of the ledger say what was sent, and which command goes on without sending it again."""

import pytest

from adaptor.ledger.errors import SentBefore, TakenOver


def test_who_was_taken_over_is_told_why_and_where_to_look():
    error = TakenOver()
    assert error.description == (
        "This process did not renew its lease in time, and another one has taken over its claims."
    )
    assert (error.fix, error.sent) == ("See adaptor runs show for what became of it.", "no")


@pytest.mark.parametrize(("outcome", "has"), [("sent", "has"), ("sending", "may have"), ("unknown", "may have")])
def test_a_message_of_an_earlier_run_names_that_run_and_how_to_resume_it(outcome, has):
    error = SentBefore("r1", outcome)
    assert error.description == (
        f"An earlier run of this job, `r1`, has not ended well and {has} sent this person this message."
    )
    assert error.fix == "Resume that run: --resume r1. Or send again on purpose: --fresh."
    assert (error.details, error.sent) == ({"run": "r1"}, "no")
