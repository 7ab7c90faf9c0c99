"""A copy of a run in memory, so that a dry run can show what a resume would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import runs
from .columns import COLUMNS
from .database.database import placeholders
from .refusals import why_not_resumed
from .store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database.database import Database

#: How many writes are copied at once.
_PAGE_SIZE = 1000


def dry_run_copy_of(store: Store, run: str) -> Store:
    """Return a ledger in memory that holds a copy of a run.

    Raises:
        LedgerError: There is no such run, or another process is running it.
    """
    record = store.runs.find(run)
    if record is None or store.runs.is_under_way(record):
        raise why_not_resumed(store, run)
    copy = open_store(":memory:")
    source, target = store.database, copy.database
    try:
        with source.reading(), target.transaction():
            _copy(source, target, "runs", runs.COLUMNS, "id = ?", [run])
            _copy(source, target, "steps", "run, step, arrival, status, output", "run = ?", [run])
            _copy(source, target, "tokens", "digest, page", "1 = 1", [])
            last = 0
            while True:
                # A key may have been used in any run.
                where = "n > ? AND (run = ? OR own_key IS NOT NULL) ORDER BY n LIMIT ?"
                rows = _copy(source, target, "writes", COLUMNS, where, [last, run, _PAGE_SIZE])
                if len(rows) < _PAGE_SIZE:
                    return copy
                last = rows[-1][0]
    except BaseException:
        copy.close()
        raise


def _copy(source: Database, target: Database, table: str, columns: str, where: str, values: Sequence[Any]) -> list[Any]:
    rows: list[Any] = source.run(f"SELECT {columns} FROM {table} WHERE {where}", values).fetchall()
    target.run_many(f"INSERT INTO {table} ({columns}) VALUES ({placeholders(columns.split(','))})", rows)
    return rows
