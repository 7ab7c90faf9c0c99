"""The log lines of runs, in a file beside the database, so that they can be followed from another terminal.

Each machine has its own file. It never grows beyond two halves: the older one is dropped when the newer one is full.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAME = "service-log.jsonl"
#: How large one half gets.
MOST_BYTES = 32 * 1024 * 1024


class RunLog:
    """The file. Several processes append to it.

    Args:
        path: Where it is.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._older = f"{path}.1"

    def append(self, run: str, level: str, component: str, message: str) -> None:
        """Write one line of a run. What cannot be written is left out: no run fails for its log."""
        line = {"time": time.time(), "run": run, "level": level, "component": component, "message": message}
        with contextlib.suppress(OSError), self._locked() as descriptor:
            os.write(descriptor, (json.dumps(line) + "\n").encode())
            if os.fstat(descriptor).st_size > MOST_BYTES:
                os.replace(self.path, self._older)

    def lines(self, run: str) -> Iterator[dict[str, Any]]:
        """Yield the lines of a run that are there, the oldest first."""
        for path in (self._older, self.path):
            yield from (line for line in _read(path) if line.get("run") == run)

    def forget(self, keep: Callable[[dict[str, Any]], bool]) -> None:
        """Remove the lines that are not to be kept."""
        for path in (self._older, self.path):
            if not os.path.exists(path):
                continue
            # Those that append wait meanwhile, and then write into the new file.
            with self._locked(path):
                kept = [json.dumps(line) + "\n" for line in _read(path) if keep(line)]
                descriptor = os.open(f"{path}.new", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                    new.writelines(kept)
                os.replace(f"{path}.new", path)

    @contextlib.contextmanager
    def _locked(self, path: str | None = None) -> Iterator[int]:
        """Open a file for appending that nobody replaces meanwhile."""
        path = path or self.path
        while True:
            descriptor = _opened(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if _is_same(descriptor, path):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)


def _opened(path: str) -> int:
    flags = os.O_CREAT | os.O_APPEND | os.O_WRONLY
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        # A worker has no other file there.
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def _is_same(descriptor: int, path: str) -> bool:
    try:
        return os.fstat(descriptor).st_ino == os.stat(path).st_ino
    except FileNotFoundError:
        return False


def _read(path: str) -> Iterator[dict[str, Any]]:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            for line in file:
                with contextlib.suppress(ValueError):
                    found = json.loads(line)
                    if isinstance(found, dict):
                        yield found
    except OSError:
        return


def run_log_of(database: str, folder: str) -> RunLog:
    """Return the log of the service with a database.

    Args:
        database: Its address.
        folder: The folder `.adaptor` of the project, for a database that is no file.
    """
    beside = folder if "://" in database else os.path.dirname(os.path.abspath(database))
    return RunLog(os.path.join(beside, NAME))
