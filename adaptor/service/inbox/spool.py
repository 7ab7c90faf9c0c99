"""The spool: a file that holds events while the database is down. They are stored in their order once it is back.

Meta unsubscribes an endpoint that fails for an hour, and gives no history: what is not taken then is lost.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict
from typing import IO, TYPE_CHECKING

from ..store.records import Event, NewRun

if TYPE_CHECKING:
    from ..store.records import Arrivals

#: How many servers may have a spool in the same folder.
_MOST_FILES = 100
#: How much is read at once.
_BLOCK_BYTES = 16 * 1024 * 1024


class Spool:
    """One file of events, which this process alone uses. What a killed process has left in it is still there.

    Args:
        folder: Where the file lies; it is made where it is missing.

    Attributes:
        size: How many bytes wait in it.
    """

    def __init__(self, folder: str) -> None:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self._file = _first_free(folder)
        self.size = self._whole_lines()

    def __bool__(self) -> bool:
        return self.size > 0

    def append(self, arrivals: Arrivals) -> None:
        """Write events to the end of the file; they are on the disk then.

        Raises:
            OSError: They cannot be written. None of them is in the file.
        """
        lines = [{"event": asdict(event), "runs": [asdict(run) for run in runs]} for event, runs in arrivals]
        data = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        try:
            self._file.seek(self.size)
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError:
            self._file.truncate(self.size)
            raise
        self.size += len(data)

    def read(self, offset: int, most: int) -> tuple[list[tuple[Event, list[NewRun]]], int]:
        """Return some events from a place in the file on, and the place behind them; others may append meanwhile."""
        left = self.size - offset
        data = os.pread(self._file.fileno(), min(left, _BLOCK_BYTES), offset)
        if b"\n" not in data:
            data = os.pread(self._file.fileno(), left, offset)
        lines = data[: data.rfind(b"\n") + 1].splitlines(keepends=True)[:most]
        found = [json.loads(line) for line in lines]
        batch = [(Event(**each["event"]), [NewRun(**run) for run in each["runs"]]) for each in found]
        return batch, offset + sum(map(len, lines))

    def is_end(self, offset: int) -> bool:
        """Whether nothing is behind a place in the file."""
        return offset >= self.size

    def clear(self) -> None:
        """Empty the file: all of it is stored."""
        self._file.truncate(0)
        self.size = 0

    def close(self) -> None:
        """Close the file; what it holds stays."""
        self._file.close()

    def _whole_lines(self) -> int:
        """Return how many bytes are whole lines; what is half written was never answered with 200."""
        self._file.seek(0)
        return self._file.read().rfind(b"\n") + 1


def _first_free(folder: str) -> IO[bytes]:
    """Open the first file that no living process uses."""
    for number in range(1, _MOST_FILES + 1):
        descriptor = os.open(os.path.join(folder, f"spool-{number}.jsonl"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            continue
        return os.fdopen(descriptor, "r+b")
    raise OSError(f"{_MOST_FILES} servers use {folder}")
