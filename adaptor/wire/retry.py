"""Retries of calls that were certainly not carried out: the policy, and the one loop that applies it."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..core.errors import AdaptorError, NotSent
from .departure import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from ..core.run.context import Run

T = TypeVar("T")

#: The first wait where the other side does not say how long; it doubles with each retry.
FIRST_WAIT_SECONDS = 1.0
#: The same after a failed connection: a mistyped address should fail soon.
FIRST_WAIT_UNCONNECTED_SECONDS = 0.25


class RetryPolicy(NamedTuple):
    """How often a call is retried.

    Attributes:
        max_retries: The most retries of a call.
        max_wait: The longest wait before a retry, in seconds; a call that needs a longer one fails.
    """

    max_retries: int
    max_wait: float

    def wait_before(self, repeats: int, error: AdaptorError) -> float | None:
        """Return the seconds to wait before the next retry, or None if the call is not retried.

        Args:
            repeats: The number of retries before.
            error: The error of the last try; its `retry_after`, if it has one, is the wait.
        """
        if repeats >= self.max_retries:
            return None
        asked: float | None = getattr(error, "retry_after", None)
        first = FIRST_WAIT_UNCONNECTED_SECONDS if isinstance(error, NotSent) else FIRST_WAIT_SECONDS
        # With jitter, so that many jobs that failed together do not retry together.
        seconds = asked or first * 2**repeats * random.uniform(0.75, 1.25)
        return seconds if seconds <= self.max_wait else None


def call_with_retries(
    make: Callable[[], T],
    policy: RetryPolicy,
    run: Run,
    *,
    component: str,
    is_retryable: Callable[[AdaptorError], Any],
    waiting: Callable[[], AbstractContextManager[object]],
) -> T:
    """Make a call, and retry it while it was certainly not carried out and had time left.

    Args:
        make: Makes the call.
        policy: How often it is retried.
        run: Waits and logs.
        component: The component in the log lines.
        is_retryable: Whether a call with this error was certainly not carried out and may be retried.
        waiting: Returns a context that is open during each wait.

    Raises:
        AdaptorError: The error of the last try.
    """
    wire.left = False
    repeats = 0
    while True:
        try:
            return make()
        except AdaptorError as error:
            # A call that has used up its whole time would do so again.
            is_over = time.monotonic() >= wire.deadline
            seconds = policy.wait_before(repeats, error) if is_retryable(error) and not is_over else None
            if seconds is None:
                raise
            why = f"{type(error).__name__}: {error}"
        repeats += 1
        # The whole call was not carried out, so an interruption during the wait leaves nothing unknown. If only some
        # parts failed, it stays True until the outcomes of the others are recorded.
        wire.left = False
        with waiting():
            what = f"It was not carried out; trying again in {seconds:.1f} s ({repeats} of {policy.max_retries})."
            run.log("info", component, f"{why} {what}")
            run.wait(seconds)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the other system asks to wait, given as a number or as a date by its own clock."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
    try:
        now = parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, OverflowError):
        now = time.time()
    return max(0.0, until - now)
