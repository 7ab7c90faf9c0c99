"""A moment by somebody's clock."""

from datetime import UTC, datetime

import pytest

from adaptor import InvalidValue, WrongCall, expand_references, local_time, state

MOMENTS = [
    "2026-11-30T23:30:00Z",
    "2026-11-30T23:30:00+00:00",
    "2026-12-01T00:30:00+01:00",
    " 2026-11-30T23:30Z ",
    datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
    1796081400,
    1796081400.0,
    1796081400000,
    "1796081400",
    "1796081400000",
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_moment_is_told_by_the_clocks_of_the_place(moment):
    assert f"{local_time(moment, 'Africa/Nairobi'):%A %d %B %H:%M}" == "Tuesday 01 December 02:30"


def test_it_waits_for_what_is_read_from_the_state():
    text = f"see you {local_time(state.data.when, state.clinic.zone):%A %H:%M}"
    given = {"data": {"when": MOMENTS[0]}, "clinic": {"zone": "America/Lima"}}
    assert expand_references(given, text) == ["see you Monday 18:30"]
    assert repr(local_time(state.data.when, "Asia/Tokyo")) == "local_time(state.data.when, 'Asia/Tokyo')"


def test_on_the_day_on_which_clocks_change_it_tells_what_they_show():
    assert f"{local_time('2026-10-25T00:30:00Z', 'Europe/Berlin'):%H:%M}" == "02:30"
    assert f"{local_time('2026-10-25T01:30:00Z', 'Europe/Berlin'):%H:%M}" == "02:30"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-11-30T23:30:00", "has no time zone or offset"),
        ("2026-11-30", "has no time zone or offset"),
        ("30.11.2026", "is no date with a time"),
        ("20261130", "has no time zone or offset"),
        (1796081400000000, "1796081400000000 is no Unix time"),
        (None, "None is no moment"),
        (True, "a bool is no moment"),
        (float("nan"), "nan is no Unix time"),
        (1e300, "is no Unix time"),
    ],
    ids=str,
)
def test_what_is_no_moment_is_refused(value, words):
    with pytest.raises(InvalidValue, match=words) as caught:
        local_time(value, "Africa/Nairobi")
    assert caught.value.about == "row"
    assert caught.value.fix


def test_a_time_without_a_zone_need_not_be_converted_and_the_error_says_so():
    with pytest.raises(InvalidValue) as caught:
        local_time("2026-11-30T23:30:00", "Africa/Nairobi")
    assert "leave local_time() out" in caught.value.fix
    assert ".replace(tzinfo=ZoneInfo(…))" in caught.value.fix


@pytest.mark.parametrize("zone", ["Africa/Nairobbi", "", "../etc"])
def test_a_zone_that_is_none_is_refused_where_it_is_written(zone):
    with pytest.raises(WrongCall) as caught:
        local_time("2026-11-30T23:30:00Z", zone)
    assert caught.value.code == "UNKNOWN_TIMEZONE"
    assert caught.value.fix
    with pytest.raises(WrongCall):
        local_time(state.data.when, zone)
    with pytest.raises(WrongCall):
        local_time(zone=zone, value=state.data.when)
