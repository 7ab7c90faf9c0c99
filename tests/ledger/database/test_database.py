"""Versions of the tables."""

from __future__ import annotations

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.database import database as module
from adaptor.ledger.database.schema import MIGRATIONS
from adaptor.ledger.records import sent

NEXT = ("ALTER TABLE runs ADD COLUMN note TEXT", "UPDATE runs SET note = 'old'")


def test_an_older_ledger_is_brought_up_to_date_and_keeps_what_it_holds(database, open_, runs, monkeypatch):
    ledger = runs.begin()
    (entry,) = ledger.claim([ledger.write("send", "1", "text")], sending=True)
    ledger.settle([sent(entry.id, {"message_id": "m"})])
    runs.finish(ledger)
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, NEXT))
    store = open_(database)
    assert store.database.run("SELECT note FROM runs").fetchall() == [("old",)]
    assert [row.result for row in store.writes.records("r1")] == [{"message_id": "m"}]
    versions = open_(database).database.run("SELECT version FROM ledger_version ORDER BY version").fetchall()
    assert versions == [(number + 1,) for number in range(len(MIGRATIONS) + 1)]


def test_a_migration_that_fails_leaves_everything_as_it_was(database, open_, monkeypatch):
    open_(database).close()
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, (*NEXT, "UPDATE nothing SET note = 'new'")))
    with pytest.raises(InputError, match=r"The ledger .* cannot be used: .*nothing"):
        open_(database)
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, NEXT))
    open_(database)


def test_a_newer_ledger_is_refused(database, open_, monkeypatch):
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, NEXT))
    open_(database).close()
    monkeypatch.undo()
    with pytest.raises(InputError, match="was written by a later release of this package") as caught:
        open_(database)
    assert caught.value.fix == "Use that release, or another ledger with --database."
