"""The retry policy, and the loop that applies it."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import AdaptorError, DeliveryUnknown, NotSent
from adaptor.core.run.context import Run
from adaptor.wire.departure import wire
from adaptor.wire.retry import RetryPolicy, call_with_retries, retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator

POLICY = RetryPolicy(max_retries=2, max_wait=60.0)


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptor.wire.retry.random.uniform", lambda least, most: (least + most) / 2)


def asking(seconds: float) -> AdaptorError:
    error = AdaptorError("later")
    error.retry_after = seconds  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("repeats", "error", "seconds"),
    [
        (0, AdaptorError("no"), 1.0),
        (1, AdaptorError("no"), 2.0),
        (0, NotSent("no connection"), 0.25),
        (0, asking(30.0), 30.0),
        (0, asking(61.0), None),
        (2, AdaptorError("no"), None),
    ],
    ids=["first", "it doubles", "no connection", "as asked", "longer than allowed", "no retry left"],
)
def test_the_policy_says_how_long_to_wait(repeats: int, error: AdaptorError, seconds: float | None) -> None:
    assert POLICY.wait_before(repeats, error) == seconds


class Calls:
    """Makes a call that fails with these errors in turn, then succeeds."""

    def __init__(self, *errors: AdaptorError) -> None:
        self.errors = list(errors)
        self.events: list[Any] = []

    def make(self) -> str:
        self.events.append("made")
        wire.left = True
        if self.errors:
            raise self.errors.pop(0)
        return "answer"

    @contextmanager
    def waiting(self) -> Iterator[None]:
        self.events.append(("waiting", wire.left))
        yield

    def run(self) -> str:
        with Run(sink=lambda *line: None) as run:
            run.wait = lambda seconds: self.events.append(seconds)  # type: ignore[method-assign]
            return call_with_retries(
                self.make,
                POLICY,
                run,
                component="test",
                is_retryable=lambda error: isinstance(error, NotSent),
                waiting=self.waiting,
            )


def test_a_call_is_retried_and_counts_as_not_left_while_it_waits() -> None:
    calls = Calls(NotSent("no connection"))
    assert calls.run() == "answer"
    assert calls.events == ["made", ("waiting", False), 0.25, "made"]


def test_the_last_error_is_raised_when_no_retry_is_left() -> None:
    last = NotSent("third")
    calls = Calls(NotSent("first"), NotSent("second"), last)
    with pytest.raises(NotSent) as raised:
        calls.run()
    assert raised.value is last
    assert calls.events.count("made") == 3


def test_a_call_that_may_have_been_carried_out_is_never_retried() -> None:
    calls = Calls(DeliveryUnknown("lost"))
    with pytest.raises(DeliveryUnknown):
        calls.run()
    assert calls.events == ["made"]


def test_a_call_whose_whole_time_is_over_is_not_retried() -> None:
    calls = Calls(NotSent("no connection"))
    wire.begin(0)
    try:
        with pytest.raises(NotSent):
            calls.run()
    finally:
        wire.deadline = float("inf")
    assert calls.events == ["made"]


def test_a_call_that_is_interrupted_before_a_byte_left_has_not_left() -> None:
    wire.left = True
    with Run() as run, pytest.raises(KeyboardInterrupt):
        call_with_retries(
            interrupted, POLICY, run, component="test", is_retryable=lambda error: False, waiting=nullcontext
        )
    assert wire.left is False


def interrupted() -> str:
    raise KeyboardInterrupt


def test_a_retry_is_logged_with_its_reason_its_wait_and_how_many_there_may_be() -> None:
    lines: list[Any] = []
    failures = [NotSent("no connection"), NotSent("still none")]

    def make() -> str:
        if failures:
            raise failures.pop(0)
        return "answer"

    with Run(sink=lambda *line: lines.append(line), wait=lambda seconds: None) as run:
        call_with_retries(make, POLICY, run, component="test", is_retryable=lambda error: True, waiting=nullcontext)
    assert [line[:3] for line in lines] == [
        ("info", "test", "NotSent: no connection It was not carried out; trying again in 0.2 s (1 of 2)."),
        ("info", "test", "NotSent: still none It was not carried out; trying again in 0.5 s (2 of 2)."),
    ]


def test_the_longest_wait_that_is_allowed_is_waited() -> None:
    assert POLICY.wait_before(0, asking(60.0)) == 60.0


def test_jobs_that_failed_together_do_not_retry_together(monkeypatch: pytest.MonkeyPatch) -> None:
    spread: list[tuple[float, float]] = []
    monkeypatch.setattr("adaptor.wire.retry.random.uniform", lambda *most: spread.append(most) or 0.5)
    assert POLICY.wait_before(1, AdaptorError("no")) == 1.0
    assert spread == [(0.75, 1.25)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": " 120 "}, 120.0),
        ({"Retry-After": "1234567890123"}, 123456789.0),
        ({"Retry-After": "Sat, 28 Nov 2026 10:01:00 GMT", "Date": "Sat, 28 Nov 2026 10:00:00 GMT"}, 60.0),
        ({"Retry-After": "Sat, 28 Nov 2026 10:00:00 GMT", "Date": "Sat, 28 Nov 2026 10:01:00 GMT"}, 0.0),
        ({"Retry-After": "Sat, 28 Nov 2026 10:01:00 GMT", "Date": "now"}, 90.0),
        ({"Retry-After": "Sat, 28 Nov 2026 10:01:00 GMT"}, 90.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "-5"}, None),
        ({}, None),
    ],
)
def test_a_wait_is_a_number_or_a_date_by_the_clock_of_the_other_side(
    headers: dict[str, str], seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 11, 28, 9, 59, 30, tzinfo=UTC).timestamp()
    monkeypatch.setattr("adaptor.wire.retry.time.time", lambda: moment)
    assert retry_after(headers) == seconds
