"""How fast a Page may send, for all processes and machines that write to the same ledger.

Each lane of a Page has a time at which it is free again (GCRA). A call reserves the next free slot, which moves that
time on, and learns how long to wait; nothing is polled.

Source: https://developers.facebook.com/docs/messenger-platform/overview/rate-limiting (checked 2026-11-24).
"""

from __future__ import annotations

from typing import NamedTuple

#: Messages a second: texts, links, reactions and stickers; recordings and films; and what the Page's inbox still shows.
MESSAGES_PER_SECOND = 300.0
MEDIA_PER_SECOND = 10.0
INBOX_PER_SECOND = 40.0
#: Answers a second that do not wait for what a broadcast has reserved. Each broadcast under way reserves one batch at a
#: time, at most 0.3 s ahead; for each of them at most 15 messages more than Meta's figure are sent in any second.
ANSWERS_PER_SECOND = 50.0
#: Calls a second to the Conversations API.
#: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
CONVERSATION_CALLS_PER_SECOND = 2.0

#: The lanes of a Page. While `stop` is not free, no other lane is: it shares a rate limit that one process met with
#: all others.
LANE_MESSAGES = "messages"
LANE_MEDIA = "media"
LANE_STOP = "stop"
#: Who has a slot in this lane overtakes those that wait in `messages`. It moves that lane on all the same.
LANE_ANSWERS = "answers"
LANE_CONVERSATIONS = "conversations"

#: The longest slot without a gap before it. In any second, at most this much above Meta's figure is sent. A longer slot
#: needs a gap before it.
BURST_SECONDS = 0.04

#: The largest difference between two readings of the same clock by which it does not count as set back.
_SAME_SECONDS = 1.0


class Slot(NamedTuple):
    """The time in a lane that one call needs.

    Attributes:
        lane: The lane.
        seconds: The length of the slot: messages divided by messages a second.
        gap: How long the lane must be free before it.
    """

    lane: str
    seconds: float
    gap: float = 0.0


def slot_for(lane: str, count: int, per_second: float) -> Slot:
    """Return the slot for a call with some messages; its gap keeps any second close to the rate.

    Example:
        >>> slot_for(LANE_MESSAGES, 60, 300)
        Slot(lane='messages', seconds=0.2, gap=0.16)
        >>> slot_for(LANE_MEDIA, 1, 10)
        Slot(lane='media', seconds=0.1, gap=0.0)
    """
    seconds = count / per_second
    return Slot(lane, seconds, max(0.0, seconds - max(BURST_SECONDS, 1 / per_second)))


def next_slot(free_at: float, now: float, seconds: float, gap: float = 0.0) -> tuple[float, float]:
    """Return how long to wait for a slot in a lane, and when the lane is free again after it.

    Args:
        free_at: When the lane is free.
        now: The time.
        seconds: The length of the slot.
        gap: How long the lane must be free before it.

    Example:
        >>> next_slot(12.0, 10.0, 0.5)
        (2.0, 12.5)
        >>> next_slot(0.0, 10.0, 0.5)
        (0.0, 10.5)
    """
    begins = max(now, free_at + gap)
    return begins - now, begins + seconds


def by_this_clock(free_at: float, seen: float, now: float) -> float:
    """Return when a lane is free again by the current clock, which may have been set back since the last reading.

    Example:
        >>> by_this_clock(free_at=1005.0, seen=1000.0, now=1002.0)
        1005.0
        >>> by_this_clock(free_at=1005.0, seen=1000.0, now=400.0)
        405.0
    """
    return free_at - (seen - now) if seen - now > _SAME_SECONDS else free_at
