"""Meta's rate limits, counted by the sandbox's clock, and the usage that the headers report.

Off by default, so that they do not slow ordinary tests.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta.errors import FAULTS, RATE, TOO_MANY_CALLS, GraphError, Refused

if TYPE_CHECKING:
    from datetime import datetime

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_MEDIA = frozenset({"audio", "video"})
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
# Count the people again after this many events.
_FRESH = 1000


@dataclass(frozen=True)
class RateLimits:
    """The rate limits (pages "Rate limits" and "Messenger Profile", checked 2026-11).

    Attributes:
        messages_per_second: Texts, links, reactions, stickers, images.
        media_per_second: Audio and video.
        conversations_per_second: Calls of the Conversations API.
        profile_per_10_minutes: Calls of the Messenger Profile API.
        calls_per_engaged_user: In 24 hours, times the number of people whom the Page can message.
        private_replies_per_hour: To posts and comments.
        platform_calls_per_user: In an hour, with the token of the app or of a user, times the number of people.
    """

    messages_per_second: int = 300
    media_per_second: int = 10
    conversations_per_second: int = 2
    profile_per_10_minutes: int = 10
    calls_per_engaged_user: int = 200
    private_replies_per_hour: int = 750
    platform_calls_per_user: int = 200


NAMES = tuple(each.name for each in fields(RateLimits))


@dataclass
class RateLimiter:
    """Counts calls while limits are on.

    Attributes:
        page: Whose calls, people and clock these are.
        limits: The limits; None: they are off.
    """

    page: PageState = field(repr=False)
    limits: RateLimits | None = None
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)
    _engaged: int = 0
    _counted_at: int = -_FRESH

    def switch(self, on: bool, **figures: int) -> None:
        """Switch the limits on, with Meta's figures or others, or off."""
        self.limits = replace(RateLimits(), **figures) if on else None
        self._seen.clear()

    def check(self, call: GraphCall) -> None:
        """Count a call, and refuse it if it exceeds a limit."""
        if self.limits is None:
            return
        limits, now, second = self.limits, self.page.clock.now(), timedelta(seconds=1)
        if call.identity != "page":
            self._spend("platform", self._platform(), _HOUR, now, FAULTS[4, None])
            return
        most = self._daily()
        if self._count("day", _DAY, now) >= most and self._count("day", _DAY, now) >= self._daily(fresh=True):
            raise Refused(TOO_MANY_CALLS)
        kind, edge = call.segments[0] if call.segments else "", call.edge
        if edge == "messages" and call.method == "POST":
            media = _kind_of_media(call.parameters.get("message")) in _MEDIA
            name, figure = ("media", limits.media_per_second) if media else ("messages", limits.messages_per_second)
            self._spend(name, figure, second, now)
            recipient = call.parameters.get("recipient")
            if isinstance(recipient, dict) and {"post_id", "comment_id"} & recipient.keys():
                self._spend("private replies", limits.private_replies_per_hour, _HOUR, now)
        elif edge in {"conversations", "threads"} or kind.startswith(("t_", "m_")):
            self._spend("conversations", limits.conversations_per_second, second, now)
        elif edge == "messenger_profile":
            self._spend("profile", limits.profile_per_10_minutes, timedelta(minutes=10), now)
        elif edge == "custom_user_settings":
            who = f"menu {call.parameters.get('psid')}"
            self._spend(who, limits.profile_per_10_minutes, timedelta(minutes=10), now)
        self._spend("day", self._daily(), _DAY, now)

    def platform_usage(self) -> int:
        """Give the used share of the hour's calls with the app's token, in percent."""
        if self.limits is None:
            return 1
        used = self._count("platform", _HOUR, self.page.clock.now())
        return max(1, used * 100 // self._platform())

    def usage(self) -> tuple[int, int]:
        """Give the used share of the day's calls, in percent, and the minutes until calls are possible again."""
        if self.limits is None:
            return 1, 0
        now = self.page.clock.now()
        used = self._count("day", _DAY, now)
        percent = max(1, used * 100 // self._daily())
        minutes = -(-(self._seen["day"][0] + _DAY - now) // timedelta(minutes=1)) if percent >= 100 else 0
        return percent, minutes

    def _daily(self, *, fresh: bool = False) -> int:
        figure = self.limits.calls_per_engaged_user if self.limits is not None else 0
        # To count a hundred thousand people for every call would take longer than the call.
        if fresh or self.page.events.number - self._counted_at >= _FRESH:
            self._engaged = sum(1 for person in self.page.people.values() if person.last_message_at is not None)
            self._counted_at = self.page.events.number
        return figure * max(self._engaged, 1)

    def _platform(self) -> int:
        figure = self.limits.platform_calls_per_user if self.limits is not None else 0
        return figure * max(len(self.page.people), 1)

    def _count(self, name: str, span: timedelta, now: datetime) -> int:
        seen = self._seen.setdefault(name, deque())
        while seen and now - seen[0] >= span:
            seen.popleft()
        return len(seen)

    def _spend(self, name: str, most: int, span: timedelta, now: datetime, error: GraphError = RATE) -> None:
        if self._count(name, span, now) >= most:
            raise Refused(error)
        self._seen[name].append(now)


def _kind_of_media(message: Any) -> str:
    # Nothing is checked yet: the kind may be an object, which no set can hold.
    attachment = message.get("attachment") if isinstance(message, dict) else None
    return str(attachment.get("type")) if isinstance(attachment, dict) else ""
