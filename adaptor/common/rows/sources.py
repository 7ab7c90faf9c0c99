"""Sources of loops: lists, references to lists, files; and the line of an item in its file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping

from ...core.errors import AdaptorError, JobError, UnreadableRow, WrongCall
from ...core.run.context import current_run
from ...core.state import State, a_kind
from ...core.values.arguments import SourcePath
from ...core.values.jsonpath import find, missing_part
from ...core.values.lazy import Lazy, resolve
from .readable import readable
from .rounded import rounded_columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


#: Endings of files that a loop can read.
_FILES = (".csv", ".jsonl", ".ndjson")


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
    """Return an item's place in words: its line in its file, or its number, counted from 1."""
    return f"{index.file}, line {index.line}" if isinstance(index, PositionInFile) else f"row {index + 1}"


def in_words(index: int, error: AdaptorError) -> str:
    """Return an item's place and what is wrong with it, in words."""
    where, what = where_is(index), error.headline()
    return what if what.startswith(f"{where}: ") else f"{where}: {what}"


def numbered(source: Any, state: State, csv: Any = None) -> Iterable[tuple[int, Any]]:
    """Return the items of a source, each with its position; one from a file knows its line too.

    A row that cannot be read becomes an `UnreadableRow`, which `readable` raises.

    Args:
        source: What a loop goes through.
        state: The state of the job.
        csv: How a CSV file is read: the options of `parse_csv`.

    Raises:
        WrongCall: Options of CSV are given, and the source is no CSV file.
    """
    if csv is not None and not (isinstance(source, os.PathLike) and os.fspath(source).lower().endswith(".csv")):
        raise WrongCall("`csv` says how a CSV file is read, and the source is none.", fix="Give a Path to a .csv file.")
    _warn_of_rounded(source, state, csv)
    if isinstance(source, os.PathLike):
        name = os.path.basename(os.fspath(source))
        lines = enumerate(_lines_of_file(source, csv))
        return ((PositionInFile.of(index, name, line), item) for index, (line, item) in lines)
    return enumerate(items_of(source, state))


def items_read_twice(source: Any, state: State, csv: Any = None) -> Iterable[Any]:
    """Return the items of a source that can be read twice: a list, a JSONPath, a file. Else nothing."""
    if isinstance(source, os.PathLike):
        return (item for _, item in _lines_of_file(source, csv)) if os.path.isfile(source) else ()
    return items_of(source, state) if isinstance(source, SourcePath | list | tuple) else ()


def _warn_of_rounded(source: Any, state: State, csv: Any) -> None:
    run = current_run()
    for what in rounded_columns(items_read_twice(source, state, csv)):
        run.warn("job", what, once=what)


def warn_if_no_items(state: State, *, has_some: bool) -> None:
    """Record whether the current loop had items. If it had none, warn where its path stops to match."""
    run = current_run()
    run.found_items = bool(run.found_items) or has_some
    loop = run.under_way[-1] if run.under_way else None
    if has_some or loop is None or not loop.args:
        return
    source = loop.args[0]
    if isinstance(source, os.PathLike):
        what = f"{loop.name}: {os.path.basename(os.fspath(source))} has no rows."
        run.warn("job", what, once=f"{run.statement.line}: {what}")
    path = path_of(source)
    missing = None if path is None else missing_part(path, state)
    if missing is not None:
        where = f"{run.statement.line}: {loop.name}({source!r})"
        # A path into the state, and no file: the name of one is the commonest reason that nothing is there.
        hint = f" For the file write {loop.name}(Path({path!r}), …)." if str(path).lower().endswith(_FILES) else ""
        run.warn("job", f"{loop.name}: {source!r} matches nothing: {missing}.{hint}", once=where)


def path_of(source: Any) -> str | None:
    """Return the JSONPath by which a source finds its items, or None where it has none, or a default beside it."""
    return source if isinstance(source, str) else getattr(source, "__source_path__", None)


def items_of(source: Any, state: State) -> Iterator[Any]:
    """Return the items of a source, one after the other."""
    if isinstance(source, SourcePath):
        return iter(find(source, state))
    if isinstance(source, str):
        raise _is_text(source)
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


def items_as_written(source: Any, state: State) -> Iterator[Any]:
    """Return the items of an argument as it is written: a text is a JSONPath, and a reference is resolved."""
    return items_of(SourcePath(source) if isinstance(source, str) else resolve(source, state), state)


def _is_text(text: str) -> JobError:
    # The text itself stays out of the error: it may be about people.
    words = text.strip()
    if words.startswith(("[", "{")):
        fix = "Read it first, with a function: lambda state: json.loads(state['data']['rows'])."
    elif words.lower().endswith(_FILES):
        fix = "To go through a file give its Path: lambda state: Path(state['data']['file'])."
    elif "\n" in words:
        fix = "If it is CSV, read it first: parse_csv(state.data.text), then each(state.data, …)."
    else:
        fix = "Give a list, or a lazy reference to one. A JSONPath must be written in the job itself."
    return JobError("The source is a text, which has no items to go through.", fix=fix, code="NOT_A_SOURCE")


def _lines_of_file(source: os.PathLike[str], csv: dict[str, Any] | None = None) -> Iterator[tuple[int, Any]]:
    """Yield the items of a file, each with the line on which it begins; an error in the place of what is none."""
    from .csv import read_csv, read_lines

    path = os.fspath(source)
    if path.lower().endswith(".csv"):
        yield from read_csv(source, csv)
    elif path.lower().endswith((".jsonl", ".ndjson")):
        from ...core.text.json_text import read_json

        for number, line in enumerate(read_lines(source), start=1):
            if line.strip():
                where = f"{os.path.basename(path)}, line {number}"
                try:
                    line.encode()
                    yield number, read_json(line)
                except UnicodeEncodeError:
                    yield number, UnreadableRow(f"{where} is not UTF-8.", fix="Save the file as UTF-8.")
                except ValueError as cause:
                    yield number, UnreadableRow(f"{where}: this is not JSON: {cause}.", fix="Correct the line.")
    else:
        name = os.path.basename(path)
        raise JobError(f"A loop cannot go through {name}.", fix=_how_to_read(name), code="NOT_A_SOURCE")


def _how_to_read(name: str) -> str:
    ending = os.path.splitext(name)[1].lower()
    if ending in (".xlsx", ".xls", ".ods"):
        return "Open it in the spreadsheet and save it as “CSV UTF-8”."
    if ending == ".json":
        return f"Read it first, with a function: lambda state: json.loads(Path({name!r}).read_text())."
    if ending in (".tsv", ".txt"):
        return f"If it is a table with tabs, call it {name[: -len(ending)]}.csv and give csv={{'delimiter': '\\t'}}."
    return "Give a .csv or .jsonl file, or read it with a function of the state."
