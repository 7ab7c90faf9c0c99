"""When the people of old runs are removed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
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


@pytest.mark.parametrize(
    ("days", "purged", "words"),
    [
        (2.0, ["a"], "Removed the people of 1 run that finished more than 2 days ago."),
        (0.5, ["a", "b"], "Removed the people of 2 runs that finished more than 0.5 days ago."),
        (2.0, [], None),
        (None, ["a"], None),
    ],
)
def test_runs_that_finished_before_are_purged_and_that_is_said(days: Any, purged: Any, words: str | None) -> None:
    lines: list[Any] = []
    asked: list[Any] = []

    def purge_older(seconds: float, *, finished: bool) -> Any:
        asked.append((seconds, finished))
        return purged

    ledger: Any = SimpleNamespace(store=SimpleNamespace(runs=SimpleNamespace(purge_older=purge_older)))
    purge_old(ledger, days, Run(sink=lambda *line: lines.append(line[:3])))
    assert asked == ([] if days is None else [(days * 86_400, True)])
    assert lines == ([] if words is None else [("info", "run", words)])
