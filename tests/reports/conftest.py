"""The real command, as in `tests/cli`; and single operations over a ledger."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Done:
    """What came of a command."""

    def __init__(self, process: subprocess.CompletedProcess[str], folder: Path) -> None:
        self.code = process.returncode
        self.out = process.stdout
        self.err = process.stderr
        self.folder = folder


@pytest.fixture
def adaptor(tmp_path: Path, forks: Any) -> Callable[..., Done]:
    """Write a job and run it."""

    def run(script: str | None, *arguments: str, state: Any = None, files: dict[str, str] | None = None) -> Done:
        if script is not None:
            (tmp_path / "job.py").write_text(script, encoding="utf-8")
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        words = ["run", *(["job.py"] if script is not None else []), *arguments]
        words += ["-S", json.dumps(state)] if state is not None else []
        return Done(forks.run(words, cwd=tmp_path), tmp_path)

    return run


@pytest.fixture
def noted(tmp_path: Path, httpserver: Any) -> Iterator[Callable[..., Any]]:
    """Perform an operation over a ledger, and return the outcomes of its writes and what it raised."""
    store = open_store(str(tmp_path / "ledger.db"))
    ledger = Ledger.begin(store, RunRecord("r1", "/job.py", "job", "input"))
    ledger.enter_step("step", 0)

    def perform(operation: Any, sandbox: Any = None) -> tuple[list[str], Exception | None]:
        configuration = {"access_token": "t", "page_id": "1", "base_url": httpserver.url_for("")[:-1]}
        if sandbox is not None:
            configuration = {"access_token": sandbox.access_token, "base_url": sandbox.url}
        given = {"configuration": configuration}
        raised = None
        with Run(ledger=lambda: ledger):
            try:
                operation(given)
            except Exception as error:
                raised = error
        return [row.outcome for row in store.writes.records("r1")], raised

    yield perform
    ledger.close(1, finished=False)
