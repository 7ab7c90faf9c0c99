"""What is unknown is settled only by a message that can be no other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_image, send_text
from adaptor.core.digest import digest
from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store
from adaptor.runner.history.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.ledger.store import Store

ANA, BEN = "6543210987654321", "6543210987654322"
LOST = {"kind": "lost", "delivered": True}


@pytest.fixture
def configuration(sandbox: Any) -> dict[str, Any]:
    return {"access_token": sandbox.access_token, "base_url": sandbox.url, "max_retries": 0}


@pytest.fixture
def store() -> Iterator[Store]:
    opened = open_store(":memory:")
    yield opened
    opened.close()


@pytest.fixture
def send(sandbox: Any, store: Store, configuration: dict[str, Any]) -> Callable[..., None]:
    """Make sends in a run of their own, each with what goes wrong; the run has ended then."""

    def make(*sends: tuple[Any, Any], name: str = "r1") -> None:
        ledger = Ledger.begin(store, RunRecord(name, "job.py", "d", "i"))
        ledger.enter_step("job-1", 0)
        with Run(ledger=lambda: ledger) as run:
            for operation, fault in sends:
                sandbox.faults.script([fault])
                operation.catch(lambda error, state: state)({"data": {}, "configuration": configuration})
            assert run.outcomes["failed"] == 0
        store.runs.end(name, ledger._lease.id, "stopped", 1)
        ledger._lease.close()

    return make


@pytest.fixture
def settled(store: Store, configuration: dict[str, Any]) -> Callable[..., Any]:
    def ask(name: str = "r1") -> Any:
        record = store.runs.find(name)
        assert record is not None
        return reconcile(store, record, Run(wait=lambda seconds: None, alone=True), configuration=configuration)

    return ask


def test_a_message_that_is_in_the_conversation_was_sent(send: Any, settled: Any, store: Store, sandbox: Any) -> None:
    send((send_text(ANA, "  See you on Monday. "), LOST))
    settlement = settled()
    assert (settlement.settled, settlement.remaining.total()) == (1, 0)
    (row,) = store.writes.records("r1")
    assert (row.outcome, row.result) == ("sent", {"recipient_id": ANA, "message_id": sandbox.messages[0].id})


def test_the_same_text_that_is_known_to_be_sent_is_another_message(send: Any, settled: Any, store: Store) -> None:
    first = send_text(ANA, "tick")
    send((first, None), (send_text(ANA, "tick"), {"kind": "lost", "delivered": False}))
    settlement = settled()
    assert settlement.settled == 0
    assert dict(settlement.remaining) == {"not among the 20 newest messages of the conversation": 1}
    assert [row.outcome for row in store.writes.records("r1")] == ["sent", "unknown"]


def test_two_unknown_ones_need_two_messages(send: Any, settled: Any, store: Store) -> None:
    first = send_text(ANA, "tick")
    send((first, LOST), (send_text(ANA, "tick"), {"kind": "lost", "delivered": False}))
    assert settled().settled == 1
    assert sorted(row.outcome for row in store.writes.records("r1")) == ["sent", "unknown"]


def test_the_same_text_at_another_time_is_another_message(send: Any, settled: Any, sandbox: Any) -> None:
    sandbox.person(ANA).says("Hello")
    sandbox.advance(hours=2)
    send((send_text(ANA, "tick"), LOST))
    assert settled().settled == 0


def test_what_the_person_says_is_not_ours(send: Any, settled: Any, sandbox: Any) -> None:
    send((send_text(ANA, "ok"), {"kind": "lost", "delivered": False}))
    sandbox.person(ANA).says("ok")
    assert settled().settled == 0


def test_what_has_no_text_is_not_guessed_and_meta_is_not_asked(send: Any, settled: Any, sandbox: Any) -> None:
    send((send_image(ANA, "https://example.org/a.png"), LOST))
    before = len(sandbox.requests)
    assert dict(settled().remaining) == {"without a text by which it could be found": 1}
    assert len(sandbox.requests) == before


def test_somebody_about_whom_meta_says_nothing_keeps_nobody_else_from_being_settled(
    send: Any, settled: Any, sandbox: Any
) -> None:
    send((send_text(ANA, "a"), LOST), (send_text(BEN, "b"), LOST))
    sandbox.faults.script([551])
    settlement = settled()
    assert (settlement.settled, settlement.remaining.total()) == (1, 1)


def test_what_a_killed_run_was_sending_is_settled_too(
    settled: Any, store: Store, configuration: dict[str, Any]
) -> None:
    ledger = Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    ledger.claim([ledger.write("send_text", ANA, "f", text_digest=digest("text", "a"))], sending=True)
    send_text(ANA, "a")({"data": {}, "configuration": configuration})
    store.database.run("UPDATE holders SET expires = 0")
    assert settled().settled == 1
    ledger._lease.close()
    assert store.writes.counts("r1") == {"sent": 1}


def test_meta_is_asked_twice_a_second(
    send: Any, store: Store, configuration: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send((send_text(ANA, "a"), LOST), (send_text(BEN, "b"), LOST))
    waits: list[float] = []
    record = store.runs.find("r1")
    assert record is not None
    # The clock stands still, so that each call is half a second further off than the one before.
    monkeypatch.setattr(store.database, "ticks", lambda: 1000.0)
    assert reconcile(store, record, Run(wait=waits.append, alone=True), configuration=configuration).settled == 2
    assert waits == [0.0, 0.5, 1.0, 1.5]


def test_a_run_that_is_purged_or_under_way_is_not_settled(send: Any, settled: Any, store: Store) -> None:
    send((send_text(ANA, "a"), LOST))
    ledger = Ledger.resume(store, "r1")
    with pytest.raises(InputError, match="under way"):
        settled()
    store.runs.end("r1", ledger._lease.id, "stopped", 1)
    ledger._lease.close()
    store.runs.purge("r1")
    with pytest.raises(InputError, match="purged"):
        settled()
