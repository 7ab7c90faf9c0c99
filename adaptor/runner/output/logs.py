"""Log lines on stderr: text for people, or one JSON object a line for machines."""

from __future__ import annotations

import builtins
import codecs
import contextlib
import io
import json
import os
import sys
import time

from ...core.errors import InputError
from ...core.text.harmless import harmless, indented, one_line
from .terminal import Paint, wants_colour

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

    from ...core.run.context import Run

#: The first character of a step's line (ended well, failed, begins), and its colour.
_MARKS = {"✓": "green", "✗": "red", "▸": "bold"}

LEVELS = ("none", "error", "info", "debug")


class Levels:
    """Which lines are shown: a level for all, and levels for single components (`info,graph=debug`)."""

    def __init__(self, text: str = "info") -> None:
        self.default = "info"
        self.by_component: dict[str, str] = {}
        for part in text.split(","):
            component, _, level = part.strip().rpartition("=")
            if level not in LEVELS:
                raise InputError(
                    f"There is no log level `{level}`.",
                    fix=f"Use one of {', '.join(LEVELS)}, as in -l info,graph=debug.",
                )
            if component:
                self.by_component[component] = level
            else:
                self.default = level

    def show(self, level: str, component: str) -> bool:
        """Whether a line of this level is to be shown."""
        return LEVELS.index(level) <= LEVELS.index(self.by_component.get(component, self.default))


class Log:
    """Writes the lines of a run."""

    def __init__(self, levels: Levels | None = None, *, as_json: bool = False, stream: TextIO | None = None) -> None:
        self._levels = levels or Levels()
        self._as_json = as_json
        # Kept now: while a job runs, sys.stderr is replaced by this log.
        self._stream = stream or sys.stderr
        self._paint = Paint(not as_json and wants_colour(self._stream))
        self._next_progress = 0.0
        self._shown = False

    def progress(self) -> Callable[[str], None] | None:
        """Return a function that shows the progress of a loop; None unless the log is on a terminal and not in CI."""
        if self._as_json or not self._levels.show("info", "run") or os.environ.get("CI") or not self._stream.isatty():
            return None
        return self._show_progress

    def _show_progress(self, place: str) -> None:
        now = time.monotonic()
        if place and now < self._next_progress:
            return
        # Nothing is shown in the first second: most loops are over by then.
        self._next_progress = now + (0.2 if self._next_progress else 1.0)
        if place and not self._shown and self._next_progress > now + 0.5:
            return
        self._write_progress(f"… {one_line(place)}" if place else "")

    def _write_progress(self, text: str) -> None:
        if text or self._shown:
            self._shown = bool(text)
            with contextlib.suppress(OSError, ValueError):
                # To the start of the line, and clear it.
                self._stream.write(f"\r\x1b[K{text[:100]}")
                self._stream.flush()

    def __call__(self, level: str, component: str, message: str, fields: dict[str, Any]) -> None:
        """Write one line, if its level is shown."""
        if not self._levels.show(level, component):
            return
        if self._as_json:
            from datetime import UTC, datetime

            time = datetime.now(UTC).isoformat(timespec="milliseconds")
            line = {"time": time, "level": level, "component": component, "message": message, **fields}
            self._write(harmless(json.dumps(line, ensure_ascii=False, default=str)))
        else:
            # An error's report is indented already; a block, which begins with an empty line, is made of safe lines.
            is_laid_out = component == "job" or "error" in fields or message.startswith("\n")
            lines = (harmless(message) if is_laid_out else indented(message)).split("\n")
            self._write("\n".join(self._styled(level, component, lines)))

    def _styled(self, level: str, component: str, lines: list[str]) -> list[str]:
        paint = self._paint
        if level == "debug":
            return [paint("dim", f"· {line}") for line in lines]
        if component == "job":
            return [f"{paint('dim', '│')} {line}" for line in lines]
        if level == "error":
            return [paint("red", lines[0]), *lines[1:]]
        words = lines[0].lstrip()
        style = _MARKS.get(words[:1])
        if style is None:
            return lines
        return [f"{lines[0][: -len(words)]}{paint(style, words[0])}{words[1:]}", *lines[1:]]

    def _write(self, text: str) -> None:
        self._write_progress("")
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except (OSError, ValueError):
            # The reader of the log is gone; the job continues.
            pass


class JobOutput(io.TextIOBase):
    """Stands in for stdout and stderr while a job runs: what it prints goes to the log, without secrets."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, run: Run) -> None:
        self._run = run
        self._rest = ""
        self.buffer = _JobBytes(self)

    def write(self, text: str) -> int:
        """Take text; whole lines go to the log."""
        # `join` makes a plain `str` of the printed form of a lazy text (see `Shown`).
        whole, line_end, rest = "".join((self._rest, text)).rpartition("\n")
        lines = whole + line_end
        # The first lines of a private key wait for the others: each alone may not look like a secret.
        end = lines.rfind("\n", 0, self._run.redactor.unfinished(lines)) + 1
        self._rest = lines[end:] + rest
        self._show(lines[:end])
        return len(text)

    def _show(self, lines: str) -> None:
        # A secret may end with a line end, which is redacted with it.
        for line in self._run.redactor.text(lines).removesuffix("\n").split("\n") if lines else ():
            self._run.log("info", "job", line)

    def writable(self) -> bool:
        """Say that this can be written to."""
        return True

    def close(self) -> None:
        """Write the rest of a line. The log stays open, though a job may close its output."""
        if self._rest:
            rest, self._rest = self._rest, ""
            self._show(rest if rest.endswith("\n") else f"{rest}\n")


def print_to(output: JobOutput) -> Callable[..., None]:
    """Return a `print` that writes to a log, for jobs in another program's process."""

    def print_line(
        *values: object, sep: str | None = None, end: str | None = None, file: Any = None, flush: bool = False
    ) -> None:
        builtins.print(*values, sep=sep, end=end, file=output if file is None else file, flush=flush)

    return print_line


class _JobBytes(io.RawIOBase):
    """The same for jobs that write bytes."""

    def __init__(self, output: JobOutput) -> None:
        self._output = output
        # One letter may come in several writes.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def write(self, data: Any) -> int:
        self._output.write(self._decoder.decode(bytes(data)))
        return len(data)

    def writable(self) -> bool:
        return True
