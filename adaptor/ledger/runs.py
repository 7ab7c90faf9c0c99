"""The tables of runs and of the steps that they have completed."""

from __future__ import annotations

import os
from itertools import count
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .database.database import from_text, placeholders, storable, to_text
from .errors import LedgerError
from .records import FINISHED, IDENTITY, MADE, RUNNING, RunRecord, StepRecord, workflow_of
from .run_counts import counts_of_runs, keep_counts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .database.database import Database
    from .leases.leases import Leases
    from .run_counts import Count

COLUMNS = (
    "id, path, words, job_digest, input_digest, input, status, started, ended, purged, exit_code, attempt, holder, "
    "fresh, identity, labels, given"
)
#: The columns without the input, which may be large and is not shown in a list.
_LISTED_COLUMNS = COLUMNS.replace(" input,", " NULL,")
#: How many runs are looked through at once.
_PAGE_SIZE = 200


class Runs:
    """The runs of a ledger."""

    def __init__(self, database: Database, leases: Leases) -> None:
        self._database = database
        self._leases = leases

    def begin(self, record: RunRecord) -> RunRecord:
        """Record the begin of a run and return its record; without a start time it starts now."""
        with self._database.transaction(durable=True):
            if record.holder is not None and self._leases.terms.fence:
                self._leases.check(record.holder)
            record = record._replace(started=record.started or self._database.now())
            self._database.run(
                f"INSERT INTO runs ({COLUMNS}) VALUES ({placeholders(COLUMNS.split(','))})",
                (
                    record.id,
                    storable(record.path),
                    to_text(record.words),
                    record.job_digest,
                    record.input_digest,
                    to_text(record.input),
                    record.status,
                    record.started,
                    record.ended,
                    record.purged,
                    record.exit_code,
                    record.attempt,
                    record.holder,
                    int(record.is_fresh),
                    record.identity,
                    to_text(dict(record.labels)) if record.labels else None,
                    to_text(dict(record.given)) if record.given else None,
                ),
            )
        return record

    def resume(self, run: str, holder: str, given: Mapping[str, Any] = MappingProxyType({})) -> RunRecord | None:
        """Give a run that no live process holds to a lease, for one more attempt.

        Writes that the last attempt was sending when it ended become unknown.

        Args:
            run: Its id.
            holder: The id of the lease.
            given: What the command line of this attempt was given, in place of what an earlier one was given.

        Returns:
            The record, or None if the run cannot be resumed or a live process holds it.
        """
        record = self.find(run)
        if record is None or record.purged is not None or record.identity != IDENTITY:
            return None
        if record.holder is not None:
            self._leases.expire(record.holder, run)
        with self._database.transaction(durable=True):
            if self._leases.terms.fence:
                self._leases.check(holder)
            taken = self._database.run(
                "UPDATE runs SET holder = ?, status = ?, attempt = attempt + 1, ended = NULL, exit_code = NULL, "
                "counts = NULL WHERE id = ? AND holder IS NULL AND attempt = ? AND status = ? AND purged IS NULL",
                (holder, RUNNING, run, record.attempt, record.status),
            ).rowcount
            if taken and given:
                kept = {name: value for name, value in record.given.items() if name != "configuration"}
                self._database.run("UPDATE runs SET given = ? WHERE id = ?", (to_text({**kept, **given}), run))
            return self._record(run) if taken else None

    def end(self, run: str, holder: str, status: str, exit_code: int) -> None:
        """Record the end of a run, if this lease still holds it."""
        with self._database.transaction():
            ended = self._database.run(
                f"UPDATE runs SET status = ?, exit_code = ?, ended = {self._database.clock}, holder = NULL "
                "WHERE id = ? AND holder = ?",
                (status, exit_code, run, holder),
            ).rowcount
            if ended:
                keep_counts(self._database, run)

    def find(self, run: str) -> RunRecord | None:
        """Return a run, or None."""
        with self._database.reading():
            return self._record(run)

    def newest(self, most: int = 50, labels: Mapping[str, str] = MappingProxyType({})) -> list[RunRecord]:
        """Return the newest runs, newest first, each with the number of its writes by outcome and without its input.

        Args:
            most: How many at most.
            labels: Only runs that have all of these.
        """
        where = "WHERE labels IS NOT NULL" if labels else ""
        size = _PAGE_SIZE if labels else most
        found: list[RunRecord] = []
        with self._database.reading():
            for start in count(0, size):
                page = self._database.run(
                    f"SELECT {_LISTED_COLUMNS} FROM runs {where} ORDER BY started DESC, id LIMIT ? OFFSET ?",
                    (size, start),
                ).fetchall()
                found += [record for record in map(_read, page) if labels.items() <= record.labels.items()]
                if len(found) >= most or len(page) < size:
                    break
            return self._with_outcomes(found[:most])

    def newest_of(self, path: str, words: Sequence[str]) -> str | None:
        """Return the id of the newest run of a job, or of the workflow of a project that the words begin with."""
        with self._database.reading():
            found = self._named(path, workflow_of(words))
        return next((run for run, _, _ in found), None)

    def adopt(self, path: str) -> None:
        """Let the runs of a job be found where it lies now, after its folder was moved with the ledger in it.

        Args:
            path: The job. The runs are those of files of this name that are not there any more, if it has none yet.
        """
        name = os.path.basename(path)
        with self._database.reading():
            if self._database.run("SELECT 1 FROM runs WHERE path = ? LIMIT 1", (storable(path),)).fetchone():
                return
            found = self._database.run("SELECT DISTINCT path FROM runs").fetchall()
        gone = [old for (old,) in found if os.path.basename(old) == name and not os.path.exists(old)]
        if gone:
            self._database.transact(
                lambda: self._database.run_many(
                    "UPDATE runs SET path = ? WHERE path = ?", [(storable(path), old) for old in gone]
                ),
                durable=True,
            )

    def last_that_wrote(self, path: str, input_digest: str) -> RunRecord | None:
        """Return the newest run of a job with an input that has made a write, with its writes by outcome."""
        with self._database.reading():
            return next(iter(self._alike(path, input_digest, f"{_has_written()} ORDER BY started DESC LIMIT 1")), None)

    def alongside(self, path: str, input_digest: str, since: float) -> list[RunRecord]:
        """Return the runs of a job with an input that somebody holds, or that ended since then."""
        with self._database.reading():
            return self._alike(path, input_digest, "(holder IS NOT NULL OR ended >= ?)", since)

    def guarding(self, path: str, words: Sequence[str], before: float) -> list[str]:
        """Return the ids of the runs of a job that have sent messages since it last ended well, newest first.

        Args:
            path: The job, workflow or project.
            words: Begin with the workflow of a project.
            before: What ended well later than that is still among them.
        """
        workflow = workflow_of(words)
        # What has ended later than now did so before the clock was put back.
        is_well = f"status = '{FINISHED}' AND exit_code = 0 AND (ended < ? OR ended > {self._database.clock} + 1)"
        wrote = _has_written("AND is_message = 1")
        with self._database.reading():
            ended_well = self._named(path, workflow, is_well, before)
            # Also one that began later: of two that wait for the same, either may be the first to send.
            others = self._named(path, workflow, f"NOT ({is_well}) AND {wrote}", before)
        since: dict[str, float] = {}
        for _, known_words, started in ended_well:
            since.setdefault(known_words, started)
        # A run of all steps includes those of single steps.
        whole = since.get(str(to_text([] if workflow is None else [workflow])), 0.0)
        return [run for run, known_words, started in others if started > max(since.get(known_words, 0.0), whole)]

    def later(self, record: RunRecord) -> list[str]:
        """Return the ids of the runs of the same job that began after this one."""
        with self._database.reading():
            found = self._named(record.path, workflow_of(record.words), "started > ?", record.started)
        return [run for run, _, _ in found]

    def withdraw(self, run: str) -> bool:
        """Take away a run that was refused before it had made any write; say whether that was so.

        Nothing of it could be gone on with.
        """

        def work() -> bool:
            removed = self._database.run(f"DELETE FROM runs WHERE id = ? AND NOT {_has_written()}", (run,)).rowcount
            for table in ("writes", "steps") if removed else ():
                self._database.run(f"DELETE FROM {table} WHERE run = ?", (run,))
            return bool(removed)

        return self._database.transact(work, durable=True)

    def _named(
        self, path: str, workflow: str | None, where: str = "1 = 1", *values: Any
    ) -> list[tuple[str, str, float]]:
        """Return the id, the words as text and the start of the runs of a job, newest first."""
        found = self._database.run(
            f"SELECT id, words, started FROM runs WHERE path = ? AND {where} ORDER BY started DESC, id",
            (storable(path), *values),
        ).fetchall()
        return [
            (run, words, float(started))
            for run, words, started in found
            if words is not None and workflow_of(from_text(words)) == workflow
        ]

    def _alike(self, path: str, input_digest: str, where: str, *values: Any) -> list[RunRecord]:
        found = self._database.run(
            f"SELECT {COLUMNS} FROM runs WHERE path = ? AND input_digest = ? AND {where}",
            (storable(path), input_digest, *values),
        ).fetchall()
        return self._with_outcomes([_read(each) for each in found])

    def is_under_way(self, record: RunRecord) -> bool:
        """Whether a live process is running it."""
        with self._database.reading():
            return record.holder is not None and not self._leases.is_expired(record.holder)

    def keep_step(self, run: str, holder: str, record: StepRecord) -> bool:
        """Record the output of a completed step, so that a resume need not run it again.

        Returns:
            Whether the lease is still valid. If not, nothing is recorded.
        """
        with self._database.transaction(durable=True):
            if self._leases.is_valid(holder) is None:
                return False
            self._database.run(
                "INSERT INTO steps (run, step, arrival, status, output) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (run, step, arrival) DO UPDATE SET status = excluded.status, output = excluded.output",
                (run, record.step, record.arrival, record.status, to_text(record.output)),
            )
            return True

    def counts_by_step(self, run: str) -> list[Count]:
        """Return the number of writes of each step of a run by outcome, in the order of the steps.

        Returns:
            Step, arrival, whether they are messages, outcome, count.
        """
        with self._database.reading():
            return counts_of_runs(self._database, [run])[run]

    def steps(self, run: str) -> list[StepRecord]:
        """Return the steps that a run has completed."""
        with self._database.reading():
            found = self._database.run(
                "SELECT step, arrival, status, output FROM steps WHERE run = ?", (run,)
            ).fetchall()
        return [StepRecord(step, arrival, status, from_text(output)) for step, arrival, status, output in found]

    def purge(self, run: str, *, clean_up: bool = True) -> int:
        """Delete the recipients of a run, its input and its outputs.

        The number of its writes stays, and a key that was used stays used. The run cannot be resumed after that.

        Args:
            run: Its id.
            clean_up: Remove the copies of deleted values too, which takes time; False where that is done once, later.

        Returns:
            The number of writes that had a recipient.

        Raises:
            LedgerError: The run is under way.
        """
        people = self._purge(run)
        if clean_up:
            self._database.clean_up()
        return people

    def _purge(self, run: str) -> int:
        record = self.find(run)
        if record is not None and record.holder is not None:
            self._leases.expire(record.holder, run)
        people = self._database.transact(lambda: self._forget(run), durable=True)
        if people is None and record is not None:
            raise LedgerError(f"The run `{run}` is under way: it cannot be purged.", fix="Wait until it ends.")
        return people or 0

    def _forget(self, run: str) -> int | None:
        """Purge a run, and return the number of writes that had a recipient, or None if a process holds the run."""
        # First, so that no process resumes it meanwhile.
        found = self._database.run(
            f"UPDATE runs SET input = NULL, purged = {self._database.clock} WHERE id = ? AND holder IS NULL", (run,)
        ).rowcount
        if not found:
            return None
        (people,) = self._database.run(
            "SELECT count(*) FROM writes WHERE run = ? AND recipient <> ''", (run,)
        ).fetchone()
        # The key itself may name a person, such as the number of an appointment. Its digest in `id` keeps it used.
        self._database.run(
            "UPDATE writes SET recipient = '', fingerprint = '', text_digest = NULL, result = NULL, error = NULL, "
            "own_key = CASE WHEN own_key IS NULL THEN NULL ELSE '' END WHERE run = ?",
            (run,),
        )
        self._database.run("DELETE FROM steps WHERE run = ?", (run,))
        return int(people)

    def purge_older(self, seconds: float, *, finished: bool = False) -> list[str]:
        """Purge every run that ended, or began and was killed, longer ago than some seconds.

        Args:
            seconds: How long ago.
            finished: Only finished runs; the others can still be resumed.

        Returns:
            Their ids.
        """
        old = self.older(seconds, finished=finished)
        for run in old:
            self._purge(run)
        # Even if nothing is old: a service does not do so with a large file.
        self._database.clean_up()
        return old

    def older(self, seconds: float, *, finished: bool = False) -> list[str]:
        """Return the ids of the runs that `purge_older` would purge."""
        with self._database.reading():
            only = f" AND status = '{FINISHED}'" if finished else ""
            found = self._database.run(
                f"SELECT id, holder FROM runs WHERE purged IS NULL AND coalesce(ended, started) < ?{only} "
                "ORDER BY started",
                (self._database.now() - seconds,),
            ).fetchall()
            return [run for run, holder in found if holder is None or self._leases.is_expired(holder)]

    def _record(self, run: str) -> RunRecord | None:
        found = self._database.run(f"SELECT {COLUMNS} FROM runs WHERE id = ?", (run,)).fetchall()
        return next(iter(self._with_outcomes([_read(values) for values in found])), None)

    def _with_outcomes(self, records: list[RunRecord]) -> list[RunRecord]:
        outcomes: dict[str, dict[str, int]] = {record.id: {} for record in records}
        messages: dict[str, dict[str, int]] = {record.id: {} for record in records}
        for run, counts in counts_of_runs(self._database, list(outcomes)).items():
            for _, _, is_message, outcome, writes in counts:
                for found in (outcomes[run], *([messages[run]] if is_message else [])):
                    found[outcome] = found.get(outcome, 0) + writes
        return [record._replace(outcomes=outcomes[record.id], messages=messages[record.id]) for record in records]


def _has_written(which: str = "") -> str:
    """Return the condition that a run has made a write, or may have."""
    made = ", ".join(f"'{outcome}'" for outcome in MADE)
    return f"EXISTS (SELECT 1 FROM writes WHERE run = runs.id AND outcome IN ({made}) {which})"


def _read(values: Sequence[Any]) -> RunRecord:
    id_, path, words, job_digest, input_digest, state, status, started, ended, purged, *rest = values
    exit_code, attempt, holder, is_fresh, identity, labels, given = rest
    return RunRecord(
        id_,
        path,
        job_digest,
        input_digest,
        from_text(state),
        status,
        started,
        ended,
        exit_code,
        attempt,
        holder,
        purged,
        words=from_text(words) or [],
        is_fresh=bool(is_fresh),
        identity=int(identity),
        labels=from_text(labels) or {},
        given=from_text(given) or {},
    )
