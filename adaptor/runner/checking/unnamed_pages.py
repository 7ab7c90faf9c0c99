"""Runs that nobody has written to: as which of several Pages do they send?"""

from __future__ import annotations

from ...core.errors import InputError
from ...graph.operation import GraphOperation
from ..load.operations import operations_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..load.credentials import Credentials
    from ..load.workflows.plan import Plan, Step


def needs_page(plan: Plan, start: str) -> str | None:
    """Return a step which a run from a start reaches, and which calls Graph and names no credential; None without one.

    Args:
        plan: The plan, with its jobs loaded.
        start: The id of the step that the run begins with.
    """
    return next((id_ for id_ in sorted(plan.reachable(start)) if _is_unnamed(plan.steps[id_])), None)


def _is_unnamed(step: Step) -> bool:
    if step.credential is not None or "access_token" in (step.configuration or {}) or step.job is None:
        return False
    return any(isinstance(operation, GraphOperation) for operation in operations_in(step.job.operations))


def unnamed_pages(plan: Plan, credentials: Credentials) -> list[InputError]:
    """Return a problem for each cron trigger whose runs could send as several Pages, or as one that is not known.

    Args:
        plan: The plan, with its jobs loaded.
        credentials: The configurations.
    """
    pages = credentials.pages
    found = []
    for step in plan.steps.values():
        named = step.schedule.page if step.schedule is not None else ""
        if step.schedule is None or not pages or (unnamed := needs_page(plan, step.id)) is None:
            continue
        if named and named not in pages:
            what = f"The trigger `{step.id}` names the Page {named}, and no configuration has it as its `page_id`."
            found.append(InputError(what, fix=f"The configurations have {', '.join(pages)}."))
        elif not named and len(pages) > 1:
            what = (
                f"The runs of the trigger `{step.id}` have no Page: the step `{unnamed}` could send as any of several."
            )
            fix = f'Write "page": "{pages[0]}" into the trigger, one trigger for each Page; or name a credential in '
            found.append(InputError(what, fix=f'{fix}the step: "configuration": "…".'))
    return found
