"""A row for each message of a run, in a file: JSON lines, or CSV by its ending."""

from __future__ import annotations

import json
import os

from ...core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Any

#: The columns, in order.
COLUMNS = ("row", "line", "recipient", "outcome", "message_id", "error", "message", "fix")


class Results:
    """Writes rows as they come, readable by the owner alone: they say who was written to.

    A file that cannot be written stops no run: it is said when the file is closed.

    Args:
        path: The file. What was in it stays until there is something to write, so that a run that never begins loses
            nothing.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._csv: Any = None
        self._problem: OSError | None = None

    def write(self, row: dict[str, Any]) -> None:
        """Write one row; none comes after one that could not be written."""
        if self._problem is not None:
            return
        try:
            file = self._open()
            if self._csv is not None:
                self._csv.writerow(_harmless(row.get(column)) for column in COLUMNS)
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as cause:
            self._problem = cause

    def close(self, *, is_wanted: bool) -> None:
        """Close the file.

        Args:
            is_wanted: Where there was nobody to record, an empty table says so.

        Raises:
            InputError: It does not hold all rows.
        """
        try:
            if is_wanted and self._problem is None:
                self._open()
            if self._file is not None:
                self._file.close()
        except OSError as cause:
            self._problem = self._problem or cause
        if self._problem is not None:
            raise InputError(
                f"The results {self._path} cannot be written: {self._problem.strerror}.",
                fix="Make room; what was sent is in the ledger: adaptor runs results.",
            )

    def _open(self) -> IO[str]:
        """Begin the file anew, unless that is done."""
        if self._file is not None:
            return self._file
        handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        # A line at a time: they are there where the run is killed.
        self._file = os.fdopen(handle, "w", 1, encoding="utf-8", errors="backslashreplace", newline="")
        if self._path.lower().endswith(".csv"):
            import csv

            self._csv = csv.writer(self._file)
            self._csv.writerow(COLUMNS)
        return self._file


def _harmless(value: Any) -> Any:
    """Return a value as a spreadsheet may open it: what begins like a formula is text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
