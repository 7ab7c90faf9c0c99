"""Forgetting people: events, ended runs and last messages that are older than wanted. The stop list is kept."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...ledger.database.database import from_text, to_text
from ...ledger.records import FINISHED
from .records import page_of_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...ledger.database.database import Database

#: Meta delivers an event again for hours: so long it is known that it was stored before.
LEAST_SECONDS = 86_400.0
#: How many rows one transaction removes: webhooks that come meanwhile wait for it.
_MOST_AT_ONCE = 500
#: So much earlier than a run an event may be stored that has started it: a transaction takes up to 500 of them.
_TOGETHER_SECONDS = 5.0


def forget_older(database: Database, seconds: float) -> int:
    """Remove what is older than some seconds; a run that is open stays. Nothing is done where nothing is served.

    Args:
        database: The database of a ledger.
        seconds: How old. Events stay for a day in any case, so that a redelivery is recognised.

    Returns:
        How many events and runs were removed.
    """
    return sum(forget_in_parts(database, seconds))


def forget_in_parts(database: Database, seconds: float) -> Iterator[int]:
    """Do what `forget_older` does, and yield after each short transaction how many events and runs it has removed."""
    if not database.has_table("service_version"):
        return
    for table, old, age in (
        ("service_events", "received", max(seconds, LEAST_SECONDS)),
        ("service_runs", "is_open = 0 AND ended", seconds),
    ):
        removed = _MOST_AT_ONCE
        while removed == _MOST_AT_ONCE:
            removed = database.transact(partial(_forget_some, database, table, old, age), durable=True)
            yield removed
    database.transact(partial(_forget_rest, database, seconds), durable=True)


def unfinished_runs(database: Database, seconds: float) -> list[str]:
    """Return the runs that the ledger could resume, and that nobody retries once `forget_in_parts` has removed them."""
    with database.reading():
        found = database.run(
            "SELECT s.id FROM service_runs AS s JOIN runs AS r ON r.id = s.id WHERE s.is_open = 0 "
            f"AND s.ended < {database.clock} - ? AND r.purged IS NULL AND r.status <> ? ORDER BY s.n",
            (seconds, FINISHED),
        ).fetchall()
    return [id_ for (id_,) in found]


def _forget_some(database: Database, table: str, old: str, seconds: float) -> int:
    found = f"SELECT n FROM {table} WHERE {old} < {database.clock} - ? ORDER BY n LIMIT ?"
    return int(database.run(f"DELETE FROM {table} WHERE n IN ({found})", (seconds, _MOST_AT_ONCE)).rowcount)


def _forget_rest(database: Database, seconds: float) -> None:
    """Remove what is old in the tables that have a row for a person, or for few runs."""
    clock, least = database.clock, max(seconds, LEAST_SECONDS)
    database.run(
        f"DELETE FROM service_receipts WHERE coalesce(delivered, 0) < {clock} - ? AND coalesce(seen, 0) < {clock} - ?",
        (least, least),
    )
    database.run(f"DELETE FROM service_answers WHERE happened < {clock} - ?", (least,))
    _forget_carried(database, seconds)
    database.run("DELETE FROM service_responses WHERE run NOT IN (SELECT id FROM service_runs)")
    database.run(f"DELETE FROM service_pauses WHERE ends < {clock}")
    database.run(f"DELETE FROM service_people WHERE last_message < {clock} - ?", (least,))


def _forget_carried(database: Database, seconds: float) -> None:
    """Remove the data in what the next runs of schedules begin with, where it is old; a cursor beside it stays."""
    found = database.run(
        f"SELECT project, workflow, start, state FROM service_schedules WHERE kept < {database.clock} - ?", (seconds,)
    ).fetchall()
    for project, workflow, start, text in found:
        state = {key: value for key, value in from_text(text).items() if key != "references"}
        database.run(
            "UPDATE service_schedules SET state = ?, kept = NULL WHERE project = ? AND workflow = ? AND start = ?",
            (to_text(state), project, workflow, start),
        )


def forget_run(database: Database, id_: str) -> None:
    """Remove a run that has ended, and what came from its person while it was open, as far as nothing else needs it.

    Of the events their ids are kept, so that a redelivery is recognised. The stop list is kept. Nothing is done where
    nothing is served.
    """
    if database.has_table("service_version"):
        database.transact(partial(_forget_run, database, id_), durable=True)


def _forget_run(database: Database, id_: str) -> None:
    found = database.run(
        "DELETE FROM service_runs WHERE is_open = 0 AND id = ? "
        f"RETURNING person, queued, coalesce(ended, {database.clock})",
        (id_,),
    ).fetchone()
    if found is None:
        return
    database.run("DELETE FROM service_responses WHERE run = ?", (id_,))
    person, queued, ended = found
    page = page_of_person(person)
    if not page:
        return
    psid = person.rpartition("/")[2]
    # An event and its run are stored in one transaction.
    database.run(
        "UPDATE service_events SET person = NULL, facts = '{}' "
        "WHERE page = ? AND person = ? AND received BETWEEN ? AND ?",
        (page, psid, queued - _TOGETHER_SECONDS, ended),
    )
    others = "SELECT 1 FROM service_runs WHERE person = ? AND ended IS NULL LIMIT 1"
    if database.run(others, (person,)).fetchone() is not None:
        return
    database.run("DELETE FROM service_answers WHERE person = ?", (person,))
    last = "DELETE FROM service_people WHERE page = ? AND psid = ? AND last_message <= ?"
    if database.run(last, (page, psid, ended)).rowcount:
        database.run("DELETE FROM service_receipts WHERE page = ? AND psid = ?", (page, psid))
