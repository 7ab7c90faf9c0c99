"""A plan drawn as text."""

from __future__ import annotations

from ...core.text.harmless import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..load.workflows.plan import Edge, Plan, Step


def drawn(plan: Plan) -> str:
    """Return a plan as a tree of its steps from the start, then the steps that are never reached.

    A step with several incoming edges is drawn at the first of them; at the others its id refers back to it.
    """
    if not plan.is_workflow:
        job = plan.steps[plan.start].job
        return "\n".join(
            [plan.file, *(f"  {index}. {each.title()}" for index, each in enumerate(job.operations if job else [], 1))]
        )
    lines = [one_line(plan.title)]
    seen: set[str] = set()
    starts = plan.starts()
    reached = {step for start in starts for step in plan.reachable(start)}
    roots = [*starts, *(step for step in plan.steps if step not in reached)]
    for root in roots:
        if root not in seen:
            seen.add(root)
            note = "" if root in starts else "   (never reached)"
            lines.append(f"  {_titled(plan.steps[root])}{note}")
            _draw(plan, root, "  ", seen, lines)
    return "\n".join(lines)


def _draw(plan: Plan, step: str, indent: str, seen: set[str], lines: list[str]) -> None:
    edges = plan.steps[step].edges
    for number, edge in enumerate(edges, 1):
        branch, further = ("└─ ", "   ") if number == len(edges) else ("├─ ", "│  ")
        target = plan.steps.get(edge.target)
        again = edge.target in seen
        title = _titled(target) if target is not None and not again else one_line(edge.target)
        lines.append(f"{indent}{branch}{title}{_words(edge)}{'  ↑' if again else ''}")
        if target is not None and not again:
            seen.add(edge.target)
            _draw(plan, edge.target, f"{indent}{further}", seen, lines)


def _titled(step: Step) -> str:
    words = [step.id]
    if step.name and step.name != step.id:
        words.append(f"“{step.name}”")
    if step.kind != "job":
        words.append(f"({step.kind})")
    if step.join:
        words.append("(waits for all)")
    return one_line(" ".join(words))


def _words(edge: Edge) -> str:
    words = []
    if edge.condition is not None and edge.condition.kind != "always":
        text = edge.condition.text
        words.append(f"if {text}" if edge.condition.kind == "expression" else text)
    if edge.label:
        words.append(f"“{edge.label}”")
    if edge.disabled:
        words.append("disabled")
    return one_line(f"   {' · '.join(words)}") if words else ""
