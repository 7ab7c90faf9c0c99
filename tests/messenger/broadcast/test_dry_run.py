"""A broadcast of a dry run: the first messages are shown, the others are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_text
from adaptor.core.errors import InvalidMessage
from adaptor.core.run.context import Run
from adaptor.graph.ledgered import write_of
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast.dry_run import DryRun
from adaptor.messenger.broadcast.exclusions import Exclusions
from adaptor.messenger.broadcast.outcomes import Outcomes
from adaptor.messenger.broadcast.pace import Pace
from adaptor.messenger.broadcast.requests import Invalid, Outgoing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Case:
    """A dry run, and what it shows."""

    def __init__(self, ledger: Ledger, rate: float = 2.0) -> None:
        self.ledger = ledger
        self.lines: list[Any] = []
        self.rows: list[Any] = []
        self.calls: list[Any] = []
        self.shown: list[Any] = []
        self.run = Run(dry_run=True, sink=lambda *line: self.lines.append(line[:3]), on_request=self.shown.append)
        self.run.observers.on_result, self.run.observers.on_call = self.rows.append, self.calls.append
        self.outcomes = Outcomes(self.run)
        self.dry_run = DryRun(self.run, ledger, self.outcomes, Pace(rate, 2, 1, 10))

    def outgoing(self, index: int, text: str = "a") -> Outgoing:
        operation = send_text(f"600000000000000{index}", text)
        request = operation.describe({})
        return Outgoing(index, operation, request, write_of(request, self.ledger, "s", "", once=True))

    def describe(self, *found: Any) -> None:
        with self.run:
            self.dry_run.describe(found, Exclusions(None, self.run, {}))


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A dry run of a new run."""
    ledger = Ledger.begin(open_store(str(tmp_path / "ledger.db")), RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    yield Case(ledger)
    ledger.close(0, finished=False)


def test_the_first_three_are_shown_and_all_are_counted(case: Case) -> None:
    case.run.observers.sketch = lambda requests: f"{[each['body']['message']['text'] for each in requests]}\n\n"
    case.describe(*[case.outgoing(index, f"no {index}") for index in range(5)])
    assert [request.body["message"]["text"] for request in case.shown] == ["no 0", "no 1", "no 2"]
    assert case.outcomes.counts == {"described": 5}
    assert [(row["row"], row["outcome"], row["recipient"]) for row in case.rows][:2] == [
        (1, "described", "6000000000000000"),
        (2, "described", "6000000000000001"),
    ]
    assert [(call.outcome, call.count, call.is_message) for call in case.calls] == [
        ("described", 2, True),
        ("described", 2, True),
        ("described", 1, True),
    ]
    assert case.lines == [
        ("info", "broadcast", "\n['no 0', 'no 1', 'no 2']\n"),
        ("info", "broadcast", "… and 2 more like these"),
        ("info", "broadcast", "It would take about 3 s."),
    ]


def test_where_all_are_shown_there_are_no_more_like_these(case: Case) -> None:
    case.describe(*[case.outgoing(index) for index in range(3)])
    assert case.lines == [("info", "broadcast", "It would take about 2 s.")]


def test_an_equal_message_to_the_same_person_is_a_duplicate(case: Case) -> None:
    case.describe(case.outgoing(1), case.outgoing(2), case.outgoing(1), case.outgoing(1, "other"))
    assert case.outcomes.counts == {"described": 3, "duplicate": 1}


def test_what_is_wrong_is_named_and_no_outcome_of_a_call(case: Case) -> None:
    case.describe(Invalid(4, "7", InvalidMessage("too long")))
    assert case.outcomes.counts == {"failed": 1}
    assert [(row["row"], row["outcome"], row["recipient"]) for row in case.rows] == [(5, "failed", "7")]
    assert case.calls == []
    assert "too long" in case.lines[0][2]


def test_what_no_run_could_send_ends_it(case: Case, tmp_path: Path) -> None:
    outgoing = case.outgoing(1)
    outgoing.request = outgoing.request._replace(files={"filedata": tmp_path / "none.png"})
    with pytest.raises(InvalidMessage):
        case.describe(outgoing)
    assert case.outcomes.counts == {}


def test_in_a_resume_what_was_sent_is_not_described(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "ledger.db"))
    ledger = Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    first = Case(ledger)
    first.run.use_ledger(lambda: ledger)
    (entry,) = ledger.claim([first.outgoing(1).write])
    ledger.settle([sent(entry.id, {"message_id": "m"})])
    ledger.close(1, finished=False)
    again = Ledger.resume(open_store(str(tmp_path / "ledger.db")), "r1")
    again.enter_step("job-1", 0)
    case = Case(again)
    case.run.use_ledger(lambda: again)
    case.describe(case.outgoing(1), case.outgoing(2))
    assert case.outcomes.counts == {"sent": 1, "described": 1}
    again.close(1, finished=False)
