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
#: Calls a second to the Conversations API.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
CONVERSATION_CALLS_PER_SECOND = 2.0

#: The lanes of a Page. While `stop` is not free, no other lane is: there a rate limit that one process met is told to
#: all others.
LANE_MESSAGES = "messages"
LANE_MEDIA = "media"
LANE_STOP = "stop"
LANE_CONVERSATIONS = "conversations"

#: For how long a call may take a lane that was not free before it: so much of a second, and no more, is sent above
#: Meta's figure in any second. A call that takes longer leaves a gap before it too.
BURST_SECONDS = 0.04

#: By how much two who read the same clock may differ, so that it is not taken for one that was set.
_SAME_SECONDS = 1.0


class Slot(NamedTuple):
    """What a call takes of a lane.

    Attributes:
        lane: Which one.
        seconds: For how long the lane is taken by it: messages divided by messages a second.
        gap: For how long the lane has been free before it.
    """

    lane: str
    seconds: float
    gap: float = 0.0


def slot_for(lane: str, count: int, per_second: float) -> Slot:
    """Return what a call with so many messages takes of a lane, so that no second sees more than a little too many.

    Example:
        >>> place_for(LANE_MESSAGES, 60, 300)
        Place(lane='messages', seconds=0.2, gap=0.16)
        >>> place_for(LANE_MEDIA, 1, 10)
        Place(lane='media', seconds=0.1, gap=0.0)
    """
    seconds = count / per_second
    return Slot(lane, seconds, max(0.0, seconds - max(BURST_SECONDS, 1 / per_second)))


def next_slot(free_at: float, now: float, seconds: float, gap: float = 0.0) -> tuple[float, float]:
    """Return how long to wait for a place in a lane, and when the lane is free again after it.

    Args:
        free_at: When the lane is free.
        now: The time.
        seconds: For how long it is taken.
        gap: For how long it has been free before that.

    Example:
        >>> next_place(12.0, 10.0, 0.5)
        (2.0, 12.5)
        >>> next_place(0.0, 10.0, 0.5)
        (0.0, 10.5)
    """
    begins = max(now, free_at + gap)
    return begins - now, begins + seconds


def by_this_clock(free_at: float, seen: float, now: float) -> float:
    """Return when a lane is free again, where the clock may have been set back since it was last seen.

    Example:
        >>> by_this_clock(free_at=1005.0, seen=1000.0, now=1002.0)
        1005.0
        >>> by_this_clock(free_at=1005.0, seen=1000.0, now=400.0)
        405.0
    """
    return free_at - (seen - now) if seen - now > _SAME_SECONDS else free_at
