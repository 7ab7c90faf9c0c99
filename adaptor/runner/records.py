"""A run and its ledger: begun at the first write, gone on with after a stop, and never begun twice by mistake."""

from __future__ import annotations

import os

from ..core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.context import Run
    from ..core.state import State
    from ..ledger.ledger import Ledger
    from ..ledger.rows import RunRecord, StepRecord
    from ..ledger.store import Store
    from .preparation import Prepared
    from .result import Result

#: Where the ledger lies beside a job, and the variable that names another one.
BESIDE = os.path.join(".adaptor", "ledger.db")
ENVIRONMENT_DATABASE = "ADAPTOR_DATABASE"
#: A ledger that nothing keeps, as `adaptor.ledger.store` knows it, which takes a while to import.
IN_MEMORY = ":memory:"


class Wishes:
    """What is wished of a run's ledger.

    Attributes:
        database: A `postgresql://` URL, the path of a file, or `:memory:`; None is the file beside the job.
        resume: The id of a run that stopped, which is to go on.
        fresh: The job is begun anew, though its last run with the same input stopped midway.
        allow_changed: A run may go on though the job's text is another one now.
        ask: Asked before a job is begun anew after a stop: given the question, says whether to go on with the old run
            (True), begin anew (False) or do neither (None). Without it neither is done.
    """

    def __init__(self) -> None:
        self.database: str | None = None
        self.resume: str | None = None
        self.fresh = False
        self.allow_changed = False
        self.ask: Callable[[str], bool | None] | None = None


def default_database(path: str) -> str:
    """Return where the ledger of a job lies."""
    return os.environ.get(ENVIRONMENT_DATABASE) or os.path.join(os.path.dirname(os.path.abspath(path)), BESIDE)


