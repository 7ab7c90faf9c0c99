"""Reading collections, and the queries that say which items are meant."""

from __future__ import annotations

from ...core.errors import InvalidValue, JobError, WrongCall
from ...core.run.context import current_run
from ...core.state import a_kind
from .arguments import checked_collection, checked_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from typing import Any

    from ...core.run.context import Run
    from ...ledger.collections import Item, Query
    from ...ledger.run_collections import RunCollections


def store_of(run: Run) -> RunCollections:
    """Return the collections of a run.

    Raises:
        JobError: The run has none, since no runner has started it.
    """
    # Opening a database takes longer than a whole job that sends nothing.
    from ...ledger.run_collections import collections_of

    found = collections_of(run)
    if found is None:
        raise JobError(
            "Collections are kept in the ledger of a run, and no runner has started this one.",
            fix="Run the job with `adaptor run`, or with run() of adaptor.runner.",
            code="NO_LEDGER",
        )
    return found


def listed(
    collection: Any,
    key: Any = "*",
    *,
    created_before: Any = None,
    created_after: Any = None,
    updated_before: Any = None,
    updated_after: Any = None,
    limit: Any = None,
    cursor: Any = None,
) -> Iterator[dict[str, Any]]:
    """Yield the items of a collection that are meant, as plain objects, without holding them all."""
    most = checked_limit(limit)
    name = checked_collection(collection)
    query = query_of(key, created_before, created_after, updated_before, updated_after, cursor)
    for number, item in enumerate(store_of(current_run()).items(name, query), start=1):
        yield as_object(item)
        if number == most:
            return


def query_of(
    key: Any,
    created_before: Any = None,
    created_after: Any = None,
    updated_before: Any = None,
    updated_after: Any = None,
    cursor: Any = None,
) -> Query:
    """Return the query for the arguments of an operation."""
    from ...ledger.collections import Query

    return Query(
        checked_key(key, is_one=False),
        _moment(created_before, "created_before"),
        _moment(created_after, "created_after", is_end=True),
        _moment(updated_before, "updated_before"),
        _moment(updated_after, "updated_after", is_end=True),
        "" if cursor is None else checked_key(cursor, is_one=True),
    )


def checked_limit(limit: Any) -> int | None:
    """Return how many items are wanted, or None for all.

    Raises:
        WrongCall: It is no whole number from 1 on.
    """
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        shown = str(limit) if isinstance(limit, int) else a_kind(limit)
        raise WrongCall(f"`limit` is {shown}.", fix="Give a whole number from 1 on, or leave it out for all.")
    return limit


def as_object(item: Item) -> dict[str, Any]:
    """Return an item as a job sees it."""
    return {
        "key": item.key,
        "value": item.value,
        "created": time_text(item.created),
        "updated": time_text(item.updated),
    }


def _moment(value: Any, name: str, *, is_end: bool = False) -> float | None:
    """Return a moment in Unix seconds: of a day its first one, or the one after its last."""
    if value is None:
        return None
    from datetime import UTC, date, datetime, timedelta

    from ..cursor import moment_of

    moment: datetime | None = moment_of(value, UTC)
    if moment is None:
        raise InvalidValue(
            f"`{name}` is no time.", fix='Give ISO text such as "2026-11-30", "2 days ago", a date or a datetime.'
        )
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    is_day = is_day or (isinstance(value, str) and len(value.strip()) == len("2026-11-30") and value.strip()[4] == "-")
    return (moment + timedelta(days=int(is_end and is_day))).timestamp()


def time_text(moment: float) -> str:
    """Return a moment as ISO text in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
