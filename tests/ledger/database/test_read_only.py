"""A ledger that is only read: beside who writes, in a folder where nobody may, and as an earlier release left it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.database import sqlite
from adaptor.ledger.database.schema import MIGRATIONS, VERSION_TABLE
from adaptor.ledger.errors import LedgerError
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "ledger.db"
    store = open_store(str(path))
    store.runs.begin(RunRecord("r1", "job.py", "d", "i", started=1.0))
    store.close()
    return path


def runs_in(path):
    with closing(open_store(str(path), read_only=True)) as store:
        return [record.id for record in store.runs.newest()]


def test_who_reads_waits_for_nobody_who_writes(database):
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("DELETE FROM runs")
        assert runs_in(database) == ["r1"]


def test_what_is_written_meanwhile_is_seen(database):
    with closing(open_store(str(database))) as writer, closing(open_store(str(database), read_only=True)) as reader:
        assert len(reader.runs.newest()) == 1
        writer.runs.begin(RunRecord("r2", "job.py", "d", "i", started=2.0))
        assert [record.id for record in reader.runs.newest()] == ["r2", "r1"]


def test_reading_changes_nothing_and_leaves_nothing(database):
    before = database.read_bytes()
    assert runs_in(database) == ["r1"]
    assert os.listdir(database.parent) == ["ledger.db"]
    assert database.read_bytes() == before


def test_nothing_can_be_written_through_it(database):
    # Open to somebody else too, so that it is no copy.
    with (
        closing(open_store(str(database))),
        closing(open_store(str(database), read_only=True)) as store,
        pytest.raises(LedgerError, match="cannot be written"),
    ):
        store.runs.begin(RunRecord("r2", "job.py", "d", "i"))


def test_a_file_whose_name_would_mean_something_in_an_address_is_read(database):
    odd = database.with_name("what? 50%20#1.db")
    database.rename(odd)
    assert runs_in(odd) == ["r1"]


def test_a_file_whose_name_is_no_utf_8_is_read(database):
    odd = database.with_name(os.fsdecode(b"\x80bad.db"))
    try:
        database.rename(odd)
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    assert runs_in(odd) == ["r1"]


def test_a_ledger_of_an_earlier_release_is_read_and_stays_as_it_is(tmp_path):
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(VERSION_TABLE)
        for statement in MIGRATIONS[0]:
            file.execute(statement.format(**sqlite.SqliteDatabase.dialect))
        file.execute("INSERT INTO ledger_version (version) VALUES (1)")
        file.execute(
            "INSERT INTO runs (id, path, job_digest, input_digest, status, started, attempt) "
            "VALUES ('r0', 'job.py', 'd', 'i', 'finished', 1.0, 1)"
        )
    before = path.read_bytes()
    assert runs_in(path) == ["r0"]
    assert path.read_bytes() == before


def test_a_ledger_of_a_later_release_is_refused(database):
    with closing(sqlite3.connect(database)) as file, file:
        file.execute("INSERT INTO ledger_version (version) VALUES (999)")
    with pytest.raises(InputError, match="later release"):
        runs_in(database)


def test_a_file_without_tables_is_a_ledger_without_runs(tmp_path):
    (tmp_path / "ledger.db").touch()
    assert runs_in(tmp_path / "ledger.db") == []


def test_what_is_no_ledger_is_refused(tmp_path):
    (tmp_path / "ledger.db").write_text("People, and what they were told.\n" * 100)
    with pytest.raises(InputError, match="cannot be used"):
        runs_in(tmp_path / "ledger.db")


@pytest.mark.parametrize("largest", [sqlite._MOST_COPIED_BYTES, 0], ids=["small", "large"])
@pytest.mark.parametrize("with_log", [False, True])
def test_a_folder_where_nothing_may_be_made_is_no_obstacle(database, monkeypatch, largest, with_log):
    monkeypatch.setattr(sqlite, "_MOST_COPIED_BYTES", largest)
    # Open to others on the way there, since a test that runs as root reads as somebody else.
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "kept")
        folder.mkdir()
        with closing(sqlite3.connect(database)) as writer:
            if with_log:
                with writer:
                    writer.execute("UPDATE runs SET id = 'r2'")
            for file in database.parent.glob("ledger.db*"):
                if not file.name.endswith("-shm"):
                    shutil.copy(file, folder / file.name)
                    os.chmod(folder / file.name, 0o444)
        os.chmod(place, 0o755)
        os.chmod(folder, 0o555)
        try:
            with multiprocessing.get_context("fork").Pool(1, _become_somebody) as pool:
                found = pool.apply(runs_in, [folder / "ledger.db"])
            assert found == ["r2" if with_log else "r1"]
            assert not list(folder.glob("*-shm"))
        finally:
            os.chmod(folder, 0o755)


def _become_somebody():
    # What is imported when it is needed may lie where only root may read.
    import urllib.request  # noqa: F401

    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
