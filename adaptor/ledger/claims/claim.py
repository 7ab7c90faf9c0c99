"""Claims writes in one transaction: decides for each whether it is made now, replayed, or refused.

A write is *made* when its request leaves this machine. A claim gives the right to make it to exactly one process. Each
write has a record in the table `writes`, found by an id that is the same in every attempt of the run:

* No record: the write is new. It is inserted as claimed, unless an earlier attempt sent an alternative of it.
* Of this run, `sent` and `skipped` are returned; so is `unknown`, unless the write is idempotent or is sent again on
  purpose. `claimed`, and `failed` that is neither about the person nor handled by the job, are claimed again.
* Of another run, which only a key finds, `claimed`, `failed` and `skipped` are claimed again: it is one send ever.
* Another process holds the record, or the record is for another recipient: the write is refused.

What a process held that has died is released in `leases`: what it was sending becomes `unknown`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...core.errors import ABOUT_PERSON, AdaptorError
from ...core.run.place import are_of_one_statement
from ..database.database import in_chunks, placeholders
from ..records import CLAIMED, FAILED, SENDING, SENT, SKIPPED, UNKNOWN, Write, WriteRecord
from .columns import CLAIMED_COLUMNS, COLUMNS, claimed_values, read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..database.database import Database


_INSERTION = (
    f"INSERT INTO writes ({', '.join(CLAIMED_COLUMNS)}) VALUES ({placeholders(CLAIMED_COLUMNS)}) "
    "ON CONFLICT (id) DO NOTHING"
)


class ClaimResult(NamedTuple):
    """The decision about one write.

    Attributes:
        record: The record of the write.
        is_claimed: The asking holder has claimed the write and must make it.
        is_held: A live process other than the asking one holds the write.
        is_repeat: This attempt has claimed or replayed the write before.
        mismatch: The record is for another recipient, or an earlier attempt sent this recipient an alternative with
            other content; nothing may be sent.
    """

    record: WriteRecord
    is_claimed: bool = False
    is_held: bool = False
    is_repeat: bool = False
    mismatch: bool = False


class Claim:
    """The claim of one holder on some writes, within one transaction.

    Args:
        database: Has a transaction open.
        run: The id of the run.
        attempt: Which attempt of the run is under way: 1, and one more with each resume.
        holder: The id of the lease that will hold the claimed writes.
        outcome: What claimed writes are recorded as: `claimed`, or `sending` at once.
        now: The time by the database's clock.
        resends_unknown: Unknown writes of earlier attempts are made again.
        unrelated_steps: Steps that are no alternative to the current one: completed, entered before, or still to come.
    """

    def __init__(
        self,
        database: Database,
        run: str,
        attempt: int,
        holder: str,
        outcome: str,
        now: float,
        *,
        resends_unknown: bool,
        unrelated_steps: frozenset[str],
    ) -> None:
        self._database = database
        self._run = run
        self._attempt = attempt
        self._holder = holder
        self._outcome = outcome
        self._now = now
        self._resends_unknown = resends_unknown
        self._unrelated_steps = unrelated_steps

    def perform(self, writes: Sequence[tuple[str, Write]], recorded: dict[str, WriteRecord]) -> list[ClaimResult]:
        """Claim writes, or return what is recorded of them.

        Args:
            writes: Each with its id.
            recorded: The existing records of these writes, by id, locked by this transaction.
        """
        # Reversed, so that of equal ids the first write is kept.
        write_of = dict(reversed(writes))
        results = {id_: self._judge(record, write_of[id_]) for id_, record in recorded.items()}
        # Before the search for alternatives, which ignores records that this attempt has reached.
        self._mark_as_reached(
            [each.record for each in results.values() if not (each.is_claimed or each.is_held or each.mismatch)]
        )
        results.update(
            self._earlier_at_sole_site({id_: write for id_, write in write_of.items() if id_ not in recorded})
        )
        new = {id_: self._new_record(id_, write) for id_, write in write_of.items() if id_ not in results}
        again = {id_: each.record for id_, each in results.items() if each.is_claimed}
        alternatives = self._alternatives(new.values(), again.values())
        for id_, record in alternatives.items():
            own = new.pop(id_, None) or again.pop(id_)
            results[id_] = ClaimResult(own, mismatch=True) if record is None else ClaimResult(record)
        self._mark_as_reached([record for record in alternatives.values() if record is not None])
        for record in self._claim_again([(record, write_of[id_]) for id_, record in again.items()]):
            results[record.id] = results[record.id]._replace(record=record)
        results.update(self._insert(new))
        # Of equal ids the first write is answered as such, by its position.
        first_at = {id_: index for index, (id_, _) in reversed([*enumerate(writes)])}
        return [
            self._answer(results[id_], write, is_first=first_at[id_] == index)
            for index, (id_, write) in enumerate(writes)
        ]

    def _answer(self, result: ClaimResult, write: Write, *, is_first: bool) -> ClaimResult:
        if is_first:
            return result
        # The same write twice in one call: the second is a repeat.
        if _is_for_another(result.record, write):
            return ClaimResult(result.record, mismatch=True)
        return result._replace(is_claimed=False, is_repeat=True)

    def _judge(self, record: WriteRecord, write: Write) -> ClaimResult:
        """Decide about a write that has a record."""
        if _is_for_another(record, write):
            return ClaimResult(record, mismatch=True)
        is_repeat = record.run == self._run and record.attempt == self._attempt
        if record.outcome in (CLAIMED, SENDING) and record.holder is not None:
            return ClaimResult(
                record, is_held=record.holder != self._holder, is_repeat=is_repeat and record.holder == self._holder
            )
        return ClaimResult(record, is_claimed=self._is_made_again(record, write, is_repeat), is_repeat=is_repeat)

    def _is_made_again(self, record: WriteRecord, write: Write, is_repeat: bool) -> bool:
        """Whether a write is made again that has a record which nobody holds."""
        if record.outcome == UNKNOWN:
            return (self._resends_unknown or write.is_idempotent) and record.run == self._run and not is_repeat
        if record.run != self._run:
            # A key promises one send ever, not one attempt: a write that was certainly not sent may be tried again.
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

    def _mark_as_reached(self, records: Sequence[WriteRecord]) -> None:
        """Set the attempt of these records to this one."""
        changed = [record.id for record in records if record.run == self._run and record.attempt != self._attempt]
        self._database.run_many("UPDATE writes SET attempt = ? WHERE id = ?", [(self._attempt, id_) for id_ in changed])

    def _earlier_at_sole_site(self, writes: dict[str, Write]) -> dict[str, ClaimResult]:
        """Return the results of writes whose site holds exactly one write, which an earlier attempt made.

        Such a write has no recipient, and its content may differ in each attempt (a time, a count), so its id differs
        too. Without this search it would be made twice.
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
                    # It may have been left out or unknown: the new write replaces it.
                    self._database.run("UPDATE writes SET outcome = ? WHERE id = ?", (SKIPPED, record.id))
                elif record is not None:
                    made[id_] = ClaimResult(record)
        self._mark_as_reached([each.record for each in made.values()])
        return made

    def _alternatives(self, new: Iterable[WriteRecord], again: Iterable[WriteRecord]) -> dict[str, WriteRecord | None]:
        """Find messages of which an earlier attempt has sent an alternative that this attempt has not reached.

        The alternative may be the same message with another text, or a message on another branch of the job: only one
        of the two may reach the person. A message that was certainly not sent is no alternative. For a message that
        is claimed again, one that was sent in the same attempt as its record is no alternative either.

        Returns:
            By the id of each message with an alternative: the record of the alternative if both have the same
            fingerprint, else None.
        """
        if self._attempt == 1:
            return {}
        wanted = [(record, 0) for record in new] + [(record, record.attempt) for record in again]
        wanted = [
            (record, attempt)
            for record, attempt in wanted
            if record.write.is_message and record.write.own_key is None and record.write.recipient
        ]
        sent = self._sent_before({record.write.recipient for record, _ in wanted})
        alternatives: dict[str, WriteRecord | None] = {}
        for record, attempt in wanted:
            found = [
                each
                for each in sent.get(record.write.recipient, ())
                if each.attempt > attempt and self._is_alternative(each.write, record.write)
            ]
            if found:
                same = (each for each in found if each.write.fingerprint == record.write.fingerprint)
                alternatives[record.id] = next(same, None)
        return alternatives

    def _sent_before(self, recipients: set[str]) -> dict[str, list[WriteRecord]]:
        """Return the messages to these people that earlier attempts settled and this one has not reached."""
        sent: dict[str, list[WriteRecord]] = {}
        for chunk in in_chunks(sorted(recipients)):
            found = self._database.run(
                f"SELECT {COLUMNS} FROM writes "
                f"WHERE run = ? AND recipient IN ({placeholders(chunk)}) AND attempt < ? AND own_key IS NULL "
                "AND is_message = 1 AND outcome IN (?, ?, ?) ORDER BY n",
                (self._run, *chunk, self._attempt, SENT, UNKNOWN, SKIPPED),
            ).fetchall()
            for record in map(read_record, found):
                sent.setdefault(record.write.recipient, []).append(record)
        return sent

    def _is_alternative(self, made: Write, write: Write) -> bool:
        """Whether a write that was made is an alternative of this one."""
        if made.step != write.step:
            return made.step not in self._unrelated_steps
        return made.arrival == write.arrival and are_of_one_statement(made.site, write.site)

    def _claim_again(self, records: Sequence[tuple[WriteRecord, Write]]) -> list[WriteRecord]:
        """Claim writes whose records exist: the records now belong to this run and hold the new content."""
        claimed = [self._new_record(record.id, write)._replace(created=record.created) for record, write in records]
        values = [[*claimed_values(record)[1:], record.id] for record in claimed]
        columns = ", ".join(f"{name} = ?" for name in CLAIMED_COLUMNS[1:])
        self._database.run_many(
            f"UPDATE writes SET {columns}, result = NULL, error = NULL, about = NULL, is_handled = 0 WHERE id = ?",
            values,
        )
        return claimed

    def _insert(self, new: dict[str, WriteRecord]) -> dict[str, ClaimResult]:
        """Insert claimed records; another process may have inserted some of them first."""
        # Two processes can insert the same write only if it has a key. Both then use the same order, to avoid deadlock.
        records = sorted(new.values(), key=lambda record: "" if record.write.own_key is None else record.id)
        inserted = self._database.run_many(_INSERTION, [claimed_values(record) for record in records])
        claimed = {id_: ClaimResult(record, is_claimed=True) for id_, record in new.items()}
        # Where another process has inserted some since this transaction looked, their records name its lease.
        for id_, record in read_records(self._database, list(new)).items() if inserted < len(new) else ():
            if record.holder != self._holder:
                judged = self._judge(record, new[id_].write)
                claimed[id_] = ClaimResult(record, is_held=True) if judged.is_claimed else judged
        return claimed


def read_records(database: Database, ids: Sequence[str], *, lock: bool = False) -> dict[str, WriteRecord]:
    """Return the records with these ids, by id.

    Args:
        database: Has a transaction open.
        ids: The ids; those without a record are left out.
        lock: Lock the records until the transaction ends, in the order of their ids.
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
    """Whether a record is for another recipient; a purged record, without a fingerprint, fits everybody."""
    return record.write.fingerprint != "" and record.write.recipient != write.recipient


class ClaimEntry(NamedTuple):
    """The ledger's answer about one write.

    Attributes:
        id: The id of the write; a message may carry it in its metadata.
        is_claimed: This run has claimed the write and must make it now.
        is_repeat: This attempt has claimed or replayed the write before.
        record: The record of the write.
        error: Why the write is refused, where no recorded outcome can be returned.
    """

    id: str
    is_claimed: bool
    is_repeat: bool
    record: WriteRecord
    error: AdaptorError | None = None
