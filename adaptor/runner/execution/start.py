"""Starting a run: everything is checked, then the plan is run."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout

from ...core.errors import AdaptorError, InputError
from ...core.state import a_kind
from ..load.prepare import Prepared, located, prepare
from ..load.secret_warnings import of_credentials
from ..output.logs import JobOutput, print_to
from .answers import Answers
from .interrupted import end_forked, interruption, is_kill
from .plan_run import Execution
from .recording.ledger_location import folders_beside
from .recording.ledger_options import LedgerOptions
from .recording.resume import RunLedger
from .recording.run_id import check_labels, check_run_id, new_run_id
from .result import EXIT_BAD_INPUT, EXIT_CRASHED, EXIT_INTERRUPTED, EXIT_KILLED, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, TypeVar

    from ...core.run.context import Run, Sink
    from ...core.state import State
    from ..load.credentials import Credentials
    from ..load.workflows.plan import Plan
    from .plan_run import Watch

    _Run = TypeVar("_Run", bound=Run)


class RunOptions(LedgerOptions):
    """What is run, and how: each option of a run is declared here, with its default.

    `adaptor run` fills them from the command line by their names, `adaptor.runner.run` from its arguments.

    Attributes:
        path: A job script, a workflow or a project.
        workflow: The workflow's name in a project.
        start: The first step to run.
        end: The last step to run.
        only: The only step to run.
        dry_run: Describe writes instead of sending them.
        run_id: The id of the run; None makes a new one.
        initial: Called with the plan for the initial state, once the job was checked.
        captures_output: What the job prints to standard output goes to the log. This changes the process, so it is for
            a process that does nothing else.
        before_step: Called before each step.
        after_step: Called after each step.
        on_end: Called with the result before the run is closed: it writes the outputs, so that no run is closed without
            them.
    """

    workflow: str | None = None
    start: str | None = None
    end: str | None = None
    only: str | None = None
    dry_run: bool = False
    run_id: str | None = None
    captures_output: bool = False
    before_step: Watch | None = None
    after_step: Watch | None = None
    on_end: Callable[[Result], object] | None = None

    def __init__(self, path: str) -> None:
        self.path = path
        self.initial: Callable[[Plan], State] = lambda plan: {}

    def fill(self, values: Mapping[str, Any]) -> None:
        """Take each value whose name is an option; the others belong to somebody else."""
        for name, value in values.items():
            if hasattr(type(self), name):
                setattr(self, name, value)

    def new_run(self, kind: type[_Run], sink: Sink) -> _Run:
        """Return the run that these options ask for, not yet entered.

        Args:
            kind: `Run`, or a class of it.
            sink: Called with each log line.

        Raises:
            InputError: The run cannot be called that, or cannot have these labels.
        """
        self.labels = check_labels((self.labels or {}).items())
        run = kind(sink=sink, dry_run=self.dry_run, alone=True)
        # A run that is resumed gets its id from the ledger; `last` names it until then.
        run.id = self.resume or (check_run_id(self.run_id) if self.run_id else new_run_id())
        return run

    def words(self, plan: Plan | None = None) -> list[str]:
        """Return what follows the path on a command line that runs the same.

        Args:
            plan: Where it is given, steps are named by their whole ids.
        """
        first, last = (None, None) if plan is None else (plan.start, plan.end)
        words = [self.workflow] if self.workflow else []
        for option, name, id_ in (
            ("--start", self.start, first),
            ("--end", self.end, last),
            ("--only", self.only, first),
        ):
            words += [] if name is None else [option, id_ or name]
        return words


def start_run(options: RunOptions, run: Run, credentials: Credentials) -> Result:
    """Check everything, then run it.

    Args:
        options: What is run, and how.
        run: The run, not yet entered; it decides about logs and dry runs.
        credentials: The configurations of the steps.

    Returns:
        The result. Errors are in it; they are not raised.
    """
    credentials.teach(run.redactor)
    run.folders = folders_beside(options.database, options.path, credentials.path)
    output = JobOutput(run)
    prepared = Prepared()
    with run, _captured(output) if options.captures_output else nullcontext():
        try:
            given = {} if options.captures_output else {"print": print_to(output)}
            # The ledger lies beside what is run, so its place is known before.
            options.path, options.workflow = located(options.path, options.workflow)
            prepared = prepare(options.path, credentials, workflow=options.workflow, given=given)
            end_forked(run)
            credentials.teach(run.redactor, prepared.plan)
            if prepared.plan is None or prepared.problems:
                result = _refused(prepared, run)
            else:
                result = _perform(options, prepared, prepared.plan, run, credentials)
        except AdaptorError as error:
            end_forked(run)
            prepared.problems.append(error)
            result = _refused(prepared, run)
        except KeyboardInterrupt as stop:
            end_forked(run)
            result = _interrupted(stop, run)
        finally:
            output.close()
            prepared.close()
    result.path, result.messages = options.path, run.messages
    result.labels = result.labels or dict(options.labels or {})
    return result


@contextmanager
def _captured(output: JobOutput) -> Iterator[None]:
    with redirect_stdout(output), redirect_stderr(output):
        yield


def _perform(options: RunOptions, prepared: Prepared, plan: Plan, run: Run, credentials: Credentials) -> Result:
    """Run a plan in which nothing is wrong."""
    for warning in plan.warnings:
        run.warn("run", _shown(warning))
    plan.narrow(start=options.start, end=options.end, only=options.only)
    for step in plan.steps.values():
        run.redactor.learn_credential(credentials.configuration(plan, step))
    with RunLedger(options.path, options.words(plan), run, options) as records:
        state = records.begin(prepared, lambda: _initial(options, plan))
        run.redactor.learn_credential(state.get("configuration"))
        for what in of_credentials(credentials, plan, state):
            run.warn("run", what)
        execution = Execution(
            plan,
            run,
            credentials,
            records,
            Answers(options, run, records),
            before_step=options.before_step,
            after_step=options.after_step,
        )
        result = execution.perform(state)
        result.path, result.messages, result.labels = options.path, run.messages, records.labels
        result.given = records.given()
        records.conclude(result)
        if options.on_end is not None:
            options.on_end(result)
        records.close(result)
        return result


def _interrupted(stop: KeyboardInterrupt, run: Run) -> Result:
    """Return the result of a run that was stopped outside of its steps."""
    reason = interruption(stop, run.stop.place)
    code = EXIT_KILLED if is_kill(stop) else EXIT_INTERRUPTED
    run.log("error", "run", reason.report(), error=reason.facts())
    return Result(code, reason, run.outcomes, run.id)


def _initial(options: RunOptions, plan: Plan) -> State:
    state = options.initial(plan)
    check_initial(state)
    return state


def check_initial(state: State) -> None:
    """Refuse an initial state that no step can use.

    Raises:
        InputError: A part of it is of the wrong kind.
    """
    if not isinstance(state.get("errors", {}), dict):
        raise InputError(
            f"`errors` in the state is {a_kind(state['errors'])}, not an object.",
            fix="It holds the errors of steps by their id; leave it out.",
        )
    if not isinstance(state.get("configuration") or {}, dict):
        raise InputError(
            "`configuration` in the state is not an object.", fix='Write {"configuration": {"access_token": "…"}}.'
        )


def exit_code_for(problems: list[AdaptorError]) -> int:
    """Return 2 where a file or an option is wrong, 3 where it is the job alone, 4 where memory ran out."""
    if any(problem.code == "MemoryError" for problem in problems):
        return EXIT_KILLED
    return EXIT_BAD_INPUT if any(isinstance(problem, InputError) for problem in problems) else EXIT_CRASHED


def problem_of(problems: list[AdaptorError]) -> AdaptorError:
    """Return several problems as one error."""
    if len(problems) == 1:
        return problems[0]
    from ..problems.problems import Problems

    return Problems(problems)


def _refused(prepared: Prepared, run: Run) -> Result:
    for problem in prepared.problems:
        problem.redact(run.redactor.text)
        # The last line of the run says it, once.
        problem.fix = problem.fix.removesuffix(" Nothing was run.")
    error = problem_of(prepared.problems)
    run.log("error", "run", error.report(), error=error.facts())
    result = Result(exit_code_for(prepared.problems), error, run.outcomes, run.id)
    result.plan = prepared.plan
    return result


def _shown(warning: InputError) -> str:
    from ..problems.problems import shown

    return shown(warning)
