"""What the program that started a run knows of the people whom it writes to: a service has seen what they wrote."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.run.context import Run
    from ..core.run.stop import PutOff
    from ..core.state import State
    from .request import GraphRequest


class KnownPeople:
    """What is known of people. This one knows the stop list of a service that uses the same ledger, and nothing more.

    A program that knows more puts its own in the place of this one before the run begins.
    """

    _has_stop_list: bool | None = None

    @classmethod
    def of(cls, run: Run) -> KnownPeople:
        """Return those of a run."""
        found: KnownPeople = run.resource("known people", cls)
        return found

    def last_message(self, psid: str, run: Run, state: State) -> float | None:
        """Return when a person last did something after which the Page may write, in Unix seconds; None if unknown.

        Args:
            psid: The person.
            run: The run.
            state: Holds the `configuration`, which says what the Page is.
        """
        return None

    def is_stopped(self, psid: str, run: Run, state: State) -> bool:
        """Whether a person is on the stop list: no more messages were asked for, or none arrive."""
        if self._has_stop_list is False or run.ledger is None:
            return False
        from ..ledger.ledger import ledger_of
        from ..ledger.stop_list import has_stop_list, is_stopped

        database = ledger_of(run).store.database
        if self._has_stop_list is None:
            self._has_stop_list = has_stop_list(database)
        return self._has_stop_list and is_stopped(database, page_id_of(run, state), psid)

    def put_off(self, psid: str, run: Run) -> PutOff | None:
        """Return what stops the run where a person must not be written to at this time of the day; else None."""
        return None

    def expects_answer(self, psid: str) -> bool:
        """Whether the run answers this person, who has just written."""
        return False

    def close(self) -> None:
        """Nothing is open."""


def psid_of(request: GraphRequest) -> str | None:
    """Return whom a call of the Send API is for; None where it names nobody by PSID."""
    recipient = request.body.get("recipient") if isinstance(request.body, dict) else None
    if not isinstance(recipient, dict) or set(recipient) != {"id"} or not str(request.path).endswith("/messages"):
        return None
    return str(recipient["id"])


def page_id_of(run: Run, state: State) -> str:
    """Return the id of the Page of a state's credential. Meta is asked once for each token.

    Raises:
        AdaptorError: Meta did not say it. Nothing was sent.
    """
    from ..ledger.ledger import ledger_of
    from .client import client_for

    page = client_for(run, state.get("configuration")).page
    return page.name(ledger_of(run), ask=True).rpartition("/")[2]
