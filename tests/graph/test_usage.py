from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor.graph.usage import BUSINESS_USAGE, seconds_to_wait


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
    assert seconds_to_wait(header(usage)) == seconds


@pytest.mark.parametrize(
    "usage", ["", "no JSON", "[1]", '"text"', '{"1": 5}', '{"1": {"a": 1}}', '{"1": [[]]}', "null"]
)
def test_a_header_that_cannot_be_read_says_nothing(usage: str) -> None:
    assert seconds_to_wait(header(usage)) is None


def test_an_answer_without_the_header_says_nothing() -> None:
    assert seconds_to_wait({"x-app-usage": '{"call_count": 100}'}) is None
