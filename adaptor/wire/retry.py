"""Making a call again that certainly was not carried out: how often, and after how long."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..core.errors import AdaptorError, NotSent
from .departure import wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ..core.context import Run

T = TypeVar("T")

#: The first wait before a repeat where the other side does not say how long; it doubles each time.
FIRST_WAIT_SECONDS = 1.0
#: The same where no connection came about: whoever mistyped an address should not wait long to hear of it.
FIRST_WAIT_UNCONNECTED_SECONDS = 0.25


class RetryPolicy(NamedTuple):
    """How often a call is made again.

    Attributes:
        max_repeats: The most repeats.
        max_wait: The most seconds to wait before one; a longer wait ends the call.
    """

    max_repeats: int
    max_wait: float

    def wait_before(self, repeats: int, error: AdaptorError) -> float | None:
        """Return how many seconds to wait before a repeat, or None where there is to be none.

        Args:
            repeats: How many came before.
            error: How the call ended; where it has a `retry_after`, that is how long.
        """
        if repeats >= self.max_repeats:
            return None
        asked: float | None = getattr(error, "retry_after", None)
        first = FIRST_WAIT_UNCONNECTED_SECONDS if isinstance(error, NotSent) else FIRST_WAIT_SECONDS
        # Jitter, so that many jobs that were stopped at once do not come back at once.
        seconds = asked or first * 2**repeats * random.uniform(0.75, 1.25)
        return seconds if seconds <= self.max_wait else None


def repeating(
    make: Callable[[], T],
    policy: RetryPolicy,
    run: Run,
    *,
    component: str,
    is_repeatable: Callable[[AdaptorError], Any],
    waiting: Callable[[], AbstractContextManager[object]],
) -> T:
    """Make a call, and make it again while it certainly was not carried out.

    Args:
        make: Makes it.
        policy: How often.
        run: Waits, and logs why.
        component: Whose log lines these are.
        is_repeatable: Whether a call that ended so was certainly not carried out.
        waiting: Entered while it waits.

    Raises:
        AdaptorError: How it ended at last.
    """
    wire.left = False
    repeats = 0
    while True:
        try:
            return make()
        except AdaptorError as error:
            seconds = policy.wait_before(repeats, error) if is_repeatable(error) else None
            if seconds is None:
                raise
            why = f"{type(error).__name__}: {error}"
        repeats += 1
        # Of the whole call nothing was carried out. Where that is so of some parts alone, it counts as having left
        # until it is recorded how the others ended.
        wire.left = False
        with waiting():
            what = f"It was not carried out; trying again in {seconds:.1f} s ({repeats} of {policy.max_repeats})."
            run.log("info", component, f"{why} {what}")
            run.wait(seconds)
