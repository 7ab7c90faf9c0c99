"""The retry policy, and the loop that applies it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import AdaptorError, DeliveryUnknown, NotSent
from adaptor.core.run.context import Run
from adaptor.wire.departure import wire
from adaptor.wire.retry import RetryPolicy, call_with_retries

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


@pytest.mark.long
def test_a_call_that_may_have_been_carried_out_is_never_retried() -> None:
    calls = Calls(DeliveryUnknown("lost"))
    with pytest.raises(DeliveryUnknown):
        calls.run()
    assert calls.events == ["made"]
