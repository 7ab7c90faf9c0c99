"""A machine takes only runs of the versions that it has; the others say what they wait for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adaptor.ledger.leases.lease import Lease
from adaptor.service.store.records import NewRun
from adaptor.service.store.versions import explain_others, explain_waiting, told_why_waiting


def new(id_, psid="65", **changes):
    return replace(NewRun(id_, "", "hook", "digest", f"10/{psid}", {}), **changes)


@pytest.fixture
def lease(store):
    held = Lease(store.ledger.leases, "")
    yield held.id
    held.close()


def test_only_runs_of_the_versions_that_a_machine_has_are_given(store, lease):
    store.runs.queue([new("a"), new("b", "66", digest="other"), new("c", "67", workflow="w")])
    assert store.runs.claim(lease, 9, versions=[]) == []
    assert [run.id for run in store.runs.claim(lease, 9, versions=[("", "digest"), ("w", "x")])] == ["a"]
    assert [run.id for run in store.runs.claim(lease, 9)] == ["b", "c"]


def test_a_run_that_waits_for_another_version_says_so_until_it_is_claimed(store, lease):
    store.runs.queue([new("a", workflow="w"), new("b", "66", workflow="w")])
    own = [("w", "0123456789abcdef")]
    assert explain_waiting(store.database, own, "m1") == []
    store.database.run("UPDATE service_runs SET due = due - 6")
    assert explain_waiting(store.database, own, "m1") == [("w", "digest", 2)]
    # Once is enough, whichever machine looks.
    assert explain_waiting(store.database, [], "m2") == []
    assert "version digest of the workflow `w`; m1 has version 0123456789ab" in store.runs.find("a").error
    assert [run.error for run in store.runs.claim(lease, 9)] == [None, None]


def test_only_runs_of_the_own_file_are_given_and_those_of_an_earlier_release(store, lease):
    store.runs.queue([new("a", project="faq"), new("b", "66", project="menu"), new("c", "67")])
    assert [run.id for run in store.runs.claim(lease, 9, project="faq")] == ["a", "c"]
    assert [run.project for run in store.runs.claim(lease, 9, project="menu")] == ["menu"]


def test_a_run_of_another_file_says_so_until_its_service_claims_it(store, lease):
    store.runs.queue([new("a", project="faq"), new("b", "66", project="faq"), new("c", "67", project="menu")])
    assert explain_others(store.database, "menu") == []
    store.database.run("UPDATE service_runs SET due = due - 6")
    assert told_why_waiting(store.database, None, "menu", "m1") == [
        "2 runs wait for the service of `faq`, which is another file: adaptor runs queue"
    ]
    assert told_why_waiting(store.database, None, "menu", "m1") == []
    assert store.runs.find("a").error.startswith(
        "It waits for a service of `faq`; the one that runs here is of `menu`."
    )
    assert [run.error for run in store.runs.claim(lease, 9, project="faq")] == [None, None]
