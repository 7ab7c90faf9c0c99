"""The answers of people for which steps wait, as a command line or a test gives them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from adaptor.core.run.context import Run
from adaptor.runner.execution.answers import Answers, reply_facts
from adaptor.runner.execution.recording.ledger_options import LedgerOptions


def answers(*, recorded: Any = None, **options: Any) -> Answers:
    given = LedgerOptions()
    for name, value in options.items():
        setattr(given, name, value)
    ledger: Any = SimpleNamespace(recorded_step=lambda place, arrival: recorded)
    return Answers(given, Run(dry_run=True), ledger)


def test_an_answer_that_was_recorded_is_given_again() -> None:
    assert answers(recorded=SimpleNamespace(output={"facts": 1}), replies=["no"]).to("a", 0, "7", 5.0) == {"facts": 1}


def test_an_answer_is_for_one_arrival_at_one_step() -> None:
    found = answers(reply={"step": "a", "arrival": 1, "facts": {"text": "yes"}})
    assert found.to("a", 1, "7", 5.0) == {"facts": {"text": "yes"}}
    assert found.to("a", 0, "7", 5.0) is None
    assert found.to("b", 1, "7", 5.0) is None


def test_replies_are_given_in_turn_and_told_as_they_are() -> None:
    told: list[Any] = []
    found = answers(replies=["yes", None, {"payload": "P"}], on_reply=lambda *reply: told.append(reply))
    facts: Any = found.to("a", 0, "7", 5.0)
    assert facts["facts"]["text"] == "yes"
    assert facts["facts"]["psid"] == "7"
    assert (facts["facts"]["event"], facts["facts"]["attachments"], facts["facts"]["is_echo"]) == (
        "messages",
        [],
        False,
    )
    assert facts["facts"]["payload"] is None
    assert found.to("b", 0, "7", 6.0) == {"facts": None}
    third: Any = found.to("c", 0, None, 7.0)
    assert (third["facts"]["text"], third["facts"]["payload"], third["facts"]["psid"]) == (None, "P", None)
    assert found.to("d", 0, "7", 8.0) is None
    assert told == [("7", {"text": "yes"}, 5.0), ("7", None, 6.0), (None, {"payload": "P"}, 7.0)]


@pytest.mark.parametrize(
    ("reply", "facts"),
    [
        ({"text": "yes"}, {"text": "yes"}),
        ({"text": "Yes", "quick_reply": "Q"}, {"text": "Yes", "quick_reply": "Q", "payload": "Q"}),
        ({"quick_reply": "Q", "payload": "P"}, {"quick_reply": "Q", "payload": "P"}),
        (
            {"text": "Start", "payload": "P"},
            {"payload": "P", "event": "messaging_postbacks", "postback": {"title": "Start", "payload": "P"}},
        ),
        ({"payload": "P", "event": "messages"}, {"payload": "P", "event": "messages"}),
    ],
)
def test_what_is_tapped_is_a_quick_reply_or_a_postback(reply: Any, facts: Any) -> None:
    before = dict(reply)
    assert reply_facts(reply) == facts
    assert reply == before
