"""The table of schedules: the last moment of each that was served, and what its next run begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ledger.database.database import from_text, storable, to_text
from ..dispatch.announcer import Announcer
from .runs import queue

if TYPE_CHECKING:
    from ...ledger.database.database import Database
    from .records import NewRun

#: Of two servers one may have served a moment just after the other has looked at the clock.
AHEAD_SECONDS = 60.0
#: The row of one schedule.
_THIS = "project = ? AND workflow = ? AND start = ?"


class Schedules:
    """The schedules of all workflows."""

    def __init__(self, database: Database, announcer: Announcer | None = None) -> None:
        self._database = database
        self._announcer = announcer or Announcer()

    def served(self, project: str, workflow: str, start: str) -> float:
        """Return the last moment that was served, in Unix seconds. A schedule that is new begins now.

        Args:
            project: The name of the file, as `Project.name`.
            workflow: The workflow's name in it.
            start: The trigger.
        """
        names = storable(project), storable(workflow), storable(start)

        def work() -> float:
            database = self._database
            found = database.run(f"SELECT served FROM service_schedules WHERE {_THIS}", names).fetchone()
            if found is not None:
                last, now = float(found[0]), database.now()
                if last > now + AHEAD_SECONDS:
                    # The clock was wrong and has been put back: no moment would come until then.
                    last = now
                    database.run(f"UPDATE service_schedules SET served = ? WHERE {_THIS}", (last, *names))
                return last
            # What an earlier release has recorded names no file.
            database.run(f"UPDATE service_schedules SET project = ? WHERE {_THIS}", (names[0], "", *names[1:]))
            database.run(
                "INSERT INTO service_schedules (project, workflow, start, served) "
                f"VALUES (?, ?, ?, {database.clock}) ON CONFLICT (project, workflow, start) DO NOTHING",
                names,
            )
            return float(database.run(f"SELECT served FROM service_schedules WHERE {_THIS}", names).fetchone()[0])

        return self._database.transact(work, durable=True)

    def keep_state(self, project: str, workflow: str, start: str, state: dict[str, Any]) -> None:
        """Keep what the next run of a schedule begins with."""
        self._database.transact(
            lambda: self._database.run(
                f"UPDATE service_schedules SET state = ?, kept = {self._database.clock} WHERE {_THIS}",
                (to_text(state), storable(project), storable(workflow), storable(start)),
            ),
            durable=True,
        )

    def state(self, project: str, workflow: str, start: str) -> dict[str, Any]:
        """Return what the next run of a schedule begins with; empty before its first run."""
        with self._database.reading():
            found = self._database.run(
                f"SELECT state FROM service_schedules WHERE {_THIS}",
                (storable(project), storable(workflow), storable(start)),
            ).fetchone()
        state: dict[str, Any] = {} if found is None else from_text(found[0]) or {}
        return state

    def serve(self, run: NewRun, before: float, moment: float) -> bool:
        """Queue the run of a moment, unless another process has done so, or the run before it is still open.

        Args:
            run: The run; its `person` is the key of the schedule.
            before: The last moment that was served, as `served` gave it.
            moment: The moment.

        Returns:
            Whether it was queued. If not, the moment can be served later.
        """

        def work() -> bool:
            database = self._database
            is_open = database.run(
                "SELECT 1 FROM service_runs WHERE is_open = 1 AND person = ? LIMIT 1", (storable(run.person or ""),)
            ).fetchone()
            if is_open is not None:
                return False
            names = storable(run.project), storable(run.workflow), storable(run.start)
            is_first = database.run(
                f"UPDATE service_schedules SET served = ? WHERE {_THIS} AND served = ?",
                (moment, *names, before),
            ).rowcount
            if is_first:
                queue(database, [run])
                self._announcer.announce([run.id], is_answer=run.is_answer)
            return bool(is_first)

        return self._database.transact(work, durable=True)
