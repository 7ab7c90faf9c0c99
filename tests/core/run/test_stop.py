"""The request to stop a run."""

import pytest

from adaptor.core.run.stop import Stop


def test_nothing_is_raised_until_a_stop_is_asked_for():
    stop = Stop()
    stop.raise_if_asked()
    stop.asked = KeyboardInterrupt("signal")
    with pytest.raises(KeyboardInterrupt) as raised:
        stop.raise_if_asked()
    assert raised.value is stop.asked
