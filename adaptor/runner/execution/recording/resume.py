"""A run and its ledger: opened at the first write, resumed after a stop, and never started twice by mistake."""

from __future__ import annotations

import os

from ....core.errors import InputError
from ...load.digest import job_digest, job_sources
from ..counts import in_words, made_in, whole
from ..result import EXIT_CRASHED, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WELL
from ..step_state import without_configuration
from .ledger_location import IN_MEMORY, default_database, is_there
from .retention import purge_old, retention_days
from .run_id import LAST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any

    from ....core.errors import AdaptorError
    from ....core.run.context import Run
    from ....core.state import State
    from ....ledger.ledger import Ledger
    from ....ledger.records import RunRecord, StepRecord
    from ....ledger.store import Store
    from ...load.prepare import Prepared
    from ..result import Result, StepResult
    from .ledger_options import LedgerOptions


#: How a step ended that a resume does not run again. A failed one is kept where an `on_job_failure` edge was taken.
COMPLETED = "completed"
FAILED = "failed"


class RunLedger:
    """What a run records, and what an earlier attempt has recorded. A context manager around the run.

    Args:
        path: What is run.
        words: What follows the path on a command line that runs the same.
        run: The run.
        options: Which ledger, and how earlier runs are treated.
    """

    def __init__(self, path: str, words: list[str], run: Run, options: LedgerOptions) -> None:
        self._path = os.path.abspath(path)
        self._words = words
        self._run = run
        self._options = options
        #: The run's labels, those of its first attempt.
        self.labels = dict(options.labels or {})
        self._database = options.database or default_database(path)
        self._ledger: Ledger | None = None
        #: The ledger's tables, open since the job has read a collection or written anything.
        self._store: Store | None = None
        self._state: State = {}
        self._sources: tuple[list[str], list[str]] = ([], [])
        self._retention: float | None = None
        self._kept: dict[tuple[str, int], StepRecord] = {}
        self._later: frozenset[str] = frozenset()
        self._ended: list[tuple[str, int, str, State]] = []
        if not run.dry_run:
            run.use_ledger(self._open)
        run.use_collections(self._open_collections)

    def __enter__(self) -> RunLedger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            # An unexpected error: the run has stopped and can be resumed.
            code = EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else EXIT_CRASHED
            ledger.close(code, finished=False)
        self._close_store()

    def begin(self, prepared: Prepared, state: Callable[[], State]) -> State:
        """Return the initial state: the given one, or that of the run that is resumed.

        Args:
            prepared: The plan and its jobs.
            state: Returns the given initial state; not called for a resume.

        Raises:
            InputError: The run cannot be resumed, or a new run would send messages again.
        """
        # Taken now: a module that the job imports while it runs is not loaded yet when the run is resumed.
        self._sources = job_sources(prepared, self._path)
        self._retention = retention_days()
        if self._options.resume is None:
            self._state = state()
            if self._run.dry_run or self._options.is_new or not is_there(self._database):
                return self._state
        from ....ledger.errors import LedgerError, LedgerUnusable

        try:
            name = self._options.resume or self._run_to_resume()
            return self._state if name is None else self._resume(name)
        except LedgerError as error:
            raise LedgerUnusable(error.description, fix=error.fix) from None

    def recorded_step(self, step: str, arrival: int) -> StepRecord | None:
        """Return what an earlier attempt has recorded of an arrival at a step, or None."""
        return self._kept.get((step, arrival))

    def enter_step(self, step: str, arrival: int, later: Iterable[str]) -> None:
        """Record which step begins, and which steps may follow it."""
        self._later = frozenset(later)
        if self._ledger is not None:
            self._ledger.enter_step(step, arrival, self._later)

    def counts_of_step(self) -> tuple[int, int, int]:
        """Return the recorded counts of the current step over all attempts, in the form of `Run.made`."""
        ledger = self._ledger
        if ledger is None or self._run.dry_run:
            return 0, 0, 0
        from ....ledger.errors import LedgerError

        try:
            return made_in(ledger.store.writes.tally(ledger.record.id), ledger.step, ledger.arrival)
        except LedgerError:
            # The step may have failed because the ledger cannot be read.
            return 0, 0, 0

    def replay_messages(self, result: StepResult, arrival: int) -> None:
        """Report the messages of a step that is not run again, for the report and the results."""
        from .restoring import replay_messages

        if self._ledger is not None:
            replay_messages(self._ledger, self._run, result, arrival)

    def keep_step(self, step: str, arrival: int, status: str, state: State) -> None:
        """Record the state that a step left: a resume does not run the step again."""
        if self._run.audience.is_partial:
            # A resume runs it again, for the people who were left out, and so the steps that follow it.
            return
        if self._ledger is not None:
            self._ledger.keep_step(status, state)
        elif not self._run.dry_run:
            # Recorded with the first write of a later step, if there is one.
            self._ended.append((step, arrival, status, state))

    def conclude(self, result: Result) -> None:
        """Set the exit code by all recorded writes of the run, those of earlier attempts too."""
        ledger = self._ledger
        if ledger is None or self._run.dry_run:
            return
        from ....ledger.errors import LedgerError

        result.ledger = ledger.store.name
        if ledger.sent_before is not None:
            result.was_sent_before = True
            if result.error is None:
                # A handler of the job has caught it each time.
                self._log_ledger_error(result, ledger.sent_before)
                result.error = ledger.sent_before
        try:
            counts = ledger.store.writes.counts(ledger.record.id)
            if ledger.is_resumed:
                result.recorded = whole(ledger.store.writes.tally(ledger.record.id), self._run)
        except LedgerError as error:
            result.is_ledger_lost = True
            self._log_ledger_error(result, error)
            return
        result.unknown = counts.get("unknown", 0) + counts.get("sending", 0)
        if result.unknown and result.exit_code == EXIT_WELL:
            result.exit_code = EXIT_FAILED

    def close(self, result: Result) -> None:
        """Record how the run ended, and close the ledger. Called when the outputs of the run are written."""
        ledger, self._ledger = self._ledger, None
        if ledger is None:
            self._close_store()
            return
        from ....ledger.errors import LedgerError

        try:
            if not self._run.dry_run:
                purge_old(ledger, self._retention, self._run)
            ledger.close(result.exit_code, finished=result.is_finished)
        except LedgerError as error:
            result.is_ledger_lost = True
            self._log_ledger_error(result, error)

    def _log_ledger_error(self, result: Result, error: AdaptorError) -> None:
        # All that was sent is recorded; only the end of the run is not. A run that failed by this error has logged it.
        if type(result.error) is not type(error):
            self._run.log("error", "run", error.report(), error=error.facts())
        result.exit_code = result.exit_code or EXIT_FAILED

    # --- Opening ---

    def _open(self) -> Ledger:
        """Open the ledger at the first write, and record the run in it."""
        from ....ledger.errors import LedgerError, LedgerUnusable

        store = self._opened_store()
        try:
            ledger = self._record_run(store)
        except LedgerError as error:
            self._close_store()
            raise LedgerUnusable(error.description, fix=error.fix) from None
        except BaseException:
            self._close_store()
            raise
        self._ledger = ledger
        self._announce(ledger)
        for step, arrival, status, state in self._ended:
            ledger.enter_step(step, arrival)
            ledger.keep_step(status, state)
        self._ended.clear()
        ledger.enter_step(self._run.step, self._run.arrival, self._later)
        return ledger

    def _opened_store(self) -> Store:
        from ....ledger.store import open_store

        if self._store is None:
            self._store = open_store(self._database, read_only=self._run.dry_run, terms=self._options.terms)
            for collection, values in self._options.collections.items():
                self._store.collections.set(collection, values, now=self._run.now())
        return self._store

    def _close_store(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _open_collections(self) -> object:
        from ....ledger.run_collections import DryRunCollections, RunCollections

        kind = DryRunCollections if self._run.dry_run else RunCollections
        return kind(self._run, self._store_to_read)

    def _store_to_read(self) -> Store | None:
        """Return the ledger for reading collections, or None where there is none yet: it is not made for that."""
        from ....ledger.errors import NoLedger

        if self._ledger is not None and not self._run.dry_run:
            return self._ledger.store
        is_new = not is_there(self._database) and (self._run.dry_run or self._database != IN_MEMORY)
        try:
            return self._store if is_new else self._opened_store()
        except NoLedger:
            return None

    def _record_run(self, store: Store) -> Ledger:
        from ....ledger.ledger import Ledger
        from ....ledger.records import RunRecord
        from .earlier_runs import began_at, check_alone, check_new, guards_of

        run = self._run
        record = RunRecord(
            run.id or "run",
            self._path,
            self._job_digest,
            self._input_digest(),
            without_configuration(self._state),
            words=self._words,
            labels={name: run.redactor.text(value) for name, value in self.labels.items()},
            given=self.given(),
            started=run.began,
            is_fresh=self._options.fresh,
        )
        # On the disk with the first write, whose mark is: until then nothing was sent.
        with store.database.transaction():
            # Another process may have started the same run since this one looked, or be about to.
            store.database.lock_names([f"{record.path} {record.input_digest}"])
            check_new(store, record.id)
            if not record.is_fresh:
                check_alone(store, record.path, record.input_digest, run)
            guards = guards_of(store, record, began_at(store, run))
            ledger = Ledger.begin(store, record, redactor=run.redactor)
        ledger.guards = guards
        return ledger

    def given(self) -> dict[str, Any]:
        """Return what the command line was given, as `RunRecord.given`."""
        given = dict(self._options.given)
        if self._state.get("configuration") and "credentials" not in given:
            # It is not recorded, so a resume needs it from elsewhere.
            given["configuration"] = "state"
        return given

    def _announce(self, ledger: Ledger) -> None:
        if self._database == IN_MEMORY:
            return
        if self._options.on_open is not None:
            self._options.on_open(self._database, ledger)
        if not ledger.is_resumed:
            self._run.log("info", "run", f"What is sent is recorded in {ledger.store.name} as run {ledger.record.id}.")

    # --- Resuming ---

    def _resume(self, name: str) -> State:
        """Take over a run that stopped; return its initial state."""
        from ....ledger.records import FINISHED
        from .restoring import restored_run

        ledger, known = self._taken_over(name)
        run, store, record = self._run, ledger.store, ledger.record
        self._ledger = ledger
        ledger.leaves_out_settled = known is not None and known.job_digest != self._job_digest
        again = store.writes.steps_with_unknown(record.id) if self._options.resend_unknown else set()
        state, steps = restored_run(store, record, run.redactor)
        self._kept = {place: step for step in steps if (place := (step.step, step.arrival)) not in again}
        ledger.completed_steps = frozenset(step for step, _ in self._kept)
        run.id, run.began = record.id, record.started
        self.labels = dict(record.labels)
        run.use_ledger(lambda: ledger)
        counts = ", ".join(in_words(record.messages, record.outcomes))
        where = "" if run.dry_run else f", recorded in {store.name}"
        run.log("info", "run", f"Continuing {record.id}{where}: {counts or 'nothing was sent yet'}.")
        if known is not None and known.status == FINISHED and known.exit_code == EXIT_WELL and not again:
            run.log("info", "run", "This run has finished. Nothing is sent; its outputs are written again.")
        if not run.dry_run:
            self._announce(ledger)
        return state

    def _taken_over(self, name: str) -> tuple[Ledger, RunRecord | None]:
        """Return the ledger of a run that this process takes over, and the run's record before that."""
        from ....ledger.dry_run_copy import dry_run_copy_of
        from ....ledger.ledger import Ledger
        from ....ledger.store import open_store
        from .earlier_runs import adopt_moved, check_resumable, newest_of, others_of
        from .restoring import restored_run

        if not is_there(self._database):
            raise InputError(
                f"There is no ledger {self._database} that could hold the run `{name}`.",
                fix="Name the ledger of the run with --database.",
            )
        run = self._run
        store = open_store(self._database, read_only=run.dry_run, terms=self._options.terms)
        try:
            adopt_moved(store, self._path, is_read_only=run.dry_run)
            name = newest_of(store, self._path, self._words) if name == LAST else name
            known = store.runs.find(name)
            check_resumable(known, name, self._path, self._words, self._sources, self._options)
            if known is not None:
                # A state that cannot be restored is refused before the run is taken over.
                restored_run(store, known, run.redactor)
            others: list[str] = []
            if run.dry_run:
                others = [] if known is None else others_of(store, known)
                real, store = store, dry_run_copy_of(store, name, others)
                real.close()
            resends, given = self._options.resend_unknown, self._options.given
            ledger = Ledger.resume(store, name, redactor=run.redactor, resends_unknown=resends, given=given)
            # The copy of a dry run knows no other runs, only what they have sent.
            ledger.others = others if run.dry_run else others_of(store, ledger.record)
            return ledger, known
        except BaseException:
            store.close()
            raise

    def _run_to_resume(self) -> str | None:
        """Return the id of the last run where it stopped midway and is to be resumed, None for a new run.

        Raises:
            InputError: It stopped midway, and nobody decided what is to be done; or another process runs the job.
        """
        from ....ledger.store import open_store
        from .earlier_runs import adopt_moved, check_alone, check_new, stopped_midway

        options = self._options
        store = open_store(self._database)
        try:
            check_new(store, self._run.id)
            adopt_moved(store, self._path)
            if options.fresh:
                return None
            input_digest = self._input_digest()
            check_alone(store, self._path, input_digest, self._run)
            last = store.runs.last_that_wrote(self._path, input_digest)
            what = stopped_midway(store, last, self._run)
        finally:
            store.close()
        if last is None or what is None:
            return None
        resumes = options.ask(what) if options.ask is not None else None
        if resumes is None:
            raise InputError(what, fix=f"Continue it with --resume {last.id}. Or start a new run on purpose: --fresh.")
        options.fresh = not resumes
        return last.id if resumes else None

    @property
    def _job_digest(self) -> str:
        # Computed only when something is recorded: it reads all files of the job.
        return job_digest(self._sources)

    def _input_digest(self) -> str:
        from ....core.digest import digest

        return digest("input", self._words, without_configuration(self._state))
