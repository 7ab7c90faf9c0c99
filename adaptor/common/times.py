"""Times as people read them: a moment by the clock of a place."""

from __future__ import annotations

from ..core.errors import InvalidValue, WrongCall
from ..core.operation import Value
from ..core.state import a_kind
from ..core.values.lazy import Lazy
from .calculation import checked_calculation, wrong_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, tzinfo
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"

#: Unix times from here on are in milliseconds: in seconds it would be the year 5138.
MILLISECONDS_FROM = 100_000_000_000
#: What to do about a time without a zone: mostly it is local already.
LOCAL_FIX = (
    "Such a time is local already where no zone is meant: leave local_time() out and format it as it is. Where only "
    "some rows lack a zone, give them theirs: datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(…)).isoformat()."
)
#: Numbers from here on are no time, in nanoseconds neither.
_NO_TIME = 10**20


def unix_seconds(moment: float) -> float:
    """Return a Unix time in seconds; from a certain size on it was given in milliseconds.

    Raises:
        ValueError: It is not finite, or so far away that it is no time.

    Example:
        >>> unix_seconds(1796081400), unix_seconds(1796081400000)
        (1796081400, 1796081400.0)
    """
    # A number that is not a number is not smaller either.
    if not abs(moment) < _NO_TIME:
        raise ValueError(f"{str(moment)[:40]} is no Unix time")
    return moment / 1000 if abs(moment) >= MILLISECONDS_FROM else moment


def unix_time(value: Any) -> float | None:
    """Return the Unix time in seconds of a number or of its digits; None where a value is neither.

    Eight digits and fewer are no Unix time of a message or an appointment: `20261130` is a day in ISO form.

    Raises:
        ValueError: It is not finite, or so far away that it is no time.

    Example:
        >>> unix_time("1796081400000"), unix_time("20261130"), unix_time("2026-11-30")
        (1796081400.0, None, None)
    """
    if isinstance(value, str):
        digits = value.strip()
        return unix_seconds(int(digits)) if digits.isdecimal() and len(digits) > 8 else None
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return unix_seconds(value)


def _check_zone(value: Any = None, zone: Any = None) -> None:
    if zone is not None and not isinstance(zone, Lazy):
        time_zone(zone, "zone", "local_time")


@checked_calculation(_check_zone)
def local_time(value: Value[Any], zone: Value[str]) -> datetime:
    """Return a moment as the clocks of a place show it.

    Args:
        value: ISO text with `Z` or an offset (`2026-11-30T23:30:00Z`), a datetime that knows its offset, or Unix time
            in seconds or milliseconds, as a number or in digits.
        zone: The place, by its name in the time zone database (`Africa/Nairobi`), or a `tzinfo`.

    Returns:
        A datetime of that place, lazily where an argument is. In a text, `{local_time(…):%A %d %B %H:%M}` writes it.

    Raises:
        WrongCall: There is no such zone; where its name is written in the script, before anything is sent.
        InvalidValue: The value is no moment: it is no date, or has no time zone or offset.

    Example:
        >>> f"{local_time('2026-11-30T23:30:00Z', 'Africa/Nairobi'):%A %H:%M}"
        'Tuesday 02:30'
    """
    return _moment(value).astimezone(time_zone(zone, "zone", "local_time"))


def _moment(value: Any) -> datetime:
    from datetime import UTC, datetime

    from ..core.values.date_forms import DAY_NUMBER_FIX, date_fix, is_day_number

    if isinstance(value, int | float) and is_day_number(value):
        raise _no_moment(f"as a Unix time {value} is in 1970", DAY_NUMBER_FIX)
    try:
        seconds = unix_time(value)
        if seconds is not None:
            return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise _no_moment(f"{str(value)[:60]} is no Unix time") from None
    if isinstance(value, str):
        text = value.strip()
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            what = repr(value) if len(value) <= 60 else "a long text"
            what = f"{what} is no date with a time in ISO form" if text else "it is empty"
            raise _no_moment(what, date_fix(value)) from None
    if not isinstance(value, datetime):
        raise _no_moment(f"{a_kind(value)} is no moment")
    if value.tzinfo is None:
        raise _no_moment(f"{value.isoformat()} has no time zone or offset", LOCAL_FIX)
    return value


def _no_moment(what: str, fix: str | None = None) -> InvalidValue:
    return InvalidValue(
        f"local_time() cannot read the time: {what}.",
        fix=fix or 'Give ISO text with Z or an offset ("2026-11-30T23:30:00+03:00"), or Unix time.',
        code="NO_MOMENT",
    )


def time_zone(zone: Any, name: str, called: str) -> tzinfo:
    """Return a time zone by its name, or as it is.

    Args:
        zone: Such as `Africa/Nairobi`, or a `tzinfo`.
        name: What the argument is called.
        called: The function that it was given to.

    Raises:
        WrongCall: There is no such zone.
    """
    from datetime import UTC, tzinfo

    if zone == "UTC":
        return UTC
    if isinstance(zone, tzinfo):
        return zone
    if not isinstance(zone, str):
        raise wrong_kind(name, called, "a name such as 'Africa/Nairobi' or a tzinfo", zone)
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise _unknown_zone(zone) from None


def _unknown_zone(zone: str) -> WrongCall:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    known = available_timezones()
    if not known:
        return WrongCall(
            "This machine has no list of timezones.", fix="Install one: pip install tzdata.", code="UNKNOWN_TIMEZONE"
        )
    match = get_close_matches(zone, sorted(known), n=1)
    hint = f" Did you mean {match[0]!r}?" if match else ""
    return WrongCall(
        f"There is no timezone {repr(zone) if len(zone) <= 60 else a_kind(zone)}.{hint}",
        fix="Names are those of the IANA list: 'Africa/Nairobi', 'Asia/Manila', 'UTC'.",
        code="UNKNOWN_TIMEZONE",
    )