class Records:
    """What a run notes, and what an earlier attempt of it has noted."""

    def __init__(self, path: str, run: Run, wishes: Wishes) -> None:
        self._path = os.path.abspath(path)
        self._run = run
        self._wishes = wishes
        self._database = wishes.database or default_database(path)
        self._ledger: Ledger | None = None
        self._state: State = {}
        self._prepared: Prepared | None = None
        self._kept: dict[tuple[str, int], StepRecord] = {}
        self._completed: list[tuple[str, int, str, State]] = []
        if not run.dry_run:
            run.keep_ledger(self._open)

    @property
    def is_open(self) -> bool:
        """Whether anything was noted."""
        return self._ledger is not None

    @property
    def name(self) -> str:
        """What the ledger is called in messages, without a password."""
        return self._ledger.store.name if self._ledger is not None else self._database

    def begin(self, prepared: Prepared, state: Callable[[], State]) -> State:
        """Return the initial state: the one that is given, or that of the run that is to go on.

        Raises:
            InputError: The run cannot go on, or beginning anew would write to people again.
        """
        self._prepared = prepared
        if self._wishes.resume is not None:
            return self._resume(self._wishes.resume)
        self._state = state()
        stopped = None if self._wishes.fresh or self._run.dry_run else self._stopped()
        if stopped is not None:
            return self._resume(stopped)
        return self._state

    def kept(self, step: str, arrival: int) -> StepRecord | None:
        """Return what a step left that an earlier attempt has completed."""
        return self._kept.get((step, arrival))

    def enter(self, step: str, arrival: int) -> None:
        """Say which step begins."""
        if self._ledger is not None:
            self._ledger.enter_step(step, arrival)

    def completed(self, step: str, arrival: int, state: State) -> None:
        """Keep what a step left, so that it need not be run again."""
        if self._ledger is not None:
            self._ledger.keep_step("completed", state)
        elif not self._run.dry_run:
            # Noted with the first write of a later step, if there is one.
            self._completed.append((step, arrival, "completed", state))

    def close(self, result: Result) -> None:
        """Note how the run ended, and close the ledger."""
        if self._ledger is None:
            return
        from ..ledger.errors import LedgerError

        finished = result.error is None and result.exit_code in (0, 1)
        try:
            self._ledger.close(result.exit_code, finished=finished)
        except LedgerError as error:
            # It stays as it was when the disk was full, and can be gone on with; a run that failed by it has said so.
            if not isinstance(result.error, LedgerError):
                self._run.log("error", "run", error.report(), error=error.facts())

    # --- Opening ---

    def _open(self) -> Ledger:
        from ..ledger.ledger import Ledger
        from ..ledger.rows import RunRecord
        from ..ledger.store import open_store

        store = open_store(self._database)
        run = self._run
        record = RunRecord(
            run.id or "run",
            self._path,
            self._job_digest(),
            self._input_digest(),
            {key: value for key, value in self._state.items() if key != "configuration"},
            started=run.began,
        )
        ledger = Ledger.begin(store, record, clean=run.redactor.value)
        for step, arrival, status, state in self._completed:
            ledger.enter_step(step, arrival)
            ledger.keep_step(status, state)
        self._completed.clear()
        ledger.enter_step(run.step, run.arrival)
        self._ledger = ledger
        return ledger

    def _resume(self, name: str) -> State:
        from ..ledger.errors import LedgerError
        from ..ledger.ledger import Ledger
        from ..ledger.store import open_store

        if self._database != IN_MEMORY and "://" not in self._database and not os.path.exists(self._database):
            raise InputError(
                f"There is no ledger {self._database} that could hold the run `{name}`.",
                fix="Give the one that the run was noted in with --database.",
            )
        store = open_store(self._database)
        try:
            known = store.runs.find(name)
            self._check(known, name)
            ledger = Ledger.resume(store, name, clean=self._run.redactor.value)
        except LedgerError as error:
            store.close()
            raise InputError(error.description, fix=error.fix) from None
        except InputError:
            store.close()
            raise
        self._ledger = ledger
        ledger.leaves_out_settled = known is not None and known.job_digest != self._job_digest()
        self._kept = {(step.step, step.arrival): step for step in store.runs.steps(name) if step.status == "completed"}
        run = self._run
        run.id, run.began = ledger.record.id, ledger.record.started
        run.keep_ledger(lambda: ledger)
        counts = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(ledger.record.outcomes.items()))
        run.log("info", "run", f"Going on with {name}: {counts or 'nothing was sent yet'}.")
        return dict(ledger.record.input or {})

    def _check(self, known: RunRecord | None, name: str) -> None:
        if known is None or known.path == self._path:
            if known is not None and known.job_digest != self._job_digest() and not self._wishes.allow_changed:
                raise InputError(
                    f"The job has changed since the run `{name}` began.",
                    fix="Go on with it as it was then; or add --allow-changed, which leaves out everybody whom the "
                    "step under way has already written to. With --dry-run it lists what it would send.",
                )
            return
        raise InputError(
            f"The run `{name}` is one of {known.path}.", fix=f"Write adaptor run {known.path} --resume {name}."
        )

    def _stopped(self) -> str | None:
        """Return the run that is to go on in the place of a new one, where the last one stopped midway.

        Raises:
            InputError: It did, and nobody said what is to be done.
        """
        if self._database == IN_MEMORY or ("://" not in self._database and not os.path.exists(self._database)):
            return None
        from ..ledger.store import open_store

        store = open_store(self._database)
        try:
            return self._judge(store, store.runs.last(self._path, self._input_digest()))
        finally:
            store.close()

    def _judge(self, store: Store, last: RunRecord | None) -> str | None:
        from ..ledger.rows import FINISHED

        if last is None or last.status == FINISHED or last.purged is not None:
            return None
        made = {outcome: last.outcomes.get(outcome, 0) for outcome in ("sent", "unknown", "sending", "claimed")}
        if not any(made.values()):
            return None
        if store.runs.is_under_way(last):
            raise InputError(
                f"The same job with the same input is under way in another process, as run `{last.id}`.",
                fix="Wait until it ends. With --fresh it is begun a second time, and people are written to twice.",
            )
        unknown = made["unknown"] + made["sending"]
        counts = f"{made['sent']:,} sent" + (f", {unknown:,} unknown" if unknown else "")
        what = f"The last run of this job with the same input, `{last.id}`, stopped midway: {counts}."
        if self._wishes.ask is not None:
            answer = self._wishes.ask(what)
            if answer is not None:
                return last.id if answer else None
        raise InputError(
            f"{what} Begun anew, it would write to them again.",
            fix=f"Go on with it: --resume {last.id}. Or begin anew on purpose: --fresh.",
        )

    def _job_digest(self) -> str:
        # Only where something is noted: reading all of a job again takes a while.
        return _digest_of(self._prepared, self._path) if self._prepared is not None else ""

    def _input_digest(self) -> str:
        from ..ledger.keys import digest

        return digest("input", {key: value for key, value in self._state.items() if key != "configuration"})


def _digest_of(prepared: Prepared, path: str) -> str:
    """Return a digest of the text of a job and of all that lies beside it and belongs to it."""
    import hashlib
    import sys

    plan = prepared.plan
    files = {path}
    texts: list[str] = []
    for script in [step.script for step in plan.steps.values()] + [plan.globals] if plan is not None else []:
        if script is not None and script.file:
            files.add(os.path.abspath(script.file))
        elif script is not None:
            texts.append(script.text)
    folders = {f"{os.path.dirname(file)}{os.sep}" for file in files}
    for module in list(sys.modules.values()):
        source = getattr(module, "__file__", None)
        if isinstance(source, str) and source.endswith(".py") and any(source.startswith(folder) for folder in folders):
            files.add(source)
    found = hashlib.sha256()
    for file in sorted(files):
        try:
            with open(file, "rb") as stream:
                found.update(f"{os.path.basename(file)}\0".encode() + stream.read() + b"\0")
        except OSError:
            continue
    for text in texts:
        found.update(f"{text}\0".encode("utf-8", "surrogatepass"))
    return found.hexdigest()
