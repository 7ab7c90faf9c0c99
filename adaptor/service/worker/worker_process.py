"""The worker processes of this machine, as the dispatcher sees them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import PACKAGE
from .attempt import Order

if TYPE_CHECKING:
    from ..store.records import RunRow
    from .attempt import Settings

# Not from the folder in which the service was started: a `json.py` there must not stand in for Python's own.
_START = (
    f"import sys; sys.path.append({str(Path(PACKAGE).parent)!r}); from adaptor.service.worker.start import main; main()"
)


class Worker:
    """One worker process.

    Attributes:
        run: What it runs, or None.
        is_ready: It has imported everything and takes orders.
        failure: Why it could not start, or None.
    """

    def __init__(self, settings: Settings) -> None:
        self.run: RunRow | None = None
        self.is_ready = False
        self.failure: str | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C on the terminal is for the server, which then stops its workers in order.
            start_new_session=True,
        )
        self._buffer = b""
        self._send(asdict(settings))

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def fileno(self) -> int:
        """Return the descriptor that can be read when it has something to say, or has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def start(self, run: RunRow) -> None:
        """Let it run something."""
        self.run = run
        reply = run.waits if run.waits is not None and "facts" in run.waits else None
        # A submitted run answers its person once that has written.
        is_answer = run.is_answer or (reply is not None and reply["facts"] is not None)
        person = run.person if is_answer else None
        page = (run.page or "") if run.names_page else ""
        target = run.project, run.workflow, run.start
        self._send(asdict(Order(run.id, *target, run.input, run.epoch, page, person, reply)))

    def messages(self) -> list[dict[str, Any]] | None:
        """Return what it has said since, or None where it has ended."""
        block = os.read(self.fileno(), 1 << 16)
        if not block:
            return None
        *lines, self._buffer = (self._buffer + block).split(b"\n")
        return [json.loads(line) for line in lines]

    def ask_to_stop(self) -> None:
        """Let it end: a run is stopped as by Ctrl-C, and can be resumed."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, *, kill: bool = False) -> None:
        """Close its pipes and wait for its end; a run that is killed can be resumed too."""
        if kill:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    # It has ended before it read its orders.
                    pass
        self._process.wait()

    def _send(self, facts: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(facts).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            # It has ended; its closed pipe says so, too.
            pass
