"""The tables of people: when each of them last did something that lets the Page write, who wants no more messages, and
whom a human answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...ledger.database.database import storable

if TYPE_CHECKING:
    from ...ledger.database.database import Database
    from .records import Event

#: Meta's field of the events that stop and resume a newsletter of the Page.
NEWSLETTERS = "messaging_optins"


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


def heed_stop(database: Database, event: Event) -> None:
    """Put somebody who wants no more messages on the stop list, or take somebody off, inside a transaction.

    A newsletter that is wanted again undoes only that it was stopped, and nothing that the person wrote.
    """
    if event.psid is None or event.stops is None:
        return
    who = storable(event.page), storable(event.psid)
    if event.stops:
        newer = "" if event.kind == NEWSLETTERS else " DO UPDATE SET kind = excluded.kind"
        database.run(
            f"INSERT INTO service_stops (page, psid, since, kind) VALUES (?, ?, {database.clock}, ?) "
            f"ON CONFLICT (page, psid){newer or ' DO NOTHING'}",
            (*who, event.kind),
        )
    elif event.kind == NEWSLETTERS:
        database.run("DELETE FROM service_stops WHERE page = ? AND psid = ? AND kind = ?", (*who, NEWSLETTERS))
    else:
        database.run("DELETE FROM service_stops WHERE page = ? AND psid = ?", who)


def heed_pause(database: Database, event: Event) -> None:
    """Pause the answers to a person whom a human answers, inside a transaction.

    Meta's time counts where it is known, so that events that come from the spool later do what they would have done.
    """
    if event.psid is None or event.pauses <= 0:
        return
    begins = database.now() if event.happened is None else event.happened
    database.run(
        "INSERT INTO service_pauses (page, psid, ends) VALUES (?, ?, ?) "
        "ON CONFLICT (page, psid) DO UPDATE SET ends = excluded.ends WHERE service_pauses.ends < excluded.ends",
        (storable(event.page), storable(event.psid), begins + event.pauses),
    )


def is_paused(database: Database, event: Event) -> bool:
    """Whether a human answers the person of an event, inside a transaction."""
    if event.psid is None or event.kind == "message_echoes":
        return False
    found = database.run(
        "SELECT ends FROM service_pauses WHERE page = ? AND psid = ?", (storable(event.page), storable(event.psid))
    ).fetchone()
    return found is not None and (database.now() if event.happened is None else event.happened) < found[0]


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

    def is_stopped(self, page: str, psid: str) -> bool:
        """Whether a person has asked a Page for no more messages."""
        with self._database.reading():
            found = self._database.run(
                "SELECT 1 FROM service_stops WHERE page = ? AND psid = ?", (page, psid)
            ).fetchone()
        return found is not None
