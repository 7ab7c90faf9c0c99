from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor.graph.answers.usage import APP_USAGE, BUSINESS_USAGE, PAGE_USAGE, SLOWEST_SECONDS, Usage, read_usage


def header(usage: Any) -> dict[str, str]:
    return {BUSINESS_USAGE: usage if isinstance(usage, str) else json.dumps(usage)}


def entry(minutes: Any) -> dict[str, Any]:
    return {"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": minutes}


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ({"1": [entry(5)]}, 300),
        ({"1": [entry(5), entry(7)], "2": [entry(1)]}, 420),
        ({"1": [entry("3")]}, 180),
        ({"1": [entry(0.5)]}, 30),
        ({"1": [entry(0)]}, None),
        ({"1": [entry(None)]}, None),
        ({"1": [{"type": "messenger"}]}, None),
        ({"1": []}, None),
        ({}, None),
    ],
)
def test_the_longest_of_metas_minutes_is_the_time_to_wait(usage: Any, seconds: float | None) -> None:
    assert (read_usage(header(usage)) or Usage(0, None, "")).regain_seconds == seconds


@pytest.mark.parametrize(
    "usage", ["", "no JSON", "[1]", '"text"', '{"1": 5}', '{"1": {"a": 1}}', '{"1": [[]]}', "null", "[" * 100_000]
)
def test_a_header_that_cannot_be_read_says_nothing(usage: str) -> None:
    assert read_usage(header(usage)) is None


def test_an_answer_without_the_headers_says_nothing() -> None:
    assert read_usage({}) is None


def test_the_highest_of_all_figures_counts_and_all_are_told() -> None:
    usage = read_usage(
        {
            **header({"1": [{"type": "messenger", "call_count": 12, "total_cputime": "85", "total_time": 3}]}),
            APP_USAGE: '{"call_count": 28, "total_time": 25, "total_cputime": 26}',
            PAGE_USAGE: '{"call_count": -1, "total_time": true}',
        }
    )
    assert usage is not None
    assert (usage.percent, usage.regain_seconds) == (85, None)
    assert usage.text == (
        "app: call_count 28 %, total_cputime 26 %, total_time 25 %; "
        "messenger: call_count 12 %, total_cputime 85 %, total_time 3 %"
    )


@pytest.mark.parametrize(
    ("percent", "seconds"), [(0, 0), (80, 0), (85, 2.5), (90, 5), (100, SLOWEST_SECONDS), (250, SLOWEST_SECONDS)]
)
def test_the_pause_grows_from_80_per_cent_on(percent: float, seconds: float) -> None:
    assert Usage(percent, None, "").pause() == seconds


def test_metas_own_waiting_time_counts_more_than_the_figures() -> None:
    assert Usage(85, 120.0, "").pause() == 120.0


def test_nothing_used_is_a_figure_and_an_infinite_one_is_none() -> None:
    usage = read_usage({APP_USAGE: '{"call_count": 0}'})
    assert usage is not None
    assert (usage.percent, usage.text) == (0, "app: call_count 0 %")
    assert read_usage({APP_USAGE: '{"call_count": "inf", "total_time": Infinity, "total_cputime": "nan"}'}) is None


def test_each_limit_is_named_and_says_when_it_opens_again() -> None:
    usage = read_usage({**header({"1": [{"estimated_time_to_regain_access": 2}]}), PAGE_USAGE: '{"call_count": 0.5}'})
    assert usage is not None
    assert (usage.percent, usage.regain_seconds) == (0.5, 120.0)
    assert usage.text == "page: call_count 0.5 %; business: access again in 2 min"
    assert read_usage({APP_USAGE: "[1]", PAGE_USAGE: "{}"}) is None
