"""The same ledger on SQLite and on a real PostgreSQL, and processes that write to it and can be killed."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.ledger.store import Store

WRITER = Path(__file__).with_name("writer.py")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `--database` says, for a ledger that does not exist yet."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("fresh_postgresql"))


@pytest.fixture
def open_() -> Iterator[Callable[[str], Store]]:
    """Open ledgers that are closed when the test ends."""
    with contextlib.ExitStack() as stack:

        def opened(database: str) -> Store:
            store = open_store(database)
            stack.callback(store.close)
            return store

        yield opened


@pytest.fixture
def store(database: str, open_: Callable[[str], Store]) -> Store:
    """An open ledger."""
    return open_(database)


def record(run: str = "r1", **facts: Any) -> RunRecord:
    return RunRecord(run, "/jobs/job.py", "job", "input", **facts)


class Runs:
    """Runs of one ledger, each with a connection of its own as if it were another process."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.open: list[Ledger] = []

    def begin(self, run: str = "r1", **facts: Any) -> Ledger:
        """Begin a run and enter its only step."""
        return self._kept(Ledger.begin(open_store(self.database), record(run, **facts)))

    def resume(self, run: str = "r1", **how: Any) -> Ledger:
        """Continue with a run in its only step."""
        store = open_store(self.database)
        try:
            return self._kept(Ledger.resume(store, run, **how))
        except BaseException:
            store.close()
            raise

    def stop(self, ledger: Ledger) -> None:
        """End a run in the middle, in order."""
        self.open.remove(ledger)
        ledger.close(1, finished=False)

    def finish(self, ledger: Ledger) -> None:
        """End a run."""
        self.open.remove(ledger)
        ledger.close(0, finished=True)

    def let_lease_end(self, ledger: Ledger) -> None:
        """Let the time be over in which a silent holder is believed to live."""
        with ledger.store.database.transaction():
            ledger.store.database.run("UPDATE holders SET expires = 0 WHERE id = ?", (ledger._lease.id,))

    def close(self) -> None:
        for ledger in self.open:
            ledger.close(1, finished=False)

    def _kept(self, ledger: Ledger) -> Ledger:
        ledger.enter_step("step", 0)
        self.open.append(ledger)
        return ledger


@pytest.fixture
def runs(database: str) -> Iterator[Runs]:
    """Runs in a ledger."""
    under_way = Runs(database)
    yield under_way
    under_way.close()


@pytest.fixture
def ledger(runs: Runs) -> Ledger:
    """The ledger of a run that has begun."""
    return runs.begin()


class Writer:
    """Another process that does with the ledger what it is told (see `writer.py`)."""

    def __init__(self, database: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(WRITER), database, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=WRITER.parents[2],
        )

    def tell(self, *command: Any) -> None:
        """Send a command."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """Return its next answer, or None where it has ended."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def ask(self, *command: Any) -> Any:
        """Send a command and return the answer."""
        self.tell(*command)
        return self.hear()

    def kill(self) -> None:
        """End it as nothing can be on guard against."""
        self.process.send_signal(signal.SIGKILL)
        self.end()

    def end(self) -> None:
        """Let it end by itself and wait for it."""
        with contextlib.suppress(BrokenPipeError):
            self.process.communicate()


@pytest.fixture
def writer() -> Iterator[Callable[..., Writer]]:
    """Start other processes that write to a ledger."""
    started: list[Writer] = []

    def start(database: str, *arguments: str) -> Writer:
        started.append(Writer(database, *arguments))
        return started[-1]

    yield start
    for each in started:
        if each.process.returncode is None:
            each.process.kill()
            each.end()
