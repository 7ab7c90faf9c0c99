"""What the service knows of the people whom its runs write to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ...core.run.stop import PutOff
from ...graph.known_people import KnownPeople, page_id_of
from ...ledger.ledger import ledger_of
from ..store.people import People
from .quiet import zone_of

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.state import State
    from ...runner.load.triggers.quiet_hours import QuietHours


class ServicePeople(KnownPeople):
    """The people of a service, by its tables in the database of the run's ledger.

    Args:
        person: Whom the run answers, as `Event.person` names them; None where nobody has just written.

    Attributes:
        quiet_hours: Those of the workflow, or None.
    """

    quiet_hours: QuietHours | None = None

    def __init__(self, person: str | None) -> None:
        self._answered = None if person is None else person.rpartition("/")[2]

    def last_message(self, psid: str, run: Run, state: State) -> float | None:
        """Return when a person last did something after which the Page may write; see `KnownPeople`."""
        return self._people(run).last_message(page_id_of(run, state), psid)

    def put_off(self, psid: str, run: Run) -> PutOff | None:
        """Return what stops the run in the quiet hours of a person by their own time zone; see `KnownPeople`."""
        hours = self.quiet_hours
        if hours is None or not hours.people:
            return None
        until = hours.end_at(time.time(), zone_of(hours, psid, ledger_of(run).store.collections))
        return None if until is None else PutOff(until)

    def expects_answer(self, psid: str) -> bool:
        """Whether the run answers this person; see `KnownPeople`."""
        return psid == self._answered

    def _people(self, run: Run) -> People:
        return People(ledger_of(run).store.database)
