"""Which ledger `--database` names, and what is refused before a ledger is made that nobody else sees."""

from __future__ import annotations

import os

import pytest

from adaptor.core.errors import InputError
from adaptor.ledger.leases.leases import LEASE_SECONDS, LeaseTerms
from adaptor.ledger.store import open_store

FIX = "Give --database the path of a file, or postgresql://user@host/database."


def refused(database):
    with pytest.raises(InputError) as raised:
        open_store(database)
    assert (raised.value.fix, raised.value.sent) == (FIX, "no")
    return raised.value.description


def test_a_path_is_a_file_that_is_named_in_full(tmp_path, monkeypatch, open_):
    monkeypatch.chdir(tmp_path)
    assert open_("ledger.db").name == str(tmp_path / "ledger.db")
    assert os.path.isfile("ledger.db")


def test_a_ledger_in_memory_is_no_file(tmp_path, monkeypatch, open_):
    monkeypatch.chdir(tmp_path)
    assert open_(":memory:").name == ":memory:"
    assert os.listdir() == []


def test_the_terms_of_the_leases_are_the_usual_ones_unless_others_are_given(open_):
    assert open_(":memory:").leases.terms == LeaseTerms(LEASE_SECONDS, "", (), 0.0)
    store = open_store(":memory:", terms=LeaseTerms(5.0))
    assert store.leases.terms.seconds == 5.0
    store.close()


def test_a_ledger_that_is_only_read_must_exist_and_takes_no_writes(tmp_path, open_):
    path = str(tmp_path / "ledger.db")
    with pytest.raises(InputError):
        open_store(path, read_only=True)
    open_(path).pages.learn("digest", "1")
    store = open_store(path, read_only=True, terms=LeaseTerms(5.0))
    assert (store.pages.of_token("digest"), store.leases.terms.seconds) == ("1", 5.0)
    store.close()


@pytest.mark.parametrize(("database", "kind"), [("mysql://host/x", "mysql"), ("sqlite:///x.db", "sqlite")])
def test_another_kind_of_database_is_named_and_its_password_is_not(database, kind):
    assert refused(database) == f"A ledger cannot be kept in a database of the kind {kind}."


@pytest.mark.parametrize(
    "database",
    [
        "",
        " ",
        "postgresql:/u:secret@host/db",
        "POSTGRESQL:/host",
        "//host/db",
        "user:secret@host",
        "host=localhost password=secret",
        "dbname = x",
        "${DATABASE_URL}",
        "{url}",
        "user@host",
        "host:5432",
        "host:5432/db",
    ],
)
def test_what_is_nearly_an_address_makes_no_file_of_that_name(database, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refused(database) == "The value of --database is neither the path of a file nor the URL of a database."
    assert os.listdir() == []


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_server_that_is_not_there_is_said_without_its_password(scheme):
    with pytest.raises(InputError) as raised:
        open_store(f"{scheme}://user:secret@127.0.0.1:1/db?connect_timeout=1")
    assert "secret" not in raised.value.report()
