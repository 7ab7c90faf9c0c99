"""Who is on the stop list of a Page, as runs by hand read it."""

from __future__ import annotations

import pytest

from adaptor.ledger.stop_list import UNAVAILABLE_SECONDS, has_stop_list, is_stopped


@pytest.fixture
def stops(store):
    """A stop list, and how to put somebody on it some seconds ago."""
    with store.database.transaction():
        store.database.run("CREATE TABLE service_stops (page TEXT, psid TEXT, since DOUBLE PRECISION, kind TEXT)")

    def add(psid, kind, ago=0.0, page="9"):
        with store.database.transaction():
            values = (page, psid, store.database.now() - ago, kind)
            store.database.run("INSERT INTO service_stops (page, psid, since, kind) VALUES (?, ?, ?, ?)", values)

    return add


def test_a_ledger_that_no_service_has_used_has_no_stop_list(store):
    assert not has_stop_list(store.database)


def test_who_wants_no_messages_gets_none_of_that_page_ever_after(store, stops):
    stops("1", "stop", ago=10 * UNAVAILABLE_SECONDS)
    assert has_stop_list(store.database)
    assert is_stopped(store.database, "9", "1")
    assert not is_stopped(store.database, "8", "1")
    assert not is_stopped(store.database, "9", "2")


@pytest.mark.parametrize(("ago", "still"), [(0.0, True), (29 * 86_400.0, True), (31 * 86_400.0, False)])
def test_who_could_not_be_reached_is_tried_again_after_a_month(store, stops, ago, still):
    stops("1", "unavailable", ago=ago)
    assert is_stopped(store.database, "9", "1") is still
