"""One attempt of a run, in a supervised process of its own: the first begins the run, the next ones resume it."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, NoReturn

from ...core.errors import AdaptorError
from ...ledger.errors import LedgerError
from ...ledger.leases.leases import LeaseTerms
from ...ledger.store import open_store
from ...runner.execution.result import EXIT_CRASHED
from ...runner.execution.signals import Interruption
from ...runner.execution.start import RunOptions, start_run
from ...runner.load.triggers.call import AFTER_COMPLETION
from ...runner.output.logs import Levels, Log
from ...runner.supervision.supervised_child import Child, WatchedRun
from ...runner.supervision.supervisor import RunLimits, supervise
from ..store.people import People
from ..store.records import RUNNING
from ..store.store import lease_seconds
from .carried import Carried
from .known_people import ServicePeople
from .outcome import Outcome
from .run_log import RunLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...core.run.context import Run
    from ...core.state import State
    from ...runner.execution.result import Result, StepResult
    from ...runner.execution.schedule import Schedule
    from ...runner.load.credentials import Credentials


#: For how long an outcome is tried to be recorded while PostgreSQL is restarted or cannot be reached.
PATIENCE_SECONDS = 30.0
#: An attempt may claim, send and record as long as the run's row has its epoch.
_IS_OURS = "EXISTS (SELECT 1 FROM service_runs WHERE id = ? AND epoch = ? AND status = ?)"


@dataclass(frozen=True)
class Settings:
    """How a worker runs what it is given. It goes to the worker through a pipe, never as arguments.

    Attributes:
        project: The file of the workflows.
        database: Where the ledger is.
        credentials: The credentials file, or None.
        sandbox: What replaces every credential, or None.
        timeout: Seconds that a step may take, or None.
        run_timeout: Seconds that a run may take, or None.
        memory_limit: MiB that a run may take, or None.
        log: The log levels.
        log_json: Log lines are JSON.
        run_log: The file that also gets the lines of runs, for `adaptor runs tail`; or None.
    """

    project: str
    database: str
    credentials: str | None = None
    sandbox: dict[str, Any] | None = None
    timeout: float | None = None
    run_timeout: float | None = None
    memory_limit: int | None = None
    log: str = "info"
    log_json: bool = False
    run_log: str | None = None

    @property
    def limits(self) -> RunLimits:
        """The limits of a run."""
        return RunLimits(self.timeout, self.run_timeout, self.memory_limit)


@dataclass(frozen=True)
class Order:
    """What a worker is to run: a part of a run's row.

    Attributes:
        id: The run's id, also in the ledger.
        workflow: The workflow's name; empty where the project holds one.
        project: The name of the file, as `NewRun.project`.
        start: The step to start with.
        input: The initial state.
        epoch: Counts the attempts; from the second one on the ledger may know the run.
        page: The Page as which it sends, where that was said; or an empty text.
        person: Whom it answers, as `Event.person` names them, or None.
        reply: The answer that it has waited for, as `RunRow.waits`; None where there is none.
    """

    id: str
    project: str
    workflow: str
    start: str
    input: dict[str, Any]
    epoch: int
    page: str = ""
    person: str | None = None
    reply: dict[str, Any] | None = None

    @property
    def responds(self) -> bool:
        """Whether a caller waits for its end."""
        request = self.input.get("request")
        return isinstance(request, dict) and request.get("reply") == AFTER_COMPLETION


def perform(
    order: Order, settings: Settings, credentials: Credentials, private: Sequence[int] = (), *, is_guarded: bool = False
) -> Outcome:
    """Perform one attempt in a process of its own, and wait for its end.

    Args:
        order: The run.
        settings: How.
        credentials: The configurations of the steps.
        private: File descriptors that the job's process must not have.
        is_guarded: This process has a guard above it: see `guard_above`.
    """
    options = _options(order, settings)
    credentials = credentials.for_page(order.page)
    try:
        if order.epoch > 1:
            known = _known_in_ledger(order.id, settings.database)
            if known == "running":
                return Outcome(1, runs_elsewhere=True)
            if known is not None:
                options.resume, options.run_id = order.id, None
        run = options.new_run(WatchedRun, _log(order, settings))
        if order.page and credentials.pages and order.page not in credentials.pages:
            run.warn("run", f"This run is of the Page {order.page}, and no configuration has that `page_id`.")
        people = run.resource("known people", lambda: ServicePeople(order.person))
    except AdaptorError as error:
        return Outcome(1, error=error.report(), is_safe=True)
    with tempfile.TemporaryFile() as ending:
        side = supervise(settings.limits, run, is_guarded=is_guarded)
        if isinstance(side, Child):
            carried = Carried(settings.database, order.project, order.workflow, order.start)
            context = _Context(people, carried, settings.database)
            options.initial = lambda plan: context.carried.begin(plan, order.input, run)
            return _become(side, options, run, credentials, ending, private, context, responds=order.responds)
        code = side.wait()
        if side.result is not None:
            return Outcome.of(side.result, responds=order.responds)
        ending.seek(0)
        found = ending.read()
    return Outcome(**json.loads(found)) if found else Outcome(code, error="The run's process said nothing of its end.")


def _options(order: Order, settings: Settings) -> RunOptions:
    options = RunOptions(settings.project)
    options.workflow, options.start = order.workflow or None, order.start
    options.database = settings.database
    options.run_id = order.id
    patience = PATIENCE_SECONDS if "://" in settings.database else 0.0
    # Each write asks whether the run is still this attempt's: a process that was suspended may wake after another one
    # has taken the run over.
    options.terms = LeaseTerms(lease_seconds(settings.database), _IS_OURS, (order.id, order.epoch, RUNNING), patience)
    # Another run with the same input is another event: a person may write the same twice.
    options.fresh = True
    options.is_new = order.epoch == 1
    options.captures_output = True
    options.reply = order.reply
    return options


def _known_in_ledger(id_: str, database: str) -> str | None:
    """Return None where the ledger does not know a run, `running` where a live process holds it, else `stopped`."""
    store = open_store(database)
    try:
        found = store.runs.find(id_)
        if found is None:
            return None
        return "running" if store.runs.is_under_way(found) else "stopped"
    finally:
        store.close()


@dataclass
class _Context:
    """What the service adds to a run: what it knows of people, and what schedules leave to their next run."""

    people: ServicePeople
    carried: Carried
    database: str

    def before_step(self, schedule: Schedule) -> None:
        self.people.quiet_hours = schedule.plan.quiet_hours

    def end(self, result: Result, run: Run) -> None:
        """Keep what the run has shown, for later runs."""
        self.carried.end(result, run)
        if result.outcomes.get("failed"):
            store = open_store(self.database)
            try:
                People(store.database).block_unavailable(run.id)
            finally:
                store.close()


def _become(
    child: Child,
    options: RunOptions,
    run: Run,
    credentials: Credentials,
    ending: IO[bytes],
    private: Sequence[int],
    context: _Context,
    *,
    responds: bool,
) -> NoReturn:
    """Be the process of the job."""
    code = EXIT_CRASHED
    run.owns_process = True
    try:
        for descriptor in private:
            os.close(descriptor)

        def before_step(step: StepResult, before: State, schedule: Schedule) -> None:
            context.before_step(schedule)
            child.before_step(step, before, schedule)

        def after_step(step: StepResult, after: State, schedule: Schedule) -> None:
            context.carried.after_step(step, after, schedule)
            child.after_step(step, after, schedule)

        options.on_open, options.before_step, options.after_step = child.ledger_opened, before_step, after_step
        with Interruption(run, is_supervised=True) as interruption:
            run.wait = interruption.wait

            def end(result: Result) -> None:
                with interruption.shielded():
                    child.steps_ended()
                    try:
                        context.end(result, run)
                    except LedgerError as error:
                        run.warn("run", f"What later runs should know of this one is not recorded: {error}")
                    _record(Outcome.of(result, responds=responds), ending)

            options.on_end = end
            result = start_run(options, run, credentials)
            with interruption.shielded():
                # Once more: closing the ledger may have changed the exit code.
                _record(Outcome.of(result, responds=responds), ending)
        code = result.exit_code
    except BaseException as fault:
        # Only its kind: the text may hold a secret.
        where = fault.__traceback__.tb_frame.f_code.co_filename if fault.__traceback__ is not None else ""
        _record(Outcome(code, error=f"adaptor itself has a fault: {type(fault).__name__} in {where}."), ending)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _record(outcome: Outcome, ending: IO[bytes]) -> None:
    ending.seek(0)
    ending.truncate()
    ending.write(json.dumps(outcome.as_json()).encode())
    ending.flush()


def _log(order: Order, settings: Settings) -> Any:
    """Return a sink whose lines say which run they are about."""
    levels = Levels(settings.log)
    log = Log(levels, as_json=settings.log_json, stream=sys.stderr)
    kept = None if settings.run_log is None else RunLog(settings.run_log)

    def line(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        if kept is not None and levels.show(level, component):
            kept.append(order.id, level, component, message)
        if settings.log_json:
            log(level, component, message, {"run": order.id, **fields})
        else:
            log(level, component, f"{order.id}  {message}", fields)

    return line
