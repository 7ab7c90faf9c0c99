"""How fast a Page may send, for all processes and machines that write to the same ledger.

Each lane of a Page has a moment at which it is free again (GCRA): who wants to send takes the next free place and moves
that moment on. Waiting times are told, never polled for.

Source: https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting (checked 2026-11-24).
"""

from __future__ import annotations

from typing import NamedTuple

#: Messages a second: texts, links, reactions and stickers; recordings and films; and what the Page's inbox still shows.
MESSAGES_PER_SECOND = 300.0
MEDIA_PER_SECOND = 10.0
INBOX_PER_SECOND = 40.0

#: The lanes of a Page. `stop` is where a rate limit that one process met is told to all others.
LANE_MESSAGES = "messages"
LANE_MEDIA = "media"
LANE_STOP = "stop"

#: A lane that is not free for longer belongs to a clock that has jumped back; it is begun anew.
LONGEST_QUEUE_SECONDS = 600.0


class Place(NamedTuple):
    """What a call takes of a lane.

    Attributes:
        lane: Which one.
        seconds: For how long the lane is taken by it: messages divided by messages a second.
    """

    lane: str
    seconds: float


def next_place(free_at: float | None, now: float, seconds: float) -> tuple[float, float]:
    """Return how long to wait for a place in a lane, and when the lane is free again after it."""
    if free_at is None or free_at - now > LONGEST_QUEUE_SECONDS:
        free_at = now
    begins = max(now, free_at)
    return begins - now, begins + seconds
