"""How far it has come, for whoever looks."""

from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from adaptor import broadcast, send_text, state
from adaptor.core.run.context import Run
from adaptor.messenger.broadcast import progress
from adaptor.messenger.broadcast.outcomes import Outcomes
from adaptor.messenger.broadcast.progress import LINE_SECONDS, Progress, duration

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
        (61, "1 min 1 s"),
        (599, "9 min 59 s"),
        (600, "10 min"),
        (601, "10 min"),
        (3599, "59 min"),
        (7199, "1 h 59 min"),
        (10_800 + 3_540, "3 h 59 min"),
        (-1, "0 s"),
    ],
)
def test_a_time_is_told_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_live_line_tells_counts_rate_and_time_left_and_goes_away_at_the_end(campaign: Campaign) -> None:
    lines: list[str] = []
    campaign.perform(broadcast(campaign.people(100), HELLO, batch_size=10, rate=100), progress=lines.append)
    assert lines[-1] == ""
    assert any(line.startswith("broadcast: ") and "/s · " in line and line.endswith(" left") for line in lines)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Show how far a broadcast has come after some seconds."""

    def tell(seconds: float, total: int | None, *ended: str, before: int = 0, is_live: bool = False) -> list[Any]:
        lines: list[Any] = []
        clock = SimpleNamespace(monotonic=lambda: 1000.0)
        monkeypatch.setattr(progress, "time", clock)
        with Run(sink=lambda *line: lines.append(line[:3])) as run:
            if is_live:
                run.observers.progress = lines.append
            outcomes = Outcomes(run)
            shown = Progress(run, outcomes, total)
            for number, outcome in enumerate(ended):
                outcomes.ended(outcome, number, "7", was_before=number < before)
            clock.monotonic = lambda: 1000.0 + seconds
            shown.tell()
            shown.tell()
            shown.close()
        return lines

    return tell


def test_a_line_has_the_counts_the_rate_and_the_time_left(told: Any) -> None:
    ended = ["sent"] * 6 + ["failed", "unknown", "skipped", "duplicate"]
    text = "broadcast: 6 sent · 1 failed · 1 unknown · 1 skipped · 1 duplicate · 1/s · 1 min 30 s left"
    assert told(10.0, 100, *ended) == [("info", "broadcast", text)]
    assert told(10.0, None, *ended) == [("info", "broadcast", text.removesuffix(" · 1 min 30 s left"))]
    assert told(10.0, 100, *ended, is_live=True) == [text, text, ""]


def test_what_was_made_before_does_not_count_for_the_rate(told: Any) -> None:
    assert told(10.0, 100, *["sent"] * 40, before=20) == [("info", "broadcast", "broadcast: 40 sent · 2/s · 30 s left")]
    assert told(10.0, 100, *["sent"] * 40, before=40) == [("info", "broadcast", "broadcast: 40 sent · 0/s")]


def test_a_line_waits_for_its_ten_seconds(told: Any) -> None:
    assert told(9.9, 100, "sent") == []
    assert len(told(25.0, 100, "sent")) == 2
    assert told(0.0, 100, "sent", is_live=True)[0] == "broadcast: 1 sent · 1,000/s · 0 s left"


@pytest.mark.long
def test_where_nobody_looks_there_is_a_line_every_ten_seconds(campaign: Campaign, clock: Any) -> None:
    began = clock.monotonic()
    # The pace alone takes 29 seconds by the clock of the test; a slow machine adds its own.
    campaign.perform(broadcast(campaign.people(300), HELLO, batch_size=10, rate=10))
    lines = [line for line in campaign.logs if line.startswith("broadcast: ")]
    assert int(290 / 10 / LINE_SECONDS) <= len(lines) <= (clock.monotonic() - began) / LINE_SECONDS
    assert re.search(r" sent · ([1-9]|10)/s$", lines[0])


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
