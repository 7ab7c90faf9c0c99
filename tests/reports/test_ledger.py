"""What people reported of ledgers elsewhere: here each of it holds."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord, sent
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

#: A NUL, and half of a sign that takes two: PostgreSQL can hold neither in a text.
ODD = ["a\0b", "\0", "half \ud83d", "\udc00", "both \0 and \ud83d"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger that does not exist yet."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("fresh_postgresql"))


def begun(database: str, given: Any) -> Ledger:
    ledger = Ledger.begin(open_store(database), RunRecord("r1", "/jobs/job.py", "job", "input", given))
    ledger.enter_step("greet", 0)
    return ledger


@pytest.mark.long
@pytest.mark.parametrize("odd", ODD)
def test_what_a_database_cannot_hold_is_kept_all_the_same(database: str, odd: str) -> None:
    ledger = begun(database, {"data": odd})
    made = [
        ledger.write(f"site {odd}", f"to {odd}", "f1"),
        ledger.write("site", "1", "f2", own_key=f"visit {odd}"),
        ledger.write(f"post {odd}", "", "f3", only=f"POST https://example.org/{odd}"),
    ]
    entries = ledger.claim(made)
    assert [entry.is_claimed for entry in entries] == [True] * 3
    answer = {"data": [odd, {odd: odd}]}
    ledger.settle([sent(entry.id, answer) for entry in entries])
    ledger.keep_step("done", {"kept": odd})
    ledger.close(1, finished=False)

    again = Ledger.resume(open_store(database), "r1")
    assert again.record.input == {"data": odd}
    assert [step.output for step in again.store.runs.steps("r1")] == [{"kept": odd}]
    again.enter_step("greet", 0)
    made = [
        again.write(f"site {odd}", f"to {odd}", "f1"),
        again.write("site", "1", "f2", own_key=f"visit {odd}"),
        again.write(f"post {odd}", "", "f3", only=f"POST https://example.org/{odd}"),
    ]
    known = again.claim(made)
    assert [(entry.is_claimed, entry.error, entry.record.result) for entry in known] == [(False, None, answer)] * 3
    again.close(0, finished=True)

    with closing(open_store(database, read_only=True)) as store:
        assert store.writes.counts("r1") == {"sent": 3}
