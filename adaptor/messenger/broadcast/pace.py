"""The pace of a broadcast."""

from __future__ import annotations

from typing import NamedTuple

from ...wire.retry import RetryPolicy


class Pace(NamedTuple):
    """The pace of a broadcast.

    Attributes:
        rate: Messages a second.
        batch_size: Messages in a call.
        concurrency: The most calls at once.
        most_in_flight: The most messages whose answers are awaited.
        retries: How often a message is repeated that certainly was not sent.
    """

    rate: float
    batch_size: int
    concurrency: int
    most_in_flight: int
    retries: RetryPolicy = RetryPolicy(0, 0.0)
