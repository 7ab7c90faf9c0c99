"""Who is to be left out of a broadcast, and how many there are in a source."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sized
from typing import TYPE_CHECKING, Any

from ...common.rows.csv import other_delimiter, read_csv, read_lines
from ...common.rows.sources import PositionInFile, in_words, numbered, where_is
from ...core.errors import JobError, UnreadableRow
from ...core.state import a_kind
from ...graph.known_people import KnownPeople
from ...ledger.ledger import ledger_of
from ..rules.psid import SPACE, problem_of
from ..rules.recipient import warn_of_words

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.run.stop import PutOff
    from ...core.state import State
    from .requests import Outgoing

#: The columns in which a file has a person's id; without one of them it is the first.
ID_COLUMNS = ("psid", "recipient", "recipient_id", "id")


class Exclusions:
    """The people whom nothing is sent to: those whom the job names, and those who have asked for no more messages.

    The second are asked for one by one, so that somebody who writes STOP while the broadcast goes on counts.

    Args:
        skip: What the job gave; see `excluded`.
        run: The run.
        state: The state of the job.

    Attributes:
        put_off: What stops the run at its end, to be resumed: it was no time of the day to write to some people.
    """

    def __init__(self, skip: Any, run: Run, state: State) -> None:
        self._ids = excluded(skip)
        self._people = None if run.dry_run else KnownPeople.of(run)
        self._run = run
        self._state = state
        self.put_off: PutOff | None = None

    def __contains__(self, recipient: str) -> bool:
        if recipient in self._ids:
            return True
        return self._people is not None and self._people.is_stopped(recipient, self._run, self._state)

    def puts_off(self, outgoing: Outgoing) -> bool:
        """Whether a message has to wait for the end of its person's quiet hours: it is sent when the run is resumed."""
        stop = None if self._people is None else self._people.put_off(outgoing.recipient, self._run)
        if stop is None:
            return False
        ledger = ledger_of(self._run)
        if ledger.is_resumed and ledger.is_made(outgoing.write):
            # Its recorded outcome counts.
            return False
        if self.put_off is None or stop.until < self.put_off.until:
            self.put_off = stop
        return True


def excluded(skip: Any) -> frozenset[str]:
    """Return the ids of the people who are never to be written to.

    Args:
        skip: A list of ids or of objects with one, or a `Path` to a `.csv`, `.jsonl` or text file with one per line.

    Raises:
        JobError: It is none of these, or holds something that is no id: it would leave out nobody.
    """
    if skip is None:
        return frozenset()
    if isinstance(skip, os.PathLike):
        entries = _of_file(skip)
    elif isinstance(skip, Iterable) and not isinstance(skip, str | bytes | dict):
        entries = numbered(list(skip), {})
    else:
        raise JobError(
            f"`skip` of broadcast() is {a_kind(skip)}.",
            fix='Give a list of ids, or a file: skip=Path("unsubscribed.csv").',
            code="NOT_A_SOURCE",
        )
    return frozenset(_id_of(entry, index) for index, entry in entries)


def _of_file(file: os.PathLike[str]) -> Iterable[tuple[int, Any]]:
    name = os.path.basename(os.fspath(file))
    kind = os.path.splitext(name)[1].lower()
    if kind == ".csv":
        # The delimiter may be another one than that of the people's file, for which `csv` is.
        return numbered(file, {}, {"delimiter": delimiter} if (delimiter := other_delimiter(file)) else None)
    if kind in (".jsonl", ".ndjson"):
        return numbered(file, {})
    lines = enumerate(read_lines(file))
    return ((PositionInFile.of(index, name, index + 1), line) for index, line in lines if line.strip())


def _id_of(entry: Any, index: int) -> str:
    if isinstance(entry, UnreadableRow):
        raise _leaves_out_nobody(in_words(index, entry), entry.fix)
    where = where_is(index)
    if isinstance(entry, dict):
        column = next((name for name in ID_COLUMNS if name in entry), None)
        first = next(iter(entry.values()), None)
        if column is None and not str(first).strip().isdecimal():
            fix = f"Name the column of the ids: {', '.join(ID_COLUMNS)}."
            raise _leaves_out_nobody(f"{where}: no column is named as ids are, and the first one holds none.", fix)
        entry = first if column is None else entry[column]
    if isinstance(entry, bool) or not isinstance(entry, str | int):
        raise _leaves_out_nobody(f"{where}: {a_kind(entry)} is in the place of an id.", "Give the ids as text.")
    found = str(entry).strip(SPACE)
    problem = problem_of(found)
    if problem is not None:
        raise _leaves_out_nobody(f"{where}: the id {problem[0]}.", problem[1])
    if not found.isdecimal():
        warn_of_words("somebody in `skip`", found)
    return found


def _leaves_out_nobody(what: str, fix: str) -> JobError:
    return JobError(
        f"`skip` of broadcast(): {what}",
        fix=f"{fix} Nobody was written to: somebody who is to be left out might have been.",
        code="NOT_A_SOURCE",
    )


def how_many(source: Any, csv: Any = None) -> int | None:
    """Return how many items a source has, or None where that cannot be known without taking them out of it."""
    if isinstance(source, os.PathLike):
        path = os.fspath(source)
        if path.lower().endswith(".csv"):
            return sum(1 for _ in read_csv(source, csv))
        return sum(1 for line in read_lines(source) if line.strip())
    if isinstance(source, dict):
        return 1
    return len(source) if isinstance(source, Sized) and not isinstance(source, str) else None
