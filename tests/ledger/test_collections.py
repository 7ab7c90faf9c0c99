"""Collections in the ledger, on SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from adaptor.ledger import collections as module
from adaptor.ledger.collections import Query, end_of_prefix
from adaptor.ledger.database.schema import MIGRATIONS, VERSION_TABLE
from adaptor.ledger.errors import TakenOver
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.ledger.store import Store


def keys(store: Store, pattern: str = "*", **query: object) -> list[str]:
    return [item.key for item in store.collections.items("c", Query(pattern, **query))]


def test_a_value_is_kept_under_its_key_until_it_is_replaced(store: Store):
    store.collections.set("c", {"a": {"n": 1}, "b": None}, now=10.0)
    store.collections.set("c", {"a": [1, "é\0"]}, now=20.0)
    item = store.collections.get("c", "a")
    assert item is not None
    assert (item.value, item.created, item.updated) == ([1, "é\0"], 10.0, 20.0)
    assert store.collections.get("c", "b").value is None
    assert store.collections.get("c", "x") is None
    assert store.collections.get("d", "a") is None
    assert store.collections.names() == [("c", 2, 20.0)]


def test_a_star_stands_for_any_text_and_no_other_sign_for_anything_but_itself(store: Store):
    store.collections.set("c", dict.fromkeys(["2026-1", "2026-2x", "2027", "a%b", "a_b", "A?b", "2026\U0010ffff"], 1))
    assert keys(store, "2026*") == ["2026-1", "2026-2x", "2026\U0010ffff"]
    assert keys(store, "*-*x") == ["2026-2x"]
    assert keys(store, "a%*") == ["a%b"]
    assert keys(store, "a?*") == []
    assert keys(store, "2027") == ["2027"]
    assert keys(store, "*") == ["2026-1", "2026-2x", "2026\U0010ffff", "2027", "A?b", "a%b", "a_b"]


def test_the_end_of_a_prefix_is_a_text_that_databases_hold():
    assert end_of_prefix("a\ud7ff".encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")) == "a\ue000"
    assert end_of_prefix("a\U0010ffff") == "b"
    assert end_of_prefix("\U0010ffff") is None


def test_items_are_found_by_when_they_were_set(store: Store):
    store.collections.set("c", {"a": 1, "b": 1}, now=10.0)
    store.collections.set("c", {"b": 2, "z": 1}, now=20.0)
    assert keys(store, updated_before=20.0) == ["a"]
    assert keys(store, updated_after=20.0) == ["b", "z"]
    assert keys(store, created_before=20.0, updated_after=20.0) == ["b"]
    assert keys(store, after="a") == ["b", "z"]


def test_a_loop_sees_what_changes_but_no_key_that_is_new(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 2)
    store.collections.set("c", dict.fromkeys("abcdef", 1))
    found = []
    for item in store.collections.items("c"):
        found.append((item.key, item.value))
        if item.key == "a":
            store.collections.set("c", {"e": 2, "ca": 2, "zz": 2})
            store.collections.remove("c", Query("d"))
        # The last row's number must not be given to a new key, or the loop would never end.
        store.collections.remove("c", Query(item.key))
        store.collections.set("c", {f"{item.key}x": 3})
        assert len(found) < 20
    assert found == [("a", 1), ("b", 1), ("c", 1), ("e", 2), ("f", 1)]


def test_many_items_are_removed_at_once_and_only_those_that_are_meant(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PAGE_SIZE", 3)
    store.collections.set("c", {f"{number:03}": number for number in range(20)}, now=1.0)
    store.collections.set("d", {"000": 1})
    assert store.collections.remove("c", Query("00*")) == 10
    assert store.collections.remove("c", Query("*5", updated_before=1.0)) == 0
    assert store.collections.remove("c", Query("*5", updated_before=2.0)) == 1
    assert len(keys(store)) == 9
    assert store.collections.get("d", "000") is not None


def test_a_run_that_was_taken_over_writes_nothing(store: Store, runs):
    ledger = runs.begin("r1")
    runs.let_lease_end(ledger)
    store.leases.expire(ledger.lease_id, "r1")
    with pytest.raises(TakenOver):
        store.collections.set("c", {"a": 1}, holder=ledger.lease_id)
    store.collections.set("c", {"a": 2})
    with pytest.raises(TakenOver):
        store.collections.remove("c", Query(), holder=ledger.lease_id)
    assert store.collections.get("c", "a").value == 2


def test_two_connections_see_what_the_other_has_set(store: Store, database: str, open_):
    other = open_(database)
    store.collections.set("c", {"a": 1})
    other.collections.set("c", {"a": 2, "b": 2})
    assert store.collections.get("c", "a").value == 2
    assert store.collections.remove("c", Query()) == 2
    assert other.collections.get("c", "b") is None


def test_a_ledger_of_an_earlier_release_gets_collections_and_keeps_its_runs(tmp_path: Path):
    path = tmp_path / "ledger.db"
    dialect = {"counter": "INTEGER PRIMARY KEY", "plain_text": "TEXT", "changes_often": ""}
    with sqlite3.connect(path) as file:
        file.execute(VERSION_TABLE)
        for version, statements in enumerate(MIGRATIONS[:3], start=1):
            for statement in statements:
                file.execute(statement.format(**dialect))
            file.execute("INSERT INTO ledger_version (version) VALUES (?)", (version,))
        file.execute(
            "INSERT INTO runs (id, path, job_digest, input_digest, status, started, attempt, identity) "
            "VALUES ('r1', '/j.py', 'j', 'i', 'finished', 1.0, 1, 2)"
        )
    file.close()
    older = open_store(str(path), read_only=True)
    assert older.collections.get("c", "a") is None
    older.close()
    store = open_store(str(path))
    try:
        store.collections.set("c", {"a": 1})
        assert store.collections.get("c", "a").value == 1
        assert store.runs.find("r1").labels == {}
    finally:
        store.close()
