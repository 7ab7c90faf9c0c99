"""The runs that an event starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...runner.execution.recording.run_id import new_run_id
from ...runner.load.triggers.trigger import FIRST
from ..store.records import NewRun

if TYPE_CHECKING:
    from ..store.records import Event
    from .project import Entry, Project

#: Letters of an id beside its second: thousands of runs may begin within one.
ID_LETTERS = 10


def entries_for(project: Project, event: Event) -> list[Entry]:
    """Return the triggers that an event starts: the first that it fits, or all, as the project says."""
    fitting = (entry for entry in project.entries if entry.trigger.fits(event.facts))
    return [entry for entry in (next(fitting, None),) if entry] if project.match == FIRST else list(fitting)


def runs_for(project: Project, event: Event, request: dict[str, Any]) -> list[NewRun]:
    """Return the runs that an event starts.

    Args:
        project: What is served.
        event: The event.
        request: What the workflow gets as `request`, beside the event as Meta sent it.
    """
    state = {"data": event.facts, "request": {**request, "body": event.body}}
    return [
        NewRun(
            new_run_id(ID_LETTERS),
            entry.workflow,
            entry.step,
            entry.digest,
            event.person,
            state,
            page=event.page,
            project=project.name,
        )
        for entry in entries_for(project, event)
    ]
