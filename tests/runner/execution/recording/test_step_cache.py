"""Outputs of steps in files: a later run starts in the middle of a workflow."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import JobError
from adaptor.core.run.context import Run
from adaptor.runner.execution.recording.step_cache import cached_input, keep_output

if TYPE_CHECKING:
    from pathlib import Path

STATE = {"data": {"n": 1, "token": "EAAG-very-secret"}}


def plan(folder: Path, start: str = "c", id_: str | None = None, kind: str = "job") -> Any:
    """Return a plan of the steps a and b, which lead to c."""
    edges = [SimpleNamespace(source=source, target="c") for source in ("a", "b")]
    steps = {name: SimpleNamespace(kind=kind) for name in "abc"}
    return SimpleNamespace(file=str(folder / "flow.json"), id=id_, start=start, steps=steps, edges=lambda: edges)


def step(name: str = "a", *, error: Any = None, kind: str = "job") -> Any:
    return SimpleNamespace(id=name, name=f"Step {name}", error=error, kind=kind)


@pytest.fixture
def lines() -> list[Any]:
    return []


@pytest.fixture
def known(lines: list[Any]) -> Run:
    """A run that knows a secret."""
    run = Run(sink=lambda *line: lines.append(line[:3]))
    run.learn_secrets({"configuration": {"access_token": "EAAG-very-secret"}})
    return run


def test_an_output_is_kept_without_its_secrets_and_begins_a_later_run(
    tmp_path: Path, known: Run, lines: list[Any]
) -> None:
    keep_output(plan(tmp_path), step(), STATE, known)
    keep_output(plan(tmp_path), step(), {**STATE, "again": True}, known)
    file = tmp_path / ".adaptor" / "cache" / "flow" / "a.json"
    assert "EAAG" not in file.read_text("utf-8")
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert cached_input(plan(tmp_path), known) == {**STATE, "again": True}
    assert lines == [("info", "run", f"Starting from the output of a: {file}")]


def test_a_workflow_and_a_step_of_any_name_have_a_file_of_their_own(tmp_path: Path, known: Run) -> None:
    keep_output(plan(tmp_path, id_="my flow/1"), step("a b/c"), STATE, known)
    assert (tmp_path / ".adaptor" / "cache" / "my flow%2F1" / "a b%2Fc.json").is_file()


def test_the_newest_output_of_the_steps_before_is_taken(tmp_path: Path, known: Run) -> None:
    for name, seconds in (("a", 200), ("b", 100)):
        keep_output(plan(tmp_path), step(name), {"data": name}, known)
        os.utime(tmp_path / ".adaptor" / "cache" / "flow" / f"{name}.json", (seconds, seconds))
    assert cached_input(plan(tmp_path), known) == {"data": "a"}


def test_no_output_of_a_failed_step_or_of_what_is_no_job_is_kept(tmp_path: Path, known: Run) -> None:
    keep_output(plan(tmp_path), step(error=JobError("no")), STATE, known)
    keep_output(plan(tmp_path), step(kind="trigger"), STATE, known)
    assert not (tmp_path / ".adaptor").exists()


def test_an_output_that_cannot_be_kept_is_logged_and_no_error_of_the_run(
    tmp_path: Path, known: Run, lines: list[Any]
) -> None:
    (tmp_path / ".adaptor").touch()
    keep_output(plan(tmp_path), step(), STATE, known)
    ((level, component, text),) = lines
    assert (level, component) == ("error", "run")
    assert text.startswith("The output of Step a could not be kept: ")


def test_without_an_output_the_state_is_empty_and_that_is_said(tmp_path: Path, known: Run, lines: list[Any]) -> None:
    assert cached_input(plan(tmp_path), known) == {}
    assert lines == [
        (
            "error",
            "run",
            "No state was given, and no output of a or b is kept: `c` starts from an empty state.\n"
            "  fix:   Give one with -s FILE, or run the workflow with --cache-steps first.",
        )
    ]
    assert cached_input(plan(tmp_path, start="a"), known) == {}
    assert cached_input(plan(tmp_path, kind="trigger"), known) == {}
    assert len(lines) == 1


def test_a_kept_output_is_json(tmp_path: Path, known: Run) -> None:
    keep_output(plan(tmp_path), step(), {"data": "ä"}, known)
    assert json.loads((tmp_path / ".adaptor" / "cache" / "flow" / "a.json").read_text("utf-8")) == {"data": "ä"}
