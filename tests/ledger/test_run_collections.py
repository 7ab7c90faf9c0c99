"""Collections as a run sees them: secrets restored, and a dry run that keeps what it would write to itself."""

from __future__ import annotations

import pytest

from adaptor.core.run.context import Run
from adaptor.ledger.collections import Item, Query
from adaptor.ledger.errors import TakenOver
from adaptor.ledger.run_collections import DryRunCollections, RunCollections, collections_of

SECRET = "EAAG-the-secret-of-the-test"


@pytest.fixture
def run(ledger):
    with Run(ledger=lambda: ledger) as under_way:
        under_way.redactor.learn_named([("access_token", SECRET)])
        yield under_way


@pytest.fixture
def kept(run, store):
    """The collections of a run."""
    return RunCollections(run, lambda: store)


@pytest.fixture
def dry(store):
    """The collections of a dry run of the same ledger, whose clock says 50."""
    with Run(dry_run=True) as run:
        run.now = lambda: 50.0
        yield DryRunCollections(run, lambda: store)


def values(collections, query=Query(), name="people"):  # noqa: B008 - a value
    return {item.key: item.value for item in collections.items(name, query)}


def test_without_a_ledger_all_collections_are_empty(run):
    nothing = RunCollections(run, lambda: None)
    assert nothing.get("people", "a") is None
    assert list(nothing.items("people", Query())) == []
    assert nothing.contents() == {}


def test_what_was_set_is_found_by_its_key_and_by_a_query(kept):
    kept.set("people", {"a": 1, "b": {"x": [None]}, "c": 3})
    kept.set("others", {"a": "other"})
    assert kept.get("people", "b").value == {"x": [None]}
    assert kept.get("people", "z") is None
    assert values(kept) == {"a": 1, "b": {"x": [None]}, "c": 3}
    assert values(kept, Query(after="a")) == {"b": {"x": [None]}, "c": 3}
    assert kept.contents() == {"people": {"a": 1, "b": {"x": [None]}, "c": 3}, "others": {"a": "other"}}


def test_what_was_removed_is_counted_and_gone(kept):
    kept.set("people", {"a": 1, "b": 2, "c": 3})
    assert kept.remove("people", Query(after="a")) == 2
    assert values(kept) == {"a": 1}
    assert kept.remove("people", Query("z*")) == 0


def test_secrets_are_kept_out_of_the_file_and_restored_for_the_job(kept, store):
    kept.set("people", {"a": {"url": f"x?token={SECRET}"}})
    assert SECRET not in str(store.collections.get("people", "a").value)
    assert kept.get("people", "a").value == {"url": f"x?token={SECRET}"}
    assert values(kept) == {"a": {"url": f"x?token={SECRET}"}}
    assert kept.contents()["people"]["a"]["url"].endswith(SECRET)


def test_a_run_that_was_taken_over_neither_sets_nor_removes(kept, store):
    kept.set("people", {"a": 1})
    with store.database.transaction():
        store.database.run("DELETE FROM holders")
    with pytest.raises(TakenOver):
        kept.set("people", {"a": 2})
    with pytest.raises(TakenOver):
        kept.remove("people", Query())
    assert values(kept) == {"a": 1}


def test_a_value_has_the_time_of_the_database_in_a_file_and_of_the_run_in_memory(kept, store, open_):
    before = store.database.now()
    kept.set("people", {"a": 1})
    assert before <= kept.get("people", "a").updated <= store.database.now()
    from adaptor.ledger.ledger import Ledger
    from adaptor.ledger.records import RunRecord
    from adaptor.ledger.store import open_store

    memory = Ledger.begin(open_store(":memory:"), RunRecord("r1", "/job.py", "d", "i"))
    with Run(ledger=lambda: memory) as run:
        run.now = lambda: 50.0
        own = RunCollections(run, lambda: memory.store)
        own.set("people", {"a": 1})
        assert (own.get("people", "a").created, own.get("people", "a").updated) == (50.0, 50.0)
    memory.close(0, finished=True)


# --- A dry run ---


@pytest.fixture
def real(store):
    """What is in the ledger before the dry run."""
    store.collections.set("people", {"a": 1, "c": 3, "e": 5}, now=10.0)
    return store.collections


def test_a_dry_run_reads_what_is_there_and_what_it_has_written_in_order(real, dry):
    dry.set("people", {"d": 4, "b": 2, "c": 33})
    assert values(dry) == {"a": 1, "b": 2, "c": 33, "d": 4, "e": 5}
    assert list(values(dry)) == list("abcde")
    assert values(dry, Query(after="b")) == {"c": 33, "d": 4, "e": 5}
    assert values(dry, name="others") == {}
    assert dry.get("people", "c") == Item("c", 33, 10.0, 50.0)
    assert dry.get("people", "d") == Item("d", 4, 50.0, 50.0)
    assert dry.get("people", "a") == Item("a", 1, 10.0, 10.0)
    assert dry.get("others", "a") is None


def test_a_dry_run_writes_nothing(real, dry):
    dry.set("people", {"a": 2, "b": 2})
    dry.remove("people", Query("c"))
    assert {item.key: item.value for item in real.items("people")} == {"a": 1, "c": 3, "e": 5}


def test_what_a_dry_run_has_removed_is_not_there_until_it_is_set_again(real, dry):
    dry.set("people", {"b": 2})
    assert dry.remove("people", Query(after="a")) == 3
    assert values(dry) == {"a": 1}
    assert dry.get("people", "b") is None
    assert dry.get("people", "c") is None
    dry.set("people", {"c": 4})
    assert values(dry) == {"a": 1, "c": 4}
    assert dry.get("people", "c") == Item("c", 4, 50.0, 50.0)
    assert dry.remove("others", Query()) == 0


def test_the_collections_of_a_run_are_those_or_none(run, kept):
    assert collections_of(run) is None
    run.use_collections(lambda: kept)
    assert collections_of(run) is kept
    with Run() as other:
        other.use_collections(dict)
        with pytest.raises(TypeError, match=r"^the run has other collections$"):
            collections_of(other)
