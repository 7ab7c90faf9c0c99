"""Runs and the steps that they have completed, as they stand in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .database import from_text, to_text
from .rows import CLAIMED, RUNNING, SENDING, UNKNOWN, RunRecord, StepRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database import Database
    from .holders import Holders

_COLUMNS = "id, path, job_digest, input_digest, input, status, started, ended, exit_code, attempt, holder"


class Runs:
    """The runs of a ledger."""

    def __init__(self, database: Database, holders: Holders) -> None:
        self._database = database
        self._holders = holders

    def begin(self, record: RunRecord) -> None:
        """Write down that a run begins."""
        with self._database.transaction(durable=True):
            self._database.run(
                f"INSERT INTO runs ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.id,
                    record.path,
                    record.job_digest,
                    record.input_digest,
                    to_text(record.input),
                    record.status,
                    record.started,
                    record.ended,
                    record.exit_code,
                    record.attempt,
                    record.holder,
                ),
            )

    def resume(self, run: str, holder: str) -> RunRecord | None:
        """Make a run that nobody holds this holder's, for one more attempt.

        Returns:
            The record, or None where another process that lives has it.
        """
        with self._database.transaction(durable=True):
            record = self._record(run)
            if record is None or (record.holder not in (None, holder) and not self._holders.is_dead(record.holder)):
                return None
            taken = self._database.run(
                "UPDATE runs SET holder = ?, status = ?, attempt = attempt + 1, ended = NULL, exit_code = NULL "
                "WHERE id = ? AND attempt = ?",
                (holder, RUNNING, run, record.attempt),
            ).rowcount
            if not taken:
                return None
            if record.holder is not None and record.holder != holder:
                self._holders.release(record.holder, run)
            # What an attempt was sending when it ended is unknown from now on.
            self._database.run(
                "UPDATE writes SET outcome = ?, holder = NULL, changed = ? WHERE run = ? AND outcome = ?",
                (UNKNOWN, self._database.now(), run, SENDING),
            )
            self._database.run("UPDATE writes SET holder = NULL WHERE run = ? AND outcome = ?", (run, CLAIMED))
            return self._record(run)

    def end(self, run: str, status: str, exit_code: int) -> None:
        """Write down how a run ended."""
        with self._database.transaction():
            self._database.run(
                "UPDATE runs SET status = ?, exit_code = ?, ended = ?, holder = NULL WHERE id = ?",
                (status, exit_code, self._database.now(), run),
            )

    def find(self, run: str) -> RunRecord | None:
        """Return a run, or None."""
        with self._database.transaction():
            return self._record(run)

    def newest(self, most: int = 50) -> list[RunRecord]:
        """Return the newest runs, newest first, each with how many writes ended how."""
        with self._database.transaction():
            found = self._database.run(f"SELECT {_COLUMNS} FROM runs ORDER BY started DESC LIMIT ?", (most,)).fetchall()
            return [self._with_outcomes(_record(values)) for values in found]

    def last(self, path: str, input_digest: str) -> RunRecord | None:
        """Return the newest run of a job with an input, with how many writes ended how."""
        with self._database.transaction():
            found = self._database.run(
                f"SELECT {_COLUMNS} FROM runs WHERE path = ? AND input_digest = ? ORDER BY started DESC LIMIT 1",
                (path, input_digest),
            ).fetchone()
            return None if found is None else self._with_outcomes(_record(found))

    def is_under_way(self, record: RunRecord) -> bool:
        """Whether a process that lives is running it."""
        with self._database.transaction():
            return record.holder is not None and not self._holders.is_dead(record.holder)

    def keep_step(self, run: str, record: StepRecord) -> None:
        """Keep what a completed step left, so that a resume need not run it again."""
        with self._database.transaction(durable=True):
            self._database.run(
                "INSERT INTO steps (run, step, arrival, status, output) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (run, step, arrival) DO UPDATE SET status = excluded.status, output = excluded.output",
                (run, record.step, record.arrival, record.status, to_text(record.output)),
            )

    def steps(self, run: str) -> list[StepRecord]:
        """Return the steps that a run has completed."""
        with self._database.transaction():
            found = self._database.run(
                "SELECT step, arrival, status, output FROM steps WHERE run = ?", (run,)
            ).fetchall()
        return [StepRecord(step, arrival, status, from_text(output)) for step, arrival, status, output in found]

    def purge(self, run: str) -> int:
        """Forget who was written to in a run, and what it kept. Settled writes stay counted, without the people.

        Returns:
            How many writes were about somebody.
        """
        with self._database.transaction(durable=True):
            changed = self._database.run(
                "UPDATE writes SET recipient = '', result = NULL, error = NULL, text_digest = NULL "
                "WHERE run = ? AND recipient <> ''",
                (run,),
            ).rowcount
            self._database.run("UPDATE runs SET input = NULL WHERE id = ?", (run,))
            self._database.run("DELETE FROM steps WHERE run = ?", (run,))
            return int(changed)

    def _record(self, run: str) -> RunRecord | None:
        found = self._database.run(f"SELECT {_COLUMNS} FROM runs WHERE id = ?", (run,)).fetchone()
        return None if found is None else self._with_outcomes(_record(found))

    def _with_outcomes(self, record: RunRecord) -> RunRecord:
        record.outcomes = self._counts(record.id)
        return record

    def _counts(self, run: str) -> dict[str, int]:
        found = self._database.run(
            "SELECT outcome, count(*) FROM writes WHERE run = ? GROUP BY outcome", (run,)
        ).fetchall()
        return {outcome: int(count) for outcome, count in found}


def _record(values: Sequence[Any]) -> RunRecord:
    id_, path, job_digest, input_digest, given, status, started, ended, exit_code, attempt, holder = values
    return RunRecord(
        id_, path, job_digest, input_digest, from_text(given), status, started, ended, exit_code, attempt, holder
    )
