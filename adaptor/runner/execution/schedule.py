"""The schedule of a run: which states wait at which steps, and the states that no edge leads on from."""

from __future__ import annotations

import json
from collections import deque

from ..load.workflows.plan import JOIN_ALL
from .step_state import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...core.state import State
    from ..load.workflows.plan import Edge, Plan, Step

#: A ledger stores ids below this one.
_MOST_IDS = 2**31


class Arrival:
    """A state that has arrived at a step.

    Attributes:
        step: The step.
        state: The state.
        number: How many states had arrived there before.
        id: Which of the paths through the plan led there: the same in every attempt of a run, whatever the order.
        is_first: It is the run's initial state: the `configuration` in it counts.
    """

    __slots__ = ("id", "is_first", "number", "state", "step")

    def __init__(self, step: Step, state: State, number: int, id: int, *, is_first: bool = False) -> None:  # noqa: A002
        self.step = step
        self.state = state
        self.number = number
        self.id = id
        self.is_first = is_first

    @property
    def configuration(self) -> Any:
        """The configuration in the run's initial state; None where another state has arrived."""
        return self.state.get("configuration") if self.is_first else None


class Schedule:
    """The states that wait at steps, first come first served, and the leaves so far.

    Attributes:
        plan: What is run.
        leaves: The states that no edge led on from, each with the id of the step that left it.
        texts: The same states as JSON.
    """

    def __init__(self, plan: Plan, state: State) -> None:
        self.plan = plan
        self._waiting: deque[Arrival] = deque()
        self._joining: dict[str, list[tuple[int, State]]] = {}
        self._numbers: dict[str, int] = {}
        self._order = {id(edge): index for index, edge in enumerate(plan.edges())}
        self._first_ids = first_ids(plan)
        self._reach: dict[str, set[str]] = {}
        self.leaves: list[tuple[str, State]] = []
        self.texts: list[tuple[str, str]] = []
        self._enqueue(plan.steps[plan.start], state, 0, is_first=True)

    def next(self) -> Arrival | None:
        """Return the next arrival, or None at the end of the run."""
        self._release()
        return self._waiting.popleft() if self._waiting else None

    def follow(self, edges: list[Edge], arrival: Arrival, state: State, text: str) -> None:
        """Send the state that a step left along edges.

        Args:
            edges: The edges; each but the first gets a copy of the state.
            arrival: The arrival at the step that left it.
            state: The state.
            text: The same as JSON.
        """
        is_first = arrival.is_first and arrival.step.job is None
        for index, edge in enumerate(edges):
            step = self.plan.steps[edge.target]
            own = _copy(state, text) if index else state
            if step.join == JOIN_ALL:
                self._joining.setdefault(step.id, []).append((self._order[id(edge)], own))
            else:
                self._enqueue(step, own, self._first_ids[id(edge)] + arrival.id, is_first=is_first)

    def add_leaf(self, step: str, state: State, text: str) -> None:
        """Add a state that no edge leads on from."""
        self.leaves.append((step, state))
        self.texts.append((step, text))

    def clear(self) -> None:
        """Remove all states that wait: the run ends."""
        self._waiting.clear()
        self._joining.clear()

    def _enqueue(self, step: Step, state: State, id: int, *, is_first: bool = False) -> None:  # noqa: A002
        number = self._numbers.get(step.id, 0)
        self._numbers[step.id] = number + 1
        self._waiting.append(Arrival(step, state, number, id % _MOST_IDS, is_first=is_first))

    def _release(self) -> None:
        """Enqueue the steps with `join`, once no state that still waits can reach them."""
        for step in [*self._joining]:
            waiting = {arrival.step.id for arrival in self._waiting} | (self._joining.keys() - {step})
            if not any(step in self._reachable(other) for other in waiting):
                # In the order of the edges in the file, not in the order in which they were taken.
                arrived = sorted(self._joining.pop(step), key=lambda entry: entry[0])
                self._enqueue(self.plan.steps[step], joined(state for _, state in arrived), 0)

    def _reachable(self, step: str) -> set[str]:
        found = self._reach.get(step)
        if found is None:
            found = self._reach[step] = self.plan.reachable(step)
        return found


def first_ids(plan: Plan) -> dict[int, int]:
    """Return for each edge, by its `id()`, how many paths lead to its target along the edges before it.

    The id of an arrival is this number of the last edge, plus the id of the arrival at the edge's source. So it is the
    same in every attempt of a run, though the states may arrive in another order.
    """
    if not any(True for _ in plan.edges()):
        return {}
    from graphlib import TopologicalSorter

    arriving: dict[str, list[Edge]] = {step: [] for step in plan.steps}
    for edge in plan.edges():
        arriving[edge.target].append(edge)
    # Sources come before their targets: a plan has no cycles.
    sources = {step: [edge.source for edge in edges] for step, edges in arriving.items()}
    paths: dict[str, int] = {}
    first: dict[int, int] = {}
    for step in TopologicalSorter(sources).static_order():
        count = int(step == plan.start)
        for edge in arriving[step]:
            first[id(edge)] = count
            count += paths[edge.source]
        # The states that are joined continue as one.
        paths[step] = 1 if plan.steps[step].join == JOIN_ALL else count
    return first


def _copy(state: State, text: str) -> State:
    """Return a copy of a state that shares nothing; after a trigger, its configuration is not in the text."""
    copy: State = json.loads(text)
    return {**copy, "configuration": {**state["configuration"]}} if state.get("configuration") else copy
