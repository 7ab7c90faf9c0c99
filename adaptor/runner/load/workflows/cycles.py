"""Cycles in a plan: a step must not lead back to itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .plan import Edge, Plan


def cycles(plan: Plan) -> list[list[Edge]]:
    """Return the cycles of a plan, each as its edges from the step that comes first in the file, back to that step.

    Edges that are disabled count too: enabling one must not make a run endless.
    """
    from graphlib import CycleError, TopologicalSorter
    from itertools import pairwise

    edges = {(edge.source, edge.target): edge for edge in plan.edges() if edge.target in plan.steps}
    order = {step: index for index, step in enumerate(plan.steps)}
    found: list[list[Edge]] = []
    while True:
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for source, target in edges:
            sorter.add(target, source)
        try:
            sorter.prepare()
        except CycleError as cause:
            steps = cause.args[1][:-1]
            first = min(range(len(steps)), key=lambda index: order[steps[index]])
            steps = [*steps[first:], *steps[: first + 1]]
            found.append([edges[pair] for pair in pairwise(steps)])
            # Without its last edge this cycle is open, and the sorter finds the next one.
            del edges[steps[-2], steps[-1]]
        else:
            return found
