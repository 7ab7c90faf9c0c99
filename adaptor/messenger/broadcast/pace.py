"""How fast a broadcast goes."""

from __future__ import annotations

from typing import NamedTuple


class Pace(NamedTuple):
    """How fast a broadcast goes.

    Attributes:
        rate: Messages a second.
        batch_size: Messages in a call.
        concurrency: The most calls at once.
        most_in_flight: The most messages whose answers are awaited.
        max_repeats: How often a message is made again that certainly did not go out.
        max_wait: The most seconds to wait before that.
    """

    rate: float
    batch_size: int
    concurrency: int
    most_in_flight: int
    max_repeats: int = 0
    max_wait: float = 0.0
