"""The moments of a schedule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronsim import CronSim

if TYPE_CHECKING:
    from ...runner.load.triggers.trigger import Schedule


def latest_moment(schedule: Schedule, after: float, now: float) -> datetime | None:
    """Return the latest moment of a schedule in a time, or None where there is none: missed moments count as one.

    Where clocks are put forward, a moment that does not exist is the next one that does; where they are put back, a
    moment that exists twice comes once.

    Args:
        schedule: The schedule.
        after: Later than this, in Unix seconds.
        now: Not later than this.

    Example:
        >>> from adaptor.runner.load.triggers.trigger import Schedule
        >>> str(latest_moment(Schedule("0 9 * * *", "Africa/Nairobi"), 1796000000, 1796200000))
        '2026-12-02 09:00:00+03:00'
    """
    # Backwards from the next minute, which itself is not meant.
    minute = datetime.fromtimestamp(now, UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    moment = next(CronSim(schedule.expression, minute.astimezone(ZoneInfo(schedule.zone)), reverse=True), None)
    return moment if moment is not None and moment.timestamp() > after else None
