"""What one run of a schedule leaves to the next, as in OpenFn: its final state, or the output of one step.

Source: https://docs.openfn.org/documentation/build/triggers and `lib/lightning/workflows/scheduler.ex` of
https://github.com/OpenFn/lightning (checked 2026-11-28). There `data` is the earlier one; here it says which moment has
come, and the earlier one is in `references`. Where several steps ended the run, their states are not put into each
other run after run: https://github.com/OpenFn/kit/issues/1375.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ...ledger.store import open_store
from ...runner.execution.recording.restoring import restored
from ...runner.execution.result import EXIT_WELL
from ...runner.execution.step_state import named
from ..store.schedules import Schedules

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.state import State
    from ...runner.execution.result import Result, StepResult
    from ...runner.execution.schedule import Schedule
    from ...runner.load.workflows.plan import Plan

#: Parts of a state that belong to the run that made them.
_OWN = ("configuration", "data", "references", "response", "errors", "request")
#: The most that is left to the next run, as JSON. OpenFn keeps 10 MB of a state.
MOST_BYTES = 1024 * 1024


class Carried:
    """The state that goes from run to run of one schedule.

    Args:
        database: Where the service's tables are.
        project: The name of the file, as `NewRun.project`.
        workflow: The workflow's name; empty where the project holds one.
        start: The trigger.
    """

    def __init__(self, database: str, project: str, workflow: str, start: str) -> None:
        self._database = database
        self._start = start
        self._names = (project, workflow, start)
        self._output: State | None = None
        self._leaves: list[tuple[str, State]] = []

    def begin(self, plan: Plan, given: State, run: Run) -> State:
        """Return the state that a run begins with.

        Args:
            plan: The plan.
            given: What the trigger itself says.
            run: The run, which knows the secrets of its credential.

        Raises:
            InputError: The credential does not have a secret that the state holds.
        """
        if not _is_schedule(plan, self._start):
            return given
        store = open_store(self._database)
        try:
            return {**restored(Schedules(store.database).state(*self._names), run.redactor), **given}
        finally:
            store.close()

    def after_step(self, step: StepResult, after: State, schedule: Schedule) -> None:
        """Take the output of the step that the schedule names, and the states that no edge leads on from."""
        self._leaves = schedule.leaves
        trigger = schedule.plan.steps[self._start].schedule if self._start in schedule.plan.steps else None
        if trigger is not None and trigger.cursor == step.id and step.error is None:
            self._output = after

    def end(self, result: Result, run: Run) -> None:
        """Keep what the next run begins with: the output of the named step, even of a run that failed after it.

        Where the schedule names none, it is the final state of a run that has ended well.
        """
        plan = result.plan
        if plan is None or not _is_schedule(plan, self._start):
            return
        trigger = plan.steps[self._start].schedule
        if trigger is not None and trigger.cursor:
            state = None if self._output is None else _left(self._output)
        else:
            # Not that of the result: in it secrets are replaced for good.
            state = _final(result, self._leaves)
        if state is None:
            return
        state = run.redactor.keep(state)
        if len(json.dumps(state)) > MOST_BYTES:
            run.warn("run", "The state is larger than 1 MiB: the next run begins with the one that was kept before.")
            return
        store = open_store(self._database)
        try:
            Schedules(store.database).keep_state(*self._names, state)
        finally:
            store.close()


def _is_schedule(plan: Plan, start: str) -> bool:
    return start in plan.steps and plan.steps[start].schedule is not None


def _final(result: Result, leaves: list[tuple[str, State]]) -> dict[str, Any] | None:
    if result.exit_code != EXIT_WELL or result.waits is not None or not leaves:
        return None
    if len(leaves) == 1:
        return _left(leaves[0][1])
    states = named(leaves)
    return {name: _left(each, without=states) for name, each in states.items()}


def _left(state: State, without: Any = ()) -> dict[str, Any]:
    left = {key: value for key, value in state.items() if key not in _OWN and key not in without}
    return {**left, **({"references": [state["data"]]} if state.get("data") else {})}
