"""Broadcasts to a sandbox, through a ledger, by a clock that does not keep a test waiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import AdaptorError
from adaptor.core.run.context import Run
from adaptor.ledger.database.sqlite import SqliteDatabase
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast import engine, progress
from adaptor.messenger.broadcast.options import BroadcastOptions

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.ledger.records import WriteRecord
    from adaptor.sandbox import Sandbox


class Clock:
    """The machine's clock, which is set forward where somebody would sleep."""

    def __init__(self) -> None:
        self.slept = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.slept

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the ledger, of broadcasts and of their progress."""
    made = Clock()
    monkeypatch.setattr(engine, "time", made)
    monkeypatch.setattr(progress, "time", made)
    monkeypatch.setattr(SqliteDatabase, "ticks", lambda self: made.monotonic())
    return made


class Campaign:
    """Runs whose broadcasts go to a sandbox."""

    def __init__(self, sandbox: Sandbox, database: Path) -> None:
        self.sandbox = sandbox
        self.database = str(database)
        self.logs: list[str] = []
        self.results: list[dict[str, Any]] = []
        self.shown: list[Any] = []
        self.calls: list[Any] = []
        self.configuration: dict[str, Any] = {}

    def perform(self, operation: Any, *, data: Any = None, run: str = "r1", **settings: Any) -> dict[str, Any]:
        """Perform an operation in a run, or in the next attempt of one; return the state afterwards."""
        store = open_store(self.database)
        known = store.runs.find(run)
        ledger = Ledger.begin(store, RunRecord(run, "job.py", "d", "i")) if known is None else Ledger.resume(store, run)
        ledger.enter_step("job-1", 0)
        self.results.clear()
        try:
            return self._perform(operation, data, ledger=lambda: ledger, id=run, **settings)
        finally:
            ledger.close(0, finished=False)

    def describe(self, operation: Any, *, data: Any = None, **settings: Any) -> dict[str, Any]:
        """Perform it as a dry run."""
        return self._perform(operation, data, dry_run=True, on_request=self.shown.append, **settings)

    def _perform(self, operation: Any, data: Any, **settings: Any) -> dict[str, Any]:
        names = ("ledger", "dry_run", "on_request")
        run = Run(
            sink=lambda level, component, message, fields: self.logs.append(message),
            **{name: settings.pop(name) for name in names if name in settings},
        )
        run.observers.on_result, run.observers.on_call = self.results.append, self.calls.append
        owners = (run, run.observers, run.audience, BroadcastOptions.of(run))
        for name, value in settings.items():
            setattr(next(owner for owner in owners if hasattr(owner, name)), name, value)
        configuration = {"access_token": self.sandbox.access_token, "base_url": self.sandbox.url, **self.configuration}
        with run:
            state: dict[str, Any] = operation({"data": data, "references": [], "configuration": configuration})
        return state

    def refuse(self, operation: Any, **how: Any) -> AdaptorError:
        """Perform an operation that fails; return why."""
        with pytest.raises(AdaptorError) as caught:
            self.perform(operation, **how)
        return caught.value

    def rows(self, run: str = "r1") -> list[WriteRecord]:
        """Return what the ledger holds of a run."""
        store = open_store(self.database)
        found = list(store.writes.records(run))
        store.close()
        return found

    def outcomes(self, run: str = "r1") -> dict[str, int]:
        """Return how many writes stand where in the ledger."""
        store = open_store(self.database)
        found = store.writes.counts(run)
        store.close()
        return found

    @property
    def texts(self) -> list[str | None]:
        """What was accepted."""
        return [message.text for message in self.sandbox.messages]

    @property
    def sizes(self) -> list[int]:
        """How many parts each call carried that sent something; 0 for a single one."""
        exchanges = self.sandbox._page.exchanges
        return [
            len(each.parameters["batch"]) if "batch" in each.parameters else 0
            for each in exchanges
            if each.request.method == "POST"
        ]

    def person(self, number: int) -> dict[str, Any]:
        return {"psid": str(6_000_000_000_000_000 + number), "name": f"Name {number}"}

    def people(self, count: int) -> list[dict[str, Any]]:
        return [self.person(number) for number in range(count)]


@pytest.fixture
def campaign(sandbox: Sandbox, tmp_path: Path, clock: Clock) -> Campaign:
    """Broadcasts to a sandbox."""
    return Campaign(sandbox, tmp_path / "ledger.db")
