"""Running a plan: from an initial state, step by step, to the final state and what came of it."""

from __future__ import annotations

import time
from collections import Counter

from ...core.context import Run
from ...core.errors import SENT_YES, AdaptorError, ConfigurationError, InputError, ItemsFailed, JobError, plain
from ...core.place import STEP, Statement
from ...core.restored import restored
from ..problems.source_lines import Interrupted, caret, excerpt
from .counts import Counts
from .result import (
    EXIT_BAD_INPUT,
    EXIT_CRASHED,
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_KILLED,
    EXIT_WELL,
    Result,
    StepResult,
)
from .resume import COMPLETED, FAILED
from .schedule import Arrival, Schedule
from .state_check import StateCheck
from .step_state import as_json, entering, final_state, final_text, leaving

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.state import State
    from ..load.credentials import Credentials
    from ..load.plan import Edge, Plan
    from ..load.script import Job
    from .resume import RunLedger

    #: Told of each step: its result, which grows while it runs, and the states of the run so far.
    Watch = Callable[[StepResult, State, Schedule], object]


class Execution:
    """One run of a plan.

    Args:
        plan: What is run, with its jobs loaded.
        run: The run that operations share; it is entered here.
        credentials: The configurations of the steps.
        records: What the run notes, and what an earlier attempt has noted.
        before_step: Told of each step before it runs.
        after_step: Told of each step after it ran.
    """

    def __init__(
        self,
        plan: Plan,
        run: Run,
        credentials: Credentials,
        records: RunLedger,
        *,
        before_step: Watch | None = None,
        after_step: Watch | None = None,
    ) -> None:
        self._plan = plan
        self._run = run
        self._credentials = credentials
        self._records = records
        self._before_step = before_step
        self._after_step = after_step
        self._result = Result(EXIT_WELL, None, run.outcomes, run.id)
        self._result.plan = plan
        self._result.started = run.began
        self._clock = time.perf_counter()
        self._given: State = {}
        self._left_behind: State = {}
        self._of_state: State | None = None
        #: What had been made, and how much had failed, when the step began.
        self._before, self._failed_before = run.made, 0
        self._ended: Interrupted | KeyboardInterrupt | AdaptorError | None = None

    def perform(self, state: State) -> Result:
        """Run the plan; errors are in the result, they are not raised."""
        self._run.stop.is_between = True
        self._given = state.get("configuration") or {}
        course = Schedule(self._plan, state)
        while (arrival := course.next()) is not None:
            step, after, text = self._step(arrival, course)
            taken = self._edges(step, arrival, leaving(after))
            if step.is_handled and not step.was_kept:
                self._keep_failure(arrival, leaving(after))
            if taken:
                course.go_on(arrival, taken, after, text)
            else:
                course.stay(step.id, leaving(after), text)
            self._finish(step, taken, after, course)
            if self._ended is not None or step.id == self._plan.end:
                course.end()
        return self._close(course)

    # --- One step ---

    def _step(self, arrival: Arrival, course: Schedule) -> tuple[StepResult, State, str]:
        """Perform one step: return what came of it, and the state that it leaves, also as JSON."""
        step, run = arrival.step, self._run
        result = StepResult(step.id, step.title, arrival.number, step.kind)
        result.started = time.perf_counter() - self._clock
        self._result.steps.append(result)
        run.step, run.arrival = step.id, arrival.way
        run.observers.on_call = result.calls.append
        if step.job is None:
            passed = {**arrival.state, "data": arrival.state.get("data", {})}
            return result, passed, as_json(leaving(passed))
        kept = self._records.kept(step.id, arrival.way)
        if kept is not None:
            result.was_kept = True
            self._records.tell_kept(result, arrival.way)
            if kept.status == FAILED:
                result.outcome, result.error = "fail", restored(kept.output["errors"][step.id])
            return result, kept.output, as_json(kept.output)
        given = self._of_state = arrival.state.get("configuration") if arrival.is_first else None
        if not arrival.is_first:
            self._left_behind = self._given
        before = entering(leaving(arrival.state), step.state, self._credentials.configuration(self._plan, step, given))
        run.redactor.learn_credential(before["configuration"])
        after, text = before, ""
        self._log("info", f"▸ {result.name}", step=step.id)
        count = len(step.job.operations)
        self._before, self._failed_before = run.made, run.outcomes["failed"]
        run.log("debug", "run", f"{step.job.file}: {count} step{'' if count == 1 else 's'}")
        self._records.enter(step.id, arrival.way, self._plan.reachable(step.id))
        try:
            if self._before_step is not None:
                self._before_step(result, leaving(before), course)
            after = self._operations(result, step.job, before)
            # All of it each time: a function may have changed what it was given.
            text = self._as_json(after)
            self._records.keep(step.id, arrival.way, COMPLETED, leaving(after))
        except AdaptorError as error:
            out_of_memory = error.code == "MemoryError"
            after = self._out_of_memory(result, before) if out_of_memory else self._fail(result, "fail", error, before)
        except MemoryError:
            after = self._out_of_memory(result, before)
        except KeyboardInterrupt as stop:
            self._ended = stop
            was_killed = isinstance(stop, Interrupted) and stop.code != "INTERRUPTED"
            reason = interruption(stop, run.stop.place)
            after = self._fail(result, "kill" if was_killed else "interrupted", reason, before)
        result.seconds = time.perf_counter() - self._clock - result.started
        if result.error is not None:
            text, after = self._sayable(after)
        return result, leaving(after), text

    def _as_json(self, after: State) -> str:
        try:
            return as_json(leaving(after))
        except AdaptorError as error:
            run = self._run
            if (
                run.made != self._before
                and run.outcomes["failed"] == self._failed_before
                and not run.audience.is_partial
            ):
                # All operations were performed before.
                error.sent = SENT_YES
            raise

    def _sayable(self, state: State) -> tuple[str, State]:
        """Return what a failed step leaves, as JSON and as it is: the job may have changed what it was given."""
        state = leaving(state)
        try:
            return as_json(state), state
        except AdaptorError:
            pass
        try:
            state = plain(state)
        except RecursionError:
            state = {"data": {}, "errors": state["errors"]}
        return as_json(state), state

    def _out_of_memory(self, result: StepResult, before: State) -> State:
        # A new error: the old one holds on to what the memory is full of.
        self._ended = Interrupted("MEMORY")
        return self._fail(result, "kill", interruption(self._ended, self._run.place()), before)

    def _operations(self, result: StepResult, job: Job, state: State) -> State:
        run = self._run
        run.stop.is_between = False
        try:
            return self._in_order(result, job, state)
        finally:
            run.stop.is_between = True
            run.before_writing = None

    def _in_order(self, result: StepResult, job: Job, state: State) -> State:
        run, operations = self._run, job.operations
        if run.stop.asked is not None:
            raise run.stop.asked
        on_line = Counter(operation.line for operation in operations)
        checks = StateCheck()
        for index, operation in enumerate(operations):
            run.path[:] = [(STEP, index)]
            is_alone = on_line[operation.line] == 1
            run.statement = Statement(job.statements[index], operation.line, is_alone=is_alone)
            run.before_writing = checks.of(state, operation.title())
            run.found_items = None
            before, started = Counts(run), time.perf_counter()
            state = operation(state)
            seconds = time.perf_counter() - started
            result.operations.append((operation.title(), seconds))
            counts = ["0 items"] * (run.found_items is False) + Counts(run).since(before).words()
            indent = "  " if self._plan.is_workflow else ""
            line = f"{indent}✓ {index + 1} {operation.title()}  {', '.join([*counts, f'{seconds:.2f} s'])}"
            run.log("info", "run", line)
        run.path.clear()
        return state

    def _fail(self, result: StepResult, outcome: str, error: AdaptorError, before: State) -> State:
        """Take down how a step failed; return the state that it leaves: the one it was given, with the error."""
        self._run.path.clear()
        error.redact(self._run.redactor.text)
        show_lines(error, self._run)
        if isinstance(error, ConfigurationError) and (error.details or {}).get("key") in self._left_behind:
            # It was given, but the first step alone has it.
            error.fix = (
                "`configuration` in the state is the first step's. Give it with --credentials FILE for all of them."
            )
        elif isinstance(error, ConfigurationError) and (key := (error.details or {}).get("key")):
            where = self._credentials.where(key, self._plan, self._plan.steps[result.id], self._of_state)
            if where is not None:
                error.fix = f"{error.fix} It stands in {where}."
        if self._plan.is_workflow:
            name = result.id if result.name == result.id else f"{result.id} “{result.name}”"
            error.place = f"step {name}" + (f" · {error.place}" if error.place else "")
        result.outcome, result.error = outcome, error
        error.count(self._before, self._made())
        facts = {**error.facts(), **({} if outcome == "fail" else {"severity": "kill"})}
        errors = before.get("errors")
        return {**before, "errors": {**(errors if isinstance(errors, dict) else {}), result.id: facts}}

    def _made(self) -> tuple[int, int, int]:
        """Return what was made when the step under way ended, counting what an earlier attempt has made in it."""
        messages, others, unknown = (
            max(now, before + recorded)
            for now, before, recorded in zip(self._run.made, self._before, self._records.made_in_step(), strict=True)
        )
        return messages, others, unknown

    # --- From step to step ---

    def _edges(self, step: StepResult, arrival: Arrival, state: State) -> list[Edge]:
        """Return the edges that are taken after a step."""
        if self._ended is not None or step.id == self._plan.end:
            return []
        failed = step.error is not None
        # Whether a failure is provided for is known before any expression is judged over a state that it left.
        step.is_handled = failed and any(
            not edge.disabled and edge.condition is not None and edge.condition.kind == "on_job_failure"
            for edge in arrival.step.edges
        )
        taken = []
        for edge in arrival.step.edges:
            try:
                holds = not edge.disabled and self._holds(edge, step, state)
            except AdaptorError as error:
                if step.is_handled:
                    self._warn_of_edge(edge, f"it is not taken. {error.headline()} {error.fix}")
                    continue
                error.redact(self._run.redactor.text)
                error.place = f"edge {edge}"
                error.file = self._plan.file
                self._ended = error
                return []
            if holds:
                taken.append(edge)
        return taken

    def _warn_of_edge(self, edge: Edge, what: str) -> None:
        self._run.log("info", "run", f"warning: edge {edge}: {what}")

    def _keep_failure(self, arrival: Arrival, state: State) -> None:
        """Keep that a step has failed and the run went on past it, so that a resume does not come back to it."""
        try:
            self._records.keep(arrival.step.id, arrival.way, FAILED, state)
        except AdaptorError as error:
            self._ended = error

    def _holds(self, edge: Edge, step: StepResult, state: State) -> bool:
        condition = edge.condition
        if condition is None:
            return True
        if condition.kind == "expression" and step.error is not None and step.error.code == "NOT_A_STATE":
            raise JobError(
                f"The condition `{condition.text}` has no state to judge: the step left something else.",
                fix="Mend the step, or lead an edge with `on_job_failure` away from it.",
                code="CONDITION",
            )
        return condition.holds(
            state, step.id, failed=step.error is not None, warn=lambda what: self._warn_of_edge(edge, what)
        )

    def _finish(self, step: StepResult, taken: list[Edge], state: State, course: Schedule) -> None:
        """Say what came of a step, and where the run goes on."""
        step.taken = [edge.target for edge in taken]
        where = f" → {', '.join(step.taken)}" if taken else ""
        if step.error is None:
            what = f"{step.seconds:.2f} s" if step.kind == "job" else f"({step.kind})"
            what = "(completed before)" if step.was_kept else what
            self._log("info", f"✓ {step.name}  {what}{where}", step=step.id, next=step.taken)
        elif step.was_kept:
            self._log("info", f"✗ {step.name} (failed before){where}", step=step.id, next=step.taken)
        else:
            self._run.log("error", "run", step.error.report(), step=step.id, error=step.error.facts())
            ended = {"fail": "failed", "kill": "was stopped", "interrupted": "was interrupted"}[step.outcome]
            level = "info" if step.is_handled else "error"
            self._log(level, f"✗ {step.name} {ended} after {step.seconds:.2f} s{where}", step=step.id, next=step.taken)
        if self._after_step is not None:
            self._after_step(step, state, course)

    def _log(self, level: str, message: str, **fields: object) -> None:
        if self._plan.is_workflow:
            self._run.log(level, "run", message, **fields)

    # --- The end ---

    def _close(self, course: Schedule) -> Result:
        """Put the result together."""
        result, ended = self._result, self._ended
        unhandled = [step for step in result.steps if step.error is not None and not step.is_handled]
        result.seconds = time.perf_counter() - self._clock
        result.is_partial = self._run.audience.is_partial
        result.error = unhandled[0].error if unhandled else None
        result.went_through = all(isinstance(step.error, ItemsFailed) and step.error.went_through for step in unhandled)
        if isinstance(ended, AdaptorError):
            self._run.log("error", "run", ended.report(), error=ended.facts())
            result.error, result.exit_code = ended, EXIT_CRASHED
            return result
        if isinstance(ended, Interrupted) and ended.code != "INTERRUPTED":
            result.exit_code = EXIT_KILLED
        elif ended is not None:
            result.exit_code = EXIT_INTERRUPTED
        elif unhandled:
            nothing_sent = not any(result.outcomes.values())
            is_given = isinstance(result.error, ConfigurationError | InputError)
            at_once = len(result.steps) == 1 and is_given and nothing_sent
            result.exit_code = EXIT_BAD_INPUT if at_once else EXIT_FAILED
        elif result.outcomes["unknown"]:
            result.exit_code = EXIT_FAILED
        text = final_text(course.texts)
        result.state, result.text = final_state(course.leaves, text, self._run.redactor)
        return result


def interruption(stop: KeyboardInterrupt, place: str | None) -> AdaptorError:
    """Return the error that says why a run ended early."""
    code = stop.code if isinstance(stop, Interrupted) else "INTERRUPTED"
    fix = "What was sent by then is counted below."
    if code == "MEMORY":
        fix = f"Go through large data in parts (parse_csv with a callback, each over a file). {fix}"
    error = JobError(_INTERRUPTIONS[code], code=code, fix=fix)
    error.place = place
    return error


_INTERRUPTIONS = {
    "INTERRUPTED": "The run was interrupted.",
    "TIMEOUT": "The step took longer than --timeout allows.",
    "RUN_TIMEOUT": "The run took longer than --run-timeout allows.",
    "MEMORY": "The step ran out of memory.",
}


def show_lines(error: AdaptorError, run: Run) -> None:
    """Attach the job's own line to an error, with a caret where the place is known."""
    if error.excerpt or error.file is None or error.line is None:
        return
    found = caret(error.__cause__.__traceback__, error.file) if error.__cause__ is not None else None
    shown = excerpt(error.file, *found) if found and found[0] == error.line else excerpt(error.file, error.line)
    error.excerpt = run.redactor.text(shown) or None
