"""The number of writes of a run by outcome, kept when the run ends: a run of a million writes is not counted anew.

Most writes never change after the end of their run. Those that may are not in the kept numbers; they are listed, and
looked up whenever the counts are read. So nothing else has to know of the kept numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .database.database import from_text, in_chunks, placeholders, to_text
from .records import CLAIMED, SENDING, SENT, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database.database import Database

    #: Step, arrival, whether they are messages, outcome, count.
    Count = tuple[str, int, bool, str, int]

#: The condition that a write may change after its run has ended: an echo settles it, a lease that expires makes it
#: unknown, or another run uses its key again because it was not sent.
_MAY_CHANGE = f"outcome IN ('{CLAIMED}', '{SENDING}', '{UNKNOWN}') OR (own_key IS NOT NULL AND outcome <> '{SENT}')"
#: With more writes that may change, or more steps, nothing is kept.
_MOST_KEPT = 1_000
_GROUPS = "step, arrival, is_message, outcome"


def keep_counts(database: Database, run: str) -> None:
    """Keep the counts of a run that ends, inside the transaction that ends it."""
    found = database.run(
        f"SELECT {_GROUPS}, sum(CASE WHEN {_MAY_CHANGE} THEN 0 ELSE 1 END), count(*) FROM writes WHERE run = ? "
        f"GROUP BY {_GROUPS} ORDER BY min(n)",
        (run,),
    ).fetchall()
    groups = [[*group, int(settled)] for *group, settled, _ in found]
    changeable = sum(int(count) - int(settled) for *_, settled, count in found)
    if len(groups) > _MOST_KEPT or changeable > _MOST_KEPT:
        return
    numbers = []
    if changeable:
        sql = f"SELECT n FROM writes WHERE run = ? AND ({_MAY_CHANGE}) ORDER BY n"
        numbers = [int(number) for (number,) in database.run(sql, (run,)).fetchall()]
    database.run("UPDATE runs SET counts = ? WHERE id = ?", (to_text([groups, numbers]), run))


def counts_of_runs(database: Database, runs: Sequence[str]) -> dict[str, list[Count]]:
    """Return the counts of runs, those of each in the order of its steps, inside a transaction."""
    counts: dict[str, list[Count]] = {run: [] for run in runs}
    for chunk in in_chunks(runs):
        kept = database.run(
            f"SELECT id, counts FROM runs WHERE counts IS NOT NULL AND id IN ({placeholders(chunk)})", chunk
        ).fetchall()
        for run, text in kept:
            counts[run] = _with_changeable(database, run, *from_text(text))
        known = {run for run, _ in kept}
        if rest := [run for run in chunk if run not in known]:
            found = database.run(
                f"SELECT run, {_GROUPS}, count(*) FROM writes WHERE run IN ({placeholders(rest)}) "
                f"GROUP BY run, {_GROUPS} ORDER BY min(n)",
                rest,
            ).fetchall()
            for run, *values in found:
                counts[run].append(_count(*values))
    return counts


def _with_changeable(database: Database, run: str, groups: list[list[Any]], numbers: list[int]) -> list[Count]:
    """Return the kept counts, with the writes of these numbers as they are now."""
    counts: dict[Any, int] = {tuple(group): int(count) for *group, count in groups}
    for chunk in in_chunks(numbers):
        found = database.run(
            # A write whose key another run has used again belongs to that run.
            f"SELECT {_GROUPS} FROM writes WHERE n IN ({placeholders(chunk)}) AND run = ?",
            (*chunk, run),
        ).fetchall()
        for group in found:
            counts[tuple(group)] = counts.get(tuple(group), 0) + 1
    return [_count(*[*group, count]) for group, count in counts.items() if count]


def _count(step: str, arrival: int, is_message: int, outcome: str, count: int) -> Count:
    return step, int(arrival), bool(is_message), outcome, int(count)
