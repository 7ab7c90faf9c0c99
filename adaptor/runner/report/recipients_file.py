"""A file with a row for each message of a run: JSON lines, or CSV where its name ends so."""

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
    """Writes rows one by one. Only the owner can read the file, since it holds the ids of people.

    A file that cannot be written stops no run: it is said when the file is closed.

    Args:
        path: The file. It is emptied with the first row, so that a run that does not start leaves it as it was.
        goes_on: Add to the rows that another process has written.
    """

    def __init__(self, path: str, *, goes_on: bool = False) -> None:
        self._path = path
        self._goes_on = goes_on
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
                self._csv.writerow(in_a_spreadsheet(row.get(column)) for column in COLUMNS)
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
        how = os.O_APPEND if self._goes_on else os.O_TRUNC
        handle = os.open(self._path, os.O_CREAT | os.O_WRONLY | how, 0o600)
        # Flushed after each line: the rows are there if the run is killed.
        self._file = os.fdopen(handle, "w", 1, encoding="utf-8", errors="backslashreplace", newline="")
        if self._path.lower().endswith(".csv"):
            import csv

            self._csv = csv.writer(self._file)
            if not os.fstat(handle).st_size:
                self._csv.writerow(COLUMNS)
        return self._file


def in_a_spreadsheet(value: Any) -> Any:
    """Return a value that a spreadsheet can open safely: a text that looks like a formula gets a quote before it."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
