"""One row for every write, as it stands in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .claim import Claim, ClaimResult, rows_of
from .columns import COLUMNS, read_row
from .database.database import from_text, in_chunks, marks, to_text
from .errors import TakenOver
from .records import CLAIMED, FAILED, MADE, SENDING, SENT, SKIPPED, UNKNOWN, Outcome, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .database.database import Database
    from .leases import Leases
    from .records import Write


class Writes:
    """The writes of a ledger."""

    def __init__(self, database: Database, holders: Leases) -> None:
        self._database = database
        self._holders = holders

    def take(
        self,
        run: str,
        attempt: int,
        holder: str,
        writes: Sequence[tuple[str, Write]],
        *,
        sending: bool = False,
        resends_unknown: bool = False,
        other_steps: frozenset[str] = frozenset(),
    ) -> list[ClaimResult]:
        """Claim writes, or learn what became of them before.

        Args:
            run: The run that makes them.
            attempt: Which attempt of it.
            holder: Who is to make them.
            writes: Each with its id. The same one twice is one write: only the first of the two is to be made.
            sending: Mark those that are to be made as `sending` at once, on the disk.
            resends_unknown: What an earlier attempt of the run left unknown is to be made again.
            other_steps: Steps that are no alternative to the one under way.

        Raises:
            TakenOver: The holder was silent for too long. Nothing is claimed.
        """
        ids = [id_ for id_, _ in writes]
        dead: set[tuple[str, str]] = set()

        def work() -> list[ClaimResult]:
            now = self._holders.is_valid(holder)
            if now is None:
                raise TakenOver
            recorded = rows_of(self._database, ids, lock=True)
            dead.update(self._dead(recorded.values(), holder))
            taking = Claim(self._database, run, attempt, holder, SENDING if sending else CLAIMED, now)
            taking.resends_unknown, taking.other_steps = resends_unknown, other_steps
            return [] if dead else taking.take(writes, recorded)

        while True:
            taken = self._database.carry_out(work, durable=sending)
            if not dead:
                return taken
            # In transactions of their own, which hold no other rows.
            while dead:
                self._holders.expire(*dead.pop())

    def _dead(self, rows: Iterable[Row], holder: str) -> set[tuple[str, str]]:
        """Return the dead holders of rows, each with its run."""
        others = {(row.holder, row.run) for row in rows if row.holder not in (None, holder)}
        return {(whose, run) for whose, run in others if whose is not None and self._holders.is_dead(whose)}

    def begin_sending(self, ids: Sequence[str], holder: str) -> bool:
        """Mark claimed rows as being sent; it is on the disk when this returns.

        Returns:
            Whether all of them are still this holder's. Where not, none is marked, and nothing may be sent.
        """
        if not ids:
            return True

        def work() -> None:
            if self._move(ids, holder, CLAIMED, SENDING) != len(ids):
                raise _NotOurs

        try:
            self._database.carry_out(work, durable=True)
        except _NotOurs:
            return False
        return True

    def back_to_claimed(self, ids: Sequence[str], holder: str) -> None:
        """Note that rows were certainly not sent and are to be tried again."""
        self._database.carry_out(lambda: self._move(ids, holder, SENDING, CLAIMED))

    def handle(self, ids: Sequence[str]) -> None:
        """Mark failed rows as handled: the job itself went on from their failures, and a resume gives them back."""
        self._database.carry_out(
            lambda: self._database.run_many(
                "UPDATE writes SET is_handled = 1 WHERE id = ? AND outcome = ?", [(id_, FAILED) for id_ in sorted(ids)]
            )
        )

    def row(self, id_: str) -> Row | None:
        """Return a write, or None."""
        with self._database.reading():
            return rows_of(self._database, [id_]).get(id_)

    def messages_of(self, runs: Sequence[str], recipients: Iterable[str]) -> dict[tuple[str, str, str], Row]:
        """Return what runs have sent to people, or may have, by step, recipient and fingerprint.

        A job that has changed has other lines, and other operations around the one that sends: neither counts.
        """
        found: dict[tuple[str, str, str], Row] = {}
        with self._database.reading():
            for run in runs:
                for chunk in in_chunks(sorted(set(recipients))):
                    values = self._database.run(
                        f"SELECT {COLUMNS} FROM writes WHERE run = ? AND recipient IN ({marks(chunk)}) "
                        f"AND is_message = 1 AND own_key IS NULL AND outcome IN ({marks(MADE)}) ORDER BY n",
                        (run, *chunk, *MADE),
                    ).fetchall()
                    for row in map(read_row, values):
                        found.setdefault((row.write.step, row.write.recipient, row.write.fingerprint), row)
        return found

    def skip_claimed(self, run: str) -> None:
        """Mark what a run has claimed and never came back to as skipped: something else took its place."""
        self._database.carry_out(
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
        """Write down how writes ended.

        Args:
            outcomes: How.
            holder: Who made them. What was taken from it meanwhile is settled only where nobody else can have made it:
                where it is unknown. Without a holder somebody else knows, such as an echo: what is under way or unknown
                is settled.
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
        self._database.carry_out(lambda: self._database.run_many(sql, rows))

    def rows(
        self, run: str, outcomes: Sequence[str] = (), *, step: tuple[str, int] | None = None, page_size: int = 1000
    ) -> Iterator[Row]:
        """Yield the writes of a run in the order in which they were first taken, without holding them all.

        Args:
            run: Its id.
            outcomes: Only those that ended so.
            step: Only those of this step, by this way.
            page_size: How many are held.
        """
        last = 0
        wanted = f"AND outcome IN ({marks(outcomes)})" if outcomes else ""
        wanted += "" if step is None else " AND step = ? AND arrival = ?"
        while True:
            with self._database.reading():
                found = self._database.run(
                    f"SELECT {COLUMNS} FROM writes WHERE run = ? AND n > ? {wanted} ORDER BY n LIMIT ?",
                    (run, last, *outcomes, *(step or ()), page_size),
                ).fetchall()
            for values in found:
                yield read_row(values)
            if len(found) < page_size:
                return
            last = found[-1][0]

    def results_with(self, run: str, text: str) -> list[Any]:
        """Return what writes of a run gave, where that holds a text."""
        with self._database.reading():
            found = self._database.run(
                "SELECT result FROM writes WHERE run = ? AND outcome = ? AND result LIKE ?", (run, SENT, f"%{text}%")
            ).fetchall()
        return [from_text(result) for (result,) in found]

    def counts(self, run: str) -> dict[str, int]:
        """Return how many writes of a run stand where."""
        with self._database.reading():
            found = self._database.run(
                "SELECT outcome, count(*) FROM writes WHERE run = ? GROUP BY outcome", (run,)
            ).fetchall()
        return {outcome: int(count) for outcome, count in found}

    def tally(self, run: str) -> list[tuple[str, int, int, bool, str, int]]:
        """Return how many writes of a run stand where: step, arrival, attempt, is_message, outcome, count."""
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

    def counts_by_step(self, run: str) -> list[tuple[str, int, bool, str, int]]:
        """Return how many writes of each step of a run stand where, in order.

        Returns:
            Step, arrival, whether they are messages, outcome, count.
        """
        with self._database.reading():
            found = self._database.run(
                "SELECT step, arrival, is_message, outcome, count(*) FROM writes WHERE run = ? "
                "GROUP BY step, arrival, is_message, outcome ORDER BY min(n)",
                (run,),
            ).fetchall()
        return [
            (step, int(arrival), bool(is_message), outcome, int(count))
            for step, arrival, is_message, outcome, count in found
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
        """Return to how many of these people a run has sent a message, or may have."""
        wanted, count = sorted(set(recipients)), 0
        with self._database.reading():
            for chunk in in_chunks(wanted):
                count += self._database.run(
                    "SELECT count(DISTINCT recipient) FROM writes "
                    f"WHERE run = ? AND recipient IN ({marks(chunk)}) AND is_message = 1 AND outcome IN (?, ?)",
                    (run, *chunk, SENT, UNKNOWN),
                ).fetchone()[0]
        return count

    def message_ids(self, recipient: str) -> set[str]:
        """Return the ids of all messages to somebody that are known to be sent, in whatever run."""
        with self._database.reading():
            found = self._database.run(
                "SELECT result FROM writes WHERE recipient = ? AND outcome = ?", (recipient, SENT)
            ).fetchall()
        results = [from_text(text) for (text,) in found]
        return {str(result["message_id"]) for result in results if isinstance(result, dict) and "message_id" in result}

    def steps_with_unknown(self, run: str) -> set[tuple[str, int]]:
        """Return the steps of a run, each with its arrival, in which nobody knows of a write how it ended."""
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
        """Whether a step of a run has settled something for a recipient in an attempt before this one."""
        with self._database.reading():
            found = self._database.run(
                "SELECT 1 FROM writes WHERE run = ? AND recipient = ? AND step = ? AND arrival = ? "
                "AND outcome IN ('sent', 'unknown', 'skipped') AND attempt < ? LIMIT 1",
                (run, recipient, step, arrival, before),
            ).fetchone()
        return found is not None


class _NotOurs(Exception):
    """Rows are another's meanwhile; the transaction is undone."""
