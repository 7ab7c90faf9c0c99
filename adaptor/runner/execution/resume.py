"""A run and its ledger: begun at the first write, gone on with after a stop, and never begun twice by mistake."""

from __future__ import annotations

import os

from ...core.errors import InputError
from ..load.digest import job_digest, job_sources
from .counts import in_words, made_in, whole
from .earlier_runs import began_at, check_alone, guards_of, to_go_on_with
from .kept_steps import tell_kept
from .result import EXIT_CRASHED, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_WELL
from .run_id import LAST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

    from ...core.context import Run
    from ...core.errors import AdaptorError
    from ...core.state import State
    from ...ledger.ledger import Ledger
    from ...ledger.records import RunRecord, StepRecord
    from ...ledger.store import Store
    from ..load.prepare import Prepared
    from .result import Result, StepResult

#: Where the ledger lies beside a job, and the variable that names another one.
BESIDE = os.path.join(".adaptor", "ledger.db")
ENVIRONMENT_DATABASE = "ADAPTOR_DATABASE"
#: After how many days a run that has finished forgets its people; never, where it does not say.
ENVIRONMENT_RETENTION = "ADAPTOR_RETENTION_DAYS"
#: A ledger that nothing keeps.
IN_MEMORY = ":memory:"

#: How a step ended that a resume does not run again. One that failed is kept where an edge took it up.
COMPLETED = "completed"
FAILED = "failed"


class LedgerOptions:
    """What is wished of a run's ledger.

    Attributes:
        database: A `postgresql://` URL, the path of a file, or `:memory:`; None is the file beside the job.
        resume: The id of a run that stopped, which is to go on; `last` is the newest of the job.
        fresh: The job is begun anew, though its last run with the same input stopped midway.
        allow_changed: A run may go on though the job's text is another one now.
        resend_unknown: What nobody knows of is made again, on purpose.
        ask: Asked before a job is begun anew after a stop: given the question, says whether to go on with the old run
            (True), begin anew (False) or do neither (None). Without it neither is done.
        on_open: Told where the ledger is, and given it, as soon as the run is noted there.
    """

    def __init__(self) -> None:
        self.database: str | None = None
        self.resume: str | None = None
        self.fresh = False
        self.allow_changed = False
        self.resend_unknown = False
        self.ask: Callable[[str], bool | None] | None = None
        self.on_open: Callable[[str, Ledger], object] | None = None


def default_database(path: str) -> str:
    """Return where the ledger of a job lies."""
    return os.environ.get(ENVIRONMENT_DATABASE) or os.path.join(os.path.dirname(os.path.abspath(path)), BESIDE)


def is_there(database: str) -> bool:
    """Whether a ledger exists already, as far as that can be seen without opening it."""
    return database != IN_MEMORY and ("://" in database or os.path.exists(database))


