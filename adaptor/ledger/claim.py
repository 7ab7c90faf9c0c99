"""Claim writes: which of them are to be made now, and what became of the others before."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..core.errors import ABOUT_PERSON
from ..core.place import are_of_one_statement
from .columns import CLAIMED_COLUMNS, CLAIMED_PLACEHOLDERS, COLUMNS, claimed_values, read_record
from .database.database import in_chunks, placeholders
from .records import CLAIMED, FAILED, SENDING, SENT, SKIPPED, UNKNOWN, Write, WriteRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .database.database import Database


class ClaimResult(NamedTuple):
    """What the ledger says of a write that is about to be made.

    Attributes:
        record: As it stands now.
        is_claimed: It is to be made, by the asking holder.
        is_held: Another process that lives has it under way.
        is_repeat: This attempt has come to it before.
        mismatch: What was recorded for this recipient at this place does not fit; nothing may be sent.
    """

    record: WriteRecord
    is_claimed: bool = False
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

    def perform(self, writes: Sequence[tuple[str, Write]], recorded: dict[str, WriteRecord]) -> list[ClaimResult]:
        """Claim writes, or say what became of them.

        Args:
            writes: Each with its id.
            recorded: The rows that stand there already, by id. Nobody else changes them meanwhile.
        """
        first = dict(reversed(writes))
        known = {id_: self._judge(record, first[id_]) for id_, record in recorded.items()}
        # What is recorded is passed first: it may be what an earlier attempt left for the same person.
        self._record_attempt(
            [each.record for each in known.values() if not (each.is_claimed or each.is_held or each.mismatch)]
        )
        known.update(self._made_at_site({id_: write for id_, write in first.items() if id_ not in recorded}))
        fresh = {id_: self._new_record(id_, write) for id_, write in first.items() if id_ not in known}
        again = {id_: each.record for id_, each in known.items() if each.is_claimed}
        made = self._alternatives(fresh.values(), again.values())
        for id_, record in made.items():
            ours = fresh.pop(id_, None) or again.pop(id_)
            known[id_] = ClaimResult(ours, mismatch=True) if record is None else ClaimResult(record)
        self._record_attempt([record for record in made.values() if record is not None])
        claimed = self._claim_again([(record, first[id_]) for id_, record in again.items()])
        known.update({record.id: known[record.id]._replace(record=record) for record in claimed})
        known.update(self._insert(fresh))
        return [self._answer(known[id_], write, is_first=first.get(id_) is write) for id_, write in writes]

    def _answer(self, claimed: ClaimResult, write: Write, *, is_first: bool) -> ClaimResult:
        if is_first:
            return claimed
        # The same write once more in this very call.
        if _is_for_another(claimed.record, write):
            return ClaimResult(claimed.record, mismatch=True)
        return claimed._replace(is_claimed=False, is_repeat=True)

    def _judge(self, record: WriteRecord, write: Write) -> ClaimResult:
        """Judge a row that stands there already."""
        if _is_for_another(record, write):
            return ClaimResult(record, mismatch=True)
        is_repeat = record.run == self._run and record.attempt == self._attempt
        if record.outcome in (CLAIMED, SENDING) and record.holder is not None:
            return ClaimResult(
                record, is_held=record.holder != self._holder, is_repeat=is_repeat and record.holder == self._holder
            )
        return ClaimResult(record, is_claimed=self._is_to_be_made(record, write, is_repeat), is_repeat=is_repeat)

    def _is_to_be_made(self, record: WriteRecord, write: Write, is_repeat: bool) -> bool:
        if record.outcome == UNKNOWN:
            return (self.resends_unknown or write.is_idempotent) and record.run == self._run and not is_repeat
        if record.run != self._run:
            # A key promises one send ever, not one attempt: what certainly was not sent may be possible by now.
            return record.outcome in (CLAIMED, FAILED, SKIPPED)
        return record.outcome == CLAIMED or (
            record.outcome == FAILED and record.about != ABOUT_PERSON and not record.is_handled
        )

    def _new_record(self, id_: str, write: Write) -> WriteRecord:
        return WriteRecord(
            id_,
            self._run,
            write,
            self._outcome,
            holder=self._holder,
            attempt=self._attempt,
            created=self._now,
            changed=self._now,
        )

    def _record_attempt(self, records: Sequence[WriteRecord]) -> None:
        """Note that this attempt has come to rows."""
        left = [record.id for record in records if record.run == self._run and record.attempt != self._attempt]
        self._database.run_many("UPDATE writes SET attempt = ? WHERE id = ?", [(self._attempt, id_) for id_ in left])

    def _made_at_site(self, writes: dict[str, Write]) -> dict[str, ClaimResult]:
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
                record = None if found is None else read_record(found)
                if record is not None and write.is_idempotent and record.outcome != SENT:
                    # What nobody knows of is replaced by what is made now.
                    self._database.run("UPDATE writes SET outcome = ? WHERE id = ?", (SKIPPED, record.id))
                elif record is not None:
                    made[id_] = ClaimResult(record)
        self._record_attempt([each.record for each in made.values()])
        return made

    def _alternatives(
        self, fresh: Iterable[WriteRecord], again: Iterable[WriteRecord]
    ) -> dict[str, WriteRecord | None]:
        """Return, by id, the messages in whose place an earlier attempt sent something that this one did not come to.

        It may be the same message with another text, or what stands on another branch: only one of the two is to reach
        the person. Where it is the very same message its row comes with it, else None. What certainly was not sent is
        no obstacle, and neither is, for a row that stands there already, what was sent beside it in the same attempt.
        """
        if self._attempt == 1:
            return {}
        wanted = [(record, 0) for record in fresh] + [(record, record.attempt) for record in again]
        wanted = [
            (record, attempt)
            for record, attempt in wanted
            if record.write.is_message and record.write.own_key is None and record.write.recipient
        ]
        sent: dict[str, list[WriteRecord]] = {}
        for chunk in in_chunks(sorted({record.write.recipient for record, _ in wanted})):
            found = self._database.run(
                f"SELECT {COLUMNS} FROM writes "
                f"WHERE run = ? AND recipient IN ({placeholders(chunk)}) AND attempt < ? AND own_key IS NULL "
                "AND is_message = 1 AND outcome IN (?, ?, ?) ORDER BY n",
                (self._run, *chunk, self._attempt, SENT, UNKNOWN, SKIPPED),
            ).fetchall()
            for record in map(read_record, found):
                sent.setdefault(record.write.recipient, []).append(record)
        made: dict[str, WriteRecord | None] = {}
        for record, attempt in wanted:
            replacing = [
                each
                for each in sent.get(record.write.recipient, ())
                if each.attempt > attempt and self._replaces(each.write, record.write)
            ]
            if replacing:
                same = (each for each in replacing if each.write.fingerprint == record.write.fingerprint)
                made[record.id] = next(same, None)
        return made

    def _replaces(self, made: Write, write: Write) -> bool:
        """Whether a write that was made stands in the place of this one."""
        if made.step != write.step:
            return made.step not in self.other_steps
        return made.arrival == write.arrival and are_of_one_statement(made.site, write.site)

    def _claim_again(self, records: Sequence[tuple[WriteRecord, Write]]) -> list[WriteRecord]:
        """Take rows that were not made: they belong to this run now, and carry what is to go out now."""
        claimed = [self._new_record(record.id, write)._replace(created=record.created) for record, write in records]
        values = [[*claimed_values(record)[1:], record.id] for record in claimed]
        columns = ", ".join(f"{name} = ?" for name in CLAIMED_COLUMNS[1:])
        self._database.run_many(
            f"UPDATE writes SET {columns}, result = NULL, error = NULL, about = NULL, is_handled = 0 WHERE id = ?",
            values,
        )
        return claimed

    def _insert(self, fresh: dict[str, WriteRecord]) -> dict[str, ClaimResult]:
        # Only writes with a key can be another process's too; two who insert the same must do it in the same order.
        records = sorted(fresh.values(), key=lambda record: "" if record.write.own_key is None else record.id)
        inserted: set[str] = set()
        for chunk in in_chunks(records):
            found = self._database.run(
                f"INSERT INTO writes ({', '.join(CLAIMED_COLUMNS)}) VALUES {', '.join([CLAIMED_PLACEHOLDERS] * len(chunk))} "
                "ON CONFLICT (id) DO NOTHING RETURNING id",
                [value for record in chunk for value in claimed_values(record)],
            ).fetchall()
            inserted.update(values[0] for values in found)
        claimed = {id_: ClaimResult(record, is_claimed=True) for id_, record in fresh.items() if id_ in inserted}
        for id_, record in read_records(self._database, [id_ for id_ in fresh if id_ not in inserted]).items():
            # Another process has put it there in between.
            judged = self._judge(record, fresh[id_].write)
            claimed[id_] = ClaimResult(record, is_held=True) if judged.is_claimed else judged
        return claimed


def read_records(database: Database, ids: Sequence[str], *, lock: bool = False) -> dict[str, WriteRecord]:
    """Return the rows with these ids, by id.

    Args:
        database: Where they are.
        ids: Which.
        lock: Nobody else may change them before the transaction has ended. They are locked in the order of their ids.
    """
    records: dict[str, WriteRecord] = {}
    ending = database.for_update if lock else ""
    for chunk in in_chunks(sorted(set(ids))):
        found = database.run(
            f"SELECT {COLUMNS} FROM writes WHERE id IN ({placeholders(chunk)}) ORDER BY id{ending}", chunk
        )
        records.update({values[1]: read_record(values) for values in found})
    return records


def _is_for_another(record: WriteRecord, write: Write) -> bool:
    """Whether a row is for another recipient; of one that was purged nobody knows."""
    return record.write.fingerprint != "" and record.write.recipient != write.recipient
