"""The table of writes: it claims them, records their outcomes, and reads and counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..database.database import from_text, in_chunks, placeholders, to_text
from ..errors import TakenOver
from ..records import CLAIMED, FAILED, MADE, SENDING, SENT, SKIPPED, UNKNOWN, Outcome, WriteRecord
from .claim import Claim, ClaimResult, read_records
from .columns import COLUMNS, read_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..database.database import Database
    from ..leases.leases import Leases
    from ..records import Write


class Writes:
    """The writes of a ledger."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases

    def claim(
        self,
        run: str,
        attempt: int,
        holder: str,
        writes: Sequence[tuple[str, Write]],
        *,
        sending: bool = False,
        resends_unknown: bool = False,
        unrelated_steps: frozenset[str] = frozenset(),
    ) -> list[ClaimResult]:
        """Claim writes, or return what is recorded of them.

        Args:
            run: The run that makes them.
            attempt: Which attempt of it.
            holder: The id of the lease that will hold them.
            writes: Each with its id. If the same write appears twice, only the first is claimed.
            sending: Record the claimed writes as `sending` at once, durably.
            resends_unknown: Claim writes again that an earlier attempt of the run left unknown.
            unrelated_steps: Steps that are no alternative to the current one.

        Raises:
            TakenOver: The lease has expired. Nothing is claimed.
        """
        ids = [id_ for id_, _ in writes]
        expired: set[tuple[str, str]] = set()

        def work() -> list[ClaimResult]:
            now = self._leases.is_valid(holder)
            if now is None:
                raise TakenOver
            recorded = read_records(self._database, ids, lock=True)
            expired.update(self._expired(recorded.values(), holder))
            if expired:
                return []
            claim = Claim(
                self._database,
                run,
                attempt,
                holder,
                SENDING if sending else CLAIMED,
                now,
                resends_unknown=resends_unknown,
                unrelated_steps=unrelated_steps,
            )
            return claim.perform(writes, recorded)

        while True:
            results = self._database.transact(work, durable=sending)
            if not expired:
                return results
            # In transactions of their own, which lock no other rows.
            while expired:
                self._leases.expire(*expired.pop())

    def _expired(self, rows: Iterable[WriteRecord], holder: str) -> set[tuple[str, str]]:
        """Return the expired leases that hold some of these records, each with its run."""
        others = {(row.holder, row.run) for row in rows if row.holder not in (None, holder)}
        return {(whose, run) for whose, run in others if whose is not None and self._leases.is_expired(whose)}

    def begin_sending(self, ids: Sequence[str], holder: str) -> bool:
        """Record claimed writes as `sending`, durably.

        Returns:
            Whether this lease still holds all of them. If not, none is changed and nothing may be sent.
        """
        if not ids:
            return True

        def work() -> None:
            if self._leases.terms.fence and self._leases.is_valid(holder) is None:
                raise _LeaseLost
            if self._move(ids, holder, CLAIMED, SENDING) != len(ids):
                raise _LeaseLost

        try:
            self._database.transact(work, durable=True)
        except _LeaseLost:
            return False
        return True

    def return_to_claimed(self, ids: Sequence[str], holder: str) -> None:
        """Record writes as `claimed` again: they were certainly not made and will be retried."""
        self._database.transact(lambda: self._move(ids, holder, SENDING, CLAIMED))

    def mark_handled(self, ids: Sequence[str]) -> None:
        """Mark failed writes as handled by the job: a resume returns their failures."""
        self._database.transact(
            lambda: self._database.run_many(
                "UPDATE writes SET is_handled = 1 WHERE id = ? AND outcome = ?", [(id_, FAILED) for id_ in sorted(ids)]
            )
        )

    def record(self, id_: str) -> WriteRecord | None:
        """Return a write, or None."""
        with self._database.reading():
            return read_records(self._database, [id_]).get(id_)

    def messages_of(self, runs: Sequence[str], recipients: Iterable[str]) -> dict[tuple[str, str, str], WriteRecord]:
        """Return what runs have sent to people, or may have, by step, recipient and fingerprint.

        A job that has changed has other lines, and other operations around the one that sends: neither counts.
        """
        found: dict[tuple[str, str, str], WriteRecord] = {}
        with self._database.reading():
            for run in runs:
                for chunk in in_chunks(sorted(set(recipients))):
                    values = self._database.run(
                        f"SELECT {COLUMNS} FROM writes WHERE run = ? AND recipient IN ({placeholders(chunk)}) "
                        f"AND is_message = 1 AND own_key IS NULL AND outcome IN ({placeholders(MADE)}) ORDER BY n",
                        (run, *chunk, *MADE),
                    ).fetchall()
                    for row in map(read_record, values):
                        found.setdefault((row.write.step, row.write.recipient, row.write.fingerprint), row)
        return found

    def skip_claimed(self, run: str) -> None:
        """Record the claimed writes of a finished run as `skipped`: other writes have replaced them."""
        self._database.transact(
            lambda: self._database.run(
                f"UPDATE writes SET outcome = ?, holder = NULL, changed = {self._database.clock} "
                "WHERE run = ? AND outcome = ?",
                (SKIPPED, run, CLAIMED),
            )
        )

    def _move(self, ids: Sequence[str], holder: str, before: str, after: str) -> int:
        return self._database.run_many(
            f"UPDATE writes SET outcome = ?, changed = {self._database.clock} "
            "WHERE id = ? AND holder = ? AND outcome = ?",
            [(after, id_, holder, before) for id_ in sorted(ids)],
        )

    def settle(self, outcomes: Iterable[Outcome], holder: str | None = None) -> None:
        """Record the outcomes of writes.

        Args:
            outcomes: The outcomes.
            holder: The id of the lease that held them. Writes that it has lost are settled only if they are unknown,
                since nobody else can have made those. Without it the outcome comes from outside, such as an echo, and
                settles writes that are `sending` or `unknown`.
        """
        whose, values = ("outcome = ?", [SENDING]) if holder is None else ("holder = ?", [holder])
        rows = [
            (each.outcome, each.about, to_text(each.result), to_text(each.error), each.id, *values, UNKNOWN)
            for each in sorted(outcomes, key=lambda each: each.id)
        ]
        sql = (
            "UPDATE writes SET outcome = ?, about = ?, result = ?, error = ?, holder = NULL, "
            f"changed = {self._database.clock} WHERE id = ? AND ({whose} OR outcome = ?)"
        )
        self._database.transact(lambda: self._database.run_many(sql, rows))

    def records(
        self, run: str, outcomes: Sequence[str] = (), *, step: tuple[str, int] | None = None, page_size: int = 1000
    ) -> Iterator[WriteRecord]:
        """Yield the writes of a run in the order in which they were first claimed, a page at a time.

        Args:
            run: Its id.
            outcomes: Only those with these outcomes.
            step: Only those of this step and arrival.
            page_size: The number of records held at a time.
        """
        last = 0
        wanted = f"AND outcome IN ({placeholders(outcomes)})" if outcomes else ""
        wanted += "" if step is None else " AND step = ? AND arrival = ?"
        while True:
            with self._database.reading():
                found = self._database.run(
                    f"SELECT {COLUMNS} FROM writes WHERE run = ? AND n > ? {wanted} ORDER BY n LIMIT ?",
                    (run, last, *outcomes, *(step or ()), page_size),
                ).fetchall()
            for values in found:
                yield read_record(values)
            if len(found) < page_size:
                return
            last = found[-1][0]

    def results_with(self, run: str, text: str) -> list[Any]:
        """Return the results of writes of a run that contain a text."""
        with self._database.reading():
            found = self._database.run(
                "SELECT result FROM writes WHERE run = ? AND outcome = ? AND result LIKE ?", (run, SENT, f"%{text}%")
            ).fetchall()
        return [from_text(result) for (result,) in found]

    def counts(self, run: str) -> dict[str, int]:
        """Return the number of writes of a run by outcome."""
        with self._database.reading():
            found = self._database.run(
                "SELECT outcome, count(*) FROM writes WHERE run = ? GROUP BY outcome", (run,)
            ).fetchall()
        return {outcome: int(count) for outcome, count in found}

    def tally(self, run: str) -> list[tuple[str, int, int, bool, str, int]]:
        """Return the number of writes of a run as rows: step, arrival, attempt, is_message, outcome, count."""
        with self._database.reading():
            found = self._database.run(
                "SELECT step, arrival, attempt, is_message, outcome, count(*) FROM writes WHERE run = ? "
                "GROUP BY step, arrival, attempt, is_message, outcome",
                (run,),
            ).fetchall()
        return [
            (step, int(arrival), int(attempt), bool(is_message), outcome, int(count))
            for step, arrival, attempt, is_message, outcome, count in found
        ]

    def messages_and_people(self, run: str) -> tuple[int, int]:
        """Return how many messages a run has sent, and to how many people."""
        with self._database.reading():
            found = self._database.run(
                "SELECT count(*), count(DISTINCT recipient) FROM writes "
                "WHERE run = ? AND is_message = 1 AND outcome = ? AND recipient <> ''",
                (run, SENT),
            ).fetchone()
        return int(found[0]), int(found[1])

    def people_among(self, run: str, recipients: Iterable[str]) -> int:
        """Return the number of these people to whom a run has sent a message or may have sent one."""
        wanted, count = sorted(set(recipients)), 0
        with self._database.reading():
            for chunk in in_chunks(wanted):
                count += self._database.run(
                    "SELECT count(DISTINCT recipient) FROM writes "
                    f"WHERE run = ? AND recipient IN ({placeholders(chunk)}) AND is_message = 1 AND outcome IN (?, ?)",
                    (run, *chunk, SENT, UNKNOWN),
                ).fetchone()[0]
        return count

    def message_ids(self, recipient: str) -> set[str]:
        """Return the ids of all messages to a person that are known to be sent, in any run."""
        with self._database.reading():
            found = self._database.run(
                "SELECT result FROM writes WHERE recipient = ? AND outcome = ?", (recipient, SENT)
            ).fetchall()
        results = [from_text(text) for (text,) in found]
        return {str(result["message_id"]) for result in results if isinstance(result, dict) and "message_id" in result}

    def steps_with_unknown(self, run: str) -> set[tuple[str, int]]:
        """Return the steps of a run, each with its arrival, that have an unknown write."""
        with self._database.reading():
            found = self._database.run(
                "SELECT DISTINCT step, arrival FROM writes WHERE run = ? AND outcome = ?", (run, UNKNOWN)
            ).fetchall()
        return {(step, int(arrival)) for step, arrival in found}

    def pages_of(self, run: str, step: str) -> set[str]:
        """Return the Pages that a step of a run has written as."""
        with self._database.reading():
            found = self._database.run(
                "SELECT DISTINCT page FROM writes WHERE run = ? AND step = ? AND page <> ''", (run, step)
            ).fetchall()
        return {page for (page,) in found}

    def is_settled(self, run: str, step: str, arrival: int, recipient: str, before: int) -> bool:
        """Whether a step of a run has a settled write for a recipient from an attempt before this one."""
        with self._database.reading():
            found = self._database.run(
                "SELECT 1 FROM writes WHERE run = ? AND recipient = ? AND step = ? AND arrival = ? "
                "AND outcome IN ('sent', 'unknown', 'skipped') AND attempt < ? LIMIT 1",
                (run, recipient, step, arrival, before),
            ).fetchone()
        return found is not None


class _LeaseLost(Exception):
    """The lease does not hold some of the writes any more; the transaction is rolled back."""
