"""The table of people: when each of them last did something that lets the Page write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ledger.database.database import storable

if TYPE_CHECKING:
    from ...ledger.database.database import Database
    from .records import Event


def saw(database: Database, event: Event) -> None:
    """Record the time of a person's act, inside a transaction. An event that comes late moves no time back."""
    if event.psid is None or event.happened is None or not event.opens_window:
        return
    database.run(
        "INSERT INTO service_people (page, psid, last_message) VALUES (?, ?, ?) "
        "ON CONFLICT (page, psid) DO UPDATE SET last_message = excluded.last_message "
        "WHERE service_people.last_message < excluded.last_message",
        (storable(event.page), storable(event.psid), event.happened),
    )


class People:
    """The people who have written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last_message(self, page: str, psid: str) -> float | None:
        """Return when a person last wrote to a Page, in Unix seconds, or None."""
        with self._database.reading():
            found = self._database.run(
                "SELECT last_message FROM service_people WHERE page = ? AND psid = ?", (page, psid)
            ).fetchone()
        return None if found is None else float(found[0])
