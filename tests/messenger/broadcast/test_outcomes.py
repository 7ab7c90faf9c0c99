"""How the items of a broadcast ended: counts, first failures, and a row for each person."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.core.errors import ABOUT_PERSON, AdaptorError, DeliveryUnknown, InvalidMessage
from adaptor.core.run.context import Run
from adaptor.messenger.broadcast.outcomes import KEPT_FAILURES, Outcomes


def about_person() -> AdaptorError:
    error = AdaptorError("blocked")
    error.about = ABOUT_PERSON
    return error


def earlier() -> AdaptorError:
    error = DeliveryUnknown("lost")
    error.is_earlier = True
    return error


@pytest.fixture
def rows(run: Run) -> list[Any]:
    """The rows that are reported."""
    found: list[Any] = []
    run.observers.on_result = found.append
    return found


def test_each_end_is_counted_and_reported(run: Run, rows: list[Any]) -> None:
    outcomes = Outcomes(run)
    outcomes.ended("sent", 0, "7", result={"message_id": "m"}, was_before=True)
    outcomes.ended("sent", 1, "8")
    outcomes.ended("skipped", 2, "9")
    assert (outcomes.total, outcomes.before, outcomes.unwell, outcomes.only_persons) == (3, 1, 0, True)
    assert [(row["row"], row["outcome"], row["recipient"], row["message_id"]) for row in rows] == [
        (1, "sent", "7", "m"),
        (2, "sent", "8", None),
        (3, "skipped", "9", None),
    ]
    assert outcomes.result("adaptor report") == {
        "total": 3,
        "outcomes": {"sent": 2, "skipped": 1},
        "made_before": 1,
        "errors": {},
        "results": "adaptor report",
    }


def test_what_is_skipped_is_recorded_as_a_message_of_its_person(run: Run) -> None:
    calls: list[Any] = []
    run.observers.on_call = calls.append
    outcomes = Outcomes(run)
    outcomes.ended("skipped", 2, "9")
    outcomes.ended("sent", 3, "9")
    assert [(call.outcome, call.is_message, call.recipient) for call in calls] == [("skipped", True, "9")]


@pytest.mark.parametrize(
    ("outcome", "error", "unwell", "only_persons"),
    [
        ("failed", about_person(), 1, True),
        ("failed", InvalidMessage("too long"), 1, False),
        ("failed", None, 1, False),
        ("unknown", DeliveryUnknown("lost"), 1, False),
        ("unknown", earlier(), 0, True),
        ("duplicate", None, 0, True),
    ],
)
def test_an_attempt_fails_by_what_went_wrong_in_it_and_was_not_about_persons(
    run: Run, outcome: str, error: Any, unwell: int, only_persons: bool
) -> None:
    outcomes = Outcomes(run)
    outcomes.ended(outcome, 0, "7", error=error)
    assert (outcomes.unwell, outcomes.only_persons) == (unwell, only_persons)
    outcomes.ended("failed", 1, "8", error=about_person())
    assert (outcomes.unwell, outcomes.only_persons) == (unwell + 1, only_persons)


def test_the_first_failures_are_kept_and_all_are_counted_by_their_errors(run: Run) -> None:
    outcomes = Outcomes(run)
    for index in range(KEPT_FAILURES + 1):
        outcomes.ended("failed", index, "7", error=InvalidMessage("too long"))
    outcomes.ended("unknown", 0, "7", error=DeliveryUnknown("lost"))
    assert [entry["index"] for entry in outcomes.failed] == list(range(KEPT_FAILURES))
    assert outcomes.failed[0]["about"] == "row"
    assert list(outcomes.result(None)["errors"].items()) == [
        ("InvalidMessage", KEPT_FAILURES + 1),
        ("DeliveryUnknown", 1),
    ]
    assert "results" not in outcomes.result(None)
    assert "made_before" not in outcomes.result(None)


def test_failures_are_logged_by_kind_where_there_are_any(run: Run) -> None:
    lines: list[Any] = []
    with Run(sink=lambda *line: lines.append(line[:3])) as logged:
        outcomes = Outcomes(logged)
        outcomes.log_failures()
        outcomes.ended("failed", 4, "7", error=InvalidMessage("too long"))
        outcomes.log_failures()
    ((level, component, text),) = lines
    assert (level, component) == ("info", "broadcast")
    assert text.startswith("    ")
    assert "too long" in text
