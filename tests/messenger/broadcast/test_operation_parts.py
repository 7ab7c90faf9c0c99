"""What is said before a broadcast of an earlier run, and after it of what did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_text, state
from adaptor.common.rows.failures import FIX
from adaptor.core.errors import ABOUT_PERSON, AdaptorError, InvalidMessage, ItemsFailed
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast.operation import _earlier_run, _raise_if_failed
from adaptor.messenger.broadcast.options import BroadcastOptions
from adaptor.messenger.broadcast.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANA, BEN, CEM = "6543210987654321", "6543210987654322", "6543210987654323"
HELLO = send_text(state.data.psid, "Hello.")


@pytest.fixture
def run_after_another(tmp_path: Path) -> Iterator[Run]:
    """A run of a job of which an earlier run has written to Ana and Ben."""
    path = str(tmp_path / "ledger.db")
    for name in ("before", "now"):
        ledger = Ledger.begin(open_store(path), RunRecord(name, "job.py", "d", "i"))
        ledger.enter_step("job-1", 0)
        if name == "before":
            writes = [ledger.write("s", psid, "a", is_message=True) for psid in (ANA, BEN)]
            ledger.settle([sent(entry.id, {}) for entry in ledger.claim(writes, sending=True)])
            ledger.close(0, finished=True)
    with Run(ledger=lambda: ledger) as run:
        BroadcastOptions.of(run).earlier = ("before", "It ran before.")
        yield run
    ledger.close(0, finished=False)


@pytest.mark.parametrize(
    ("psids", "words"),
    [
        ((ANA, BEN, CEM, ANA), "It ran before. 2 of the people above are among them."),
        ((ANA, None), "It ran before. 1 of the people above is among them."),
        ((CEM,), "It ran before. 0 of the people above are among them."),
    ],
)
def test_it_is_said_how_many_of_these_people_an_earlier_run_has_written_to(
    run_after_another: Run, psids: Any, words: str
) -> None:
    people = [{} if psid is None else {"psid": psid} for psid in psids]
    assert _earlier_run(people, HELLO, {}, None) == words


def test_of_what_can_be_gone_through_only_once_nobody_is_counted(run_after_another: Run) -> None:
    assert _earlier_run(iter([{"psid": ANA}]), HELLO, {}, None) == "It ran before."
    BroadcastOptions.of(run_after_another).earlier = None
    assert _earlier_run([{"psid": ANA}], HELLO, {}, None) == ""


def test_what_did_not_succeed_is_raised_with_counts_kinds_and_what_to_do() -> None:
    with Run() as run:
        outcomes = Outcomes(run)
        outcomes.ended("sent", 0, ANA)
        _raise_if_failed(outcomes, None)
        outcomes.ended("failed", 1, BEN, error=InvalidMessage("too long"))
        outcomes.ended("unknown", 2, CEM)
        _raise_if_failed(outcomes, False)
        with pytest.raises(ItemsFailed) as raised:
            _raise_if_failed(outcomes, None)
    assert raised.value.description.startswith("2 of 3 messages did not succeed: 1 × InvalidMessage. ")
    assert (raised.value.fix, raised.value.details) == (FIX, outcomes.failed)


@pytest.mark.parametrize(("fail", "raises"), [(None, False), (True, True), (False, False)])
def test_what_is_about_persons_alone_is_raised_only_where_that_is_asked_for(fail: bool | None, raises: bool) -> None:
    with Run() as run:
        outcomes = Outcomes(run)
        error = AdaptorError("blocked")
        error.about = ABOUT_PERSON
        outcomes.ended("failed", 0, ANA, error=error)
        if not raises:
            _raise_if_failed(outcomes, fail)
            return
        with pytest.raises(ItemsFailed, match="1 of 1 message did not succeed"):
            _raise_if_failed(outcomes, fail)
