"""The request to stop a run."""

import pytest

from adaptor.core.run.stop import PutOff, Stop


def test_nothing_is_raised_until_a_stop_is_asked_for():
    stop = Stop()
    stop.raise_if_asked()
    stop.asked = KeyboardInterrupt("signal")
    with pytest.raises(KeyboardInterrupt) as raised:
        stop.raise_if_asked()
    assert raised.value is stop.asked


def test_a_run_that_is_put_off_knows_until_when():
    assert PutOff(200.0).until == 200.0


def test_at_first_nothing_is_asked_and_nothing_in_flight():
    stop = Stop()
    assert (stop.asked, stop.in_flight, stop.is_between, stop.place) == (None, (0, 0), False, None)
