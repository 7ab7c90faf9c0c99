"""Items that failed: an entry for each, and whether the operation fails with them."""

from __future__ import annotations

import re

from ...core.errors import ABOUT_PERSON, AdaptorError, ItemsFailed
from ...core.text.harmless import one_line
from ...core.text.number_of import number_of
from .sources import PositionInFile, in_words, where_is

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: What differs between two errors of one kind: numbers, and values in quotes.
_DIFFERS = re.compile(r"[0-9][0-9.,]*|'[^']*'")
_TRACE = re.compile(r", fbtrace_id [^\s,)]+")
#: How many kinds of errors are kept apart, and how many rows of each are listed.
_KINDS, _ROWS = 50, 5
#: How many items of each kind are shown with what is wrong with each, and how many kinds, at the end of a loop.
_SHOWN, _SHOWN_KINDS = 3, 10
#: What to do about failed items: the option of `adaptor run` and the argument of the operation.
FIX = (
    "--results FILE.csv writes a row for each item. With fail=False the job goes on, with the list in state['failed']."
)


def failure(index: int, error: AdaptorError) -> dict[str, Any]:
    """Return the entry for one item or part that did not succeed."""
    at = {"file": index.file, "line": index.line} if isinstance(index, PositionInFile) else {}
    return {"index": int(index), **at, "error": error.facts(), "about": error.about, "sent": error.sent}


class Kinds:
    """What is wrong with the items of a loop, each kind once: how many there are, and the places of the first ones.

    Example:
        >>> from adaptor import JobError
        >>> kinds = Kinds()
        >>> for index in (1, 4):
        ...     kinds.add(index, JobError(f"The text has {index} signs too many."))
        >>> list(kinds.lines())
        ['2 rows (2, 5), such as: The text has 1 signs too many.']
    """

    def __init__(self) -> None:
        self._kinds: dict[tuple[str, str], _Kind] = {}
        self._others = 0

    def add(self, index: int, error: AdaptorError) -> None:
        """Count the error of one item."""
        # The id of each answer of Meta's differs, and is of use to Meta alone.
        what = one_line(_TRACE.sub("", error.headline().removeprefix(f"{where_is(index)}: ")))
        known_by = type(error).__name__, _DIFFERS.sub("#", what)
        kind = self._kinds.get(known_by)
        if kind is None:
            if len(self._kinds) == _KINDS:
                self._others += 1
                return
            kind = self._kinds[known_by] = _Kind(type(error).__name__, what, in_words(index, error))
        kind.add(index, what)

    def lines(self) -> Iterator[str]:
        """Yield a sentence for each kind, the most frequent first."""
        for kind in self._by_count():
            yield str(kind)
        if self._others:
            yield f"{number_of(self._others, 'more rows')} with other errors"

    def listed(self, indent: str = "  ") -> str:
        """Return the first items of each kind with row, line and reason, as indented lines."""
        kinds = self._by_count()
        lines = [line for kind in kinds[:_SHOWN_KINDS] for line in kind.listed()]
        others = self._others + sum(kind.count for kind in kinds[_SHOWN_KINDS:])
        if others:
            lines.append(f"{others:,} × other errors")
        if others or any(kind.count > _SHOWN for kind in kinds):
            lines.append("All of them: --results FILE.csv")
        return "\n".join(f"{indent}{line}" for line in lines)

    def _by_count(self) -> list[_Kind]:
        return sorted(self._kinds.values(), key=lambda kind: -kind.count)


class _Kind:
    def __init__(self, name: str, what: str, first: str) -> None:
        self.name = name
        self.what = what
        self.first = first
        self.count = 0
        self.differs = False
        self.file: str | None = None
        self.rows: list[str] = []
        self.shown: list[tuple[str, str]] = []

    def add(self, index: int, what: str) -> None:
        self.count += 1
        self.differs |= what != self.what
        if len(self.shown) < _SHOWN:
            self.shown.append((_row_and_line(index), what))
        if len(self.rows) < _ROWS:
            if isinstance(index, PositionInFile):
                self.file = index.file
            self.rows.append(str(index.line if isinstance(index, PositionInFile) else index + 1))

    def listed(self) -> Iterator[str]:
        """Yield a heading, and a line for each of the first items; one line for all where the reason is the same."""
        head = f"{self.count:,} × {self.name}"
        more = self.count - len(self.shown)
        if not self.differs:
            where = ", ".join(where for where, _ in self.shown)
            yield f"{head}: {self.what}"
            yield f"    {where}{f' and {more:,} more' if more else ''}"
            return
        yield f"{head}:"
        yield from (f"    {where}: {what}" for where, what in self.shown)
        if more:
            yield f"    and {more:,} more"

    def __str__(self) -> str:
        if self.count == 1:
            return self.first
        rows = ", ".join(self.rows)
        more = f" and {self.count - len(self.rows):,} more" if self.count > len(self.rows) else ""
        where = rows if self.file is None else f"{self.file}, lines {rows}"
        return f"{self.count:,} rows ({where}{more}){', such as' if self.differs else ''}: {self.what}"


def _row_and_line(index: int) -> str:
    """Return the row of an item, counted from 1, and where it comes from a file its line there."""
    line = f" ({index.file}, line {index.line})" if isinstance(index, PositionInFile) else ""
    return f"row {int(index) + 1:,}{line}"


def summary(failed: list[dict[str, Any]]) -> str:
    """Return how many failed with which error, the most frequent first."""
    from collections import Counter

    counts = Counter(entry["error"]["name"] for entry in failed)
    return ", ".join(f"{count} × {name}" for name, count in counts.most_common())


def the_first(failed: list[dict[str, Any]]) -> str:
    """Return a sentence about the first failure: which item it was, and what happened."""
    first = failed[0]
    where = f"{first['file']}, line {first['line']}" if "line" in first else f"number {first['index'] + 1}"
    what = first["error"]["description"]
    return f"The first is {what}" if what.startswith(f"{where}: ") else f"The first is {where}: {what}"


def what_to_do(failed: list[dict[str, Any]]) -> str:
    """Return what to do about the first failure, and where all of them are."""
    return " ".join(filter(None, (failed[0]["error"].get("fix") if failed else None, FIX)))


def raise_if_failed(
    failed: list[dict[str, Any]],
    total: int,
    things: str,
    *,
    fail: bool | None,
    new: list[dict[str, Any]] | None = None,
) -> None:
    """Raise for what failed, by the wish of the job.

    Args:
        failed: The entries of `failure`: all that is reported.
        total: How many there were in all.
        things: What they are called, in the plural.
        fail: None: raise unless all of them were about the person. True: raise if there are any. False: never raise.
        new: Those of them that decide: what an earlier attempt could not learn does not fail this one too.

    Raises:
        ItemsFailed: With `failed` in its details.
    """
    deciding = failed if new is None else new
    only_persons = all(entry["about"] == ABOUT_PERSON for entry in deciding)
    if deciding and (fail or (fail is None and not only_persons)):
        raise ItemsFailed(
            f"{len(failed):,} of {number_of(total, things)} did not succeed: {summary(failed)}. {the_first(failed)}",
            fix=what_to_do(failed),
            details=failed,
        )
