"""When the people of old runs are removed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import Store, open_store
from adaptor.runner.execution.recording.retention import purge_old, retention_days


@pytest.mark.parametrize(("text", "days"), [(None, None), ("", None), ("30", 30.0), ("0", 0.0), ("0.5", 0.5)])
def test_a_number_of_days_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str | None, days: float | None
) -> None:
    monkeypatch.delenv("ADAPTOR_RETENTION_DAYS", raising=False)
    if text is not None:
        monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", text)
    assert retention_days() == days


@pytest.mark.parametrize("text", ["a month", "-1", "inf", "nan"])
def test_what_is_no_number_of_days_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ADAPTOR_RETENTION_DAYS", text)
    with pytest.raises(InputError) as refused:
        retention_days()
    assert refused.value.description == "The environment variable ADAPTOR_RETENTION_DAYS is no number of days."
    assert refused.value.fix == "Write 30, or unset it."


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A ledger with runs that have ended: `a` three days ago, `b` one day ago, and `c`, which can be resumed."""
    file = str(tmp_path / "ledger.db")
    for name in "abc":
        ledger = Ledger.begin(open_store(file), RunRecord(name, "/jobs/job.py", "job", name))
        ledger.close(0, finished=name != "c")
    opened = open_store(file)
    for name, days in (("a", 3), ("b", 1), ("c", 30)):
        opened.database.run("UPDATE runs SET ended = ended - ? WHERE id = ?", (days * 86_400, name))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("days", "purged", "words"),
    [
        (2.0, {"a"}, "Removed the people of 1 run that finished more than 2 days ago."),
        (0.5, {"a", "b"}, "Removed the people of 2 runs that finished more than 0.5 days ago."),
        (9.0, set(), None),
        (None, set(), None),
    ],
)
def test_runs_that_finished_before_are_purged_and_that_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch, days: float | None, purged: set[str], words: str | None
) -> None:
    lines: list[Any] = []
    cleaned: list[int] = []
    monkeypatch.setattr(store.database, "clean_up", lambda: cleaned.append(1))
    ledger: Any = SimpleNamespace(store=store)
    purge_old(ledger, days, Run(sink=lambda *line: lines.append(line[:3])))
    found = store.database.run("SELECT id FROM runs WHERE purged IS NOT NULL").fetchall()
    assert {name for (name,) in found} == purged
    assert lines == ([] if words is None else [("info", "run", words)])
    # To rewrite a large file takes seconds: a run does it only where it has removed something.
    assert cleaned == ([1] if purged else [])
