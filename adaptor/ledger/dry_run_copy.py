"""A copy of a run in memory, so that a dry run can show what a resume would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import runs
from .claims.columns import COLUMNS
from .database.database import in_chunks, placeholders
from .refusals import why_not_resumed
from .store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database.database import Database

#: How many writes are copied at once.
_PAGE_SIZE = 1000


def dry_run_copy_of(store: Store, run: str, others: Sequence[str] = ()) -> Store:
    """Return a ledger in memory that holds a copy of a run.

    Args:
        store: The ledger.
        run: The run.
        others: Other runs of the same job: nobody gets from the run what they have sent.

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
            # A key may have been used in any run.
            _copy_writes(source, target, "(run = ? OR own_key IS NOT NULL)", [run])
            for chunk in in_chunks([other for other in others if other != run]):
                where = f"run IN ({placeholders(chunk)}) AND is_message = 1 AND own_key IS NULL"
                _copy_writes(source, target, where, chunk)
            return copy
    except BaseException:
        copy.close()
        raise


def _copy_writes(source: Database, target: Database, where: str, values: Sequence[Any]) -> None:
    last = 0
    while True:
        page = [last, *values, _PAGE_SIZE]
        rows = _copy(source, target, "writes", COLUMNS, f"n > ? AND {where} ORDER BY n LIMIT ?", page)
        if len(rows) < _PAGE_SIZE:
            return
        last = rows[-1][0]


def _copy(source: Database, target: Database, table: str, columns: str, where: str, values: Sequence[Any]) -> list[Any]:
    rows: list[Any] = source.run(f"SELECT {columns} FROM {table} WHERE {where}", values).fetchall()
    target.run_many(f"INSERT INTO {table} ({columns}) VALUES ({placeholders(columns.split(','))})", rows)
    return rows
