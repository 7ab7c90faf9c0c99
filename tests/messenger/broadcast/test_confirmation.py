"""What a broadcast is about to do, as people see it before it begins."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.messenger.broadcast.confirmation import confirmation
from adaptor.messenger.broadcast.pace import Pace


def shown(total: int | None, *, rate: float = 30.0, most: int = 100, **facts: Any) -> list[str]:
    """Return the lines of the table, without its head and its question."""
    first, *lines, question = confirmation("Clinic", total, Pace(rate, 50, 4, most), **facts).split("\n")
    assert (first, question) == ("", "Send?")
    return lines


def test_a_question_has_a_row_for_all_that_matters() -> None:
    assert shown(1200) == [
        "  Page           Clinic",
        "  People         1,200",
        "  Takes          about 45 s, at 30 messages a second",
        "  After a crash  up to 100 messages may stay unknown; none is sent again",
    ]


def test_what_an_earlier_attempt_has_sent_takes_no_time() -> None:
    lines = shown(1200, before=1140)
    assert lines[2] == "  Sent before    1,140 by this run; they are not sent again"
    assert lines[3] == "  Takes          about 7 s, at 30 messages a second"
    assert lines[4] == "  After a crash  up to 60 messages may stay unknown; none is sent again"
    assert "about 5 s" in shown(3, before=5)[3]


def test_of_an_unknown_number_nobody_knows_how_long_it_takes() -> None:
    lines = shown(None, rate=1.0, most=50)
    assert lines[1:] == [
        "  People         an unknown number",
        "  Takes          at 1 message a second",
        "  After a crash  up to 5 messages may stay unknown; none is sent again",
    ]


@pytest.mark.parametrize(
    ("total", "rate", "most", "words"),
    [
        (1000, 30.0, 7, "up to 7 messages"),
        (1000, 2.0, 700, "up to 10 messages"),
        (3, 30.0, 700, "up to 3 messages"),
        (0, 30.0, 700, "up to 1 message "),
        (None, 300.0, 70_000, "up to 1,500 messages"),
    ],
)
def test_a_crash_leaves_as_many_unknown_as_may_be_in_flight(
    total: int | None, rate: float, most: int, words: str
) -> None:
    assert any(words in line for line in shown(total, rate=rate, most=most))


@pytest.mark.parametrize(
    ("total", "rate", "is_said"),
    [(41, 41.0, True), (40, 41.0, False), (41, 40.0, False), (None, 41.0, True), (None, 40.0, False)],
)
def test_the_inbox_of_the_page_is_spoken_of_where_it_would_not_show_all(
    total: int | None, rate: float, is_said: bool
) -> None:
    row = "  Page's inbox   does not show them all; with rate=40 it would"
    assert (row in shown(total, rate=rate)) is is_said


def test_further_rows_come_last_and_long_ones_go_on_below() -> None:
    text = "well-known " * 10
    lines = shown(5, known=[("Ids", text), ("Nothing", "")])
    assert not any("Nothing" in line for line in lines)
    assert lines[4].startswith("  Ids            well-known well-known")
    assert lines[5].startswith(" " * 17 + "well-known")
    assert all(len(line) <= 78 and not line.endswith("-") for line in lines)
