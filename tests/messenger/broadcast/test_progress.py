"""How far it has come, for whoever looks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from adaptor import broadcast, send_text, state
from adaptor.messenger.broadcast.progress import LINE_SECONDS, duration

#: See `conftest.py`.
Campaign = Any

HELLO = send_text(state.data.psid, f"Hello {state.data.name}.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (1800, "30 min"),
        (3600, "1 h"),
        (3725, "1 h 2 min"),
    ],
)
def test_a_time_is_told_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_live_line_tells_counts_rate_and_time_left_and_goes_away_at_the_end(campaign: Campaign) -> None:
    lines: list[str] = []
    campaign.perform(broadcast(campaign.people(100), HELLO, batch_size=10, rate=100), progress=lines.append)
    assert lines[-1] == ""
    assert any(line.startswith("broadcast: ") and "/s · " in line and line.endswith(" left") for line in lines)


@pytest.mark.long
def test_where_nobody_looks_there_is_a_line_every_ten_seconds(campaign: Campaign, clock: Any) -> None:
    began = clock.monotonic()
    # The pace alone takes 29 seconds by the clock of the test; a slow machine adds its own.
    campaign.perform(broadcast(campaign.people(300), HELLO, batch_size=10, rate=10))
    lines = [line for line in campaign.logs if line.startswith("broadcast: ")]
    assert int(290 / 10 / LINE_SECONDS) <= len(lines) <= (clock.monotonic() - began) / LINE_SECONDS
    assert "10/s" in lines[0]


def test_the_end_is_told_with_all_counts(campaign: Campaign) -> None:
    people = campaign.people(5)
    campaign.sandbox.faults.next(551, on="messages", to=people[0]["psid"])
    campaign.perform(broadcast([*people, people[1]], HELLO))
    assert "6 people: 4 sent, 1 duplicate, 1 failed; 1 × RecipientUnavailable" in campaign.logs


def test_each_person_has_a_row_of_results(campaign: Campaign) -> None:
    people = campaign.people(4)
    campaign.sandbox.faults.next(551, on="messages", to=people[0]["psid"])
    campaign.perform(broadcast([*people, people[1], {}], HELLO, fail=False, skip=[people[3]["psid"]]))
    assert Counter(row["outcome"] for row in campaign.results) == {
        "sent": 2,
        "failed": 2,
        "skipped": 1,
        "duplicate": 1,
    }
    by_row = {row["row"]: row for row in campaign.results}
    assert set(by_row) == {1, 2, 3, 4, 5, 6}
    assert by_row[2]["message_id"] == next(
        message.id for message in campaign.sandbox.messages if message.psid == people[1]["psid"]
    )
    assert by_row[1]["error"] == "RecipientUnavailable"
    assert by_row[1]["fix"]
    assert by_row[6]["recipient"] is None
