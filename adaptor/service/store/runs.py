"""The table of runs. Its rows are the truth about what waits and what runs; everything else only wakes somebody up."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.errors import AdaptorError
from ...core.text.number_of import number_of
from ...ledger.database.database import from_text, placeholders, storable, to_text
from ..dispatch.announcer import Announcer
from .answers import forget_answers, lock_answers, take_answer, waits_of
from .notices import RUN_FAILED, record_notice
from .page_pauses import NOT_PAUSED, page_of_run
from .people import OLDEST
from .records import (
    CANCELLED,
    CRASHED,
    QUEUED,
    RUNNING,
    SUCCEEDED,
    UNSUCCESSFUL,
    WAITING,
    NewRun,
    RunRow,
    page_of_person,
)
from .responses import record_response
from .versions import WAITS_FOR, OnlyVersions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...ledger.database.database import Database
    from ...ledger.leases.leases import Leases

_COLUMNS = (
    "n, id, workflow, start, digest, person, is_answer, input, status, due, epoch, holder, failures, queued, started, "
    "ended, exit_code, error, project, names_page, page, waits"
)
#: A run whose process was lost after so many failures is given up: it may be what ends them.
_MOST_LOST = 7


def queue(database: Database, runs: Sequence[NewRun], *, cancelled: str | None = None) -> None:
    """Queue runs, inside a transaction.

    Args:
        database: The database.
        runs: The runs.
        cancelled: Why they are not performed; None where they are.
    """
    for run in runs:
        database.run(
            "INSERT INTO service_runs (id, workflow, start, digest, person, is_answer, input, status, is_open, error, "
            "page, names_page, is_wish, project, due, queued) "
            f"VALUES ({'?, ' * 14}{'?' if run.due else database.clock}, {database.clock})",
            (
                run.id,
                storable(run.workflow),
                storable(run.start),
                run.digest,
                None if run.person is None else storable(run.person),
                int(run.is_answer),
                to_text(run.input),
                QUEUED if cancelled is None else CANCELLED,
                int(cancelled is None),
                cancelled,
                storable(page_of_run(database, run)),
                int(bool(run.page or page_of_person(run.person))),
                int(run.is_wish),
                storable(run.project),
                *([run.due] if run.due else []),
            ),
        )
        if cancelled is not None:
            database.run(f"UPDATE service_runs SET ended = {database.clock} WHERE id = ?", (run.id,))


class Runs:
    """The runs of all workflows."""

    def __init__(self, database: Database, leases: Leases, announcer: Announcer | None = None) -> None:
        self._database = database
        self._leases = leases
        self._announcer = announcer or Announcer()

    def queue(self, runs: Sequence[NewRun]) -> None:
        """Queue runs, durably."""

        def work() -> None:
            queue(self._database, runs)
            for is_answer in (True, False):
                self._announcer.announce([run.id for run in runs if run.is_answer == is_answer], is_answer=is_answer)

        self._database.transact(work, durable=True)

    def claim(
        self,
        holder: str,
        most: int,
        most_others: int | None = None,
        versions: Iterable[tuple[str, str]] | None = None,
        project: str | None = None,
    ) -> list[RunRow]:
        """Give the oldest runs that are due to a lease.

        Of each person only the oldest open run is given, so that nobody's second message is answered before the first.

        Args:
            holder: The id of the lease.
            most: How many runs at most.
            most_others: How many of them at most for which nobody waits, such as a broadcast; None is as many.
            versions: Only runs of these workflows, each with its digest; None is all.
            project: Where all versions are taken, only runs of the file with this name; None is all.
        """
        if most < 1:
            return []
        only = OnlyVersions.of(versions) if versions is not None else OnlyVersions.of_project(project)
        limits = (1, most), (0, most if most_others is None else min(most, most_others))

        def work() -> list[RunRow]:
            taken: list[RunRow] = []
            for is_answer, limit in limits:
                taken += self._take(holder, is_answer, min(limit, most - len(taken)), only)
            return taken

        return self._database.transact(work)

    def _take(self, holder: str, is_answer: int, most: int, only: OnlyVersions) -> list[RunRow]:
        """Give the oldest runs of a kind that are due to a lease, inside a transaction."""
        if most < 1:
            return []
        database = self._database
        oldest = OLDEST.format(clock=database.clock)
        found = database.run(
            "SELECT r.id, r.person FROM service_runs AS r WHERE r.is_open = 1 AND r.status = ? AND r.is_answer = ? "
            f"AND {oldest} AND {NOT_PAUSED} AND r.due <= {database.clock}{only.condition} ORDER BY r.n LIMIT ?"
            f"{database.for_update_of_free}",
            (QUEUED, is_answer, *only.values, most),
        ).fetchall()
        database.lock_names(f"person {person}" for _, person in found if person is not None)
        # Another claim may have come first: then the status is no longer `queued`, or another run of the person runs.
        return [
            _row(values)
            for id_, _ in found
            for values in database.run(
                f"UPDATE service_runs AS r SET status = ?, holder = ?, epoch = epoch + 1, started = {database.clock}, "
                "error = CASE WHEN error LIKE ? THEN NULL ELSE error END "
                f"WHERE id = ? AND status = ? AND {oldest} RETURNING {_COLUMNS}",
                (RUNNING, holder, f"{WAITS_FOR}%", id_, QUEUED),
            ).fetchall()
        ]

    def end(
        self,
        run: RunRow,
        status: str,
        exit_code: int | None = None,
        error: str | None = None,
        response: dict[str, Any] | None = None,
    ) -> bool:
        """Record the end of a run that this process has claimed.

        Args:
            run: The run.
            status: How it ended.
            exit_code: As of `adaptor run`.
            error: What went wrong.
            response: What the caller of the run gets, or None.

        Returns:
            Whether the claim still held. If not, another process has taken the run over, and nothing is changed.
        """
        database = self._database

        def work() -> bool:
            is_still_ours = self._change(
                run,
                f"status = ?, is_open = 0, holder = NULL, ended = {database.clock}, exit_code = ?, error = ?",
                (status, exit_code, _text(error)),
            )
            if is_still_ours and response is not None:
                record_response(database, run.id, response)
            if is_still_ours and status in UNSUCCESSFUL:
                record_notice(database, RUN_FAILED, run=run.id)
            if is_still_ours and run.person is not None:
                forget_answers(database, run.person)
            return is_still_ours

        return database.transact(work)

    def retry(self, run: RunRow, delay: float, error: str | None = None, *, failed: bool = True) -> bool:
        """Queue a run again that this process has claimed; its next attempt resumes it.

        Args:
            run: The run.
            delay: In how many seconds it is due.
            error: Why the attempt ended.
            failed: The attempt counts as a failure.

        Returns:
            Whether the claim still held.
        """
        return self._change(
            run,
            f"status = ?, holder = NULL, due = {self._database.clock} + ?, failures = failures + ?, error = ?",
            (QUEUED, delay, int(failed), _text(error)),
        )

    def wait(self, run: RunRow, step: str, arrival: int, seconds: float) -> bool:
        """Let a run that this process has claimed wait for an answer of its person.

        What the person has written meanwhile, and what waits in a run of its own, is the answer.

        Args:
            run: The run.
            step: The step that has asked; so is `arrival`.
            arrival: Its arrival.
            seconds: How long it waits.

        Returns:
            Whether the claim still held.
        """
        database = self._database

        def work() -> bool:
            if run.person is not None:
                lock_answers(database, [run.person])
            waits = waits_of(database, run, step, arrival)
            is_still_ours = self._change(
                run,
                "status = ?, is_open = 0, holder = NULL, failures = 0, error = NULL, "
                f"due = {database.clock} + ?, waits = ?",
                (WAITING, seconds, to_text(waits)),
            )
            if is_still_ours and run.person is not None:
                take_answer(database, run, waits)
            return is_still_ours

        return database.transact(work, durable=True)

    def release_late(self) -> list[str]:
        """Queue the runs for whose answer the time is over; return their ids."""
        database = self._database
        with database.reading():
            found = database.run(
                # As the index is written: of a million runs few wait.
                f"SELECT id, waits FROM service_runs WHERE status = 'waiting' AND due <= {database.clock}"
            ).fetchall()

        change = "status = ?, is_open = 1, waits = ? WHERE id = ? AND status = ?"
        return [
            id_
            for id_, waits in found
            if self._update(change, (QUEUED, to_text({**from_text(waits), "facts": None}), id_, WAITING), durable=True)
        ]

    def _change(self, run: RunRow, change: str, values: Sequence[Any]) -> bool:
        """Change a run that this process has claimed; return whether the claim still held."""
        claimed = "WHERE id = ? AND epoch = ? AND holder = ? AND status = ?"
        return self._update(f"{change} {claimed}", (*values, run.id, run.epoch, run.holder, RUNNING))

    def _update(self, change: str, values: Sequence[Any], *, durable: bool = False) -> bool:
        """Change a run in a transaction; return whether the condition held."""

        def work() -> bool:
            return bool(self._database.run(f"UPDATE service_runs SET {change}", values).rowcount)

        return self._database.transact(work, durable=durable)

    def release_lost(self, own: str | None = None) -> list[str]:
        """Queue the runs of processes that have died or did not renew their lease in time.

        A run that has lost its process so often that it may be the cause is given up instead.

        Args:
            own: The id of the caller's lease. It lives, even if it was suspended for so long that its lease is overdue.

        Returns:
            The ids of these runs.
        """
        with self._database.reading():
            held = self._database.run(
                "SELECT DISTINCT holder FROM service_runs WHERE is_open = 1 AND status = ?", (RUNNING,)
            ).fetchall()
            lost = [holder for (holder,) in held if holder != own and self._leases.is_expired(holder)]
        return [id_ for holder in lost for id_ in self._database.transact(partial(self._release, holder))]

    def _release(self, holder: str) -> list[str]:
        database = self._database
        # A claim or a renewal of this lease that is under way ends first.
        database.run(f"SELECT id FROM holders WHERE id = ?{database.for_update}", (holder,))
        if not self._leases.is_expired(holder):
            return []
        database.run("DELETE FROM holders WHERE id = ?", (holder,))
        found = database.run(
            "SELECT id FROM service_runs WHERE is_open = 1 AND status = ? AND holder = ?", (RUNNING, holder)
        ).fetchall()
        given_up = database.run(
            f"UPDATE service_runs SET status = ?, is_open = 0, holder = NULL, ended = {database.clock}, error = ? "
            "WHERE is_open = 1 AND status = ? AND holder = ? AND failures >= ? RETURNING id",
            (CRASHED, "Each process that ran it has ended; it is given up.", RUNNING, holder, _MOST_LOST),
        ).fetchall()
        for (id_,) in given_up:
            record_notice(database, RUN_FAILED, run=id_)
        database.run(
            "UPDATE service_runs SET status = ?, holder = NULL, failures = failures + 1, "
            f"due = {database.clock} WHERE is_open = 1 AND status = ? AND holder = ?",
            (QUEUED, RUNNING, holder),
        )
        return [id_ for (id_,) in found]

    def release_strays(self, holder: str, known: Sequence[str]) -> list[str]:
        """Queue the runs that a lease holds and its process knows nothing of; return their ids.

        Where the database was lost while a claim was committed, the claim may hold although it seemed to have failed.

        Args:
            holder: The id of the lease.
            known: The ids of the runs that the process performs, or whose end it has yet to record.
        """
        database = self._database
        others = f" AND id NOT IN ({placeholders(known)})" if known else ""
        where = f"is_open = 1 AND status = ? AND holder = ?{others}"
        with database.reading():
            found = database.run(f"SELECT id FROM service_runs WHERE {where}", (RUNNING, holder, *known)).fetchall()
        if found:
            database.transact(
                lambda: database.run(
                    f"UPDATE service_runs SET status = ?, holder = NULL WHERE {where}",
                    (QUEUED, RUNNING, holder, *known),
                )
            )
        return [id_ for (id_,) in found]

    def cancel(self, id_: str) -> bool:
        """Cancel a run that has not begun; return whether it was so."""
        return self._update(
            f"status = ?, is_open = 0, ended = {self._database.clock} WHERE id = ? AND status IN (?, ?)",
            (CANCELLED, id_, QUEUED, WAITING),
            durable=True,
        )

    def retry_ended(self, id_: str) -> bool:
        """Queue a run again that did not succeed; return whether it was one. Its next attempt resumes it."""
        return self._update(
            f"status = ?, is_open = 1, failures = 0, due = {self._database.clock}, ended = NULL, exit_code = NULL "
            "WHERE id = ? AND is_open = 0 AND status NOT IN (?, ?)",
            (QUEUED, id_, SUCCEEDED, WAITING),
            durable=True,
        )

    def find(self, id_: str) -> RunRow | None:
        """Return a run, or None."""
        with self._database.reading():
            return next(iter(self._rows("id = ?", (id_,))), None)

    def newest(self, most: int = 50, statuses: Sequence[str] = ()) -> list[RunRow]:
        """Return the newest runs, newest first; only those of some statuses, where these are given."""
        only = f"status IN ({placeholders(statuses)})" if statuses else "n > 0"
        with self._database.reading():
            return self._rows(f"{only} ORDER BY n DESC LIMIT ?", (*statuses, most))

    def count_open(self) -> dict[str, int]:
        """Return how many runs are queued, and how many are running."""
        with self._database.reading():
            found = self._database.run(
                "SELECT status, count(*) FROM service_runs WHERE is_open = 1 GROUP BY status"
            ).fetchall()
        return {QUEUED: 0, RUNNING: 0, **{status: int(count) for status, count in found}}

    def queued_in_words(self, resumed_by: str) -> str:
        """Return how many runs are queued, and what they wait for; empty where none is, or it is not known."""
        try:
            count = self.count_open()[QUEUED]
        except AdaptorError:
            # The log has said why already.
            count = 0
        return f"{number_of(count, 'runs')} {'waits' if count == 1 else 'wait'} for {resumed_by}." if count else ""

    def _rows(self, where: str, values: Sequence[Any]) -> list[RunRow]:
        found = self._database.run(f"SELECT {_COLUMNS} FROM service_runs WHERE {where}", values).fetchall()
        return [_row(each) for each in found]


def _row(values: Sequence[Any]) -> RunRow:
    n, id_, workflow, start, digest, person, is_answer, given, *rest = values
    *rest, project, names_page, page, waits = rest
    facts = from_text(given), *rest, from_text(waits), page, bool(names_page), project
    return RunRow(n, id_, workflow, start, digest, person, bool(is_answer), *facts)


def _text(error: str | None) -> str | None:
    return None if error is None else storable(error)
