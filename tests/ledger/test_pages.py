"""How fast a Page may send, for all who write to the same ledger."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from adaptor.ledger.pace import LANE_ANSWERS, LANE_MEDIA, LANE_MESSAGES, LANE_STOP, Slot, next_slot, slot_for


@pytest.fixture
def clock(store, monkeypatch):
    """The clock of the ledger, which a test moves."""

    class Clock:
        now = 1_000_000.0

    monkeypatch.setattr(type(store.database), "ticks", lambda self: Clock.now)
    return Clock


def messages(count):
    return [Slot(LANE_MESSAGES, count / 300)]


def test_places_follow_each_other(store, clock):
    assert [store.pages.reserve("1", messages(150)) for _ in range(4)] == pytest.approx([0, 0.5, 1, 1.5])


def test_a_lane_that_was_free_for_long_gives_no_more_than_one_place_at_once(store, clock):
    store.pages.reserve("1", messages(150))
    clock.now += 3600
    assert [store.pages.reserve("1", messages(150)) for _ in range(2)] == pytest.approx([0, 0.5])


def test_pages_and_lanes_do_not_wait_for_each_other(store, clock):
    store.pages.reserve("1", messages(300))
    assert store.pages.reserve("2", messages(300)) == 0
    assert store.pages.reserve("1", [Slot(LANE_MEDIA, 0.1)]) == 0


def test_a_call_in_two_lanes_waits_for_the_slower(store, clock):
    store.pages.reserve("1", [Slot(LANE_MEDIA, 5.0)])
    assert store.pages.reserve("1", [*messages(30), Slot(LANE_MEDIA, 0.1)]) == pytest.approx(5.0)


def answer():
    return [Slot(LANE_MESSAGES, 1 / 300), Slot(LANE_ANSWERS, 1 / 50), Slot(LANE_STOP, 0)]


def test_an_answer_does_not_wait_for_what_a_broadcast_has_reserved(store, clock):
    for _ in range(2):
        store.pages.reserve("1", messages(150))
    assert store.pages.reserve("1", answer()) == 0
    # What the broadcast sends next waits for the answer.
    assert store.pages.reserve("1", messages(150)) == pytest.approx(1 + 1 / 300)


def test_answers_overtake_only_at_their_own_pace(store, clock):
    store.pages.reserve("1", messages(15))
    waits = [store.pages.reserve("1", answer()) for _ in range(4)]
    # The last one comes sooner in the common lane.
    assert waits == pytest.approx([0, 0.02, 0.04, 0.06])
    assert store.pages.reserve("1", answer()) == pytest.approx(0.05 + 4 / 300)


def test_an_answer_waits_for_a_stop(store, clock):
    store.pages.stop("1", 60)
    assert store.pages.reserve("1", answer()) == pytest.approx(60)


def test_no_place_is_no_wait(store):
    assert store.pages.reserve("1", []) == 0


def test_a_stop_holds_every_lane_and_lets_nobody_rush_at_its_end(store, clock):
    store.pages.stop("1", 3600)
    waits = [store.pages.reserve("1", messages(150)) for _ in range(3)]
    assert waits == pytest.approx([3600, 3600.5, 3601])
    assert store.pages.reserve("1", [Slot(LANE_MEDIA, 0.1)]) == pytest.approx(3600)
    assert store.pages.reserve("1", [Slot(LANE_STOP, 0)]) == pytest.approx(3600)
    assert store.pages.reserve("2", messages(150)) == 0


def test_a_shorter_stop_does_not_end_a_longer_one(store, clock):
    store.pages.stop("1", 60)
    store.pages.stop("1", 5)
    assert store.pages.reserve("1", messages(1)) == pytest.approx(60)


def test_a_clock_that_is_set_back_stops_nobody_and_floods_nobody(store, clock):
    waits = [store.pages.reserve("1", messages(150)) for _ in range(4)]
    clock.now -= 86_400
    assert store.pages.reserve("1", messages(150)) == pytest.approx(waits[-1] + 0.5)
    clock.now += 1
    assert store.pages.reserve("1", messages(150)) == pytest.approx(waits[-1])


def test_a_stop_lasts_as_long_by_a_clock_that_was_set_back(store, clock):
    store.pages.stop("1", 60)
    clock.now -= 86_400
    assert store.pages.reserve("1", [Slot(LANE_STOP, 0)]) == pytest.approx(60)
    clock.now += 40
    assert store.pages.reserve("1", [Slot(LANE_STOP, 0)]) == pytest.approx(20)
    clock.now += 20
    assert store.pages.reserve("1", messages(1)) == 0


def test_a_clock_that_is_set_forward_gives_one_place_at_once(store, clock):
    for _ in range(4):
        store.pages.reserve("1", messages(150))
    clock.now += 86_400
    assert [store.pages.reserve("1", messages(150)) for _ in range(3)] == pytest.approx([0, 0.5, 1])


def test_in_sqlite_no_setting_of_the_clock_is_noticed(tmp_path, open_, monkeypatch):
    store = open_(str(tmp_path / "ledger.db"))
    first = store.pages.reserve("1", [Slot(LANE_MESSAGES, 1000)])
    monkeypatch.setattr("time.time", lambda: 0.0)
    assert first == 0
    assert 500 < store.pages.reserve("1", [Slot(LANE_MESSAGES, 1000)]) <= 1000


@given(st.lists(st.tuples(st.floats(0, 0.4), st.integers(1, 50)), max_size=60))
def test_in_no_second_more_than_the_rate_and_one_batch_begin(calls):
    now, free_at, begun = 0.0, 0.0, []
    for pause, count in calls:
        now += pause
        wait, free_at = next_slot(free_at, now, count / 300)
        begun.append((now + wait, count))
    for begins, _ in begun:
        assert sum(count for at, count in begun if begins <= at < begins + 1 - 1e-9) <= 300 + 50


@given(st.lists(st.tuples(st.floats(0, 0.4), st.integers(1, 50)), max_size=60))
def test_whatever_the_size_of_calls_no_second_sees_more_than_a_little_too_many(calls):
    now, free_at, begun = 0.0, 0.0, []
    for pause, count in calls:
        now += pause
        place = slot_for(LANE_MESSAGES, count, 300)
        wait, free_at = next_slot(free_at, now, place.seconds, place.gap)
        begun.append((now + wait, count))
    for begins, _ in begun:
        assert sum(count for at, count in begun if begins <= at < begins + 1 - 1e-9) <= 300 + 12


def test_large_calls_leave_a_gap_before_them_unless_the_lane_was_free(store, clock):
    large = [slot_for(LANE_MESSAGES, 60, 300)]
    assert [store.pages.reserve("1", large) for _ in range(3)] == pytest.approx([0, 0.36, 0.72])
    clock.now += 1.08
    assert store.pages.reserve("1", large) == 0


def test_a_token_is_remembered_with_its_page(store):
    assert store.pages.of_token("digest") is None
    store.pages.learn("digest", "1")
    store.pages.learn("digest", "2")
    assert store.pages.of_token("digest") == "2"
