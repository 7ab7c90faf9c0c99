"""The line that an error is about, with a caret; and the error of a script that cannot be loaded."""

from __future__ import annotations

from ...core.errors import AdaptorError, JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import TypeVar

    _Error = TypeVar("_Error", bound=AdaptorError)


class CannotLoad(JobError):
    """The job script cannot be loaded. Nothing was run."""

    code = "CANNOT_LOAD"


#: How many characters of a long line are shown.
_MOST_SHOWN = 120

#: Scripts inside other files: their lines, by their names in errors.
_inline: dict[str, list[str]] = {}


def remember(file: str, text: str) -> None:
    """Keep the text of a script inside another file, so that errors can show its lines."""
    _inline[file] = text.splitlines()


def place_of(error: AdaptorError) -> str:
    """Return where an error is, in the form that editors and terminals follow: `workflow.json:7:15`."""
    if error.file is None:
        return ""
    if error.file in _inline:
        return error.file if error.line is None else f"{error.file}, line {error.line}"
    parts = (error.file, error.line, getattr(error, "column", None))
    return ":".join(str(part) for part in parts if part is not None)


def located(
    error: _Error, file: str, line: int, start: int | None = None, end: int | None = None, *, is_broken: bool = False
) -> _Error:
    """Return an error with its place in a script, and the line there: see `excerpt`."""
    error.file, error.line = file, line
    error.excerpt = excerpt(file, line, start, end, is_broken=is_broken) or None
    return error


def excerpt(file: str, line: int, start: int | None = None, end: int | None = None, *, is_broken: bool = False) -> str:
    """Return a line of a script with its number, and a caret under the columns from `start` to `end`.

    Literal secrets in it are covered; where it is no Python (`is_broken`), so is all that may be one.
    """
    # Imported only for an error, since it takes a while.
    from .covered import covered_code

    return pointed_line(covered_code(_line(file, line), is_broken=is_broken), line, start, end)


def pointed_line(text: str, line: int, start: int | None = None, end: int | None = None) -> str:
    """Return a line with its number, and a caret under the columns from `start` to `end`.

    Of a long line only what is near the caret is shown.
    """
    from .covered import COVER

    text = text.rstrip()
    if not text.strip():
        return ""
    label = f"{line} | "
    first = len(text) - len(text.lstrip())
    at = first if start is None else max(start, first)
    begin = first if len(text) <= _MOST_SHOWN else max(first, at - _MOST_SHOWN // 2)
    if begin > first and not text[at : at + 1].strip(COVER):
        # The piece of the line that would be shown says nothing.
        return ""
    shown = text[begin : begin + _MOST_SHOWN]
    cut, rest = "…" * (begin > first), "…" * (begin + _MOST_SHOWN < len(text))
    if start is None:
        return f"{label}{shown}{rest}"
    width = min(max((end or start + 1) - start, 1), begin + len(shown) - start or 1)
    indent = " " * (at - begin + len(cut))
    return f"{label}{cut}{shown}{rest}\n{' ' * (len(label) - 2)}| {indent}{'^' * width}"


def caret(traceback: TracebackType | None, file: str) -> tuple[int, int | None, int | None] | None:
    """Return line and columns of the innermost frame of a traceback that is in `file`."""
    found = None
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename == file:
            found = _position(traceback)
        traceback = traceback.tb_next
    return found


def _line(file: str, line: int) -> str:
    if file in _inline:
        return _inline[file][line - 1] if 0 < line <= len(_inline[file]) else ""
    # Imported only for an error, since it takes a while.
    import linecache

    # In a long-lived program the file may have changed since.
    try:
        linecache.checkcache(file)
        return linecache.getline(file, line)
    except (LookupError, ValueError):
        # The name is none that a file can have, or the script says that it is in an encoding that is none of text.
        return ""


def _position(traceback: TracebackType) -> tuple[int, int | None, int | None]:
    positions = list(traceback.tb_frame.f_code.co_positions())
    line, end_line, start, end = positions[traceback.tb_lasti // 2]
    if line is None or start is None or end_line != line:
        return traceback.tb_lineno, start if line is not None else None, None
    # Columns are counted in UTF-8 bytes.
    text = _line(traceback.tb_frame.f_code.co_filename, line).encode()
    return line, len(text[:start].decode(errors="replace")), len(text[:end].decode(errors="replace"))
