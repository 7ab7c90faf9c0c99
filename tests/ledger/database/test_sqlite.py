"""The ledger in a file, and what can be wrong with files."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.database.sqlite import SqliteDatabase
from adaptor.ledger.errors import LedgerError
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store


def begin(file, run="r1"):
    ledger = Ledger.begin(open_store(str(file)), RunRecord(run, "/jobs/job.py", "job", "input"))
    ledger.enter_step("step", 0)
    return ledger


def claim(ledger, count=1, text="text"):
    return ledger.claim([ledger.write("send", str(number), text, once=True) for number in range(count)])


def rights(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_the_file_and_those_beside_it_are_its_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        ledger = begin(tmp_path / "new" / "ledger.db")
        claim(ledger)
    finally:
        os.umask(before)
    assert rights(tmp_path / "new") == 0o700
    assert {file.name: rights(file) for file in (tmp_path / "new").iterdir()} == {
        "ledger.db": 0o600,
        "ledger.db-wal": 0o600,
        "ledger.db-shm": 0o600,
    }
    ledger.close(0, finished=True)


def test_a_ledger_in_memory_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = begin(":memory:")
    claim(ledger)
    ledger.close(0, finished=True)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_one_clear_error_and_nothing_half_written(tmp_path):
    ledger = begin(tmp_path / "ledger.db")
    (entry,) = claim(ledger)
    # To SQLite a file that may not grow is a disk that is full.
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((tmp_path / "ledger.db-wal").stat().st_size, limit[1]))
    try:
        with pytest.raises(LedgerError) as caught:
            claim(ledger, 500, "others")
        with pytest.raises(LedgerError):
            ledger.begin_sending([entry.id])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert str(tmp_path / "ledger.db") in str(caught.value)
    assert caught.value.fix.startswith("Nothing was sent after that. Make room")
    assert ledger.store.writes.counts("r1") == {"claimed": 1}
    ledger.begin_sending([entry.id])
    ledger.close(0, finished=True)


def test_sqlites_own_full_disk_is_one_clear_error(tmp_path):
    ledger = begin(tmp_path / "ledger.db")
    pages = ledger.store.database.run("PRAGMA page_count").fetchone()[0]
    ledger.store.database.run(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LedgerError, match="cannot be written: database or disk is full"):
        claim(ledger, 500)
    assert ledger.store.writes.counts("r1") == {}
    ledger.store.database.run("PRAGMA max_page_count = 1000000")
    assert claim(ledger)[0].is_claimed
    ledger.close(0, finished=True)


@pytest.fixture
def others_folder():
    """A folder that everybody may read and nobody else may write to."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield folder


