"""Starting a run: everything is checked, then the plan is run, whoever asked for it."""

from __future__ import annotations

from contextlib import nullcontext, redirect_stderr, redirect_stdout

from ...core.errors import AdaptorError, InputError
from ...core.state import a_kind
from ..load.prepare import Prepared, prepare
from ..load.secret_warnings import of_credentials
from ..output.logs import JobOutput, print_to
from .interrupted import interruption
from .ledger_options import LedgerOptions
from .plan_run import Execution
from .result import EXIT_BAD_INPUT, EXIT_CRASHED, EXIT_INTERRUPTED, EXIT_KILLED, Result
from .resume import RunLedger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.context import Run
    from ...core.state import State
    from ..load.credentials import Credentials
    from ..load.plan import Plan
    from .plan_run import Watch


class RunOptions:
    """What is to be run, and how.

    Attributes:
        path: A job script, a workflow or a project.
        workflow: The workflow's name in a project.
        start: The step to begin with.
        end: The step after which the run ends.
        only: The only step to run.
        initial: Called with the plan for the initial state, once everything was found to be in order.
        captures_output: What the job prints to standard output goes to the log. It is the process that is changed, so
            this is for a process that does nothing else.
        before_step: Told of each step before it runs.
        after_step: Told of each step after it ran.
        on_end: Given the result before the run is closed: writes its outputs, so that no run is closed without them.
        ledger: What is wished of the ledger.
    """

    def __init__(self, path: str, workflow: str | None = None) -> None:
        self.path = path
        self.workflow = workflow
        self.start: str | None = None
        self.end: str | None = None
        self.only: str | None = None
        self.initial: Callable[[Plan], State] = lambda plan: {}
        self.captures_output = False
        self.before_step: Watch | None = None
        self.after_step: Watch | None = None
        self.on_end: Callable[[Result], object] | None = None
        self.ledger = LedgerOptions()

    def words(self, plan: Plan) -> list[str]:
        """Return what follows the path on a command line that runs the same; steps are named by their whole ids."""
        words = [self.workflow] if self.workflow else []
        if self.only is not None:
            return [*words, "--only", plan.start]
        words += [] if self.start is None else ["--start", plan.start]
        return words + ([] if self.end is None or plan.end is None else ["--end", plan.end])


def start_run(order: RunOptions, run: Run, credentials: Credentials) -> Result:
    """Check everything, then run it.

    Args:
        order: What is to be run.
        run: The run, not yet entered; it decides about logs and dry runs.
        credentials: The configurations of the steps.

    Returns:
        The result. Errors are in it; they are not raised.
    """
    result = _launch(order, run, credentials)
    result.path, result.messages = order.path, run.messages
    return result


def _launch(order: RunOptions, run: Run, credentials: Credentials) -> Result:
    for configuration in credentials.all():
        run.redactor.learn_credential(configuration)
    output = JobOutput(run)
    given = {} if order.captures_output else {"print": print_to(output)}
    prepared = Prepared()
    with (
        run,
        redirect_stdout(output) if order.captures_output else nullcontext(),
        redirect_stderr(output) if order.captures_output else nullcontext(),
    ):
        try:
            prepared = prepare(order.path, credentials, workflow=order.workflow, given=given)
            if prepared.plan is None or prepared.problems:
                return _refused(prepared, run)
            plan = prepared.plan
            for warning in plan.warnings:
                run.log("info", "run", _warning(warning))
            plan.narrow(start=order.start, end=order.end, only=order.only)
            for step in plan.steps.values():
                run.redactor.learn_credential(credentials.configuration(plan, step))
            with RunLedger(order.path, order.words(plan), run, order.ledger) as records:
                state = records.begin(prepared, lambda: _initial(order, plan))
                run.redactor.learn_credential(state.get("configuration"))
                for what in of_credentials(credentials, plan, state):
                    run.log("info", "run", f"warning: {what}")
                execution = Execution(
                    plan, run, credentials, records, before_step=order.before_step, after_step=order.after_step
                )
                result = execution.perform(state)
                result.path, result.messages = order.path, run.messages
                records.conclude(result)
                if order.on_end is not None:
                    order.on_end(result)
                records.close(result)
                return result
        except AdaptorError as error:
            prepared.problems.append(error)
            return _refused(prepared, run)
        except KeyboardInterrupt as stop:
            reason = interruption(stop, run.stop.place)
            code = EXIT_INTERRUPTED if reason.code == "INTERRUPTED" else EXIT_KILLED
            run.log("error", "run", reason.report(), error=reason.facts())
            return Result(code, reason, run.outcomes, run.id)
        finally:
            output.close()
            prepared.close()


def _initial(order: RunOptions, plan: Plan) -> State:
    state = order.initial(plan)
    check_initial(state)
    return state


def check_initial(state: State) -> None:
    """Refuse an initial state that no step could go on with.

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
    error = problem_of(prepared.problems)
    run.log("error", "run", error.report(), error=error.facts())
    result = Result(exit_code_for(prepared.problems), error, run.outcomes, run.id)
    result.plan = prepared.plan
    return result


def _warning(warning: InputError) -> str:
    from ..problems.problems import shown

    return f"warning: {shown(warning)}"
