"""One row for every write, as it stands in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import ABOUT_PERSON
from .database import from_text, marks, to_text
from .rows import CLAIMED, FAILED, SENDING, UNKNOWN, Outcome, Row, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .database import Database
    from .holders import Holders

_COLUMNS = (
    "id, run, step, arrival, site, page, recipient, fingerprint, nth, own_key, text_digest, "
    "outcome, about, result, error, holder, attempt, created, changed"
)
#: How many rows one statement is about at most: both databases limit the parameters of a statement.
_CHUNK = 200


class Taken(NamedTuple):
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


class Writes:
    """The writes of a ledger."""

    def __init__(self, database: Database, holders: Holders) -> None:
        self._database = database
        self._holders = holders

    def take(
        self, run: str, attempt: int, holder: str, writes: Sequence[tuple[str, Write]], *, sending: bool = False
    ) -> list[Taken]:
        """Claim writes, or learn what became of them before.

        Args:
            run: The run that makes them.
            attempt: Which attempt of it.
            holder: Who is to make them.
            writes: Each with its id.
            sending: Mark those that are to be made as `sending` at once, on the disk.
        """
        with self._database.transaction(durable=sending):
            taken: dict[str, Taken] = {}
            for start in range(0, len(writes), _CHUNK):
                self._take(run, attempt, holder, writes[start : start + _CHUNK], SENDING if sending else CLAIMED, taken)
            return [taken[id_] for id_, _ in writes]

    def _take(
        self,
        run: str,
        attempt: int,
        holder: str,
        writes: Sequence[tuple[str, Write]],
        outcome: str,
        taken: dict[str, Taken],
    ) -> None:
        recorded = self._rows([id_ for id_, _ in writes])
        now = self._database.now()
        # What is recorded is taken first: it may be what an earlier attempt left for the same person.
        for id_, write in writes:
            if id_ in recorded:
                taken[id_] = self._retake(run, recorded[id_], write, attempt, holder, outcome)
        fresh: list[Row] = []
        for id_, write in writes:
            if id_ not in recorded:
                row = Row(id_, run, write, outcome, holder=holder, attempt=attempt, created=now, changed=now)
                if self._is_left_over(run, attempt, write):
                    taken[id_] = Taken(row, mismatch=True)
                else:
                    fresh.append(row)
        if fresh:
            inserted = self._insert(fresh, attempt)
            taken.update({row.id: Taken(row, is_ours=True) for row in fresh if row.id in inserted})
            # What another process has put there meanwhile is as good as recorded.
            meanwhile = self._rows([row.id for row in fresh if row.id not in inserted])
            for id_, row in meanwhile.items():
                taken[id_] = self._retake(run, row, row.write, attempt, holder, outcome)

    def _retake(self, run: str, row: Row, write: Write, attempt: int, holder: str, outcome: str) -> Taken:
        """Take a row that stands there already, where it may be made (again)."""
        if row.write.recipient != write.recipient:
            return Taken(row, mismatch=True)
        is_others = row.outcome in (CLAIMED, SENDING) and row.holder not in (None, holder)
        if is_others and not self._holders.is_dead(row.holder):
            return Taken(row, is_held=True)
        is_repeat = row.run == run and row.attempt == attempt
        if is_repeat and row.outcome in (CLAIMED, SENDING) and row.holder == holder:
            return Taken(row, is_repeat=True)
        before = (row.outcome, row.holder or "")
        if row.outcome == SENDING:
            row.outcome, row.holder = UNKNOWN, None
        elif row.outcome == CLAIMED or (row.outcome == FAILED and row.about != ABOUT_PERSON):
            row.outcome, row.holder, row.error, row.about = outcome, holder, None, None
        now = self._database.now()
        changed = self._database.run(
            "UPDATE writes SET outcome = ?, holder = ?, error = ?, about = ?, attempt = ?, changed = ? "
            "WHERE id = ? AND outcome = ? AND coalesce(holder, '') = ?",
            (row.outcome, row.holder, to_text(row.error), row.about, attempt, now, row.id, *before),
        ).rowcount
        if not changed:
            # Somebody else has taken it in between, where the database lets two look at once.
            return Taken(row, is_held=True)
        return Taken(row, is_ours=row.holder == holder and row.outcome == outcome, is_repeat=is_repeat)

    def _is_left_over(self, run: str, attempt: int, write: Write) -> bool:
        """Whether an earlier attempt recorded a write for this recipient here that this one has not come to (yet)."""
        if attempt == 1 or write.own_key is not None or not write.recipient:
            return False
        found = self._database.run(
            "SELECT 1 FROM writes WHERE run = ? AND recipient = ? AND step = ? AND arrival = ? AND site = ? "
            "AND attempt < ? AND own_key IS NULL LIMIT 1",
            (run, write.recipient, write.step, write.arrival, write.site, attempt),
        ).fetchone()
        return found is not None

    def _insert(self, rows: Sequence[Row], attempt: int) -> set[str]:
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
        values: list[Any] = []
        for row in rows:
            write = row.write
            values += [
                row.id,
                row.run,
                write.step,
                write.arrival,
                write.site,
                write.page,
                write.recipient,
                write.fingerprint,
                write.nth,
                write.own_key,
                write.text_digest,
                row.outcome,
                row.holder,
                attempt,
                row.created,
                row.changed,
            ]
        inserted = self._database.run(
            "INSERT INTO writes (id, run, step, arrival, site, page, recipient, fingerprint, nth, own_key, "
            f"text_digest, outcome, holder, attempt, created, changed) VALUES {marks} "
            "ON CONFLICT (id) DO NOTHING RETURNING id",
            values,
        ).fetchall()
        return {values[0] for values in inserted}

    def begin_sending(self, ids: Sequence[str], holder: str) -> bool:
        """Mark claimed rows as being sent; it is on the disk when this returns.

        Returns:
            Whether all of them are still this holder's. Where not, none is marked, and nothing may be sent.
        """
        try:
            with self._database.transaction(durable=True):
                changed = self._database.run(
                    f"UPDATE writes SET outcome = ?, changed = ? WHERE holder = ? AND outcome = ? AND id IN "
                    f"({marks(ids)})",
                    (SENDING, self._database.now(), holder, CLAIMED, *ids),
                ).rowcount
                if changed != len(ids):
                    raise _NotOurs
        except _NotOurs:
            return False
        return True

    def back_to_claimed(self, ids: Sequence[str], holder: str) -> None:
        """Note that rows were certainly not sent and are to be tried again."""
        with self._database.transaction():
            self._database.run(
                f"UPDATE writes SET outcome = ?, changed = ? WHERE holder = ? AND outcome = ? AND id IN ({marks(ids)})",
                (CLAIMED, self._database.now(), holder, SENDING, *ids),
            )

    def settle(self, outcomes: Iterable[Outcome]) -> None:
        """Write down how writes ended. One that was settled as sent stays so."""
        now = self._database.now()
        with self._database.transaction():
            for each in outcomes:
                self._database.run(
                    "UPDATE writes SET outcome = ?, about = ?, result = ?, error = ?, holder = NULL, changed = ? "
                    "WHERE id = ? AND outcome <> 'sent'",
                    (each.outcome, each.about, to_text(each.result), to_text(each.error), now, each.id),
                )

    def rows(self, run: str, outcomes: Sequence[str] = (), *, page_size: int = 1000) -> Iterator[Row]:
        """Yield the writes of a run in the order of their ids, without holding them all."""
        last = ""
        wanted = f"AND outcome IN ({marks(outcomes)})" if outcomes else ""
        while True:
            with self._database.transaction():
                found = self._database.run(
                    f"SELECT {_COLUMNS} FROM writes WHERE run = ? AND id > ? {wanted} ORDER BY id LIMIT ?",
                    (run, last, *outcomes, page_size),
                ).fetchall()
            for values in found:
                yield _row(values)
            if len(found) < page_size:
                return
            last = found[-1][0]

    def counts(self, run: str) -> dict[str, int]:
        """Return how many writes of a run stand where."""
        with self._database.transaction():
            found = self._database.run(
                "SELECT outcome, count(*) FROM writes WHERE run = ? GROUP BY outcome", (run,)
            ).fetchall()
            return {outcome: int(count) for outcome, count in found}

    def is_settled(self, run: str, step: str, arrival: int, recipient: str) -> bool:
        """Whether a step of a run has settled something for a recipient."""
        with self._database.transaction():
            found = self._database.run(
                "SELECT 1 FROM writes WHERE run = ? AND recipient = ? AND step = ? AND arrival = ? "
                "AND outcome IN ('sent', 'unknown', 'skipped') LIMIT 1",
                (run, recipient, step, arrival),
            ).fetchone()
            return found is not None

    def _rows(self, ids: Sequence[str]) -> dict[str, Row]:
        if not ids:
            return {}
        found = self._database.run(f"SELECT {_COLUMNS} FROM writes WHERE id IN ({marks(ids)})", ids).fetchall()
        return {values[0]: _row(values) for values in found}


class _NotOurs(Exception):
    """Rows are another's meanwhile; the transaction is undone."""


def _row(values: Sequence[Any]) -> Row:
    id_, run, step, arrival, site, page, recipient, fingerprint, nth, own_key, text_digest, *rest = values
    outcome, about, result, error, holder, attempt, created, changed = rest
    write = Write(site, recipient, fingerprint, nth, step, arrival, page, own_key, text_digest)
    return Row(id_, run, write, outcome, from_text(result), from_text(error), about, holder, attempt, created, changed)
