"""What loops go through: lists, references to lists, files; and where in its file an item stands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from ..core.errors import AdaptorError, JobError, UnreadableRow
from ..core.jsonpath import find
from ..core.lazy import Lazy
from ..core.state import State, a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class PositionInFile(int):
    """The position of an item that also knows on which line of its file the item begins.

    Example:
        >>> f"each[{PositionInFile.of(17, 'rows.csv', 19)}]"
        'each[17, rows.csv line 19]'
    """

    file: str
    line: int

    @classmethod
    def of(cls, index: int, file: str, line: int) -> PositionInFile:
        """Return the position of an item."""
        position = cls(index)
        position.file, position.line = file, line
        return position

    def __format__(self, spec: str) -> str:
        return f"{int(self)}, {self.file} line {self.line}"


def where_is(index: int) -> str:
    """Return in words where an item stands: its line in its file, or which one it is, counted from 1."""
    return f"{index.file}, line {index.line}" if isinstance(index, PositionInFile) else f"row {index + 1}"


def told(index: int, error: AdaptorError) -> str:
    """Return in words where an item stands and what is wrong with it."""
    where, what = where_is(index), error.headline()
    return what if what.startswith(f"{where}: ") else f"{where}: {what}"


def readable(item: Any) -> Any:
    """Return an item, or raise the error that stands in its place.

    Raises:
        UnreadableRow: It is none.
    """
    if isinstance(item, UnreadableRow):
        raise item
    return item


def numbered(source: Any, state: State) -> Iterable[tuple[int, Any]]:
    """Return the items of a source, each with its position; one from a file knows its line too.

    In the place of a row that cannot be read stands an `UnreadableRow`: `readable` raises it.
    """
    if isinstance(source, os.PathLike):
        name = os.path.basename(os.fspath(source))
        lines = enumerate(_lines_of_file(source))
        return ((PositionInFile.of(index, name, line), item) for index, (line, item) in lines)
    return enumerate(items_of(source, state))


def items_of(source: Any, state: State) -> Iterator[Any]:
    """Return the items of a source, one after the other."""
    if isinstance(source, str):
        return iter(find(source, state))
    if source is None:
        return iter(())
    if isinstance(source, Mapping):
        return iter((source,))
    if isinstance(source, os.PathLike):
        return (readable(item) for _, item in _lines_of_file(source))
    if isinstance(source, Iterable) and not isinstance(source, bytes | Lazy):
        return iter(source)
    raise JobError(
        f"The source is {a_kind(source)}, which has no items to go through.",
        fix="Give a list, an object, a JSONPath such as '$.data.rows[*]', or a lazy reference to one of these.",
        code="NOT_A_SOURCE",
    )


def _lines_of_file(source: os.PathLike[str]) -> Iterator[tuple[int, Any]]:
    """Yield the items of a file, each with the line on which it begins; an error in the place of what is none."""
    from .csv import read_csv, read_lines

    path = os.fspath(source)
    if path.lower().endswith(".csv"):
        yield from read_csv(source)
    elif path.lower().endswith((".jsonl", ".ndjson")):
        from ..core.json_text import read_json

        for number, line in enumerate(read_lines(source), start=1):
            if line.strip():
                try:
                    yield number, read_json(line)
                except ValueError as cause:
                    name = os.path.basename(path)
                    words = f"{name}, line {number}: this is not JSON: {cause}."
                    yield number, UnreadableRow(words, fix="Mend the line.")
    else:
        raise JobError(
            f"A loop cannot go through {os.path.basename(path)}.",
            fix="Give a .csv or .jsonl file, or read it with a function of the state.",
            code="NOT_A_SOURCE",
        )
