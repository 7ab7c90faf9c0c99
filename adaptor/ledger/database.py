"""A ledger's database: what SQLite and PostgreSQL each do in their own way, and the tables that they have in common."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from .schema import MIGRATIONS, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence


class Database(ABC):
    """A database that may be used from several threads.

    Attributes:
        name: What it is called in messages, without a password.
    """

    name: str

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Begin a transaction that is committed at the end; a durable one is on the disk then. Inner ones join it."""

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement, with `?` for its values, and return the cursor."""

    @abstractmethod
    def now(self) -> float:
        """Return the time by the database's clock, in Unix seconds."""

    def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            InputError: They were made by a later release.
        """
        with self.transaction(durable=True):
            self.run(VERSION_TABLE)
            found = self.run("SELECT max(version) FROM ledger_version").fetchone()[0] or 0
            if found > len(MIGRATIONS):
                raise InputError(
                    f"The ledger {self.name} was written by a later release of this package.",
                    fix="Use that release, or another ledger with --database.",
                )
            for version, statements in enumerate(MIGRATIONS[found:], start=found + 1):
                for statement in statements:
                    self.run(statement)
                self.run("INSERT INTO ledger_version (version) VALUES (?)", (version,))


def marks(values: Sequence[Any]) -> str:
    """Return as many `?` as there are values."""
    return ", ".join("?" * len(values))


def to_text(value: Any) -> str | None:
    """Return a value as the tables hold it."""
    return None if value is None else json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=str)


def from_text(text: str | None) -> Any:
    """Return a value from the tables."""
    return None if text is None else json.loads(text)
