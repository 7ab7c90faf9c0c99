"""Claim writes: which of them are to be made now, and what became of the others before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..core.errors import ABOUT_PERSON
from ..core.place import are_of_one_statement
from .columns import CLAIMED_COLUMNS, CLAIMED_MARKS, COLUMNS, claimed_values, read_row
from .database.database import in_chunks, marks
from .records import CLAIMED, FAILED, SENDING, SENT, SKIPPED, UNKNOWN, Row, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .database.database import Database


class ClaimResult(NamedTuple):
    """What the ledger says of a write that is about to be made.

    Attributes:
        row: As it stands now.
        is_ours: It is to be made, by the asking holder.
        is_held: Another process that lives has it under way.
        is_repeat: This attempt has come to it before.
        mismatch: What was recorded for this recipient at this place does not fit; nothing may be sent.
    """

    row: Row
    is_ours: bool = False
    is_held: bool = False
    is_repeat: bool = False
    mismatch: bool = False


class Claim:
    """One holder's taking of writes, within a transaction."""

    def __init__(self, database: Database, run: str, attempt: int, holder: str, outcome: str, now: float) -> None:
        self._database = database
        self._run = run
        self._attempt = attempt
        self._holder = holder
        self._outcome = outcome
        self._now = now
        self.resends_unknown = False
        #: Steps that are no alternative to the one under way: completed, entered before, or still to come.
        self.other_steps: frozenset[str] = frozenset()

    def take(self, writes: Sequence[tuple[str, Write]], recorded: dict[str, Row]) -> list[ClaimResult]:
        """Claim writes, or say what became of them.

        Args:
            writes: Each with its id.
            recorded: The rows that stand there already, by id. Nobody else changes them meanwhile.
        """
        first = dict(reversed(writes))
        known = {id_: self._look_at(row, first[id_]) for id_, row in recorded.items()}
        # What is recorded is passed first: it may be what an earlier attempt left for the same person.
        self._pass([each.row for each in known.values() if not (each.is_ours or each.is_held or each.mismatch)])
        known.update(self._made_there({id_: write for id_, write in first.items() if id_ not in recorded}))
        fresh = {id_: self._new(id_, write) for id_, write in first.items() if id_ not in known}
        again = {id_: each.row for id_, each in known.items() if each.is_ours}
        made = self._alternatives(fresh.values(), again.values())
        for id_, row in made.items():
            ours = fresh.pop(id_, None) or again.pop(id_)
            known[id_] = ClaimResult(ours, mismatch=True) if row is None else ClaimResult(row)
        self._pass([row for row in made.values() if row is not None])
        taken = self._take_again([(row, first[id_]) for id_, row in again.items()])
        known.update({row.id: known[row.id]._replace(row=row) for row in taken})
        known.update(self._insert(fresh))
        return [self._answer(known[id_], write, is_first=first.get(id_) is write) for id_, write in writes]

    def _answer(self, taken: ClaimResult, write: Write, *, is_first: bool) -> ClaimResult:
        if is_first:
            return taken
        # The same write once more in this very call.
        if _is_for_another(taken.row, write):
            return ClaimResult(taken.row, mismatch=True)
        return taken._replace(is_ours=False, is_repeat=True)

    def _look_at(self, row: Row, write: Write) -> ClaimResult:
        """Judge a row that stands there already."""
        if _is_for_another(row, write):
            return ClaimResult(row, mismatch=True)
        is_repeat = row.run == self._run and row.attempt == self._attempt
        if row.outcome in (CLAIMED, SENDING) and row.holder is not None:
            return ClaimResult(
                row, is_held=row.holder != self._holder, is_repeat=is_repeat and row.holder == self._holder
            )
        return ClaimResult(row, is_ours=self._is_to_be_made(row, write, is_repeat), is_repeat=is_repeat)

    def _is_to_be_made(self, row: Row, write: Write, is_repeat: bool) -> bool:
        if row.outcome == UNKNOWN:
            return (self.resends_unknown or write.is_repeatable) and row.run == self._run and not is_repeat
        if row.run != self._run:
            # A key promises one send ever, not one attempt: what certainly was not sent may be possible by now.
            return row.outcome in (CLAIMED, FAILED, SKIPPED)
        return row.outcome == CLAIMED or (row.outcome == FAILED and row.about != ABOUT_PERSON and not row.is_handled)

    def _new(self, id_: str, write: Write) -> Row:
        return Row(
            id_,
            self._run,
            write,
            self._outcome,
            holder=self._holder,
            attempt=self._attempt,
            created=self._now,
            changed=self._now,
        )

    def _pass(self, rows: Sequence[Row]) -> None:
        """Note that this attempt has come to rows."""
        left = [row.id for row in rows if row.run == self._run and row.attempt != self._attempt]
        self._database.run_many("UPDATE writes SET attempt = ? WHERE id = ?", [(self._attempt, id_) for id_ in left])

    def _made_there(self, writes: dict[str, Write]) -> dict[str, ClaimResult]:
        """Return what an earlier attempt made where now another one stands, which is the only one there.

        What it carries has changed, as a time or a count does; made again it would be made twice.
        """
        made: dict[str, ClaimResult] = {}
        for id_, write in writes.items() if self._attempt > 1 else ():
            if write.sole_at_site:
                found = self._database.run(
                    f"SELECT {COLUMNS} FROM writes WHERE run = ? AND recipient = '' AND step = ? AND arrival = ? "
                    "AND site = ? AND own_key IS NULL AND outcome IN (?, ?, ?) ORDER BY n DESC LIMIT 1",
                    (self._run, write.step, write.arrival, write.site, SENT, UNKNOWN, SKIPPED),
                ).fetchone()
                row = None if found is None else read_row(found)
                if row is not None and write.is_repeatable and row.outcome != SENT:
                    # What nobody knows of is replaced by what is made now.
                    self._database.run("UPDATE writes SET outcome = ? WHERE id = ?", (SKIPPED, row.id))
                elif row is not None:
                    made[id_] = ClaimResult(row)
        self._pass([each.row for each in made.values()])
        return made

    def _alternatives(self, fresh: Iterable[Row], again: Iterable[Row]) -> dict[str, Row | None]:
        """Return, by id, the messages in whose place an earlier attempt sent something that this one did not come to.

        It may be the same message with another text, or what stands on another branch: only one of the two is to reach
        the person. Where it is the very same message its row comes with it, else None. What certainly was not sent is
        no obstacle, and neither is, for a row that stands there already, what was sent beside it in the same attempt.
        """
        if self._attempt == 1:
            return {}
        wanted = [(row, 0) for row in fresh] + [(row, row.attempt) for row in again]
        wanted = [
            (row, attempt)
            for row, attempt in wanted
            if row.write.is_message and row.write.own_key is None and row.write.recipient
        ]
        sent: dict[str, list[Row]] = {}
        for chunk in in_chunks(sorted({row.write.recipient for row, _ in wanted})):
            found = self._database.run(
                f"SELECT {COLUMNS} FROM writes "
                f"WHERE run = ? AND recipient IN ({marks(chunk)}) AND attempt < ? AND own_key IS NULL "
                "AND is_message = 1 AND outcome IN (?, ?, ?) ORDER BY n",
                (self._run, *chunk, self._attempt, SENT, UNKNOWN, SKIPPED),
            ).fetchall()
            for row in map(read_row, found):
                sent.setdefault(row.write.recipient, []).append(row)
        made: dict[str, Row | None] = {}
        for row, attempt in wanted:
            instead = [
                each
                for each in sent.get(row.write.recipient, ())
                if each.attempt > attempt and self._is_instead(each.write, row.write)
            ]
            if instead:
                same = (each for each in instead if each.write.fingerprint == row.write.fingerprint)
                made[row.id] = next(same, None)
        return made

    def _is_instead(self, made: Write, write: Write) -> bool:
        """Whether a write that was made stands in the place of this one."""
        if made.step != write.step:
            return made.step not in self.other_steps
        return made.arrival == write.arrival and are_of_one_statement(made.site, write.site)

    def _take_again(self, rows: Sequence[tuple[Row, Write]]) -> list[Row]:
        """Take rows that were not made: they belong to this run now, and carry what is to go out now."""
        taken = [self._new(row.id, write)._replace(created=row.created) for row, write in rows]
        values = [[*claimed_values(row)[1:], row.id] for row in taken]
        columns = ", ".join(f"{name} = ?" for name in CLAIMED_COLUMNS[1:])
        self._database.run_many(
            f"UPDATE writes SET {columns}, result = NULL, error = NULL, about = NULL, is_handled = 0 WHERE id = ?",
            values,
        )
        return taken

    def _insert(self, fresh: dict[str, Row]) -> dict[str, ClaimResult]:
        # Only writes with a key can be another process's too; two who insert the same must do it in the same order.
        rows = sorted(fresh.values(), key=lambda row: "" if row.write.own_key is None else row.id)
        inserted: set[str] = set()
        for chunk in in_chunks(rows):
            found = self._database.run(
                f"INSERT INTO writes ({', '.join(CLAIMED_COLUMNS)}) VALUES {', '.join([CLAIMED_MARKS] * len(chunk))} "
                "ON CONFLICT (id) DO NOTHING RETURNING id",
                [value for row in chunk for value in claimed_values(row)],
            ).fetchall()
            inserted.update(values[0] for values in found)
        taken = {id_: ClaimResult(row, is_ours=True) for id_, row in fresh.items() if id_ in inserted}
        for id_, row in rows_of(self._database, [id_ for id_ in fresh if id_ not in inserted]).items():
            # Another process has put it there in between.
            found_there = self._look_at(row, fresh[id_].write)
            taken[id_] = ClaimResult(row, is_held=True) if found_there.is_ours else found_there
        return taken


def rows_of(database: Database, ids: Sequence[str], *, lock: bool = False) -> dict[str, Row]:
    """Return the rows with these ids, by id.

    Args:
        database: Where they are.
        ids: Which.
        lock: Nobody else may change them before the transaction has ended. They are locked in the order of their ids.
    """
    rows: dict[str, Row] = {}
    ending = database.for_update if lock else ""
    for chunk in in_chunks(sorted(set(ids))):
        found = database.run(f"SELECT {COLUMNS} FROM writes WHERE id IN ({marks(chunk)}) ORDER BY id{ending}", chunk)
        rows.update({values[1]: read_row(values) for values in found})
    return rows


def _is_for_another(row: Row, write: Write) -> bool:
    """Whether a row is for another recipient; of one that was purged nobody knows."""
    return row.write.fingerprint != "" and row.write.recipient != write.recipient
