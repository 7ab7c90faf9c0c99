"""Quiet hours end by the clock on the wall, also in the nights in which it is changed."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from adaptor.runner.load.triggers.quiet_hours import QuietHours

BERLIN = "Europe/Berlin"


def at(text, fold=0, zone=BERLIN):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


@pytest.mark.parametrize(
    ("begin", "end", "now", "until"),
    [
        ((21, 0), (7, 30), at("2026-11-28T20:59"), None),
        ((21, 0), (7, 30), at("2026-11-28T21:00"), at("2026-11-29T07:30")),
        ((21, 0), (7, 30), at("2026-11-29T07:29"), at("2026-11-29T07:30")),
        ((21, 0), (7, 30), at("2026-11-29T07:30"), None),
        ((12, 0), (14, 0), at("2026-11-28T13:00"), at("2026-11-28T14:00")),
        ((12, 0), (14, 0), at("2026-11-28T11:00"), None),
        # The night in which clocks are put forward has an hour less, that in which they are put back one more.
        ((21, 0), (7, 0), at("2026-03-28T23:00"), at("2026-03-28T23:00") + 7 * 3600),
        ((21, 0), (7, 0), at("2026-10-24T23:00"), at("2026-10-24T23:00") + 9 * 3600),
        # 02:30 does not exist: clocks are put forward from 02:00 to 03:00.
        ((21, 0), (2, 30), at("2026-03-28T23:00"), at("2026-03-29T03:00")),
        # 02:30 comes twice: the night is over at the second one.
        ((21, 0), (2, 30), at("2026-10-24T23:00"), at("2026-10-25T02:30", fold=1)),
        ((21, 0), (2, 30), at("2026-10-25T02:10", fold=1), at("2026-10-25T02:30", fold=1)),
    ],
)
def test_the_end_of_the_quiet_hours_of_a_moment(begin, end, now, until):
    hours = QuietHours(begin[0] * 60 + begin[1], end[0] * 60 + end[1], BERLIN)
    assert hours.end_at(now) == until


def test_a_person_has_the_quiet_hours_of_their_own_zone():
    hours = QuietHours(21 * 60, 7 * 60, "Africa/Nairobi")
    now = at("2026-11-28T06:30", zone="Africa/Nairobi")
    assert hours.end_at(now) == at("2026-11-28T07:00", zone="Africa/Nairobi")
    assert hours.end_at(now, "Asia/Manila") is None
