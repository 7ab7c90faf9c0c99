"""Errors of loading a job, and the lines of the job that an error is about."""

from __future__ import annotations

from ...core.errors import AdaptorError, JobError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType


class CannotLoad(JobError):
    """The job script cannot be loaded. Nothing was run."""

    code = "CANNOT_LOAD"


class Interrupted(KeyboardInterrupt):
    """The run is to end: somebody wants it to.

    Attributes:
        code: `INTERRUPTED`, or why a supervisor ends it: `TIMEOUT`, `RUN_TIMEOUT`, `MEMORY`.
    """

    def __init__(self, code: str = "INTERRUPTED") -> None:
        super().__init__()
        self.code = code


#: Scripts that lie in no file of their own, by the name they go under.
_inline: dict[str, list[str]] = {}


def remember(file: str, text: str) -> None:
    """Keep the text of a script that lies inside another file, so that its lines can be shown."""
    _inline[file] = text.splitlines()


def place_of(error: AdaptorError) -> str:
    """Return where an error is, as editors and terminals take it: `workflow.json:7:15`."""
    if error.file is None:
        return ""
    if error.file in _inline:
        return error.file if error.line is None else f"{error.file}, line {error.line}"
    parts = (error.file, error.line, getattr(error, "column", None))
    return ":".join(str(part) for part in parts if part is not None)


def excerpt(file: str, line: int, start: int | None = None, end: int | None = None) -> str:
    """Return a line of a file with its number, and a caret under the columns from `start` to `end`."""
    text = _line(file, line).rstrip()
    if not text.strip():
        return ""
    label = f"{line} | "
    indent = len(text) - len(text.lstrip())
    shown = f"{label}{text.lstrip()}"
    if start is None:
        return shown
    column = max(start - indent, 0)
    width = max((end or start + 1) - start, 1)
    return f"{shown}\n{' ' * (len(label) - 2)}| {' ' * column}{'^' * min(width, len(text) - start or 1)}"


def caret(traceback: TracebackType | None, file: str) -> tuple[int, int | None, int | None] | None:
    """Return line and columns of the innermost place of a traceback that lies in `file`."""
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
    # Takes a while to import, and is needed only when something went wrong.
    import linecache

    # In a program that runs on, the file may have changed since it was last shown.
    linecache.checkcache(file)
    return linecache.getline(file, line)


def _position(traceback: TracebackType) -> tuple[int, int | None, int | None]:
    positions = list(traceback.tb_frame.f_code.co_positions())
    line, end_line, start, end = positions[traceback.tb_lasti // 2]
    if line is None or start is None or end_line != line:
        return traceback.tb_lineno, start if line is not None else None, None
    # Columns are counted in UTF-8 bytes.
    text = _line(traceback.tb_frame.f_code.co_filename, line).encode()
    return line, len(text[:start].decode(errors="replace")), len(text[:end].decode(errors="replace"))
