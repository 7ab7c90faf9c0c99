"""Reading edges that wait for a person's answer. It is imported only where a workflow has one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..workflows.plan import NO_REPLY, REPLY
from .people_reader import read_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...input.document import Path
    from ..workflows.plan import Edge, Plan, Step
    from ..workflows.reader import Reader


def read_wait(reader: Reader, edge: Edge, value: dict[str, Any], path: Path) -> None:
    """Read `on` and `within` of an edge, and add what is wrong with them to the reader's problems."""
    on = reader.value(value, (*path, "on"), str)
    if on not in (REPLY, NO_REPLY):
        what = "`within` says how long an answer is awaited, and `on` is missing." if on is None else f"`on` is `{on}`."
        at = "within" if on is None else "on"
        reader.refuse((*path, at), what, fix='Write {"on": "reply", "within": "2d"}, or {"on": "no_reply"}.')
        return
    edge.on = on
    if on == NO_REPLY and "within" in value:
        reader.refuse((*path, "within"), "`within` belongs to the edge `on: reply`.", fix="Write it there.")
    elif on == REPLY and "within" not in value:
        what = f"The edge to `{edge.target}` waits for an answer without an end."
        reader.refuse((*path, "on"), what, fix='Write how long: "within": "2d".')
    elif on == REPLY:
        edge.within = read_duration(reader, value["within"], (*path, "within")) or 0.0


def check_waits(reader: Reader, step: Step, path: Path) -> None:
    """Add a problem where a step that waits for an answer has edges that do not."""
    enabled = [edge for edge in step.edges if not edge.disabled]
    if not any(edge.on for edge in enabled):
        return
    if not any(edge.on == REPLY for edge in enabled):
        fix = 'Add {"on": "reply", "within": "2d"}.'
        reader.refuse(path, f"No edge of the step `{step.id}` says how long an answer is awaited.", fix=fix)
    for edge in enabled:
        if not edge.on and not edge.handles_failure:
            what = f"The step `{step.id}` waits for an answer, and its edge to `{edge.target}` does not say on what."
            fix = "Give it `on: reply` or `on: no_reply`; `on_job_failure` may stand beside them."
            reader.refuse((*path, edge.target), what, fix=fix)
    if step.job is None and step.script is None:
        reader.refuse(
            path, f"The trigger `{step.id}` asks nothing: it cannot wait for an answer.", fix="Put a step between."
        )


def warn_of_unanswered(reader: Reader, plan: Plan, places: Mapping[str, Path]) -> None:
    """Warn of steps that wait in runs which a schedule starts: nobody can answer them."""
    for trigger in plan.steps.values():
        for id_ in sorted(plan.reachable(trigger.id)) if trigger.schedule is not None else ():
            if any(edge.on and not edge.disabled for edge in plan.steps[id_].edges):
                what = f"The runs of `{trigger.id}` are nobody's: where they wait at `{id_}`, no answer comes."
                fix = "Let people start what asks them: a webhook trigger, with a filter on a payload."
                plan.warnings.append(reader.document.problem(places[id_], what, fix=fix))
