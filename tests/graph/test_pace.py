"""A run slows down before Meta stops it, and says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor.core.run.context import Run

OK = {"message_id": "m_1"}


def usage(percent: float, minutes: float = 0) -> dict[str, str]:
    entry = {"type": "messenger", "call_count": percent, "estimated_time_to_regain_access": minutes}
    return {"x-business-use-case-usage": json.dumps({"1": [entry]})}


def test_a_call_waits_as_the_last_answer_advises(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(
        http(OK, headers=usage(50)), http(OK, headers=usage(90)), http(OK, headers=usage(100)), http(OK), http(OK)
    )
    state = state_for(server.url)
    for _ in range(5):
        write({})(state)
    # Nothing after 50 %; five seconds after 90 %; ten after 100 %; nothing where the last answer says nothing.
    assert waits == [5.0, 10.0]


def test_a_regain_time_on_a_success_is_waited(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http(OK, headers=usage(100, minutes=1)), http(OK))
    write({})(write({})(state_for(server.url)))
    assert waits == [60.0]


def test_a_regain_time_that_is_too_long_is_left_to_metas_answer(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    server = wire(http(OK, headers=usage(100, minutes=60)), http(OK))
    write({})(write({})(state_for(server.url)))
    assert waits == []


def test_a_wait_before_a_repeat_is_not_waited_twice(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, waits: list[float]
) -> None:
    limited = {"error": {"message": "slow down", "code": 80006}}
    server = wire(http(limited, status=400, headers=usage(100, minutes=1)), http(OK))
    write({})(state_for(server.url))
    assert waits == [60.0]


@pytest.mark.parametrize("header", ["x-app-usage", "x-page-usage"])
def test_the_limits_of_app_and_page_count_too(
    wire: Any, http: Any, read: Any, state_for: Any, run: Run, waits: list[float], header: str
) -> None:
    server = wire(http({"name": "a"}, headers={header: '{"call_count": 20, "total_time": 95}'}), http({"name": "a"}))
    read()(read()(state_for(server.url)))
    assert waits == [7.5]


def test_usage_is_told_on_every_answer_and_slowing_down_with_its_reason(
    wire: Any, http: Any, write: Any, state_for: Any
) -> None:
    lines: list[str] = []
    server = wire(http(OK, headers=usage(90)), http(OK))
    with Run(wait=lambda _: None, sink=lambda level, _, message, __: lines.append(f"{level}: {message}")):
        write({})(write({})(state_for(server.url)))
    assert "debug: usage of Meta's limits: messenger: call_count 90 %" in lines
    assert "info: 90 % of Meta's limits are used: waiting 5.0 s." in lines


def test_the_retry_time_of_a_rate_limit_comes_from_the_headers(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run
) -> None:
    from adaptor import RateLimited

    limited = {"error": {"message": "slow down", "code": 80006}}
    server = wire(http(limited, status=400, headers=usage(100, minutes=10)))
    with pytest.raises(RateLimited) as raised:
        write({})(state_for(server.url))
    assert raised.value.retry_after == 600.0
