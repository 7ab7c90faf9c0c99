"""Quiet hours of runs: which runs wait for their end, and by which time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from ...ledger.collections import Collections
    from ...runner.load.triggers.quiet_hours import QuietHours
    from ..store.records import RunRow


def quiet_until(hours: QuietHours, run: RunRow, now: float, collections: Collections) -> tuple[float, str] | None:
    """Return when the quiet hours end for which a run has to wait, and their time zone; None where it has not to.

    A run that answers what somebody has just written waits only where the file says so. One that continues since nobody
    has answered waits by the time zone of that person. One that is about many people, whose time zones differ, begins
    all the same: it stops before the first message that would disturb somebody.

    Args:
        hours: The quiet hours of its workflow.
        run: The run.
        now: The moment, in Unix seconds.
        collections: Holds the time zones of people.
    """
    if _is_awaited(run) and not hours.answers:
        return None
    psid = run.person.rpartition("/")[2] if run.is_answer and run.person is not None else None
    if psid is None and hours.people:
        return None
    zone = hours.zone if psid is None else zone_of(hours, psid, collections)
    until = hours.end_at(now, zone)
    return None if until is None else (until, zone)


def _is_awaited(run: RunRow) -> bool:
    """Whether somebody has just written what the run answers."""
    return run.is_answer and not (run.waits is not None and run.waits.get("facts", True) is None)


def zone_of(hours: QuietHours, psid: str, collections: Collections) -> str:
    """Return the time zone of a person: that in the collection where it is one, else that of the quiet hours."""
    if not hours.people:
        return hours.zone
    found = collections.get(hours.people, psid)
    zone = None if found is None else found.value
    if isinstance(zone, dict):
        zone = zone.get("timezone")
    try:
        return ZoneInfo(zone).key if isinstance(zone, str) else hours.zone
    except (KeyError, ValueError, OSError):
        return hours.zone
