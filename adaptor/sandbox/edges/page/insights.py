"""Messaging insights, counted from what happened in the sandbox: `GET /{PAGE_ID}/insights`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/analytics/messaging-insights
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages.message_fields import time_of
from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.state.records import Gesture, Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_METRICS: Final = {
    "page_messages_total_messaging_connections": (
        "total messaging connections",
        "The number of people who can be sent messages by the Page.",
    ),
    "page_messages_new_conversations_unique": (
        "unique new conversations count",
        "The number of conversations that began with people who had never messaged the Page before.",
    ),
    "page_messages_blocked_conversations_unique": (
        "unique blocked conversations count",
        "The number of conversations with the Page that people have blocked.",
    ),
    "page_messages_reported_conversations_unique": (
        "unique reported conversations count",
        "The number of conversations with the Page that people have reported.",
    ),
}
_PERIODS: Final = {"day": 1, "week": 7, "days_28": 28, "month": 30}
_RANGE: Final = "total_over_range"
_TITLES: Final = {"day": "Daily", "week": "Weekly", "days_28": "28 Days", "month": "Monthly"}
_DEFAULT_DAYS: Final = 2
_MANY_DAYS: Final = 93
_FIRST_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_TIME: Final = datetime(9000, 1, 1, tzinfo=UTC)


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the values of each metric: one for each day, or one for the whole range."""
    metrics = list(dict.fromkeys(call.words("metric")))
    if not metrics:
        raise invalid("The parameter metric is required")
    for metric in metrics:
        if metric not in _METRICS:
            raise invalid(f"The value must be a valid insights metric: {metric}")
    period = str(call.parameters.get("period") or "day")
    if period not in {*_PERIODS, _RANGE}:
        raise invalid(f'Param period must be one of {{{", ".join([*_PERIODS, _RANGE])}}} - got "{period}".')
    now = page.clock.now()
    until = _read_time(call.parameters.get("until"), "until") or now
    since = _read_time(call.parameters.get("since"), "since") or until - timedelta(days=_DEFAULT_DAYS)
    if since > until:
        raise invalid("The param since must be before until")
    if until - since > timedelta(days=_MANY_DAYS):
        raise invalid(f"The time between since and until is more than {_MANY_DAYS} days")
    return {"data": [_show(call, page, metric, period, since, until) for metric in metrics]}


def _show(
    call: GraphCall, page: PageState, metric: str, period: str, since: datetime, until: datetime
) -> dict[str, Any]:
    moments = _moments(page, metric)
    if period == _RANGE:
        given = call.parameters.get("until")
        end = str(given) if given is not None else str(int(until.timestamp()))
        values = [{"value": sum(since <= at <= until for at in moments), "end_time": end}]
        return {"name": metric, "period": period, "values": values}
    values = []
    for day in _days(since, until):
        start = day - timedelta(days=_PERIODS[period])
        count = sum((metric.endswith("connections") or start < at) and at <= day for at in moments)
        values.append({"value": count, "end_time": time_of(day)})
    title, description = _METRICS[metric]
    return {
        "name": metric,
        "period": period,
        "values": values,
        "title": f"{_TITLES[period]} {title}",
        "description": f"{_TITLES[period]}: {description}",
        "id": f"{page.page_id}/insights/{metric}/{period}",
    }


def _moments(page: PageState, metric: str) -> list[datetime]:
    """Give the times of the events that a metric counts."""
    if metric.endswith(("connections", "new_conversations_unique")):
        return [at for person in list(page.people) if (at := _first_written(page, person)) is not None]
    action = "blocks" if "blocked" in metric else "reports"
    found = (
        next((event.at for event in events if isinstance(event, Gesture) and event.action == action), None)
        for events in page.timeline.values()
    )
    return [at for at in found if at is not None]


def _first_written(page: PageState, psid: str) -> datetime | None:
    for event in page.timeline.get(psid, []):
        if isinstance(event, Incoming):
            return event.at
    # A person who wrote before the sandbox started.
    return page.people[psid].last_message_at


def _days(since: datetime, until: datetime) -> Iterator[datetime]:
    day = datetime(since.year, since.month, since.day, tzinfo=UTC) + timedelta(days=1)
    while day <= until + timedelta(days=1):
        yield day
        day += timedelta(days=1)


def _read_time(value: object, name: str) -> datetime | None:
    if value is None or value == "":
        return None
    text = str(value)
    try:
        if text.isascii() and text.isdigit():
            moment = datetime.fromtimestamp(int(text), UTC)
        else:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        moment = _FIRST_TIME
    # Days are counted before and after, so the ends of the calendar are refused too.
    if not _FIRST_TIME < moment < _LAST_TIME:
        raise invalid(f"Param {name} must be a time: a UNIX timestamp or a date")
    return moment
