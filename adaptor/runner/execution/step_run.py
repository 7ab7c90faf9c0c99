"""Performing the job of one step: its operations in order, and the state or the error that they end with."""

from __future__ import annotations

import time
from collections import Counter

from ...core.errors import SENT_YES, AdaptorError, JobError, plain
from ...core.run.place import STEP, Statement
from ..problems.source_lines import caret, excerpt
from .counts import Counts
from .json_check import StateCheck
from .step_state import as_json, without_configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.operation import Operation
    from ...core.run.context import Run
    from ...core.state import State
    from ..load.job import Job
    from .result import StepResult


#: Which state a failed step leaves to its edges, in the words of its error.
AS_GIVEN = "as the step was given it"


class StepRun:
    """One arrival at a step while its job is performed.

    Args:
        job: The operations.
        state: What the first of them is given.
        result: What becomes known of the step is written into it.
        run: The run that operations share.
        indent: Precedes the log line of each operation.
        is_first: The state is the run's initial one.
    """

    def __init__(
        self, job: Job, state: State, result: StepResult, run: Run, *, indent: str, is_first: bool = False
    ) -> None:
        self._job = job
        self._state = state
        self._result = result
        self._run = run
        self._indent = indent
        self._is_first = is_first
        self._facts: dict[str, Any] = {}
        self._made_before = run.made
        self._failed_before = run.outcomes["failed"]
        #: What the operations that have completed left: the state, and how many these are.
        self._reached, self._completed = state, 0

    def perform(self) -> tuple[State, str]:
        """Perform the operations; return the state that the last one leaves, without configuration, and it as JSON.

        Raises:
            AdaptorError: An operation failed, or the state is not JSON.
            KeyboardInterrupt: The run is to end.
        """
        stop = self._run.stop
        stop.is_between = False
        try:
            stop.raise_if_asked()
            state = self._perform_operations()
        finally:
            stop.is_between = True
            self._run.before_writing = None
        state = without_configuration(state)
        return state, self._as_json(state)

    def fail(self, outcome: str, error: AdaptorError, recorded: tuple[int, int, int]) -> tuple[State, str]:
        """Write into the result how the step failed; return the state that its edges get, and it as JSON.

        That is the state that the step was given, with the error in it: what an edge gets must not depend on which
        operation has failed. See `gathered` for where no edge goes on.

        Args:
            outcome: `fail`, `kill` or `interrupted`.
            error: What the step ended with.
            recorded: What the step has made by the ledger, in all attempts: as `Run.made`.
        """
        self._run.path.clear()
        error.redact(self._run.redactor.text)
        _show_line(error, self._run)
        error.set_counts((0, 0, 0), self._made(recorded))
        self._result.outcome, self._result.error = outcome, error
        if outcome == "fail" and isinstance(error, JobError):
            self._explain(error)
        self._facts = {**error.facts(), **({} if outcome == "fail" else {"severity": "kill"})}
        return self._with_error(self._state, AS_GIVEN)

    def gathered(self) -> tuple[State, str]:
        """Return the state that a failed step leaves where no edge goes on, and it as JSON.

        It is what the operation before the one that failed has left, so that nothing is lost that the job had
        gathered. A resume does not begin from it: it gives the step the same state again.
        """
        error = self._result.error
        if not self._completed or (error is not None and error.code == "MEMORY"):
            # What fills the memory is left out.
            return self._with_error(self._state, AS_GIVEN)
        last, of = self._job.operations[self._completed - 1], len(self._job.operations)
        self._result.left_by = f"operation {self._completed} of {of} ({last.title()})"
        return self._with_error(self._reached, f"after {self._result.left_by}")

    def _with_error(self, state: State, which: str) -> tuple[State, str]:
        """Return a state with the error of the step in it, and it as JSON; the error says which state it is."""
        errors = state.get("errors")
        own = {self._result.id: {**self._facts, "state": which}}
        state = {**state, "errors": {**(errors if isinstance(errors, dict) else {}), **own}}
        return _as_far_as_json(without_configuration(state))

    def _explain(self, error: JobError) -> None:
        """Say in an error what to do where a name is not known, or where the initial state is the reason for it."""
        cause = error.__cause__
        if isinstance(cause, NameError) and cause.name:
            from ..hints.names import fix_of_name_error

            error.fix = error.fix or fix_of_name_error(cause.name)
        elif self._is_first:
            from ..hints.states import state_fix

            is_first = not self._result.operations
            error.fix = state_fix(error, self._state, self._job.file, is_first=is_first) or error.fix
        if not error.fix and isinstance(cause, KeyError):
            from ..hints.keys import fix_of_key_error

            error.fix = self._run.redactor.text(fix_of_key_error(cause) or "")

    def _explain_nothing(self, operation: Operation) -> None:
        """Where a loop found no items, log where they may be."""
        if self._run.found_items is not False or not self._is_first or not operation.args:
            return
        from ...common.rows.sources import path_of
        from ..hints.states import fix_of_nothing

        fix = fix_of_nothing(path_of(operation.args[0]), self._state, self._job.file)
        if fix is not None:
            self._run.warn("run", fix)

    def _made(self, recorded: tuple[int, int, int]) -> tuple[int, int, int]:
        """Return what the step has made: this attempt counts what other runs made for it too."""
        messages, others, unknown = (
            max(now - before, known)
            for now, before, known in zip(self._run.made, self._made_before, recorded, strict=True)
        )
        return messages, others, unknown

    def _perform_operations(self) -> State:
        state, checks = self._state, StateCheck()
        on_line = Counter(operation.line for operation in self._job.operations)
        for index, operation in enumerate(self._job.operations):
            is_alone = on_line[operation.line] == 1
            self._run.statement = Statement(self._job.statements[index], operation.line, is_alone=is_alone)
            self._run.path[:] = [(STEP, index)]
            self._run.before_writing = checks.of(state, operation.title())
            self._run.found_items = None
            counts, started = Counts(self._run), time.perf_counter()
            state = operation(state)
            seconds = time.perf_counter() - started
            self._result.operations.append((operation.title(), seconds))
            self._reached, self._completed = state, index + 1
            self._log_done(f"{index + 1} {operation.title()}", counts, seconds)
            self._explain_nothing(operation)
        self._run.path.clear()
        return state

    def _log_done(self, what: str, before: Counts, seconds: float) -> None:
        counts = Counts(self._run).since(before).words()
        if self._run.found_items is False:
            counts = ["0 items", *counts]
        self._run.log("info", "run", f"{self._indent}✓ {what}  {', '.join([*counts, f'{seconds:.2f} s'])}")

    def _as_json(self, state: State) -> str:
        try:
            # The whole state each time: a function of the job may have changed what it was given.
            return as_json(state)
        except AdaptorError as error:
            run = self._run
            # A loop passes over what was refused before it was tried.
            has_failed = run.outcomes["failed"] != self._failed_before or self._result.passed_over
            if run.made != self._made_before and not has_failed and not run.audience.is_partial:
                # The operations were performed to the end before the state was found to be wrong.
                error.sent = SENT_YES
            raise


def _as_far_as_json(state: State) -> tuple[State, str]:
    """Return a state and it as JSON; what JSON cannot hold, which the job may have put into it, is made plain."""
    try:
        return state, as_json(state)
    except AdaptorError:
        pass
    try:
        state = plain(state)
    except RecursionError:
        state = {"data": {}, "errors": state["errors"]}
    return state, as_json(state)


def _show_line(error: AdaptorError, run: Run) -> None:
    """Attach the job's own line to an error, with a caret where the column is known."""
    if error.excerpt or error.file is None or error.line is None:
        return
    found = caret(error.__cause__.__traceback__, error.file) if error.__cause__ is not None else None
    shown = excerpt(error.file, *found) if found and found[0] == error.line else excerpt(error.file, error.line)
    error.excerpt = run.redactor.text(shown) or None
