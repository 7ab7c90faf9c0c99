"""The answers of people for which steps wait, as a command line or a test gives them."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.run.context import Run
from adaptor.runner.execution.answers import Answers, reply_facts
from adaptor.runner.execution.recording.ledger_options import LedgerOptions
from adaptor.runner.execution.start import RunOptions, start_run
from adaptor.runner.load.credentials import Credentials

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.runner.execution.result import Result


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


class Asking:
    """A workflow whose first step asks and counts how often it does; the second shows the answer, and may fail."""

    def __init__(self, folder: Path) -> None:
        asks = "def ask(s):\n    with open('asked', 'a') as file:\n        file.write('x')\n    return s\n\nfn(ask)"
        shows = "import os\nfn(lambda s: 1 / 0 if os.path.exists('stop') else {'data': s['data'].get('text', 'none')})"
        edges = {"b": {"on": "reply", "within": "2d"}, "c": {"on": "no_reply"}}
        steps = [{"id": "a", "expression": asks, "next": edges}, *({"id": id_, "expression": shows} for id_ in "bc")]
        (folder / "w.json").write_text(json.dumps({"workflow": {"steps": steps}}), encoding="utf-8")
        self.folder = folder

    def run(self, **values: Any) -> Result:
        options = RunOptions(str(self.folder / "w.json"))
        options.fill(values)
        return start_run(options, options.new_run(Run, lambda *line: None), Credentials())


@pytest.fixture
def asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.chdir(tmp_path)
    return Asking(tmp_path)


def test_a_run_that_waits_goes_on_in_another_process_without_asking_again(asking: Asking) -> None:
    waiting = asking.run(run_id="r1")
    assert waiting.waits == {"step": "a", "arrival": 0, "seconds": 172_800}
    result = asking.run(resume="r1", reply={"step": "a", "arrival": 0, "facts": {"text": "yes"}})
    assert (result.exit_code, result.state) == (0, {"data": "yes"})
    assert (asking.folder / "asked").read_text() == "x"


@pytest.mark.parametrize(("reply", "step", "data"), [("yes", "b", "yes"), (None, "c", "none")])
def test_an_answer_is_recorded_so_that_each_attempt_gets_the_same(
    asking: Asking, reply: str | None, step: str, data: str
) -> None:
    (asking.folder / "stop").touch()
    assert asking.run(run_id="r1", replies=[reply]).exit_code == 1
    (asking.folder / "stop").unlink()
    result = asking.run(resume="r1", replies=["another"])
    assert [each.id for each in result.steps] == ["a", step]
    assert (result.exit_code, result.state) == (0, {"data": data})


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
