"""Receipts: until when the messages to a person were delivered and read, as Meta says it.

Meta names a moment: all that was sent until then has been delivered, or read. So one row for each person is enough,
however many messages there are.

Source: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-deliveries and
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-reads (checked 2026-11-28).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ...common.times import unix_time
from ...ledger.database.database import storable
from ...ledger.records import SENT

if TYPE_CHECKING:
    from ...ledger.database.database import Database
    from .records import Event

#: The key of the event that holds the moment, and the column, by Meta's field.
_COLUMNS = {"message_deliveries": ("delivery", "delivered"), "message_reads": ("read", "seen")}
#: Meta's moments are whole milliseconds: what was sent within the last one counts.
_MILLISECOND = 0.001


class Funnel(NamedTuple):
    """How far the messages of a run have come.

    Attributes:
        sent: How many Meta has taken.
        delivered: How many of them have reached a device; those that were read among them.
        read: How many of them were read.
    """

    sent: int
    delivered: int
    read: int


def receive_receipt(database: Database, event: Event) -> None:
    """Record a receipt, inside a transaction. One that comes late moves no moment back."""
    if event.kind not in _COLUMNS or event.psid is None:
        return
    key, column = _COLUMNS[event.kind]
    content = event.facts.get(key)
    try:
        moment = unix_time(content.get("watermark")) if isinstance(content, dict) else None
    except (ValueError, OverflowError):
        return
    if moment is None:
        return
    database.run(
        f"INSERT INTO service_receipts (page, psid, {column}) VALUES (?, ?, ?) "
        f"ON CONFLICT (page, psid) DO UPDATE SET {column} = excluded.{column} "
        f"WHERE service_receipts.{column} IS NULL OR service_receipts.{column} < excluded.{column}",
        (storable(event.page), storable(event.psid), moment + _MILLISECOND),
    )


def funnel_of(database: Database, run: str) -> Funnel | None:
    """Return how far the messages of a run have come; None where no service has used the database.

    A message counts from the moment at which its run was about to send it.

    Args:
        database: The database of a ledger.
        run: The id of a run.
    """
    with database.reading():
        if not database.has_table("service_receipts"):
            return None
        found = database.run(
            "SELECT count(*), sum(CASE WHEN w.created <= p.delivered OR w.created <= p.seen THEN 1 ELSE 0 END), "
            "sum(CASE WHEN w.created <= p.seen THEN 1 ELSE 0 END) FROM writes AS w LEFT JOIN service_receipts AS p "
            # The ledger knows a Page by Graph's address and its id.
            "ON p.psid = w.recipient AND w.page LIKE ? || p.page "
            "WHERE w.run = ? AND w.is_message = 1 AND w.outcome = ?",
            ("%/", run, SENT),
        ).fetchone()
    return Funnel(*(int(count or 0) for count in found))
