"""The cursor: how far the last run came, so that the next one continues from there."""

from __future__ import annotations

from ..core.errors import JobError, MissingReference
from ..core.operation import Callback, Operation, Value, builder_of
from ..core.run.context import current_run
from ..core.state import State, a_kind
from ..core.values.arguments import Deferred
from ..core.values.lazy import Lazy
from .calculation import wrong_kind
from .times import time_zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime, tzinfo
    from typing import Any, Concatenate, ParamSpec

    P = ParamSpec("P")

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"

#: Words that mean the moment at which the run started.
_NOW = ("now", "start", "end")
_WORDS = "now, start, end, today, yesterday, `3 hours ago` and `2 days ago`"
#: Patterns, which `re` compiles when they are first used.
_AGO = r"(\d{1,9})\s+(hour|day)s?\s+ago"
_ISO = r"\d{4}-\d\d-\d\d([T ].+)?"


def _or_none(state: State, reference: Lazy) -> Any:
    """Return what a reference leads to, or None where its path does not exist, as before the first run of a job."""
    try:
        return reference.__resolve__(state)
    except MissingReference as error:
        if error.code != MissingReference.code:
            raise
        return None


class _Cursor(Operation):
    """What `cursor` makes: with a default, the position may be missing."""

    __slots__ = ()

    def __init__(
        self, build: Callable[..., Operation], function: Callable[..., Any], args: tuple[Any, ...], kwargs: Any
    ) -> None:
        default = args[2] if len(args) > 2 else kwargs.get("default")
        value = args[0] if args else kwargs.get("value")
        is_wrapped = isinstance(value, Deferred) and value.__function__ is _or_none
        if default is not None and isinstance(value, Lazy) and not is_wrapped:
            value = Deferred(_or_none, (value,), reads_state=True, written=repr(value))
            args, kwargs = ((value, *args[1:]), kwargs) if args else (args, {**kwargs, "value": value})
        super().__init__(build, function, args, kwargs)


def _keeping(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Cursor)


@_keeping
def cursor(
    state: State,
    value: Value[Any],
    key: Value[str] = "cursor",
    default: Value[Any] = None,
    format_: Callback[[Any], Any] | None = None,
    *,
    timezone: Value[str | tzinfo] = "UTC",
) -> State:
    """Keep a position in the state: a time, a page number, whatever the next run starts from.

    Args:
        value: `now`, `start` and `end` mean the moment at which the run started; `3 hours ago` counts back from it;
            `today`, `yesterday` and `2 days ago` are the start of that day. A datetime is a moment (without a zone of
            its own it is read in `timezone`), a date the start of that day. Anything else, such as a page number or
            the ISO text of an earlier run, is kept as it is.
        key: Where in the state it is kept.
        default: Used in place of a value that is None, or of a path that does not exist: on a first run there is no
            `state.cursor` yet. The same words work.
        format_: Called with the moment as a datetime in `timezone`, also where ISO text was given, and with anything
            else as it is. What it returns is kept; where that is None, what would be kept without it.
        timezone: Whose days are meant: a name such as `Africa/Nairobi`, or a `tzinfo`. Default: UTC. Names are those
            of the machine's IANA list; where it has none (small containers, Windows), `pip install tzdata`.

    Returns:
        An operation. `state[key]` becomes the value; moments are ISO text in UTC, `2024-06-15T13:45:30.123Z`.

    Raises:
        JobError: A text says "… ago" in a way that is not known, or there is no such timezone.
        WrongCall: An argument is of the wrong kind.

    Example:
        >>> from datetime import date
        >>> cursor(date(2024, 6, 15), timezone="Africa/Nairobi")({})
        {'cursor': '2024-06-14T21:00:00.000Z'}
        >>> from adaptor import state
        >>> cursor(state.cursor, default=1)({}), cursor(state.cursor, default=1)({"cursor": 5})
        ({'cursor': 1}, {'cursor': 5})
    """
    if not isinstance(key, str) or not key:
        raise wrong_kind("key", "cursor", "a text that is not empty; options are given by name", key)
    zone = time_zone(timezone, "timezone", "cursor")
    given = default if value is None else value
    moment = _moment(given, zone)
    kept: Any = given if moment is None else _iso(moment)
    if format_ is not None and given is not None:
        if moment is None and isinstance(given, str):
            moment = _read_iso(given, zone)
        formatted = format_(given if moment is None else moment.astimezone(zone))
        kept = kept if formatted is None else _json(formatted)
    run = current_run()
    run.log("debug", "job", f"{key} is {run.shown(kept)}")
    return {**state, key: kept}


def moment_of(value: Any, zone: tzinfo) -> datetime | None:
    """Return the moment that a datetime, a date, ISO text or words such as `2 days ago` mean, or None."""
    moment = _moment(value, zone)
    return _read_iso(value, zone) if moment is None and isinstance(value, str) else moment


def _moment(value: Any, zone: tzinfo) -> datetime | None:
    """Return the moment that a value means, or None where it is no time."""
    if isinstance(value, str):
        return _words(value, zone)
    if value is None or isinstance(value, bool | int | float | dict | list):
        return None
    from datetime import date, datetime

    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return _start_of(value, zone)
    return None


def _words(text: str, zone: tzinfo) -> datetime | None:
    from datetime import timedelta

    words = text.strip().lower()
    now = current_run().started
    if words in _NOW:
        return now
    today = now.astimezone(zone).date()
    if words == "today":
        return _start_of(today, zone)
    if words == "yesterday":
        return _start_of(today - timedelta(days=1), zone)
    if not words.endswith(" ago"):
        return None
    import re

    match = re.fullmatch(_AGO, words)
    if match is None:
        raise JobError(
            f"{current_run().path[-1][0]}() does not know the time {_short(text)}.",
            fix=f"It knows {_WORDS}.",
            code="UNKNOWN_TIME",
        )
    count = int(match[1])
    try:
        if match[2] == "hour":
            return now - timedelta(hours=count)
        return _start_of(today - timedelta(days=count), zone)
    except (OverflowError, ValueError):
        raise JobError(
            f"{_short(text)} is before the year 1.", fix="Give a smaller number.", code="UNKNOWN_TIME"
        ) from None


def _start_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of a day; where clocks are set at midnight that is not always 00:00."""
    from datetime import datetime, time

    return datetime.combine(day, time(), zone)


def _read_iso(text: str, zone: tzinfo) -> datetime | None:
    import re
    from datetime import datetime

    if not re.fullmatch(_ISO, text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _iso(moment: datetime) -> str:
    from datetime import UTC

    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        raise JobError("The time lies outside the years 1 to 9999.", code="UNKNOWN_TIME") from None
    return f"{utc.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _json(value: Any) -> Any:
    """Write the times that a format may return as text: a state is JSON."""
    if value is None or isinstance(value, str | bool | int | float | dict | list):
        return value
    from datetime import date, datetime, time

    if isinstance(value, datetime) and value.tzinfo is not None:
        return _iso(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _short(text: str) -> str:
    # Half a secret in a text that was cut would not be redacted.
    return repr(text) if len(text) <= 60 else a_kind(text)