class RunLedger:
    """What a run notes, and what an earlier attempt of it has noted. Entered while the run is under way.

    Args:
        path: What is run.
        words: What follows the path on a command line that runs the same.
        run: The run.
        wishes: What is wished of the ledger.
    """

    def __init__(self, path: str, words: list[str], run: Run, wishes: LedgerOptions) -> None:
        self._path = os.path.abspath(path)
        self._words = words
        self._run = run
        self._wishes = wishes
        self._database = wishes.database or default_database(path)
        self._ledger: Ledger | None = None
        self._state: State = {}
        self._sources: tuple[list[str], list[str]] = ([], [])
        self._retention: float | None = None
        self._kept: dict[tuple[str, int], StepRecord] = {}
        self._later: frozenset[str] = frozenset()
        self._ended: list[tuple[str, int, str, State]] = []
        if not run.dry_run:
            run.keep_ledger(self._open)

    def __enter__(self) -> RunLedger:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        ledger, self._ledger = self._ledger, None
        if ledger is not None:
            # Something nobody expected: the run has stopped, and can be gone on with.
            code = EXIT_INTERRUPTED if isinstance(error, KeyboardInterrupt) else EXIT_CRASHED
            ledger.close(code, finished=False)

    def begin(self, prepared: Prepared, state: Callable[[], State]) -> State:
        """Return the initial state: the one that is given, or that of the run that is to go on.

        Raises:
            InputError: The run cannot go on, or beginning anew would write to people again.
        """
        # What is imported while the job runs does not count: a resume would not know it yet.
        self._sources = job_sources(prepared, self._path)
        self._retention = _retention_days()
        if self._wishes.resume is None:
            self._state = state()
            if self._run.dry_run or not is_there(self._database):
                return self._state
        from ...ledger.errors import LedgerError

        try:
            name = self._wishes.resume or self._stopped()
            return self._state if name is None else self._resume(name)
        except LedgerError as error:
            raise InputError(error.description, fix=error.fix) from None

    def kept(self, step: str, arrival: int) -> StepRecord | None:
        """Return what a step left that an earlier attempt has left behind."""
        return self._kept.get((step, arrival))

    def enter(self, step: str, arrival: int, later: Iterable[str]) -> None:
        """Say which step begins, and which may follow it."""
        self._later = frozenset(later)
        if self._ledger is not None:
            self._ledger.enter_step(step, arrival, self._later)

    def made_in_step(self) -> tuple[int, int, int]:
        """Return what the step under way has made as it is recorded, in all attempts: as `Run.made`."""
        ledger = self._ledger
        if ledger is None or self._run.dry_run:
            return 0, 0, 0
        from ...ledger.errors import LedgerError

        try:
            return made_in(ledger.store.writes.tally(ledger.record.id), ledger.step, ledger.arrival)
        except LedgerError:
            # The error that is being counted may be this very one.
            return 0, 0, 0

    def tell_kept(self, result: StepResult, arrival: int) -> None:
        """Tell of each message of a step that is not run again, as if it had been sent now."""
        if self._ledger is not None:
            tell_kept(self._ledger, self._run, result, arrival)

    def keep(self, step: str, arrival: int, status: str, state: State) -> None:
        """Keep what a step left, so that it need not be run again."""
        if self._run.audience.is_partial:
            # It is to be run again, for those who were left out; and so is what comes after it.
            return
        if self._ledger is not None:
            self._ledger.keep_step(status, state)
        elif not self._run.dry_run:
            # Noted with the first write of a later step, if there is one.
            self._ended.append((step, arrival, status, state))

    def conclude(self, result: Result) -> None:
        """Judge the run by all that is recorded of it, whichever attempt has made it."""
        ledger = self._ledger
        if ledger is None:
            return
        if self._run.dry_run:
            return
        from ...ledger.errors import LedgerError

        result.ledger = ledger.store.name
        if ledger.sent_before is not None:
            result.was_sent_before = True
            if result.error is None:
                # A handler of the job has caught it each time.
                self._cannot(result, ledger.sent_before)
                result.error = ledger.sent_before
        try:
            counts = ledger.store.writes.counts(ledger.record.id)
            if ledger.is_resumed:
                result.recorded = whole(ledger.store.writes.tally(ledger.record.id), self._run)
        except LedgerError as error:
            self._cannot(result, error)
            return
        result.unknown = counts.get("unknown", 0) + counts.get("sending", 0)
        if result.unknown and result.exit_code == EXIT_WELL:
            result.exit_code = EXIT_FAILED

    def close(self, result: Result) -> None:
        """Record how the run ended, and close the ledger. Its outputs are written: a resume need not do that again."""
        ledger, self._ledger = self._ledger, None
        if ledger is None:
            return
        from ...ledger.errors import LedgerError

        try:
            if not self._run.dry_run:
                self._forget_old(ledger)
            ledger.close(result.exit_code, finished=result.is_finished)
        except LedgerError as error:
            self._cannot(result, error)

    def _cannot(self, result: Result, error: AdaptorError) -> None:
        # All that was sent is recorded; only that the run has ended is missing. A run that failed by it has said so.
        if type(result.error) is not type(error):
            self._run.log("error", "run", error.report(), error=error.facts())
        result.exit_code = result.exit_code or EXIT_FAILED

    def _forget_old(self, ledger: Ledger) -> None:
        days = self._retention
        if days is None:
            return
        forgotten = ledger.store.runs.purge_older(days * 86_400, finished=True)
        if forgotten:
            count = f"{len(forgotten):,} run{'' if len(forgotten) == 1 else 's'}"
            self._run.log("info", "run", f"Forgot the people of {count} that finished more than {days:g} days ago.")

    # --- Opening ---

    def _open(self) -> Ledger:
        from ...ledger.errors import LedgerError
        from ...ledger.ledger import Ledger
        from ...ledger.records import RunRecord
        from ...ledger.store import open_store

        run = self._run
        store = open_store(self._database)
        try:
            record = RunRecord(
                run.id or "run",
                self._path,
                self._job_digest,
                self._input_digest(),
                {key: value for key, value in self._state.items() if key != "configuration"},
                words=self._words,
                started=run.began,
                is_fresh=self._wishes.fresh,
            )
            with store.database.transaction(durable=True):
                # Another process may have begun the same since this one looked, or be about to.
                store.database.take_turn(f"{record.path} {record.input_digest}")
                _check_new(store, record.id)
                check_alone(store, record.path, record.input_digest, run, self._wishes)
                guards = guards_of(store, record, began_at(store, run))
                ledger = Ledger.begin(store, record, redactor=run.redactor)
            ledger.guards = guards
        except LedgerError as error:
            store.close()
            raise InputError(error.description, fix=error.fix) from None
        except BaseException:
            store.close()
            raise
        self._ledger = ledger
        self._tell_open(ledger)
        for step, arrival, status, state in self._ended:
            ledger.enter_step(step, arrival)
            ledger.keep_step(status, state)
        self._ended.clear()
        ledger.enter_step(run.step, run.arrival, self._later)
        return ledger

    def _tell_open(self, ledger: Ledger) -> None:
        if self._database == IN_MEMORY:
            return
        if self._wishes.on_open is not None:
            self._wishes.on_open(self._database, ledger)
        if not ledger.is_resumed:
            self._run.log("info", "run", f"What is sent is noted in {ledger.store.name} as run {ledger.record.id}.")

    def _resume(self, name: str) -> State:
        from ...ledger.dry_run_copy import dry_run_copy_of
        from ...ledger.ledger import Ledger
        from ...ledger.records import FINISHED
        from ...ledger.store import open_store
        from .restoring import restored_run

        if not is_there(self._database):
            raise InputError(
                f"There is no ledger {self._database} that could hold the run `{name}`.",
                fix="Give the one that the run was noted in with --database.",
            )
        run, wishes = self._run, self._wishes
        store = open_store(self._database, read_only=run.dry_run)
        try:
            name = self._newest(store) if name == LAST else name
            known = store.runs.find(name)
            self._check(known, name)
            if known is not None:
                # What cannot be read back is refused before the run is taken.
                restored_run(store, known, run.redactor)
            if run.dry_run:
                real, store = store, dry_run_copy_of(store, name)
                real.close()
            ledger = Ledger.resume(store, name, redactor=run.redactor, resends_unknown=wishes.resend_unknown)
        except BaseException:
            store.close()
            raise
        self._ledger = ledger
        if not run.dry_run:
            # Nobody is written to by this run whom another one has written the same to, whatever became of that one.
            record = ledger.record
            ledger.others = [*store.runs.later(record), *guards_of(store, record, record.started)]
        ledger.leaves_out_settled = known is not None and known.job_digest != self._job_digest
        again = store.writes.steps_with_unknown(name) if wishes.resend_unknown else set()
        given, steps = restored_run(ledger.store, ledger.record, run.redactor)
        self._kept = {(step.step, step.arrival): step for step in steps}
        for place in again:
            self._kept.pop(place, None)
        ledger.completed_steps = frozenset(step for step, _ in self._kept)
        run.id, run.began = name, ledger.record.started
        run.keep_ledger(lambda: ledger)
        counts = ", ".join(in_words(ledger.record.messages, ledger.record.outcomes))
        where = "" if run.dry_run else f", noted in {ledger.store.name}"
        run.log("info", "run", f"Going on with {name}{where}: {counts or 'nothing was sent yet'}.")
        if known is not None and known.status == FINISHED and known.exit_code == EXIT_WELL and not again:
            run.log("info", "run", "This run has finished. Nothing is sent; its outputs are written again.")
        if not run.dry_run:
            self._tell_open(ledger)
        return given

    def _newest(self, store: Store) -> str:
        from ...ledger.records import workflow_of

        found = store.runs.newest_of(self._path, self._words)
        if found is None:
            workflow = workflow_of(self._words)
            what = self._path if workflow is None else f"{workflow} in {self._path}"
            raise InputError(
                f"The ledger {store.name} holds no run of {what}.", fix="adaptor runs list shows the runs."
            )
        return found

    def _check(self, known: RunRecord | None, name: str) -> None:
        """Refuse to go on with a run of something else.

        Raises:
            InputError: It is another job's, or the job has changed meanwhile.
        """
        if known is None or known.purged is not None:
            # The ledger says so itself.
            return
        if known.job_digest != self._job_digest and known.path != self._path:
            raise InputError(
                f"The run `{name}` is one of {known.path}.", fix=f"Write adaptor run {known.path} --resume {name}."
            )
        if known.words != self._words:
            from ..output.shown_commands import resume_command

            began = " ".join(known.words) or "nothing else"
            raise InputError(
                f"The run `{name}` was begun with {began} behind the path.",
                fix=f"Write {resume_command(self._path, known.words, name)}.",
            )
        if known.job_digest != self._job_digest and not self._wishes.allow_changed:
            raise InputError(
                f"The job has changed since the run `{name}` began.",
                fix="Go on with it as it was then; or add --allow-changed, which leaves out everybody whom the "
                "step under way has already written to. With --dry-run it lists what it would send.",
            )

    def _stopped(self) -> str | None:
        """Return the run that is to go on in the place of a new one, where the last one stopped midway.

        Raises:
            InputError: It did, and nobody said what is to be done.
        """
        from ...ledger.store import open_store

        store = open_store(self._database)
        try:
            _check_new(store, self._run.id)
            if self._wishes.fresh:
                return None
            digest = self._input_digest()
            check_alone(store, self._path, digest, self._run, self._wishes)
            return to_go_on_with(store, store.runs.last_that_wrote(self._path, digest), self._run, self._wishes)
        finally:
            store.close()

    @property
    def _job_digest(self) -> str:
        # Only where something is noted: reading all of a job again takes a while.
        return job_digest(self._sources)

    def _input_digest(self) -> str:
        from ...core.digest import digest

        state = {key: value for key, value in self._state.items() if key != "configuration"}
        return digest("input", self._words, state)


def _retention_days() -> float | None:
    """Return after how many days a run that has finished forgets its people, or None where it never does.

    Raises:
        InputError: What the environment says is no number of days.
    """
    text = os.environ.get(ENVIRONMENT_RETENTION)
    if not text:
        return None
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < float("inf"):
        raise InputError(
            f"The environment variable {ENVIRONMENT_RETENTION} is no number of days.", fix="Write 30, or take it away."
        )
    return days


def _check_new(store: Store, name: str) -> None:
    """Refuse the name of another run.

    Raises:
        InputError: There is a run of that name.
    """
    if store.runs.find(name) is not None:
        raise InputError(
            f"There is a run `{name}` in the ledger {store.name} already.",
            fix=f"Choose another name with --run-id, or go on with it: --resume {name}.",
        )
