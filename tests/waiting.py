"""Waiting for what will come. How long is no promise: only what never comes fails, on a busy machine too."""

import time
from collections.abc import Callable

#: Seconds after which something is believed never to come.
PATIENCE = 120.0


def wait_until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until something is so.

    Args:
        holds: Says whether it is.
        seconds: After which it fails. Only what takes minutes by itself needs another value.
    """
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"it did not come to that in {seconds:.0f} s"
        time.sleep(0.02)
