"""The ledger in PostgreSQL, for many machines."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..core.errors import InputError
from .database import Database
from .errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The tables are in a schema of their own, beside whatever else the database holds.
SCHEMA = "adaptor"
#: Taken while the tables are brought up to date, so that one process does it.
_MIGRATION_LOCK = 7_201_984_455


class PostgresDatabase(Database):
    """A database by its URL. A password in it is never shown."""

    def __init__(self, url: str) -> None:
        super().__init__()
        parts = urlsplit(url)
        self.name = f"postgresql://{parts.hostname or ''}{parts.path}"
        self._depth = 0
        try:
            import psycopg
        except ImportError:
            raise InputError(
                "A ledger in PostgreSQL needs the package psycopg, which is not installed.",
                fix="Install it: pip install 'facebook-adaptor[cluster]'.",
            ) from None
        self._error = psycopg.Error
        try:
            self._connection = psycopg.connect(url, autocommit=True)
            self._connection.prepare_threshold = 2
            self.run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
            self.run(f"SET search_path TO {SCHEMA}")
            self._synchronous = True
            self.run("SELECT pg_advisory_lock(?)", (_MIGRATION_LOCK,))
            try:
                self.migrate()
            finally:
                self.run("SELECT pg_advisory_unlock(?)", (_MIGRATION_LOCK,))
        except psycopg.Error as cause:
            raise InputError(
                f"The ledger {self.name} cannot be used: {_reason(cause)}.",
                fix="Check the address, the user and the rights: it makes a schema of its own.",
            ) from None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Begin a transaction, or join the one that is under way."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                with self._connection.transaction():
                    if not durable:
                        self.run("SET LOCAL synchronous_commit TO off")
                    self._depth += 1
                    try:
                        yield
                    finally:
                        self._depth -= 1
            except self._error as cause:
                raise self._cannot(cause) from None

    def _cannot(self, cause: Exception) -> LedgerError:
        return LedgerError(
            f"The ledger {self.name} cannot be written: {_reason(cause)}.",
            fix="Nothing was sent after that. Check the database; then go on with --resume.",
        )

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement."""
        return self._connection.execute(sql.replace("?", "%s"), values)

    def now(self) -> float:
        """Return the server's time."""
        (moment,) = self.run("SELECT extract(epoch FROM clock_timestamp())::double precision").fetchone()
        return float(moment)


def _reason(cause: Exception) -> str:
    """Return the first line of the driver's words; the others may quote the parameters of the connection."""
    return (str(cause).strip().splitlines() or [type(cause).__name__])[0]
