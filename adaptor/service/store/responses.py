"""The table of responses: what the caller of a run gets that waits for its end, on whichever server it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...ledger.database.database import from_text, placeholders, to_text
from .records import ENDED, WAITING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...ledger.database.database import Database

#: The states of a run for whose caller the waiting is over: a run that has asked somebody may take days.
_OVER = (*ENDED, WAITING)


def record_response(database: Database, run: str, response: dict[str, Any]) -> None:
    """Record the response of a run, in the transaction of its end."""
    database.run(
        "INSERT INTO service_responses (run, response) VALUES (?, ?) "
        "ON CONFLICT (run) DO UPDATE SET response = excluded.response",
        (run, to_text(response)),
    )


class Responses:
    """The responses of runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_ended(self, runs: Sequence[str]) -> dict[str, tuple[str, dict[str, Any] | None]]:
        """Return the status and the response of those runs that have ended or wait for a person."""
        with self._database.reading():
            found = self._database.run(
                "SELECT r.id, r.status, p.response FROM service_runs AS r LEFT JOIN service_responses AS p "
                f"ON p.run = r.id WHERE r.id IN ({placeholders(runs)}) AND r.status IN ({placeholders(_OVER)})",
                (*runs, *_OVER),
            ).fetchall()
        return {id_: (status, from_text(response)) for id_, status, response in found}
