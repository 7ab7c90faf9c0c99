"""The course of a run through its plan: what waits to be run, and where the ways have ended."""

from __future__ import annotations

import json
from collections import deque

from ..load.plan import JOIN_ALL
from .step_state import joined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...core.state import State
    from ..load.plan import Edge, Plan, Step

#: A ledger holds numbers below this one. No run takes so many ways.
_MOST_WAYS = 2**31


class Arrival:
    """A state that has come to a step.

    Attributes:
        step: The step.
        state: What came.
        number: How often the run had come there before.
        way: Which of the ways that lead there it took; the same in every attempt of a run, whatever came first.
        is_first: It is the run's initial state: its `configuration` counts.
    """

    __slots__ = ("is_first", "number", "state", "step", "way")

    def __init__(self, step: Step, state: State, number: int, way: int, *, is_first: bool = False) -> None:
        self.step = step
        self.state = state
        self.number = number
        self.way = way
        self.is_first = is_first


class Schedule:
    """What waits to be run, breadth-first, and the leaves so far.

    Attributes:
        plan: What is run.
        leaves: Where the ways have ended: the ids of the steps and the states they left.
        texts: The same states as JSON.
    """

    def __init__(self, plan: Plan, state: State) -> None:
        self.plan = plan
        self._waiting: deque[Arrival] = deque()
        self._joining: dict[str, list[tuple[int, State]]] = {}
        self._numbers: dict[str, int] = {}
        self._order = {id(edge): index for index, edge in enumerate(plan.edges())}
        self._ways = ways_before(plan)
        self._reach: dict[str, set[str]] = {}
        self.leaves: list[tuple[str, State]] = []
        self.texts: list[tuple[str, str]] = []
        self._enqueue(plan.steps[plan.start], state, 0, is_first=True)

    def next(self) -> Arrival | None:
        """Return what is to be run next, or None at the end."""
        self._release()
        return self._waiting.popleft() if self._waiting else None

    def go_on(self, arrival: Arrival, taken: list[Edge], state: State, text: str) -> None:
        """Let what a step has left, and the same as JSON, go along edges; several of them share nothing."""
        is_first = arrival.is_first and arrival.step.job is None
        for index, edge in enumerate(taken):
            step = self.plan.steps[edge.target]
            mine = _copy(state, text) if index else state
            if step.join == JOIN_ALL:
                self._joining.setdefault(step.id, []).append((self._order[id(edge)], mine))
            else:
                self._enqueue(step, mine, self._ways[id(edge)] + arrival.way, is_first=is_first)

    def stay(self, step: str, state: State, text: str) -> None:
        """Let a way end with a step."""
        self.leaves.append((step, state))
        self.texts.append((step, text))

    def end(self) -> None:
        """Let everything go that still waits."""
        self._waiting.clear()
        self._joining.clear()

    def _enqueue(self, step: Step, state: State, way: int, *, is_first: bool = False) -> None:
        number = self._numbers.get(step.id, 0)
        self._numbers[step.id] = number + 1
        self._waiting.append(Arrival(step, state, number, way % _MOST_WAYS, is_first=is_first))

    def _release(self) -> None:
        """Let the steps run that join several ways, once nothing that still waits can come to them."""
        for step in [*self._joining]:
            under_way = {arrival.step.id for arrival in self._waiting} | (self._joining.keys() - {step})
            if not any(step in self._reachable(other) for other in under_way):
                # In the order of the edges in the file, not in that in which they were taken.
                arrived = sorted(self._joining.pop(step), key=lambda entry: entry[0])
                self._enqueue(self.plan.steps[step], joined(state for _, state in arrived), 0)

    def _reachable(self, step: str) -> set[str]:
        found = self._reach.get(step)
        if found is None:
            found = self._reach[step] = self.plan.reachable(step)
        return found


def ways_before(plan: Plan) -> dict[int, int]:
    """Return for each edge, by its `id`, how many ways lead to its target along the edges before it.

    A way to a step is known by this number of its last edge, added to the number of the way to where that begins. So it
    has the same number in every attempt of a run, though another way may have come first in one of them.
    """
    if not any(True for _ in plan.edges()):
        return {}
    from graphlib import TopologicalSorter

    arriving: dict[str, list[Edge]] = {step: [] for step in plan.steps}
    for edge in plan.edges():
        arriving[edge.target].append(edge)
    # Sources come before their targets: a plan has no circles.
    sources = {step: [edge.source for edge in edges] for step, edges in arriving.items()}
    ways: dict[str, int] = {}
    before: dict[int, int] = {}
    for step in TopologicalSorter(sources).static_order():
        count = int(step == plan.start)
        for edge in arriving[step]:
            before[id(edge)] = count
            count += ways[edge.source]
        # Whatever joins there goes on as one.
        ways[step] = 1 if plan.steps[step].join == JOIN_ALL else count
    return before


def _copy(state: State, text: str) -> State:
    """Return a state that shares nothing; behind a trigger the configuration, which is not in the text, comes along."""
    copy: State = json.loads(text)
    return {**copy, "configuration": {**state["configuration"]}} if state.get("configuration") else copy
