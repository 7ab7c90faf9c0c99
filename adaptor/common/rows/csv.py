"""CSV: rows as dicts of text, from a text, a file or anything that gives lines, streamed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...core.errors import JobError, UnreadableRow, WrongCall
from ...core.operation import Callback, Value, state_operation
from ...core.run.context import current_run
from ...core.state import State, a_kind, compose_next_state
from .csv_rows import rows_of
from .readable import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: The heading under which `adaptor docs` shows this module.
HEADING = "data"

#: As in files: some spreadsheets still end lines with a carriage return alone.
_LINE_END = re.compile(r"\r\n|\n|\r")

#: The options and their defaults; the same names may be given as keyword arguments.
DEFAULTS: dict[str, Any] = {
    "delimiter": ",",
    "quote": '"',
    "escape": '"',
    "columns": True,
    "bom": True,
    "trim": True,
    "skip_empty_lines": True,
    "chunk_size": None,
}


@state_operation
def parse_csv(
    state: State,
    source: Value[Any],
    options: Value[dict[str, Any] | None] = None,
    callback: Callback[[State, list[Any]], State] | None = None,
    *,
    delimiter: Value[str | None] = None,
    quote: Value[str | None] = None,
    escape: Value[str | None] = None,
    columns: Value[bool | list[str] | None] = None,
    bom: Value[bool | None] = None,
    trim: Value[bool | None] = None,
    skip_empty_lines: Value[bool | None] = None,
    chunk_size: Value[int | None] = None,
) -> State:
    r"""Read rows from CSV.

    All values are text: compare them (`state.data.consented == "yes"`) rather than taking them for true or false.

    Args:
        source: The CSV itself as text, a `Path` to a file (UTF-8), an open file, or anything that gives lines.
        options: The keyword arguments below as a dict, as in OpenFn.
        callback: Called with `(state, rows)`, for each chunk where `chunk_size` is given, instead of filling `data`.
            What it returns is the next state; only one chunk is held in memory.
        delimiter: One character between values. Default: a comma.
        quote: One character around values. Default: a double quote.
        escape: One character that makes a quote inside quotes plain. Default: a double quote.
        columns: True: the first line holds the names. A list: these are the names. False: rows are lists.
        bom: Whether to drop a byte order mark. Default: True.
        trim: Whether to drop spaces around values. Default: True.
        skip_empty_lines: Whether to pass over empty lines. Default: True.
        chunk_size: With a callback: how many rows at a time.

    Returns:
        An operation. `data` becomes the list of rows, each a dict of text; without rows it is an empty list.

    Raises:
        JobError: The file cannot be read, a row has more or fewer values than there are columns, or a quote is never
            closed; the message names the line. Nothing was sent by this operation.

    Example:
        >>> parse_csv("name,day\nAna,Monday")({})["data"]
        [{'name': 'Ana', 'day': 'Monday'}]
    """
    given = {
        "delimiter": delimiter,
        "quote": quote,
        "escape": escape,
        "columns": columns,
        "bom": bom,
        "trim": trim,
        "skip_empty_lines": skip_empty_lines,
        "chunk_size": chunk_size,
    }
    settings = _settings(options, {key: value for key, value in given.items() if value is not None})
    with _lines(source, settings["bom"]) as (lines, name):
        rows = (readable(row) for _, row in rows_of(lines, name, settings))
        if callback is None:
            everything = list(rows)
            if not everything and isinstance(source, os.PathLike):
                current_run().warn("job", f"parse_csv: {name} has no rows.")
            return compose_next_state(state, everything)
        for chunk in _chunks(rows, settings["chunk_size"]):
            following: Any = callback(state, chunk)
            state = following
            if not isinstance(following, dict):
                # The operation refuses it; the callback must not be given it first.
                break
    return state


def _settings(options: Any, given: dict[str, Any]) -> dict[str, Any]:
    if options is not None and not isinstance(options, dict):
        raise WrongCall(f"The options of parse_csv() are {a_kind(options)}.", fix='Write {"delimiter": ";"}.')
    chosen = {key: value for key, value in (options or {}).items() if value is not None or key not in DEFAULTS}
    settings = {**DEFAULTS, **chosen, **given}
    for key in settings:
        if key not in DEFAULTS:
            raise WrongCall(f"parse_csv() has no option `{key}`.", fix=f"Its options are {', '.join(DEFAULTS)}.")
    for key in ("delimiter", "quote", "escape"):
        if not isinstance(settings[key], str) or len(settings[key]) != 1:
            raise WrongCall(f"`{key}` of parse_csv() must be one character, not {settings[key]!r}.")
    columns = settings["columns"]
    if not isinstance(columns, bool):
        if not isinstance(columns, list | tuple) or not all(isinstance(name, str) for name in columns):
            raise WrongCall(f"`columns` of parse_csv() must be True, False or a list of names, not {a_kind(columns)}.")
        for name in columns:
            if columns.count(name) > 1:
                raise WrongCall(f"`columns` of parse_csv() names {name!r} twice.", fix="Rename one.")
    size = settings["chunk_size"]
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
        raise WrongCall(f"`chunk_size` of parse_csv() must be a number from 1, not {size!r}.")
    # Who names the delimiter means it; else one column that holds another one is asked about.
    settings["is_sure"] = "delimiter" in chosen or "delimiter" in given
    return settings


def read_csv(
    source: os.PathLike[str], options: dict[str, Any] | None = None
) -> Iterator[tuple[int, dict[str, str] | UnreadableRow]]:
    """Yield the rows of a CSV file as `parse_csv` reads them, one at a time, each with the line on which it begins.

    A row that cannot be read becomes the error that says so.
    """
    settings = _settings(options, {})
    with _lines(source, settings["bom"]) as (lines, name):
        yield from rows_of(lines, name, settings)


def other_delimiter(source: os.PathLike[str]) -> str | None:
    """Return the delimiter that a CSV file seems to have where it is no comma."""
    try:
        next(read_csv(source), None)
    except JobError as error:
        return error.details["delimiter"] if error.code == "DELIMITER" and isinstance(error.details, dict) else None
    return None


def read_lines(source: os.PathLike[str]) -> Iterator[str]:
    """Yield the lines of a text file in UTF-8."""
    with _lines(source, True) as (lines, _):
        yield from lines


@contextmanager
def _lines(source: Any, bom: bool) -> Iterator[tuple[Iterable[str], str]]:
    if isinstance(source, os.PathLike):
        path = Path(source)
        try:
            # What is not UTF-8 is kept as it is, so that only its row is refused.
            file = path.open(encoding=_encoding(path, bom), newline="", errors="surrogateescape")
        except (OSError, ValueError) as cause:
            raise _unreadable(path, cause) from None
        with file:
            yield _read(file, path), path.name
    elif isinstance(source, str):
        if "\n" not in source and source.lower().endswith((".csv", ".tsv", ".txt")):
            raise JobError(
                f"{source!r} is read as CSV text, but it looks like the name of a file.",
                fix=f'Write parse_csv(Path({source!r})), with "from pathlib import Path".',
            )
        yield _without_bom(_split(source), bom), "the text"
    elif isinstance(source, Iterable) and not isinstance(source, bytes | dict):
        yield _without_bom(source, bom), str(getattr(source, "name", "the source"))
    else:
        raise JobError(f"parse_csv() cannot read {a_kind(source)}.", fix="Give CSV text, a Path, or an open file.")


def _read(file: Iterable[str], path: Path) -> Iterator[str]:
    # Errors are caught here and not around the rows: what a callback raises is not about this file.
    try:
        yield from file
    except UnicodeError:
        raise JobError(
            f"{path.name} begins as UTF-16 and is none.", fix="Save it as “CSV UTF-8” in the program that wrote it."
        ) from None
    except OSError as cause:
        raise _unreadable(path, cause) from None


def _encoding(path: Path, bom: bool) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    if start in (b"\xff\xfe", b"\xfe\xff"):
        # “Unicode text” of spreadsheets.
        return "utf-16"
    return "utf-8-sig" if bom else "utf-8"


def _unreadable(path: Path, cause: OSError | ValueError) -> JobError:
    return JobError(
        f"{path} cannot be read: {getattr(cause, 'strerror', None) or cause}.",
        fix=f'Relative paths start at {Path.cwd()}; beside the job file write Path(__file__).with_name("rows.csv").',
    )


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in _LINE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    if start < len(text):
        yield text[start:]


def _without_bom(lines: Iterable[str], bom: bool) -> Iterator[str]:
    first = True
    for line in lines:
        if not isinstance(line, str):
            raise JobError(
                f"The source of parse_csv() gives {a_kind(line)} instead of lines of text.",
                fix='Open the file as text: open(path, encoding="utf-8", newline="").',
            )
        yield line.removeprefix("\ufeff") if first and bom else line
        first = False


def _chunks(rows: Iterator[Any], size: int | None) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
