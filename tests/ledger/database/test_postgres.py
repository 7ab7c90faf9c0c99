"""The ledger in PostgreSQL, and what can be wrong with a server."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import quote

import psycopg
import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.errors import LedgerError, TakenOver
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store

PASSWORD = "s3cret/w@rd"


def begin(database):
    ledger = Ledger.begin(open_store(database), RunRecord("r1", "/jobs/job.py", "job", "input"))
    ledger.enter_step("step", 0)
    return ledger


def claim(ledger, text="text", **how):
    return ledger.claim([ledger.write("send", "1", text, once=True)], **how)


def test_its_tables_are_in_a_schema_of_their_own(fresh_postgresql, open_):
    open_(fresh_postgresql)
    with psycopg.connect(fresh_postgresql) as connection:
        found = connection.execute("SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('runs', 'writes')")
        assert found.fetchall() == [("adaptor",)]


def test_a_connection_that_was_cut_is_one_clear_error_and_the_next_call_makes_a_new_one(fresh_postgresql):
    ledger = begin(fresh_postgresql)
    (entry,) = claim(ledger)
    with psycopg.connect(fresh_postgresql, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'adaptor'"
        ).fetchall()
    with pytest.raises(LedgerError, match=r"The ledger postgresql://.* cannot be written"):
        ledger.begin_sending([entry.id])
    ledger.begin_sending([entry.id])
    assert ledger.store.writes.counts("r1") == {"sending": 1}
    ledger.close(0, finished=True)


def test_who_is_frozen_in_a_transaction_does_not_hold_up_who_takes_over(fresh_postgresql, open_):
    frozen = begin(fresh_postgresql)
    database = frozen.store.database
    (limit,) = database.run("SHOW idle_in_transaction_session_timeout").fetchone()
    assert limit == "8s"
    database.run("SET idle_in_transaction_session_timeout TO '50ms'")
    database.run("UPDATE holders SET expires = 0")
    database._connection.execute("BEGIN")
    assert frozen.store.leases.is_valid(frozen._lease.id)
    # It waits until the server has given up on the other one.
    resumed = Ledger.resume(open_(fresh_postgresql), "r1")
    assert resumed.record.attempt == 2
    frozen._lease._ended.set()
    resumed._lease.close()
    frozen.store.close()


def test_what_is_being_claimed_while_its_holder_is_buried_is_let_go_too(fresh_postgresql, open_):
    silent = begin(fresh_postgresql)
    store, watching = open_(fresh_postgresql), open_(fresh_postgresql)
    silent.store.database.run("UPDATE holders SET expires = 0")
    with ThreadPoolExecutor() as pool:
        with silent.store.database.transaction():
            (entry,) = claim(silent)
            burying = pool.submit(store.leases.expire, silent._lease.id, "r1")
            waiting = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'adaptor' AND wait_event_type = 'Lock'"
            while watching.database.run(waiting).fetchone() is None:
                assert not burying.done()
        burying.result()
    (row,) = store.writes.records("r1")
    assert (row.id, row.outcome, row.holder) == (entry.id, "claimed", None)
    with pytest.raises(TakenOver):
        silent.begin_sending([entry.id])
    silent.close(0, finished=True)


def test_two_who_wait_for_each_other_both_come_to_an_end(fresh_postgresql, open_):
    stores = [open_(fresh_postgresql) for _ in range(2)]
    rows = [("1", lane, 0.0, 0.0) for lane in ("a", "b")]
    stores[0].database.run_many("INSERT INTO pages (page, lane, free_at, seen) VALUES (?, ?, ?, ?)", rows)
    before = [row[0] for row in stores[0].database.run("SELECT seen FROM pages ORDER BY lane").fetchall()]
    both = Barrier(2)

    def change(store, lanes):
        tries = []

        def work():
            tries.append(1)
            for lane in lanes:
                store.database.run("UPDATE pages SET seen = seen + 1 WHERE lane = ?", (lane,))
                if lane == lanes[0] and len(tries) == 1:
                    both.wait(10)
            return len(tries)

        return store.database.transact(work)

    for store in stores:
        store.database.run("SET deadlock_timeout TO '20ms'")
    with ThreadPoolExecutor() as pool:
        tries = list(pool.map(change, stores, ["ab", "ba"]))
    # One of them had to begin again. Where it was quick, it met the other a second time, and that one began again too.
    assert sum(tries) > 2
    after = [row[0] for row in stores[0].database.run("SELECT seen FROM pages ORDER BY lane").fetchall()]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 2]


def test_a_closed_ledger_stays_closed(fresh_postgresql):
    store = open_store(fresh_postgresql)
    store.close()
    with pytest.raises(LedgerError, match="closed"):
        store.runs.find("r1")


def test_a_write_that_is_about_to_leave_waits_for_the_disk_and_nothing_else_does(fresh_postgresql):
    ledger = begin(fresh_postgresql)
    database = ledger.store.database
    settings = []
    for durable in (True, False, True):
        with database.transaction(durable=durable):
            settings.append(database.run("SHOW synchronous_commit").fetchone()[0])
    assert settings == ["on", "off", "on"]
    ledger.close(0, finished=True)


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://user:{quote(PASSWORD, safe='')}@127.0.0.1:1/db?connect_timeout=2",
        f"postgresql://user:{PASSWORD}@127.0.0.1:1/db",
        f"postgresql://user:{PASSWORD}@[127.0.0.1/db",
        f"postgresql://127.0.0.1:1/db?passwrd={PASSWORD}",
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_showing_the_password(address):
    with pytest.raises(InputError) as caught:
        open_store(address)
    assert "secret" not in caught.value.report().replace("s3cret", "secret")
    assert "w@rd" not in caught.value.report()
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_user_without_rights_is_told_so(fresh_postgresql):
    with psycopg.connect(fresh_postgresql, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS guest")
        admin.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(InputError) as caught:
        open_store(fresh_postgresql.replace("postgres:@", "guest:@"))
    assert "permission denied for database" in str(caught.value)
    assert "the ledger creates its own schema, `adaptor`" in caught.value.fix


def test_a_user_who_may_use_the_schema_and_not_make_one_can_keep_a_ledger(fresh_postgresql):
    with psycopg.connect(fresh_postgresql, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS clerk")
        admin.execute("CREATE ROLE clerk LOGIN")
        admin.execute("CREATE SCHEMA adaptor AUTHORIZATION clerk")
    ledger = begin(fresh_postgresql.replace("postgres:@", "clerk:@"))
    assert claim(ledger)[0].is_claimed
    ledger.close(0, finished=True)
    with psycopg.connect(fresh_postgresql, autocommit=True) as admin:
        admin.execute("DROP SCHEMA adaptor CASCADE")
        admin.execute("DROP ROLE clerk")


def test_without_its_driver_the_fix_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match="needs the package psycopg") as caught:
        open_store("postgresql://127.0.0.1/db")
    assert "facebook-adaptor[postgresql]" in caught.value.fix


def test_a_database_that_is_strict_by_default_is_no_trouble(fresh_postgresql):
    address = fresh_postgresql + "&options=-c%20default_transaction_isolation%3Dserializable"
    first, second = begin(address), None
    try:
        second = Ledger.begin(open_store(address), RunRecord("r2", "/jobs/job.py", "job", "input"))
        for number in range(20):
            for ledger in (first, second):
                (entry,) = claim(ledger, str(number), sending=True)
                ledger.settle([sent(entry.id, None)])
    finally:
        for ledger in filter(None, (first, second)):
            ledger.close(0, finished=True)


def test_of_two_who_look_whether_somebody_has_begun_the_second_sees_the_first(fresh_postgresql, open_):
    first, second = open_(fresh_postgresql), open_(fresh_postgresql)

    def look(store):
        with store.database.transaction():
            store.database.lock_names(["job.py input"])
            return store.runs.find("r1")

    with ThreadPoolExecutor() as pool:
        with first.database.transaction(), psycopg.connect(fresh_postgresql, autocommit=True) as watching:
            first.database.lock_names(["job.py input"])
            seen = pool.submit(look, second)
            while not watching.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone():
                assert not seen.done()
            first.runs.begin(RunRecord("r1", "/jobs/job.py", "job", "input"))
        assert seen.result(10) is not None


def test_who_only_reads_waits_for_nobody_and_writes_nothing(fresh_postgresql, open_):
    begin(fresh_postgresql)
    with psycopg.connect(fresh_postgresql) as writer:
        writer.execute("LOCK TABLE adaptor.runs, adaptor.writes IN EXCLUSIVE MODE")
        reader = open_store(fresh_postgresql, read_only=True)
        try:
            assert [record.id for record in reader.runs.newest()] == ["r1"]
            with pytest.raises(LedgerError, match="read-only"):
                reader.pages.learn("digest", "1")
        finally:
            reader.close()


def test_a_database_without_a_ledger_stays_as_it_is_when_it_is_read(fresh_postgresql):
    with pytest.raises(InputError, match="nothing was recorded there yet"):
        open_store(fresh_postgresql, read_only=True)
    with psycopg.connect(fresh_postgresql) as connection:
        assert connection.execute("SELECT to_regnamespace('adaptor')").fetchone() == (None,)


def test_a_ledger_of_an_earlier_release_says_so_when_it_is_read(fresh_postgresql, open_):
    open_(fresh_postgresql)
    with psycopg.connect(fresh_postgresql) as connection:
        connection.execute("DELETE FROM adaptor.ledger_version WHERE version > 1")
    with pytest.raises(InputError, match="earlier release"):
        open_store(fresh_postgresql, read_only=True)


def test_whatever_the_driver_says_an_error_names_the_database_and_never_the_password(monkeypatch):
    def refuse(**parts):
        assert parts["password"] == PASSWORD
        raise psycopg.OperationalError(f"password {PASSWORD} of {PASSWORD} is wrong.\nand its second line")

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(InputError) as refused:
        open_store(f"postgresql://clinic:{quote(PASSWORD, safe='')}@db.example:5433/clinic")
    assert refused.value.description == (
        "The ledger postgresql://db.example/clinic cannot be used: password [redacted] of [redacted] is wrong."
    )


def test_a_table_is_there_or_not(fresh_postgresql, open_):
    database = open_(fresh_postgresql).database
    assert (database.has_table("runs"), database.has_table("no_such_table")) == (True, False)
