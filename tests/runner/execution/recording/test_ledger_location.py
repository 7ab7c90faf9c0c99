"""Where the ledger of a job is, and the folders beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adaptor.runner.execution.recording.ledger_location import default_database, folders_beside, is_there

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ADAPTOR_DATABASE", raising=False)


def test_the_ledger_is_beside_the_job_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert default_database("jobs/job.py") == str(tmp_path / "jobs" / ".adaptor" / "ledger.db")
    monkeypatch.setenv("ADAPTOR_DATABASE", "other.db")
    assert default_database("jobs/job.py") == "other.db"


def test_small_facts_are_kept_beside_the_ledger_the_job_and_the_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = {name: str(tmp_path / name / ".adaptor") for name in ("jobs", "keys")}
    assert folders_beside(None, "jobs/job.py") == (beside["jobs"],)
    assert folders_beside(None, "jobs/job.py", "keys/a.json") == (beside["jobs"], beside["keys"])
    assert folders_beside(None, "jobs/job.py", "jobs/a.json") == (beside["jobs"],)
    assert folders_beside("data/l.db", "jobs/job.py") == (str(tmp_path / "data"),)
    assert folders_beside(None, None) == (str(tmp_path / ".adaptor"),)
    for no_file in ("postgresql://host/db", ":memory:"):
        assert folders_beside(no_file, "jobs/job.py") == (beside["jobs"],)
    monkeypatch.setenv("ADAPTOR_DATABASE", "env/l.db")
    assert folders_beside(None, "jobs/job.py") == (str(tmp_path / "env"),)


def test_whether_a_ledger_is_there_is_seen_without_opening_it(tmp_path: Path) -> None:
    (tmp_path / "l.db").touch()
    (tmp_path / ":memory:").touch()
    found = [is_there(database) for database in ("l.db", "none.db", "postgresql://host/db", ":memory:")]
    assert found == [True, False, True, False]
