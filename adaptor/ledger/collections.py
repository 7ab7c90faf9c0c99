"""The table of collections: values that jobs keep between runs, each under a key.

Every method is one transaction. A write is on the disk when the method returns.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from .database.database import from_text, to_text
from .errors import TakenOver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .database.database import Database
    from .leases.leases import Leases

#: Stands for any text in a key pattern.
WILDCARD = "*"
#: How many items are read at once.
PAGE_SIZE = 500

_COLUMNS = "n, item, value, created, updated"


class Item(NamedTuple):
    """One value of a collection.

    Attributes:
        key: Its key.
        value: The value, JSON.
        created: When the key was set first, in Unix seconds.
        updated: When it was set last, in Unix seconds.
    """

    key: str
    value: Any
    created: float
    updated: float


class Query(NamedTuple):
    """Which items of a collection are meant.

    Attributes:
        pattern: A key, in which `*` stands for any text.
        created_before: Only items whose key was set first before this moment, in Unix seconds.
        created_after: The same, at or after it.
        updated_before: Only items that were set last before this moment.
        updated_after: The same, at or after it.
        after: Only keys that come after this one.
    """

    pattern: str = WILDCARD
    created_before: float | None = None
    created_after: float | None = None
    updated_before: float | None = None
    updated_after: float | None = None
    after: str = ""

    def includes(self, item: Item) -> bool:
        """Whether an item is meant."""
        return (
            item.key > self.after
            and _matches(self.pattern, item.key)
            and _is_within(item.created, self.created_after, self.created_before)
            and _is_within(item.updated, self.updated_after, self.updated_before)
        )

    def conditions(self) -> tuple[str, list[Any]]:
        """Return SQL conditions that all meant items fulfil, with their values. Others may fulfil them too."""
        prefix = self.pattern.partition(WILDCARD)[0]
        found: list[tuple[str, Any]] = [("item >= ?", prefix or None), ("item < ?", end_of_prefix(prefix))]
        found += [("created < ?", self.created_before), ("created >= ?", self.created_after)]
        found += [("updated < ?", self.updated_before), ("updated >= ?", self.updated_after)]
        given = [(sql, value) for sql, value in found if value is not None]
        return "".join(f" AND {sql}" for sql, _ in given), [value for _, value in given]


class Collections:
    """The collections of a ledger."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases

    def get(self, collection: str, key: str) -> Item | None:
        """Return the item under a key, or None."""
        with self._database.reading():
            found = self._database.run(
                f"SELECT {_COLUMNS} FROM collections WHERE collection = ? AND item = ?", (collection, key)
            ).fetchone()
        return None if found is None else _read(found)

    def items(self, collection: str, query: Query = Query()) -> Iterator[Item]:  # noqa: B008 - a value
        """Yield the items that a query means, by key, without holding them all.

        Items are read page by page as they are needed. So a value that is set meanwhile is seen if its page was not
        read yet, and a removed one is not. Keys that are set for the first time meanwhile are never seen.
        """
        with self._database.reading():
            newest = self._database.run("SELECT max(n) FROM collections").fetchone()[0] or 0
        last = query.after
        while True:
            with self._database.reading():
                found = self._page(collection, query._replace(after=last), newest)
            for values in found:
                item = _read(values)
                if query.includes(item):
                    yield item
            if len(found) < PAGE_SIZE:
                return
            last = found[-1][1]

    def _page(self, collection: str, query: Query, newest: int) -> list[Any]:
        where, values = query.conditions()
        rows: list[Any] = self._database.run(
            f"SELECT {_COLUMNS} FROM collections WHERE collection = ? AND item > ? AND n <= ?{where} "
            "ORDER BY item LIMIT ?",
            (collection, query.after, newest, *values, PAGE_SIZE),
        ).fetchall()
        return rows

    def set(
        self, collection: str, values: Mapping[str, Any], *, holder: str | None = None, now: float | None = None
    ) -> None:
        """Set values: all of them or, after an error, none.

        Args:
            collection: The collection.
            values: The values, JSON, by their keys.
            holder: The id of the lease of the run that sets them, or None.
            now: The time, in Unix seconds. Default: by the database's clock.

        Raises:
            TakenOver: Another process has taken over the run. Nothing was set.
        """

        def work() -> None:
            self._check_lease(holder)
            moment = self._database.now() if now is None else now
            self._database.run_many(
                "INSERT INTO collections (collection, item, value, created, updated) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (collection, item) DO UPDATE SET value = excluded.value, updated = excluded.updated",
                # Always in the same order, so that two processes cannot deadlock. `null` is a value too.
                [(collection, key, to_text(values[key]) or "null", moment, moment) for key in sorted(values)],
            )

        self._database.transact(work, durable=True)

    def remove(self, collection: str, query: Query, *, holder: str | None = None) -> int:
        """Remove items.

        Args:
            collection: The collection.
            query: Which of them.
            holder: The id of the lease of the run that removes them, or None.

        Returns:
            How many were removed.

        Raises:
            TakenOver: Another process has taken over the run. Nothing was removed.
        """

        def work() -> int:
            self._check_lease(holder)
            newest = self._database.run("SELECT max(n) FROM collections").fetchone()[0] or 0
            last, removed = query.after, 0
            while True:
                found = self._page(collection, query._replace(after=last), newest)
                rows = [(values[0], values[4]) for values in found if query.includes(_read(values))]
                # An item that another process has set since it was read stays.
                removed += self._database.run_many("DELETE FROM collections WHERE n = ? AND updated = ?", rows)
                if len(found) < PAGE_SIZE:
                    return removed
                last = found[-1][1]

        return self._database.transact(work, durable=True)

    def names(self) -> list[tuple[str, int, float]]:
        """Return each collection that has items: its name, how many there are, and when one was set last."""
        with self._database.reading():
            found = self._database.run(
                "SELECT collection, count(*), max(updated) FROM collections GROUP BY collection ORDER BY collection"
            ).fetchall()
        return [(name, int(count), float(updated)) for name, count, updated in found]

    def clean_up(self) -> None:
        """Remove deleted values from the disk."""
        self._database.clean_up()

    def _check_lease(self, holder: str | None) -> None:
        if holder is not None and self._leases.is_valid(holder) is None:
            raise TakenOver


def is_pattern(key: str) -> bool:
    """Whether a key means any number of items."""
    return WILDCARD in key


def end_of_prefix(prefix: str) -> str | None:
    """Return the first text after all texts with a prefix, or None where there is none.

    Example:
        >>> end_of_prefix("2026-"), end_of_prefix("")
        ('2026.', None)
    """
    while prefix:
        following = ord(prefix[-1]) + 1
        if 0xD800 <= following <= 0xDFFF:
            # No database holds these.
            following = 0xE000
        if following <= 0x10FFFF:
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None


def _matches(pattern: str, key: str) -> bool:
    parts = pattern.split(WILDCARD)
    return re.fullmatch(".*".join(map(re.escape, parts)), key, re.DOTALL) is not None


def _is_within(moment: float, start: float | None, end: float | None) -> bool:
    return (start is None or moment >= start) and (end is None or moment < end)


def _read(values: Any) -> Item:
    _, key, value, created, updated = values
    return Item(key, from_text(value), float(created), float(updated))
