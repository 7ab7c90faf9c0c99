"""The ledger in PostgreSQL, for many machines."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ..errors import LedgerError, LedgerUnusable, NoLedger, TransactionConflict
from .database import Database

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from psycopg import Connection

#: The tables have a schema of their own, since the database may hold others.
SCHEMA = "adaptor"
#: The lock under which one process migrates the tables.
_MIGRATION_LOCK = 7_201_984_455
#: The defaults of a connection: a silent server counts as lost after about half a minute.
_CONNECTION = {
    "application_name": "adaptor",
    "connect_timeout": 15,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: Only durable transactions wait for the disk. Plans are cached, and one that was made while a table was small would be
#: a scan: every statement has an index. A process that is suspended in a transaction must not block those that take
#: over; none takes a second.
_SETTINGS = f"""
    SET search_path TO {SCHEMA};
    SET synchronous_commit TO off;
    SET enable_seqscan TO off;
    SET idle_in_transaction_session_timeout TO '8s'
"""
_EPOCH = "extract(epoch FROM clock_timestamp())::double precision"


class PostgresDatabase(Database):
    """A database by its URL. A password in it is never shown."""

    clock = _EPOCH
    for_update = " FOR UPDATE"
    for_update_of_free = " FOR UPDATE SKIP LOCKED"
    for_share = " FOR KEY SHARE"
    dialect = {  # noqa: RUF012 - read only, as Mapping says
        "counter": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "lasting_counter": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        # Ordered byte by byte, as in Python: rows are locked in this order.
        "plain_text": 'TEXT COLLATE "C"',
        # Leaves room in each page for updated rows, which then need no new index entries.
        "changes_often": "WITH (fillfactor = 60)",
    }

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        super().__init__()
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError:
            raise InputError(
                "A ledger in PostgreSQL needs the package psycopg, which is not installed.",
                fix="Install it: pip install 'facebook-adaptor[postgresql]'.",
            ) from None
        self._depth = 0
        self._is_closed = False
        self._read_only = read_only
        self._error = psycopg.Error
        self._undone = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error:
            parts = {}
        if not parts or "@" in str(parts.get("dbname")) or re.search("[^0-9,]", str(parts.get("port") or "")):
            # Not shown: with an unquoted character in the password, any part of it may belong to the password.
            raise InputError(
                "The address of the ledger in PostgreSQL cannot be read.",
                fix="Write postgresql://user:password@host:5432/database; in the password, %40 for @ and %2F for /.",
            )
        self._parts: dict[str, Any] = {**_CONNECTION, **parts}
        self.name = f"postgresql://{parts.get('host') or ''}/{parts.get('dbname') or ''}"
        self._secret = str(parts.get("password") or "")
        try:
            self._connection = self._connect()
            with self._closing_on_error():
                if read_only:
                    self._check_readable()
                else:
                    self.make_tables()
        except psycopg.Error as cause:
            raise self._unusable(self._reason(cause)) from None
        except LedgerError as cause:
            raise self._unusable(cause.description.partition(" cannot be written: ")[2].rstrip(".")) from None

    def migrate(self) -> None:
        """Bring the tables up to date, in one process at a time."""
        self.run("SELECT pg_advisory_lock(?)", (_MIGRATION_LOCK,))
        try:
            # Checked first, since CREATE SCHEMA needs rights even if it exists.
            if self.run("SELECT to_regnamespace(?)", (SCHEMA,)).fetchone()[0] is None:
                self.run(f"CREATE SCHEMA {SCHEMA}")
            super().migrate()
        finally:
            self.run("SELECT pg_advisory_unlock(?)", (_MIGRATION_LOCK,))

    def _check_readable(self) -> None:
        """Refuse to read tables that do not exist or have another version; nothing is written."""
        if self.run("SELECT to_regclass(?)", (f"{SCHEMA}.ledger_version",)).fetchone()[0] is None:
            raise NoLedger(
                f"There is no ledger in {self.name}: nothing was recorded there yet.", fix="Check the address."
            )
        if not self.is_up_to_date():
            raise InputError(
                f"The ledger {self.name} was written by an earlier release of this package.",
                fix="The next run that uses it migrates it.",
            )

    def _connect(self) -> Connection[Any]:
        import psycopg

        connection = psycopg.connect(autocommit=True, **self._parts)
        connection.prepare_threshold = 2
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.read_only = self._read_only
        connection.execute(_SETTINGS)
        return connection

    @contextmanager
    def _closing_on_error(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._connection.close()
            raise

    @property
    def connection(self) -> Connection[Any]:
        """The open connection: what is executed there inside a transaction of this database belongs to it."""
        return self._connection

    @property
    def parameters(self) -> dict[str, Any]:
        """With what a connection to the same database is opened. They may hold a password."""
        return self._parts

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._is_closed = True
            self._connection.close()

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Open a transaction, or join the open one."""
        with self.reading():
            if self._depth:
                yield
                return
            with self._connection.transaction():
                if durable:
                    self.run("SET LOCAL synchronous_commit TO on")
                self._depth = 1
                try:
                    yield
                finally:
                    self._depth = 0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let statements read, each by itself: in a transaction, too, each would see what is committed by then."""
        with self._lock:
            if self._depth:
                yield
                return
            try:
                if self._connection.closed and not self._is_closed:
                    # The server was lost. A transaction is complete or has no effect, so the next can begin.
                    self._connection = self._connect()
                yield
            except self._error as cause:
                kind = TransactionConflict if isinstance(cause, self._undone) else LedgerError
                raise kind(
                    f"The ledger {self.name} cannot be written: {self._reason(cause)}.",
                    fix="Nothing was sent after that. Check the database; then continue with --resume.",
                ) from None

    def _unusable(self, reason: str) -> LedgerUnusable:
        return LedgerUnusable(
            f"The ledger {self.name} cannot be used: {reason}.",
            fix=f"Check the address, the user and the rights: the ledger creates its own schema, `{SCHEMA}`.",
        )

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Execute a statement."""
        return self._connection.execute(sql.replace("?", "%s"), values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Execute a statement once for each row in one batch, and return the number of rows that it changed."""
        if len(rows) < 2:
            # A batch takes further round trips.
            return max(0, self.run(sql, rows[0]).rowcount) if rows else 0
        with self._connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), rows)
            return cursor.rowcount

    def run_each(self, sql: str, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Execute a statement once for each row in one batch, and return of each how many rows it changed."""
        if not rows:
            return []
        changed = []
        with self._connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), rows, returning=True)
            while True:
                changed.append(cursor.rowcount)
                if not cursor.nextset():
                    return changed

    def lock_names(self, names: Iterable[str]) -> None:
        """Wait for the locks of these names, and hold them until the transaction ends."""
        # In one order, so that no two transactions wait for each other.
        wanted = sorted({f"adaptor {name}" for name in names})
        if wanted:
            self.run(
                "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(?::text[]) AS name", (wanted,)
            )

    def has_table(self, name: str) -> bool:
        """Whether there is a table of this name."""
        return self.run("SELECT to_regclass(?)", (f"{SCHEMA}.{name}",)).fetchone()[0] is not None

    def ticks(self) -> float:
        """Return the server's time."""
        return self.now()

    def _reason(self, cause: Exception) -> str:
        """Return the first line of the driver's message; the others may quote the connection's parameters."""
        line = (str(cause).strip().splitlines() or [type(cause).__name__])[0].rstrip(".")
        return line.replace(self._secret, "[redacted]") if self._secret else line
