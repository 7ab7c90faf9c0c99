"""The ledger in a file beside the job: SQLite, for one machine."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from .database import Database
from .errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: How long a process waits for another one's transaction.
_BUSY_SECONDS = 30.0
#: Kibibytes of the database that are kept in memory.
_CACHE_KIBIBYTES = 8_192


class SqliteDatabase(Database):
    """A file, readable by its owner alone; or nothing but memory, where the path is `:memory:`."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.name = path
        self._depth = 0
        try:
            self._open(path)
            self.migrate()
        except (sqlite3.Error, OSError) as cause:
            raise InputError(
                f"The ledger {path} cannot be used: {_reason(cause)}.",
                fix="It keeps people from being messaged twice. Check its folder, or name another with --database.",
            ) from None

    def _open(self, path: str) -> None:
        if path != ":memory:":
            os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
            # Made with its rights, before SQLite makes it with others.
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        self.run("PRAGMA journal_mode = WAL")
        self.run(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        self._synchronous = ""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Begin a transaction, or join the one that is under way."""
        with self._lock:
            if self._depth:
                yield
                return
            # With a write-ahead log NORMAL does not wait for the disk, FULL does.
            synchronous = "FULL" if durable else "NORMAL"
            try:
                if synchronous != self._synchronous:
                    self.run(f"PRAGMA synchronous = {synchronous}")
                    self._synchronous = synchronous
                self.run("BEGIN IMMEDIATE")
                self._depth += 1
                try:
                    yield
                except BaseException:
                    self._rollback()
                    raise
                else:
                    self.run("COMMIT")
                finally:
                    self._depth -= 1
            except sqlite3.Error as cause:
                self._rollback()
                raise self._cannot(cause) from None

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.rollback()

    def _cannot(self, cause: sqlite3.Error) -> LedgerError:
        return LedgerError(
            f"The ledger {self.name} cannot be written: {_reason(cause)}.",
            fix="Nothing was sent after that. Make room, or check the file; then go on with --resume.",
        )

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement."""
        return self._connection.execute(sql, values)

    def now(self) -> float:
        """Return this machine's time."""
        return time.time()


def _reason(cause: Exception) -> str:
    return (cause.strerror or str(cause)) if isinstance(cause, OSError) else str(cause)
