"""Quiet hours: the time of day at which a workflow sends nothing that nobody waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

#: More changes of the clock than one night can have.
_MOST_STEPS = 4


class QuietHours(NamedTuple):
    """The quiet hours of a workflow.

    Attributes:
        begin: Their first minute of the day, from 0 to 1439.
        end: The first minute after them, from 0 to 1439; before `begin` where they go over midnight.
        zone: The time zone by which they are meant.
        people: The collection that holds the time zone of each person by PSID; empty where all have `zone`.
        answers: Answers to what people write wait too.
    """

    begin: int
    end: int
    zone: str = "UTC"
    people: str = ""
    answers: bool = False

    def end_at(self, now: float, zone: str | None = None) -> float | None:
        """Return when the quiet hours end in which a moment lies; None where it lies in none.

        They are meant by the clock on the wall. An end that is skipped because clocks are put forward is the moment
        at which they are put forward to or beyond it; one that comes twice is its second time.

        Args:
            now: The moment, in Unix seconds.
            zone: The time zone in place of `zone`.

        Example:
            >>> hours = QuietHours(21 * 60, 7 * 60 + 30, "Africa/Nairobi")
            >>> night = datetime(2026, 11, 28, 23, tzinfo=ZoneInfo("Africa/Nairobi")).timestamp()
            >>> hours.end_at(night) - night, hours.end_at(night + 9 * 3600)
            (30600.0, None)
        """
        place = ZoneInfo(zone or self.zone)
        found = now
        for _ in range(_MOST_STEPS):
            local = datetime.fromtimestamp(found, place)
            if not self._is_in(local.hour * 60 + local.minute):
                break
            found = self._next_end(local)
        return found if found > now else None

    def _is_in(self, minute: int) -> bool:
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    def _next_end(self, local: datetime) -> float:
        """Return the next moment after a local time at which the clock shows the end."""
        days = 1 if local.hour * 60 + local.minute >= self.end else 0
        day = (local + timedelta(days=days)).date()
        wanted = datetime(day.year, day.month, day.day, self.end // 60, self.end % 60, tzinfo=local.tzinfo)
        both = {wanted.replace(fold=fold).timestamp() for fold in (0, 1)}
        later = [moment for moment in both if moment > local.timestamp()]
        if _exists(wanted):
            return max(later)
        # The clock jumps over it: from the jump on it shows a later time.
        return _jump(min(both), local.tzinfo)


def _exists(local: datetime) -> bool:
    return local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) == local.replace(tzinfo=None)


def _jump(near: float, zone: object) -> float:
    """Return the moment near another one at which the clock of a zone is put forward."""
    assert isinstance(zone, ZoneInfo)
    first, last = near - 86_400, near + 86_400
    before = datetime.fromtimestamp(first, zone).utcoffset()
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            first = middle
        else:
            last = middle
    return float(last)
