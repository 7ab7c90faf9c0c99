"""The stop list that a service keeps beside the ledger: people who want, or can get, no more messages.

Runs by hand ask it too, so it is read here; the service writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .database.database import Database

#: The kind of an entry that was made because Meta refused a message: the person has blocked the Page, or left.
UNAVAILABLE = "unavailable"
#: For so long nobody tries to reach such a person again. Meta does not say when that would be of use.
UNAVAILABLE_SECONDS = 30 * 86_400.0


def has_stop_list(database: Database) -> bool:
    """Whether a service has used this database."""
    with database.reading():
        return database.has_table("service_stops")


def is_stopped(database: Database, page: str, psid: str) -> bool:
    """Whether somebody is on the stop list of a Page.

    Args:
        database: One with a stop list.
        page: The id of the Page.
        psid: The person.
    """
    with database.reading():
        found = database.run(
            f"SELECT 1 FROM service_stops WHERE page = ? AND psid = ? AND (kind <> ? OR since > {database.clock} - ?)",
            (page, psid, UNAVAILABLE, UNAVAILABLE_SECONDS),
        ).fetchone()
    return found is not None
