"""The scheduler: queues a run for each moment that has come, once, whichever server sees it first.

A moment that was missed, since no server was there or the run before it was still open, is served once when that is
over; of several only the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...runner.execution.recording.run_id import new_run_id
from ..store.records import NewRun, run_name
from ..store.schedules import AHEAD_SECONDS
from ..triggers.runs import ID_LETTERS
from .moments import latest_moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store.store import ServiceStore
    from ..triggers.project import Clock, Project


class Scheduler:
    """Looks whether a moment has come.

    Args:
        store: Where served moments are recorded, and runs queued.
        project: Returns what is served now.
        log: Called with a level and a line.
    """

    def __init__(self, store: ServiceStore, project: Callable[[], Project], log: Callable[[str, str], object]) -> None:
        self._store = store
        self._project = project
        self._log = log
        #: The last moment served of each schedule, as far as this process knows.
        self._served: dict[tuple[str, str, str], float] = {}

    def queue_due(self) -> None:
        """Queue the runs of moments that have come."""
        project = self._project()
        if not project.clocks:
            return
        with self._store.database.reading():
            now = self._store.database.now()
        for clock in project.clocks:
            self._look_at(project.name, clock, now)

    def _look_at(self, project: str, clock: Clock, now: float) -> None:
        schedules, key = self._store.schedules, (project, clock.workflow, clock.step)
        if key not in self._served or self._served[key] > now + AHEAD_SECONDS:
            self._served[key] = schedules.served(*key)
        if latest_moment(clock.schedule, self._served[key], now) is None:
            return
        # Another server may have served it.
        before = self._served[key] = schedules.served(*key)
        moment = latest_moment(clock.schedule, before, now)
        if moment is None:
            return
        page = clock.schedule.page
        state = {"data": {"event": "cron", "moment": moment.isoformat(), **({"page": page} if page else {})}}
        # No two runs of a schedule at once: the key keeps their order, as that of a person does.
        order = f"schedule {project}/{clock.workflow}/{clock.step}"
        run = NewRun(
            new_run_id(ID_LETTERS),
            clock.workflow,
            clock.step,
            clock.digest,
            order,
            state,
            is_answer=False,
            page=page or None,
            project=project,
        )
        if schedules.serve(run, before, moment.timestamp()):
            self._served[key] = moment.timestamp()
            self._log("info", f"{moment:%Y-%m-%d %H:%M %Z} → {run_name(clock.workflow, clock.step)} ({run.id})")