@pytest.fixture
def as_nobody():
    """Give up the rights of root, for which no file is read-only."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    yield
    os.seteuid(0)


def refused(database, reason):
    with pytest.raises(InputError) as caught:
        open_store(str(database))
    assert reason in str(caught.value)
    assert str(database) in str(caught.value)
    assert "--database" in caught.value.fix


def test_a_file_that_may_not_be_written_is_refused(others_folder, request):
    file = os.path.join(others_folder, "ledger.db")
    begin(file).close(0, finished=True)
    os.chmod(file, 0o444)
    request.getfixturevalue("as_nobody")
    refused(file, "Permission denied")


def test_a_folder_that_may_not_be_written_is_refused(others_folder, request):
    os.chmod(others_folder, 0o555)
    request.getfixturevalue("as_nobody")
    refused(os.path.join(others_folder, "ledger.db"), "Permission denied")


def test_a_file_that_is_something_else_is_refused(tmp_path):
    file = tmp_path / "ledger.db"
    file.write_text("people,day\n" * 1000)
    refused(file, "file is not a database")
    assert file.read_text() == "people,day\n" * 1000


def test_a_database_of_something_else_is_refused_and_left_as_it_is(tmp_path):
    file = tmp_path / "ledger.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE runs (distance)")
    other.commit()
    refused(file, "table runs already exists")
    assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("runs",)]
    other.close()


@pytest.mark.parametrize(
    ("name", "reason"),
    [(".", "Is a directory"), ("file/ledger.db", "Not a directory"), ("a\0b", "null"), ("n" * 300, "too long")],
)
def test_a_path_that_cannot_be_is_refused(tmp_path, name, reason):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as caught:
        open_store(f"{tmp_path}/{name}")
    assert reason in str(caught.value) or "File exists" in str(caught.value)


def test_a_file_that_was_damaged_later_is_one_clear_error(tmp_path):
    file = tmp_path / "ledger.db"
    ledger = begin(file)
    claim(ledger, 2000)
    ledger.close(1, finished=False)
    whole = file.read_bytes()
    file.write_bytes(whole[:8192] + b"\x5a" * (len(whole) - 8192))
    store = open_store(str(file))
    with pytest.raises(LedgerError, match="malformed"):
        list(store.writes.records("r1"))
    with pytest.raises(LedgerError, match="malformed"):
        Ledger.resume(store, "r1")
    store.close()


def test_a_new_file_that_another_process_keeps_locked_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("adaptor.ledger.database.sqlite.BUSY_SECONDS", 0.0)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("PRAGMA journal_mode = WAL")
    other.execute("BEGIN IMMEDIATE")
    refused(tmp_path / "ledger.db", "another process has kept it locked for")
    other.close()


def test_a_file_that_another_process_keeps_locked_is_one_clear_error(tmp_path, monkeypatch):
    monkeypatch.setattr("adaptor.ledger.database.sqlite.BUSY_SECONDS", 0.0)
    file = tmp_path / "ledger.db"
    ledger = begin(file)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerError, match="another process has kept it locked for"):
        claim(ledger)
    # Reading waits for nobody, nor does opening.
    assert ledger.store.runs.find("r1").id == "r1"
    open_store(str(file)).close()
    other.execute("COMMIT")
    other.close()
    assert claim(ledger)[0].is_claimed
    ledger.close(0, finished=True)


def test_a_ledger_that_cannot_be_written_still_lets_go_when_the_run_ends(tmp_path, monkeypatch):
    ledger = begin(tmp_path / "ledger.db")
    thread = ledger._lease._thread
    ledger.store.database.run("PRAGMA query_only = ON")
    with pytest.raises(LedgerError, match="attempt to write a readonly database"):
        ledger.close(0, finished=True)
    assert not thread.is_alive()


def test_a_closed_ledger_is_one_clear_error(tmp_path):
    store = open_store(str(tmp_path / "ledger.db"))
    store.close()
    with pytest.raises(LedgerError, match="closed database"):
        store.runs.find("r1")


def test_an_interrupt_in_a_transaction_undoes_it(tmp_path):
    ledger = begin(tmp_path / "ledger.db")
    database = ledger.store.database

    def interrupted():
        with database.transaction():
            database.run("DELETE FROM runs")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert ledger.store.runs.find("r1") is not None
    ledger.close(0, finished=True)


@pytest.mark.parametrize("address", ["mysql://host/db", "sqlite:///ledger.db", "postgresql+psycopg://host/db"])
def test_another_kind_of_database_is_refused(address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="A ledger cannot be kept in a database of the kind"):
        open_store(address)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_is_about_to_leave_waits_for_the_disk_and_nothing_else_does(tmp_path):
    ledger = begin(tmp_path / "ledger.db")
    synchronous = []
    ledger.store.database._connection.set_trace_callback(
        lambda sql: synchronous.append(sql.rpartition(" ")[2]) if sql.startswith("PRAGMA synchronous") else None
    )
    (entry,) = claim(ledger)
    ledger.begin_sending([entry.id])
    ledger.settle([sent(entry.id, None)])
    assert synchronous == ["NORMAL", "FULL", "NORMAL"]
    ledger.store.database._connection.set_trace_callback(None)
    ledger.close(0, finished=True)


def test_a_path_that_is_no_regular_file_is_refused_and_left_as_it_is(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o666)
    os.chmod(tmp_path / "pipe", 0o666)
    refused(tmp_path / "pipe", "it is no regular file")
    assert rights(tmp_path / "pipe") == 0o666


def test_a_second_connection_of_a_process_leaves_the_locks_of_the_first(tmp_path):
    path = str(tmp_path / "ledger.db")
    first, second = SqliteDatabase(path), SqliteDatabase(path)
    with first.transaction():
        first.run("INSERT INTO tokens (digest, page) VALUES ('a', 'b')")
    # Another process that closes the file removes the log of it, unless it sees the locks of this process.
    look = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM tokens').fetchall(); c.close()"
    )
    subprocess.run([sys.executable, "-c", look, path], check=True)
    assert os.path.exists(f"{path}-wal")
    second.close()
    first.close()
