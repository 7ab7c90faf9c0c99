"""The database of a ledger: the interface that SQLite and PostgreSQL implement, and what they have in common."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeVar

from ...core.errors import InputError
from ...core.text.json_encoder import encoder
from ..errors import TransactionConflict
from .schema import MIGRATIONS, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

T = TypeVar("T")

_encoded = encoder(default=str)

#: How often a transaction is repeated after a conflict.
_MOST_TRIES = 10
#: The most rows in one statement: both databases limit the parameters of a statement.
MOST_ROWS = 200


class Database(ABC):
    """A database that may be used from several threads.

    Attributes:
        name: What it is called in messages, without a password.
        clock: The time as an SQL expression, in Unix seconds.
        for_update: The end of a SELECT that locks its rows against changes until the transaction ends.
        for_update_of_free: As `for_update`, but rows that another transaction has locked are left out.
        for_share: The end of a SELECT that locks its rows against deletion until the transaction ends.
        dialect: The parts of the table definitions that differ between databases.
    """

    name: str
    clock: str
    for_update = ""
    for_update_of_free = ""
    for_share = ""
    dialect: Mapping[str, str]

    def __init__(self) -> None:
        self._lock = threading.RLock()

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    @abstractmethod
    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Open a transaction, or join the open one. It is committed at the end; a durable one is on the disk then."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """Open a transaction that only reads and blocks no writer, or join the open one."""

    def transact(self, work: Callable[[], T], *, durable: bool = False) -> T:
        """Run a function in a transaction, and repeat it after a conflict with another transaction."""
        for _ in range(_MOST_TRIES):
            try:
                with self.transaction(durable=durable):
                    return work()
            except TransactionConflict:
                continue
        with self.transaction(durable=durable):
            return work()

    @abstractmethod
    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement, with `?` for its values, and return the cursor."""

    @abstractmethod
    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Execute a statement once for each row of values, and return how many rows it changed in all."""

    @abstractmethod
    def run_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Execute a statement once for each row of values, and return of each how many rows it changed."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""

    def now(self) -> float:
        """Return the time by the database's clock, in Unix seconds."""
        return float(self.run(f"SELECT {self.clock}").fetchone()[0])

    @abstractmethod
    def ticks(self) -> float:
        """Return seconds by a clock that all users of the database share, monotonic if possible."""

    def lock_names(self, names: Iterable[str]) -> None:  # noqa: B027 - where only one transaction can write, none is locked
        """Wait for the locks of these names, and hold them until the transaction ends."""

    def clean_up(self) -> None:  # noqa: B027 - not every database has something to do
        """Remove deleted values from the disk, if the database does not do so itself."""

    def make_tables(self) -> None:
        """Bring the tables up to date, if they are not: to look takes no lock, and no other process waits for it.

        Raises:
            InputError: They were made by a later release.
        """
        if not (self.has_table("ledger_version") and self.is_up_to_date()):
            self.migrate()

    def is_up_to_date(self) -> bool:
        """Whether the tables, which exist, have the version of this release; nothing is written.

        Raises:
            InputError: They were made by a later release.
        """
        return self._version() == len(MIGRATIONS)

    def _version(self) -> int:
        found = self.run("SELECT max(version) FROM ledger_version").fetchone()[0] or 0
        if found > len(MIGRATIONS):
            raise InputError(
                f"The ledger {self.name} was written by a later release of this package.",
                fix="Use that release, or another ledger with --database.",
            )
        return int(found)

    def migrate(self) -> None:
        """Bring the tables up to date.

        Raises:
            InputError: They were made by a later release.
        """
        with self.transaction(durable=True):
            self.run(VERSION_TABLE)
            found = self._version()
            for version, statements in enumerate(MIGRATIONS[found:], start=found + 1):
                for statement in statements:
                    self.run(statement.format(**self.dialect))
                self.run("INSERT INTO ledger_version (version) VALUES (?)", (version,))


def placeholders(values: Sequence[Any]) -> str:
    """Return as many `?` as there are values."""
    return ", ".join("?" * len(values))


def in_chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values in chunks that fit into one statement."""
    for start in range(0, len(values), MOST_ROWS):
        yield values[start : start + MOST_ROWS]


def to_text(value: Any) -> str | None:
    """Return a value as JSON text, as the tables hold it."""
    return None if value is None else _encoded(value)


def from_text(text: str | None) -> Any:
    """Return a value from the tables."""
    return None if text is None else json.loads(text)


def storable(text: str) -> str:
    """Return a text that both databases can hold: NUL and lone surrogates are escaped."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
