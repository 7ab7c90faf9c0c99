"""What a webhook was told settles what is unknown: by the ledger's own id, else by person, text and time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug import Response

from adaptor import send_image, send_text
from adaptor.core.errors import InputError
from adaptor.core.run.context import Run
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store
from adaptor.runner.history.echoes import Echo, EchoFile, echoes_in
from adaptor.runner.history.reconcile import NOT_ECHOED, reconcile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from adaptor.ledger.store import Store

ANA, BEN = "6543210987654321", "6543210987654322"
LOST = {"kind": "lost", "delivered": True}
NEVER = {"kind": "lost", "delivered": False}


@pytest.fixture
def told(httpserver: Any, sandbox: Any, tmp_path: Path) -> Callable[[], Path]:
    """A server that writes down what it is told, as a user's own would; gives the file when everything was told."""
    file = tmp_path / "echoes.jsonl"

    def take(request: Any) -> Response:
        with file.open("ab") as stream:
            stream.write(request.data + b"\n")
        return Response("")

    def shake(request: Any) -> Response:
        return Response(request.args["hub.challenge"])

    httpserver.expect_request("/webhook", method="GET").respond_with_handler(shake)
    httpserver.expect_request("/webhook", method="POST").respond_with_handler(take)
    sandbox.webhooks.delays = (0.0, 0.0, 0.0)
    sandbox.subscribe(httpserver.url_for("/webhook"), verify_token="v")

    def wait() -> Path:
        assert sandbox.webhooks.wait()
        return file

    return wait


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(str(tmp_path / "ledger.db"))
    yield opened
    opened.close()


def send(store: Store, sandbox: Any, *sends: tuple[Any, Any]) -> None:
    """Make sends in a run of their own, each with what goes wrong; the run has ended then."""
    configuration = {"access_token": sandbox.access_token, "base_url": sandbox.url, "max_retries": 0}
    ledger = Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    with Run(ledger=lambda: ledger) as run:
        for operation, fault in sends:
            sandbox.faults.script([fault])
            operation.catch(lambda error, state: state)({"data": {}, "configuration": configuration})
        assert run.outcomes["failed"] == 0
    store.runs.end("r1", ledger._lease.id, "stopped", 1)
    ledger._lease.close()


def settled(store: Store, echoes: Any) -> Any:
    record = store.runs.find("r1")
    assert record is not None
    return reconcile(store, record, Run(alone=True), echoes=echoes)


# --- What settles, and what does not ---


def test_an_echo_with_the_ledgers_id_settles_also_what_has_no_text(store: Store, sandbox: Any, told: Any) -> None:
    picture = send_image(ANA, "https://example.org/a.png")
    send(store, sandbox, (picture, LOST), (send_text(BEN, "hi"), NEVER))
    settlement = settled(store, EchoFile(str(told())))
    assert (settlement.settled, dict(settlement.remaining)) == (1, {NOT_ECHOED: 1})
    ana, ben = store.writes.records("r1")
    assert (ana.outcome, ana.result) == ("sent", {"recipient_id": ANA, "message_id": sandbox.messages[0].id})
    assert ben.outcome == "unknown"


def test_a_message_with_metadata_of_the_jobs_own_is_found_by_its_text(store: Store, sandbox: Any, told: Any) -> None:
    send(
        store,
        sandbox,
        (send_text(ANA, "tick", metadata="visit 7"), LOST),
        (send_text(ANA, "tick", metadata="8"), NEVER),
    )
    # Meta tells an event once more where its first call was not answered.
    twice = [*EchoFile(str(told())), *EchoFile(str(told()))]
    assert settled(store, twice).settled == 1
    assert sorted(row.outcome for row in store.writes.records("r1")) == ["sent", "unknown"]


def test_an_echo_of_a_message_that_is_known_to_be_sent_settles_no_other(store: Store, sandbox: Any, told: Any) -> None:
    send(store, sandbox, (send_text(ANA, "tick", metadata="1"), None), (send_text(ANA, "tick", metadata="2"), NEVER))
    assert settled(store, EchoFile(str(told()))).settled == 0


def test_the_ledgers_id_in_an_echo_for_somebody_else_settles_nothing(store: Store, sandbox: Any) -> None:
    send(store, sandbox, (send_text(ANA, "tick"), NEVER))
    (row,) = store.writes.records("r1")
    assert settled(store, [Echo("m_1", BEN, row.id, "tick", row.changed)]).settled == 0


@pytest.mark.parametrize(
    ("seconds", "text", "count"), [(0, "tick", 1), (0, "tock", 0), (-7200, "tick", 0), (7200, "tick", 0)]
)
def test_without_the_ledgers_id_text_and_time_must_fit(
    store: Store, sandbox: Any, seconds: float, text: str, count: int
) -> None:
    send(store, sandbox, (send_text(ANA, "tick"), NEVER))
    (row,) = store.writes.records("r1")
    assert settled(store, [Echo("m_1", ANA, None, text, row.changed + seconds)]).settled == count


# --- Files ---

EVENT = {
    "sender": {"id": "102030405060708"},
    "recipient": {"id": ANA},
    "timestamp": 1_790_000_000_000,
    "message": {"is_echo": True, "app_id": 1, "metadata": "k", "mid": "m_1", "text": "hi"},
}
BODY = {"object": "page", "entry": [{"id": "102030405060708", "time": 1, "messaging": [EVENT]}]}
ECHO = Echo("m_1", ANA, "k", "hi", 1_790_000_000.0)


@pytest.mark.parametrize(
    "value",
    [
        BODY,
        EVENT,
        [BODY],
        {"received": "2026-11-25T10:00:00Z", "body": BODY},
        {"received": "2026-11-25T10:00:00Z", "body": json.dumps(BODY)},
        {"object": "page", "entry": [{"standby": [EVENT]}]},
    ],
)
def test_an_echo_is_found_however_a_webhook_wraps_it(value: Any) -> None:
    assert list(echoes_in(value)) == [ECHO]


@pytest.mark.parametrize(
    "event",
    [
        {**EVENT, "message": {**EVENT["message"], "is_echo": False}},
        {**EVENT, "recipient": None},
        {**EVENT, "timestamp": "now"},
        {**EVENT, "timestamp": 10**400},
        {**EVENT, "timestamp": float("nan")},
        {"message": {"is_echo": True}},
        None,
        17,
        "is_echo",
        '{"is_echo"',
    ],
)
def test_what_is_no_echo_is_passed_over(event: Any) -> None:
    assert list(echoes_in([event, EVENT])) == [ECHO]


def test_a_file_may_be_one_document(tmp_path: Path) -> None:
    file = tmp_path / "echoes.json"
    file.write_text(json.dumps([BODY], indent=2))
    assert list(EchoFile(str(file))) == [ECHO]


def test_a_line_that_is_still_being_written_is_counted_and_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "echoes.jsonl"
    file.write_text(f'{json.dumps(BODY)}\n\n{{"object": "pa')
    echoes = EchoFile(str(file))
    assert list(echoes) == [ECHO]
    assert (echoes.unreadable, echoes.first_unreadable) == (1, 3)


def test_a_file_that_is_not_there_or_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        list(EchoFile(str(tmp_path / "nothere.jsonl")))
    (tmp_path / "photo.jsonl").write_bytes(b"\x89PNG\r\n\xff")
    with pytest.raises(InputError, match="are not JSON"):
        list(EchoFile(str(tmp_path / "photo.jsonl")))
