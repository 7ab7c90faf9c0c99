"""A ledger holds people's ids: it is its owner's alone, and it is the file at its path."""

from __future__ import annotations

import os

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.errors import LedgerError
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store


def mode(path) -> int:
    return os.stat(path).st_mode & 0o777


def test_a_ledger_that_others_could_read_is_made_private(tmp_path):
    folder = tmp_path / ".adaptor"
    folder.mkdir()
    folder.chmod(0o777)
    file = folder / "ledger.db"
    file.touch()
    file.chmod(0o644)
    open_store(str(file)).close()
    assert (mode(folder), mode(file)) == (0o700, 0o600)


def test_a_folder_of_somebody_elses_files_keeps_its_rights(tmp_path):
    tmp_path.chmod(0o755)
    open_store(str(tmp_path / "ledger.db")).close()
    assert mode(tmp_path) == 0o755


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_ledger_that_is_gone_stops_the_run_before_anything_more_is_marked(tmp_path, how):
    file = tmp_path / "ledger.db"
    store = open_store(str(file))
    store.runs.begin(RunRecord("r1", "/jobs/job.py", "job", "input"))
    file.unlink()
    if how == "replaced":
        file.touch()
    with pytest.raises(LedgerError, match="was deleted or replaced while the run was under way"):
        store.runs.begin(RunRecord("r2", "/jobs/job.py", "job", "input"))
    store.close()


@pytest.mark.parametrize(
    "database",
    [
        "host=db.example password=SECRETVALUE",
        "dbname=clinic",
        "postgresql:/user:SECRETVALUE@host/db",
        "postgres:user@host",
        "//user:SECRETVALUE@host/db",
        "user:SECRETVALUE@host/db",
        "mysql:host",
        "  ",
        "$DATABASE_URL",
        '{"host": "SECRETVALUE"}',
        "postgres@db.example",
        "db.example:5432/clinic",
    ],
)
def test_what_is_nearly_an_address_is_no_path_and_is_not_shown(tmp_path, monkeypatch, database):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="neither the path of a file nor the URL of a database") as raised:
        open_store(database)
    assert "SECRETVALUE" not in raised.value.report()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("database", ["ledger.db", "a b/ledger.db", "host.db", "x=1.db", "./host/ledger.db"])
def test_a_path_is_a_path(tmp_path, monkeypatch, database):
    monkeypatch.chdir(tmp_path)
    open_store(database).close()
    assert (tmp_path / database).is_file()


def test_what_is_no_file_is_refused_and_keeps_its_rights(tmp_path):
    # As a device is, such as /dev/null, which other programs need.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    pipe.chmod(0o666)
    with pytest.raises(InputError, match="cannot be used: it is no regular file"):
        open_store(str(pipe))
    assert mode(pipe) == 0o666
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]
