"""What the service knows of the people whom its runs write to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...graph.known_people import KnownPeople, page_id_of
from ...ledger.ledger import ledger_of
from ..store.people import People

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.state import State


class ServicePeople(KnownPeople):
    """The people of a service, by its tables in the database of the run's ledger.

    Args:
        person: Whom the run answers, as `Event.person` names them; None where nobody has just written.
    """

    def __init__(self, person: str | None) -> None:
        self._answered = None if person is None else person.rpartition("/")[2]

    def last_message(self, psid: str, run: Run, state: State) -> float | None:
        """Return when a person last did something after which the Page may write; see `KnownPeople`."""
        return self._people(run).last_message(page_id_of(run, state), psid)

    def is_stopped(self, psid: str, run: Run, state: State) -> bool:
        """Whether a person is on the stop list; see `KnownPeople`."""
        return self._people(run).is_stopped(page_id_of(run, state), psid)

    def expects_answer(self, psid: str) -> bool:
        """Whether the run answers this person; see `KnownPeople`."""
        return psid == self._answered

    def _people(self, run: Run) -> People:
        return People(ledger_of(run).store.database)
