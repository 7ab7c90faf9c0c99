"""What a broadcast is about to do, shown before it begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ledger.pace import INBOX_PER_SECOND
from .progress import duration

if TYPE_CHECKING:
    from .pace import Pace

#: Seconds until a call of fifty is usually answered; only for this estimate.
USUAL_CALL_SECONDS = 5.0


def confirmation(page: str, total: int | None, pace: Pace, before: int = 0, known: str = "") -> str:
    """Return in words how many people get a message, how long it takes, and what a crash could leave unknown.

    Args:
        page: The Page that writes, in words.
        total: How many people, or None where that is not known.
        pace: How fast, and how many at once.
        before: How many messages an earlier attempt of the run has sent.
        known: Sentences about ids that look damaged and about an earlier run of the same job, or nothing.
    """
    people = "an unknown number of people" if total is None else f"{total:,} people" if total != 1 else "one person"
    left = None if total is None else max(total - before, 0)
    takes = "" if left is None else f", which takes about {duration(left / pace.rate + USUAL_CALL_SECONDS)}"
    at_once = round(min(pace.most_in_flight, pace.rate * USUAL_CALL_SECONDS, left if left is not None else 1e12))
    already = f"This run has sent {before:,} messages before and sends none of them again. " if before else ""
    too_fast = pace.rate > INBOX_PER_SECOND and (left is None or left > INBOX_PER_SECOND)
    inbox = f"The Page's inbox does not show them all; at rate={INBOX_PER_SECOND:g} it would. " if too_fast else ""
    return (
        f"{page} is about to write to {people}{takes}, at {pace.rate:g} messages a second. {already}{known}{inbox}"
        f"A crash of this machine could leave up to {max(at_once, 1):,} of them unknown: these are never written to "
        "again by themselves."
    )
