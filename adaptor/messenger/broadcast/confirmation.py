"""What a broadcast is about to do, shown before it begins."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from ...core.text.number_of import number_of
from ...ledger.pace import INBOX_PER_SECOND
from .progress import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .pace import Pace

#: Seconds until a call of fifty is usually answered; only for this estimate.
USUAL_CALL_SECONDS = 5.0


#: How wide a row of the table is, so that it fits on every terminal.
_WIDTH = 78


def confirmation(
    page: str, total: int | None, pace: Pace, before: int = 0, known: Sequence[tuple[str, str]] = ()
) -> str:
    """Return a table of who gets a message, how long it takes, and what a crash could leave unknown; and a question.

    Args:
        page: The Page that writes, in words.
        total: How many people, or None where that is not known.
        pace: How fast, and how many at once.
        before: How many messages an earlier attempt of the run has sent.
        known: Further rows, each with its name: ids that look damaged, an earlier run of the same job.
    """
    left = None if total is None else max(total - before, 0)
    at_once = round(min(pace.most_in_flight, pace.rate * USUAL_CALL_SECONDS, left if left is not None else 1e12))
    takes = "" if left is None else f"about {duration(left / pace.rate + USUAL_CALL_SECONDS)}, "
    rows = [
        ("Page", page),
        ("People", "an unknown number" if total is None else f"{total:,}"),
        ("Takes", f"{takes}at {pace.rate:g} message{'' if pace.rate == 1 else 's'} a second"),
        ("After a crash", f"up to {number_of(max(at_once, 1), 'messages')} may stay unknown; none is sent again"),
    ]
    if before:
        rows.insert(2, ("Sent before", f"{before:,} by this run; they are not sent again"))
    if pace.rate > INBOX_PER_SECOND and (left is None or left > INBOX_PER_SECOND):
        rows.append(("Page's inbox", f"does not show them all; with rate={INBOX_PER_SECOND:g} it would"))
    rows += [(name, text) for name, text in known if text]
    return f"{_table(rows)}\nSend?"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows) + 4
    lines = [""]
    for name, text in rows:
        lines += wrap(
            text,
            max(_WIDTH, width + 30),
            initial_indent=f"  {name}".ljust(width),
            subsequent_indent=" " * width,
            break_on_hyphens=False,
        )
    return "\n".join(lines)
