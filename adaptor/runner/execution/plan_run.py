"""Running a plan, step by step: from the initial state to the final state and the result.

A step runs when a state arrives at it. Then the edges that leave the step are judged, and the state follows each edge
that holds. Where none holds, the state is a leaf. When no state waits any more, the leaves become the final state.
"""

from __future__ import annotations

import os
import time

from ...core.errors import AdaptorError, ConfigurationError, InputError, ItemsFailed, JobError
from ...core.state import compose_next_state
from ..load.workflows.plan import NO_REPLY, REPLY
from .interrupted import Interrupted, end_forked, interruption, is_kill
from .recording.resume import COMPLETED, FAILED
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
from .schedule import Schedule
from .step_run import StepRun
from .step_state import as_json, final_state, final_text, step_input, without_configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.context import Run
    from ...core.state import State
    from ...ledger.records import StepRecord
    from ..load.credentials import Credentials
    from ..load.job import Job
    from ..load.workflows.plan import Edge, Plan
    from .answers import Answers
    from .recording.resume import RunLedger
    from .schedule import Arrival

    #: Called with the result of a step, the state before or after it, and the schedule.
    Watch = Callable[[StepResult, State, Schedule], object]


class Execution:
    """One run of a plan.

    Args:
        plan: The steps and edges, with the jobs loaded.
        run: The run that operations share; the caller has entered it.
        credentials: The configurations of the steps.
        ledger: What the run records, and what an earlier attempt has recorded.
        answers: What a person has answered to steps that wait for it.
        before_step: Called before each step that performs a job.
        after_step: Called after each step.
    """

    def __init__(
        self,
        plan: Plan,
        run: Run,
        credentials: Credentials,
        ledger: RunLedger,
        answers: Answers,
        *,
        before_step: Watch | None = None,
        after_step: Watch | None = None,
    ) -> None:
        self._plan = plan
        self._run = run
        self._credentials = credentials
        self._ledger = ledger
        self._answers = answers
        self._before_step = before_step
        self._after_step = after_step
        self._result = Result(EXIT_WELL, None, run.outcomes, run.id)
        self._result.plan = plan
        self._result.started = run.began
        self._began = time.perf_counter()
        self._initial: State = {}
        #: Returns what a failed step had gathered, as a leaf; None for a step that has not failed.
        self._gathered: Callable[[], tuple[State, str]] | None = None
        #: What ends the run before its steps are through: an interruption, or an error outside of a step.
        self._ended_by: KeyboardInterrupt | AdaptorError | None = None
        #: The error of an interruption between two steps.
        self._error_between_steps: AdaptorError | None = None
        #: The last step has asked, and nobody has answered yet.
        self._is_waiting = False
        #: Which edges with `on` may be followed: those with this word.
        self._reply = ""

    def perform(self, state: State) -> Result:
        """Run the plan. Errors are in the result; they are not raised."""
        self._run.stop.is_between = True
        self._initial = state
        schedule = Schedule(self._plan, state)
        while (arrival := schedule.next()) is not None:
            step = self._begin(arrival)
            after, text = self._perform_step(arrival, step, schedule)
            after, text = self._with_answer(arrival, step, after, text)
            edges = [] if self._is_waiting else self._chosen_edges(arrival, step, without_configuration(after))
            if step.is_handled and not step.is_replayed:
                self._record_handled_failure(arrival, after)
            if edges:
                schedule.follow(edges, arrival, after, text)
            else:
                after, text = self._gathered() if self._gathered is not None else (after, text)
                schedule.add_leaf(step.id, without_configuration(after), text)
            self._log_end(step, edges)
            if self._after_step is not None:
                self._after_step(step, after, schedule)
            if self._is_last(step):
                schedule.clear()
        return self._conclude(schedule)

    # --- One step ---

    def _begin(self, arrival: Arrival) -> StepResult:
        step = StepResult(arrival.step.id, arrival.step.title, arrival.number, arrival.step.kind)
        step.started = time.perf_counter() - self._began
        self._result.steps.append(step)
        self._gathered = None
        self._run.step, self._run.arrival = step.id, arrival.id
        self._run.observers.on_call = step.add_call
        self._run.observers.on_passed_over = step.passed_over.append
        return step

    def _perform_step(self, arrival: Arrival, step: StepResult, schedule: Schedule) -> tuple[State, str]:
        """Return the state that a step leaves, and it as JSON without configuration."""
        if arrival.step.job is None:
            # A trigger passes its state on, with the configuration, which is meant for the first job.
            state = {**arrival.state, "data": arrival.state.get("data", {})}
            return state, as_json(without_configuration(state))
        record = self._ledger.recorded_step(step.id, arrival.id)
        if record is not None:
            self._ledger.replay_messages(step, arrival.id)
            return self._take_recorded(step, record)
        return self._perform_job(arrival, arrival.step.job, step, schedule)

    def _take_recorded(self, step: StepResult, record: StepRecord) -> tuple[State, str]:
        """Return what an earlier attempt of the run has recorded of a step: it is not run again."""
        step.is_replayed = True
        if record.status == FAILED:
            from ...core.restored import restored

            step.outcome, step.error = "fail", restored(record.output["errors"][step.id])
        return record.output, as_json(record.output)

    def _perform_job(self, arrival: Arrival, job: Job, step: StepResult, schedule: Schedule) -> tuple[State, str]:
        configuration = self._credentials.configuration(self._plan, arrival.step, arrival.configuration)
        self._run.redactor.learn_credential(configuration)
        before = step_input(without_configuration(arrival.state), arrival.step.state, configuration)
        self._log_begin(step, job)
        indent = "  " if self._plan.is_workflow else ""
        job_run = StepRun(job, before, step, self._run, indent=indent, is_first=arrival.is_first)
        self._ledger.enter_step(step.id, arrival.id, self._plan.reachable(step.id))
        try:
            if self._before_step is not None:
                self._before_step(step, without_configuration(before), schedule)
            after, text = job_run.perform()
            end_forked(self._run)
            self._ledger.keep_step(step.id, arrival.id, COMPLETED, after)
        except (AdaptorError, MemoryError, KeyboardInterrupt) as cause:
            end_forked(self._run)
            outcome, error = self._failure(cause, arrival)
            after, text = job_run.fail(outcome, error, self._ledger.counts_of_step())
            self._gathered = job_run.gathered
        step.seconds = time.perf_counter() - self._began - step.started
        return after, text

    def _failure(
        self, cause: AdaptorError | MemoryError | KeyboardInterrupt, arrival: Arrival
    ) -> tuple[str, AdaptorError]:
        """Return the outcome of a step that raised, and its error."""
        if isinstance(cause, MemoryError) or (isinstance(cause, AdaptorError) and cause.code == "MemoryError"):
            self._ended_by = Interrupted("MEMORY")
            # A new error: the old one refers to what fills the memory.
            outcome = "kill"
            error = interruption(self._ended_by, self._run.place())
        elif isinstance(cause, KeyboardInterrupt):
            self._ended_by = cause
            outcome = "kill" if is_kill(cause) else "interrupted"
            error = interruption(cause, self._run.stop.place)
        else:
            outcome, error = "fail", cause
        if isinstance(error, ConfigurationError):
            self._say_where_given(error, arrival)
        if self._plan.is_workflow:
            id_, title = arrival.step.id, arrival.step.title
            where = f"step {id_}" if id_ == title else f"step {id_} “{title}”"
            error.place = f"{where} · {error.place}" if error.place else where
        return outcome, error

    def _say_where_given(self, error: ConfigurationError, arrival: Arrival) -> None:
        """Say in an error about a key of the configuration where that key was given."""
        key = (error.details or {}).get("key")
        if key is None:
            return
        if not arrival.is_first and key in (self._initial.get("configuration") or {}):
            error.fix = (
                "`configuration` in the state is the first step's. Give it with --credentials FILE for all of them."
            )
            return
        from ..hints.credentials import explain

        parts = self._credentials.parts(self._plan, arrival.step, arrival.configuration)
        explain(error, parts, os.path.dirname(self._plan.file or ""))

    # --- From step to step ---

    def _with_answer(self, arrival: Arrival, step: StepResult, state: State, text: str) -> tuple[State, str]:
        """Return the state after a step that has asked; set `_is_waiting` and `_reply`, which choose its edges.

        `data` becomes the facts of the answer, and what the step left there goes to `references`. Where the time is
        over, the state is as the step left it.
        """
        self._is_waiting, self._reply = False, ""
        edges = [edge for edge in arrival.step.edges if edge.on and not edge.disabled]
        if not edges or step.error is not None or self._is_last(step):
            return state, text
        try:
            answer = self._answers.to(step.id, arrival.id, _person_in(state), max(edge.within for edge in edges))
        except AdaptorError as error:
            self._ended_by = error
            return state, text
        if answer is None:
            self._is_waiting = True
            if self._result.waits is None:
                seconds = max(edge.within for edge in edges)
                self._result.waits = {"step": step.id, "arrival": arrival.id, "seconds": seconds}
            return state, text
        facts = answer["facts"]
        self._reply = NO_REPLY if facts is None else REPLY
        after = state if facts is None else compose_next_state(state, facts)
        return after, as_json(without_configuration(after))

    def _chosen_edges(self, arrival: Arrival, step: StepResult, state: State) -> list[Edge]:
        """Return the edges that the state follows after a step; set whether one of them handles its failure."""
        if self._is_last(step):
            return []
        edges = [edge for edge in arrival.step.edges if not edge.disabled and edge.on in ("", self._reply)]
        # Before any expression is judged: a failed step may have left a state that no expression fits.
        step.is_handled = step.error is not None and any(edge.handles_failure for edge in edges)
        chosen = []
        for edge in edges:
            try:
                if self._holds(edge, step, state):
                    chosen.append(edge)
            except AdaptorError as error:
                if not step.is_handled:
                    self._end_at(edge, error)
                    return []
                self._warn_of_edge(edge, f"it is not taken. {error.headline()} {error.fix}")
            except KeyboardInterrupt as signal:
                # A second signal, since a first one waits for the next step.
                self._ended_by, self._error_between_steps = signal, interruption(signal, f"edge {edge}")
                return []
        return chosen

    def _is_last(self, step: StepResult) -> bool:
        return self._ended_by is not None or step.id == self._plan.end

    def _holds(self, edge: Edge, step: StepResult, state: State) -> bool:
        condition = edge.condition
        if condition is None:
            return True
        if condition.kind == "expression" and step.error is not None and step.error.code == "NOT_A_STATE":
            raise JobError(
                f"The condition `{condition.text}` has no state to judge: the step left something else.",
                fix="Correct the step, or add an edge with `on_job_failure` to another one.",
                code="CONDITION",
            )
        return condition.holds(
            state, step.id, failed=step.error is not None, warn=lambda what: self._warn_of_edge(edge, what)
        )

    def _end_at(self, edge: Edge, error: AdaptorError) -> None:
        """End the run where the condition of an edge failed."""
        error.redact(self._run.redactor.text)
        error.place, error.file = f"edge {edge}", self._plan.file
        self._ended_by = error

    def _record_handled_failure(self, arrival: Arrival, state: State) -> None:
        """Record a failed step that an `on_job_failure` edge leaves, so that a resume does not run it again."""
        try:
            self._ledger.keep_step(arrival.step.id, arrival.id, FAILED, state)
        except AdaptorError as error:
            self._ended_by = error

    # --- The end ---

    def _conclude(self, schedule: Schedule) -> Result:
        """Complete the result: errors, exit code and final state."""
        result = self._result
        unhandled = [step for step in result.steps if step.error is not None and not step.is_handled]
        result.seconds = time.perf_counter() - self._began
        result.is_partial = self._run.audience.is_partial
        result.error = unhandled[0].error if unhandled else self._error_between_steps
        result.went_through = all(isinstance(step.error, ItemsFailed) and step.error.went_through for step in unhandled)
        if isinstance(self._ended_by, AdaptorError):
            self._run.log("error", "run", self._ended_by.report(), error=self._ended_by.facts())
            result.error, result.exit_code = self._ended_by, EXIT_CRASHED
            return result
        if self._error_between_steps is not None:
            self._run.log("error", "run", self._error_between_steps.report(), error=self._error_between_steps.facts())
        result.exit_code = self._exit_code()
        result.state, result.text = final_state(schedule.leaves, final_text(schedule.texts), self._run.redactor)
        return result

    def _exit_code(self) -> int:
        result = self._result
        if self._ended_by is not None:
            return EXIT_KILLED if is_kill(self._ended_by) else EXIT_INTERRUPTED
        if result.error is None:
            return EXIT_FAILED if result.outcomes["unknown"] else EXIT_WELL
        is_input = isinstance(result.error, ConfigurationError | InputError)
        has_done_nothing = len(result.steps) == 1 and not any(result.outcomes.values())
        return EXIT_BAD_INPUT if is_input and has_done_nothing else EXIT_FAILED

    # --- The log ---

    def _log_begin(self, step: StepResult, job: Job) -> None:
        self._log("info", f"▸ {step.name}", step=step.id)
        count = len(job.operations)
        self._run.log("debug", "run", f"{job.file}: {count} operation{'' if count == 1 else 's'}")

    def _log_end(self, step: StepResult, edges: list[Edge]) -> None:
        step.taken = [edge.target for edge in edges]
        where = f" → {', '.join(step.taken)}" if edges else ""
        level = "info"
        if step.error is None:
            what = f"{step.seconds:.2f} s" if step.kind == "job" else f"({step.kind})"
            where = " → waits for an answer" if self._is_waiting else where
            message = f"✓ {step.name}  {'(completed before)' if step.is_replayed else what}{where}"
        elif step.is_replayed:
            message = f"✗ {step.name} (failed before){where}"
        else:
            self._run.log("error", "run", step.error.report(), step=step.id, error=step.error.facts())
            ended = {"fail": "failed", "kill": "was stopped", "interrupted": "was interrupted"}[step.outcome]
            level = "info" if step.is_handled else "error"
            message = f"✗ {step.name} {ended} after {step.seconds:.2f} s{where}"
        self._log(level, message, step=step.id, next=step.taken)

    def _warn_of_edge(self, edge: Edge, what: str) -> None:
        self._run.warn("run", f"edge {edge}: {what}")

    def _log(self, level: str, message: str, **fields: object) -> None:
        """Log a line about a step: a single job has none."""
        if self._plan.is_workflow:
            self._run.log(level, "run", message, **fields)


def _person_in(state: State) -> str | None:
    """Return whom a step has asked, as far as its state says it: the answer of a send has it, and an event."""
    data = state.get("data")
    found = (data.get("recipient_id") or data.get("psid")) if isinstance(data, dict) else None
    return str(found) if found else None
