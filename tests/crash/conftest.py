"""The real command against a sandbox in another process, and what both of them wrote down in the end."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from adaptor.core.digest import digest
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from adaptor.ledger.records import WriteRecord

SERVER = Path(__file__).with_name("server.py")
ROOT = SERVER.parents[2]
ENDS = 60.0
#: What the ledger may say of a message that was accepted.
KNOWN = ("sent", "unknown")


class Server:
    """Sandboxes in another process (see `server.py`)."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._lock = threading.Lock()

    def ask(self, command: str, *positional: Any, **named: Any) -> Any:
        """Tell it something and return its answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self._lock:
            self.process.stdin.write(json.dumps([command, positional, named]) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        assert line, f"the server ended at {command}"
        return json.loads(line)

    def end(self) -> None:
        self.process.communicate()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A process with sandboxes."""
    started = Server()
    yield started
    started.end()


class Accepted(NamedTuple):
    """A message that the sandbox accepted."""

    recipient: str
    text: str
    id: str
    at: float


class Job:
    """A job in a folder of its own, its people in a CSV file beside it, and a sandbox that it writes to."""

    def __init__(
        self, server: Server, forks: Any, name: str, folder: Path, database: str, text: str, **sandbox: Any
    ) -> None:
        self.name = name
        self.folder = folder
        self.database = database
        self._server = server
        self._forks = forks
        folder.mkdir(parents=True, exist_ok=True)
        credential = server.ask("open", name, **sandbox)
        (folder / "credentials.json").write_text(json.dumps(credential))
        self.token = credential["access_token"]
        (folder / "job.py").write_text(f"from pathlib import Path\n\n{text}\n")

    def ask(self, command: str, *positional: Any, **named: Any) -> Any:
        """Tell the job's sandbox something."""
        return self._server.ask(command, self.name, *positional, **named)

    @staticmethod
    def people_of(count: int, *, first: int = 0) -> list[dict[str, str]]:
        """Return people, each with a visit of their own."""
        return [
            {"psid": str(6_000_000_000_000_000 + number), "name": f"Name {number}", "visit": f"visit {number}"}
            for number in range(first, first + count)
        ]

    def write_people(self, people: Sequence[dict[str, str]]) -> None:
        """Put these into the file, in this order."""
        with (self.folder / "people.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["psid", "name", "visit"])
            writer.writeheader()
            writer.writerows(people)

    def start(
        self,
        *options: str,
        configuration: dict[str, Any] | None = None,
        environment: dict[str, str] | None = None,
        before: Callable[[int], object] | None = None,
        preexec_fn: Callable[[], None] | None = None,
    ) -> subprocess.Popen[str] | Any:
        """Start the command.

        Args:
            options: Its options.
            configuration: What else the credential holds from now on.
            environment: What else its environment holds.
            before: Called with the id of its process before it begins.
            preexec_fn: As for `subprocess.Popen`, in an interpreter of its own.
        """
        if configuration:
            file = self.folder / "credentials.json"
            file.write_text(json.dumps({**json.loads(file.read_text()), **configuration}))
        words = ["run", "job.py", "-c", "credentials.json", "--database", self.database, *options]
        if preexec_fn is None:
            return self._forks.start(words, cwd=self.folder, env=environment, before=before)
        return subprocess.Popen(
            [sys.executable, "-m", "adaptor", *words],
            cwd=self.folder,
            env={**self._forks.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=preexec_fn,
        )

    def end(self, process: subprocess.Popen[str] | Any) -> tuple[int, str]:
        """Wait until it has ended; return its exit code and what it wrote."""
        try:
            _, log = process.communicate(timeout=ENDS)
        except subprocess.TimeoutExpired:
            process.kill()
            _, log = process.communicate()
            raise AssertionError(f"{self.name} did not end:\n{log}") from None
        assert "Traceback" not in log, log
        assert self.token not in log
        return process.returncode, log

    def run(self, *options: str, **how: Any) -> tuple[int, str]:
        """Run the command to its end."""
        return self.end(self.start(*options, **how))

    def results(self) -> list[dict[str, Any]]:
        """Return the rows of `--results results.jsonl`."""
        return [json.loads(line) for line in (self.folder / "results.jsonl").read_text().splitlines()]

    def accepted(self) -> list[Accepted]:
        """Return what the sandbox accepted."""
        return [Accepted(*each) for each in self.ask("accepted")]

    def rows(self, run: str) -> list[WriteRecord]:
        """Return what the ledger holds."""
        store = open_store(self.database)
        try:
            return list(store.writes.records(run))
        finally:
            store.close()

    def status(self, run: str) -> str | None:
        """Return how far the ledger says that a run has come; None where it has not begun."""
        if "://" not in self.database and not Path(self.database).exists():
            return None
        store = open_store(self.database)
        try:
            found = store.runs.find(run)
            return None if found is None else found.status
        finally:
            store.close()

    def check_ledger(self, run: str) -> list[WriteRecord]:
        """Check, of a run that has ended, that ledger and sandbox say the same, and that nobody got a message twice."""
        accepted, rows = self.accepted(), self.rows(run)
        got = Counter((each.recipient, each.text) for each in accepted)
        twice = {what: count for what, count in got.items() if count > 1}
        assert not twice, f"accepted too often: {twice}"
        ids = {each.id for each in accepted}
        invented = [row for row in rows if row.outcome == "sent" and row.result["message_id"] not in ids]
        assert not invented, f"called sent, and never accepted: {invented}"
        known = Counter((row.write.recipient, row.write.text_digest) for row in rows if row.outcome in KNOWN)
        arrived = Counter((each.recipient, digest("text", each.text.strip())) for each in accepted)
        untold = arrived - known
        assert not untold, f"accepted, and neither sent nor unknown: {untold}"
        assert not [row for row in rows if row.outcome == "sending"]
        return rows


@pytest.fixture
def job(server: Server, forks: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[..., Job]]:
    """Make jobs, each with a sandbox of its own."""
    made: list[Job] = []
    guard = threading.Lock()

    def make(text: str, *, database: str | None = None, name: str = "job", **sandbox: Any) -> Job:
        folder = tmp_path / name
        where = database or str(folder / "ledger.db")
        job = Job(server, forks, f"{request.node.nodeid} {name}", folder, where, text, **sandbox)
        with guard:
            made.append(job)
        return job

    yield make
    for each in made:
        each.ask("close")


@pytest.fixture
def go_on() -> Callable[[int], None]:
    """Let a stopped process go on."""

    def continue_(pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    return continue_
