"""Circles in a plan: a step must not lead back to itself."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .plan import Edge, Plan


def circles(plan: Plan) -> list[list[Edge]]:
    """Return the circles of a plan, each as the edges that make it, the closing one last.

    Edges that are disabled count too: enabling one must not make a run endless.
    """
    found: list[list[Edge]] = []
    done: set[str] = set()
    for first in plan.steps:
        if first in done:
            continue
        # By hand rather than recursively: a chain may be longer than Python's stack.
        way: list[Edge] = []
        on_way = {first}
        open_edges = [iter(plan.steps[first].edges)]
        while open_edges:
            edge = next(open_edges[-1], None)
            if edge is None:
                open_edges.pop()
                last = way.pop().target if way else first
                on_way.discard(last)
                done.add(last)
            elif edge.target in on_way:
                begin = next((index for index, each in enumerate(way) if each.source == edge.target), len(way))
                found.append([*way[begin:], edge])
            elif edge.target in plan.steps and edge.target not in done:
                way.append(edge)
                on_way.add(edge.target)
                open_edges.append(iter(plan.steps[edge.target].edges))
    return found
