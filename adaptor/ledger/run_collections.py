"""Collections as one run uses them."""

from __future__ import annotations

from heapq import merge
from typing import TYPE_CHECKING, Any

from .collections import Item, Query
from .ledger import ledger_of
from .store import IN_MEMORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..core.run.context import Run
    from .store import Store


class RunCollections:
    """The collections of a run's ledger.

    Reading needs no ledger: where none exists, all collections are empty. The first write records the run.
    """

    def __init__(self, run: Run, to_read: Callable[[], Store | None]) -> None:
        self._run = run
        self._to_read = to_read

    def get(self, collection: str, key: str) -> Item | None:
        """Return the item under a key with its secrets restored, or None."""
        store = self._to_read()
        found = None if store is None else store.collections.get(collection, key)
        return None if found is None else self._restored(found)

    def items(self, collection: str, query: Query) -> Iterator[Item]:
        """Yield the items that a query means, by key."""
        store = self._to_read()
        return iter(()) if store is None else map(self._restored, store.collections.items(collection, query))

    def set(self, collection: str, values: Mapping[str, Any]) -> None:
        """Set values."""
        ledger = ledger_of(self._run)
        # What ends with the run follows the run's clock, which a test may set.
        now = self._run.now() if ledger.store.name == IN_MEMORY else None
        kept = {key: self._run.redactor.keep(value) for key, value in values.items()}
        ledger.store.collections.set(collection, kept, holder=ledger.lease_id, now=now)

    def remove(self, collection: str, query: Query) -> int:
        """Remove items, and return how many."""
        ledger = ledger_of(self._run)
        return ledger.store.collections.remove(collection, query, holder=ledger.lease_id)

    def contents(self) -> dict[str, dict[str, Any]]:
        """Return all values by collection and key."""
        store = self._to_read()
        names = [] if store is None else store.collections.names()
        return {name: {item.key: item.value for item in self.items(name, Query())} for name, _, _ in names}

    def _restored(self, item: Item) -> Item:
        return item._replace(value=self._run.redactor.restore(item.value))


class DryRunCollections(RunCollections):
    """The collections of a dry run: it reads the real ones, and keeps what it would write to itself."""

    def __init__(self, run: Run, to_read: Callable[[], Store | None]) -> None:
        super().__init__(run, to_read)
        self._written: dict[str, dict[str, Item]] = {}
        self._removed: set[tuple[str, str]] = set()

    def get(self, collection: str, key: str) -> Item | None:
        """Return the item under a key, or None."""
        own = self._written.get(collection, {}).get(key)
        if own is not None or (collection, key) in self._removed:
            return own
        return super().get(collection, key)

    def items(self, collection: str, query: Query) -> Iterator[Item]:
        """Yield the items that a query means, by key."""
        own = dict(self._written.get(collection, {}))
        real = (item for item in super().items(collection, query) if item.key not in own)
        there = (item for item in real if (collection, item.key) not in self._removed)
        return merge(there, filter(query.includes, (own[key] for key in sorted(own))), key=lambda item: item.key)

    def set(self, collection: str, values: Mapping[str, Any]) -> None:
        """Keep values for later reads of this run."""
        written = self._written.setdefault(collection, {})
        now = self._run.now()
        for key, value in values.items():
            before = self.get(collection, key)
            self._removed.discard((collection, key))
            written[key] = Item(key, value, now if before is None else before.created, now)

    def remove(self, collection: str, query: Query) -> int:
        """Hide items from later reads of this run, and return how many."""
        keys = [item.key for item in self.items(collection, query)]
        for key in keys:
            self._written.get(collection, {}).pop(key, None)
            self._removed.add((collection, key))
        return len(keys)


def collections_of(run: Run) -> RunCollections | None:
    """Return the collections of a run, or None where it has none."""
    found = run.collections
    if found is not None and not isinstance(found, RunCollections):
        raise TypeError("the run has other collections")
    return found
