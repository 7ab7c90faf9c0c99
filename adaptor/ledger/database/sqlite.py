"""The ledger in an SQLite file, for one machine."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ..errors import LedgerError
from .database import Database

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The folder beside a job that holds its ledger and nothing of other programs.
FOLDER = ".adaptor"
#: How long a process waits for the transaction of another process.
BUSY_SECONDS = 30.0
#: The largest file that is copied into memory to be read.
_MOST_COPIED_BYTES = 256 * 1024 * 1024


class SqliteDatabase(Database):
    """A file that only its owner can read; or memory, if the path is `:memory:`."""

    clock = "ledger_now()"
    dialect = {  # noqa: RUF012 - read only, as Mapping says
        "counter": "INTEGER PRIMARY KEY",
        # The number of a deleted row is not given again.
        "lasting_counter": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "plain_text": "TEXT",
        "changes_often": "",
    }

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        super().__init__()
        self.name = path
        self._depth = 0
        self._synchronous = ""
        #: The identity of the file; None if it is only read or in memory.
        self._file: tuple[int, int] | None = None
        try:
            self._connection = _opened_to_read(path) if read_only else self._open(path)
        except (sqlite3.Error, OSError, ValueError) as cause:
            raise self._unusable(cause) from None
        try:
            if read_only:
                self._read_older()
            else:
                self._use_log()
                self.make_tables()
        except (sqlite3.Error, LedgerError) as cause:
            self._connection.close()
            raise self._unusable(cause) from None
        except BaseException:
            self._connection.close()
            raise

    def _open(self, path: str) -> sqlite3.Connection:
        if path != ":memory:":
            os.makedirs(os.path.dirname(os.path.abspath(path)), mode=0o700, exist_ok=True)
            if not os.path.exists(path):
                # Create it with these rights, before SQLite uses others. The log files inherit them. An existing file
                # must not be opened here: closing it would release the locks of this process's other connections, and
                # another process would then remove the log that they write.
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            elif os.path.isdir(path) or not _may_write(path):
                reason = errno.EISDIR if os.path.isdir(path) else errno.EACCES
                raise OSError(reason, os.strerror(reason))
            elif not os.path.isfile(path):
                # As root, /dev/null would be made private, and no program of another user could use it any more.
                raise OSError(errno.EINVAL, "it is no regular file")
            self._file = _identity(os.stat(path))
            _keep_private(path)
        return _connect(path)

    def _check_file(self) -> None:
        """Refuse to write if the path does not lead to the open file any more.

        Raises:
            LedgerError: It does not. Nothing is sent, since its record would be lost with the file.
        """
        if self._file is None:
            return
        try:
            is_there = _identity(os.stat(self.name)) == self._file
        except OSError:
            is_there = False
        if not is_there:
            raise LedgerError(
                f"The ledger {self.name} was deleted or replaced while the run was under way.",
                fix="Nothing was sent after that. Only the reports of the run show what was sent before: restore the "
                "file from a copy, or look in the conversations before you run the job again.",
            )

    def _read_older(self) -> None:
        """If the tables are of an earlier release, read from a migrated copy in memory."""
        try:
            if self.is_up_to_date():
                return
        except sqlite3.OperationalError as cause:
            # An empty file is no ledger yet.
            if "no such table" not in str(cause):
                raise
        copy = _connect(":memory:")
        self._connection.backup(copy)
        self._connection.close()
        self._connection = copy
        self.migrate()

    def _use_log(self) -> None:
        """Switch to a write-ahead log; several processes may open a new file at once."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self.run("PRAGMA journal_mode = WAL")
                break
            except sqlite3.OperationalError as cause:
                # SQLite does not wait by itself where that could be a deadlock.
                if getattr(cause, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.005)
        # Overwrite deleted values: people's ids must not stay in free parts of the file.
        self.run("PRAGMA secure_delete = ON")
        # On macOS only this flushes the disk's own cache; elsewhere it has no effect.
        self.run("PRAGMA fullfsync = ON")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Open a transaction, or join the open one."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                # With a write-ahead log NORMAL does not wait for the disk, FULL does.
                synchronous = "FULL" if durable else "NORMAL"
                if synchronous != self._synchronous:
                    self.run(f"PRAGMA synchronous = {synchronous}")
                    self._synchronous = synchronous
                with self._all_or_nothing("BEGIN IMMEDIATE"):
                    if durable:
                        self._check_file()
                    yield
            except sqlite3.Error as cause:
                raise self._cannot("written", cause) from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Open a transaction that only reads, or join the open one."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                with self._all_or_nothing("BEGIN"):
                    yield
            except sqlite3.Error as cause:
                raise self._cannot("read", cause) from None

    @contextmanager
    def _all_or_nothing(self, begin: str) -> Iterator[None]:
        try:
            self._connection.execute(begin)
            self._depth = 1
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # With a full disk SQLite has rolled back by itself; a closed connection has nothing to roll back.
            try:
                if self._connection.in_transaction:
                    self._connection.rollback()
            except sqlite3.Error:
                pass
            raise
        finally:
            self._depth = 0

    def _cannot(self, be_done: str, cause: sqlite3.Error) -> LedgerError:
        return LedgerError(
            f"The ledger {self.name} cannot be {be_done}: {_reason(cause)}.",
            fix="Nothing was sent after that. Make room, or check the file; then continue with --resume.",
        )

    def _unusable(self, cause: Exception) -> InputError:
        return InputError(
            f"The ledger {self.name} cannot be used: {_reason(cause)}.",
            fix="It keeps people from being messaged twice. Check the file and its folder, or name another with "
            "--database.",
        )

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement."""
        return self._connection.execute(sql, values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Execute a statement once for each row of values, and return how many rows it changed in all."""
        return max(0, self._connection.executemany(sql, rows).rowcount) if rows else 0

    def run_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Execute a statement once for each row of values, and return of each how many rows it changed."""
        return [self._connection.execute(sql, row).rowcount for row in rows]

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return self.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone() is not None

    def ticks(self) -> float:
        """Return the monotonic seconds of this machine."""
        return time.monotonic()

    def clean_up(self) -> None:
        """Rewrite the file and empty the log: both hold copies of deleted values."""
        with self._lock:
            try:
                # Deleted values are overwritten, but not the copies that moving a row to another page leaves behind.
                self.run("VACUUM")
                self.run("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as cause:
                raise self._cannot("written", cause) from None


def _identity(facts: os.stat_result) -> tuple[int, int]:
    return facts.st_dev, facts.st_ino


def _may_write(path: str) -> bool:
    return os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _keep_private(path: str) -> None:
    """Remove the rights of other users on a ledger, and on its folder if that holds only ledgers."""
    folder = os.path.dirname(os.path.abspath(path))
    for place, mode in ((path, 0o600), (folder, 0o700)):
        facts = os.stat(place)
        is_claimed = place == path or os.path.basename(folder) == FOLDER
        if is_claimed and facts.st_uid == os.getuid() and facts.st_mode & 0o077:
            os.chmod(place, mode)


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        address,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        uri=address.startswith("file:"),
    )
    connection.create_function("ledger_now", 0, lambda: time.time())
    return connection


def _opened_to_read(path: str) -> sqlite3.Connection:
    """Open a file without writing to it and without blocking writers."""
    from pathlib import Path

    # A path may hold bytes that are no UTF-8.
    address, log = Path(path).absolute().as_uri(), f"{path}-wal"
    if not os.path.exists(log) and os.path.getsize(path) <= _MOST_COPIED_BYTES:
        # No process has it open. Read a copy, since SQLite would create files beside it and leave them there.
        before, copy = os.stat(path), _in_memory(f"{address}?mode=ro&immutable=1")
        after = os.stat(path)
        if not os.path.exists(log) and (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            return copy
        copy.close()
    try:
        return _readable(f"{address}?mode=ro")
    except sqlite3.OperationalError as cause:
        # To read beside writers, SQLite creates files in the folder. If it cannot, no writer here can either.
        if getattr(cause, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
    if not os.path.exists(log):
        return _readable(f"{address}?mode=ro&immutable=1")
    return _copied(path)


def _copied(path: str) -> sqlite3.Connection:
    """Return a copy in memory of a file and its log, whose folder cannot be written."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "ledger.db")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{path}{ending}", f"{place}{ending}")
        return _in_memory(place)


def _in_memory(address: str) -> sqlite3.Connection:
    source, copy = _readable(address), _connect(":memory:")
    try:
        source.backup(copy)
    except BaseException:
        copy.close()
        raise
    finally:
        source.close()
    return copy


def _readable(address: str) -> sqlite3.Connection:
    connection = _connect(address)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _reason(cause: Exception) -> str:
    if isinstance(cause, OSError):
        return cause.strerror or str(cause)
    if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return f"another process has kept it locked for {BUSY_SECONDS:.0f} seconds"
    if isinstance(cause, LedgerError):
        return cause.description.partition(": ")[2].rstrip(".")
    return str(cause)
