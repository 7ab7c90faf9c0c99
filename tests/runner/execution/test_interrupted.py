"""What ends a run from outside, and the error that says so."""

import pytest

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
