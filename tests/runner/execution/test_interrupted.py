"""What ends a run from outside, and the error that says so."""

import pytest

from adaptor.core.run.stop import PutOff
from adaptor.runner.execution.interrupted import Interrupted, interruption, is_kill


@pytest.mark.parametrize(
    ("stop", "code", "words", "killed"),
    [
        (KeyboardInterrupt(), "INTERRUPTED", "was interrupted", False),
        (Interrupted(), "INTERRUPTED", "was interrupted", False),
        (Interrupted("TIMEOUT"), "TIMEOUT", "--timeout", True),
        (Interrupted("RUN_TIMEOUT"), "RUN_TIMEOUT", "--run-timeout", True),
        (Interrupted("MEMORY"), "MEMORY", "out of memory", True),
    ],
)
def test_an_interruption_says_why_and_where(stop, code, words, killed):
    error = interruption(stop, "step 2 · fn")
    assert (error.code, error.place, is_kill(stop)) == (code, "step 2 · fn", killed)
    assert words in str(error)


def test_quiet_hours_end_a_run_that_is_to_be_resumed():
    error = interruption(PutOff(200.0), "step 1")
    assert (error.code, error.place, error.details) == ("PUT_OFF", "step 1", {"until": 200.0})
    assert error.description == "The run stopped for the quiet hours of people whom it would have written to."
    assert error.fix == "It is to be resumed when they are over. What was sent by then is counted below."


def test_the_advice_is_to_count_and_where_memory_ended_to_go_in_parts():
    assert interruption(Interrupted(), None).fix == "What was sent by then is counted below."
    assert interruption(Interrupted(), None).details is None
    assert interruption(Interrupted("MEMORY"), None).fix == (
        "Go through large data in parts (parse_csv with a callback, each over a file). "
        "What was sent by then is counted below."
    )
