"""How a call is identified as a write, what is recorded of it, and how its recorded outcome is given back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import JobError, RateLimited, send_text
from adaptor.core.digest import digest
from adaptor.core.errors import DeliveryUnknown
from adaptor.core.run.context import Run
from adaptor.graph.known_people import KnownPeople
from adaptor.graph.ledgered import (
    fingerprint,
    needs_no_ledger,
    recipient_text,
    replay,
    send_ledgered,
    slots_of,
    with_write_id,
    write_of,
)
from adaptor.graph.request import GraphRequest
from adaptor.ledger.at_most_once import WriteOutcome
from adaptor.ledger.errors import ReplayMismatch
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import LANE_MEDIA, LANE_MESSAGES, LANE_STOP, slot_for
from adaptor.ledger.records import RunRecord, Write, WriteRecord
from adaptor.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

ANA = "6543210987654321"
PAGE = "102030405060708"


def message(text: str = "a", **facts: Any) -> GraphRequest:
    body = {"recipient": {"id": ANA}, "message": {"text": text}}
    return GraphRequest("POST", "me/messages", {}, facts.pop("body", body), **facts)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """The ledger of a run that has begun."""
    begun = Ledger.begin(open_store(str(tmp_path / "ledger.db")), RunRecord("r1", "job.py", "d", "i"))
    begun.enter_step("job-1", 0)
    yield begun
    begun.close(0, finished=False)


@pytest.fixture
def kept(ledger: Ledger) -> Iterator[Run]:
    """A run with that ledger."""
    with Run(wait=lambda seconds: None, ledger=lambda: ledger) as run:
        yield run


# --- Which write it is ---


def test_a_message_is_identified_by_its_recipient_its_content_and_its_page(ledger: Ledger) -> None:
    write = write_of(message(" Hello ", key="k"), ledger, "send_text@3", PAGE)
    assert (write.site, write.recipient, write.page, write.own_key) == ("send_text@3", ANA, PAGE, "k")
    assert (write.is_message, write.is_idempotent, write.sole_at_site) == (True, False, False)
    assert write.text_digest == digest("text", "Hello")


def test_a_key_of_the_caller_replaces_that_of_the_request(ledger: Ledger) -> None:
    assert write_of(message(key="k"), ledger, "s", PAGE, key="mine").own_key == "mine"


def test_what_has_no_text_has_no_digest_of_one(ledger: Ledger) -> None:
    for body in (None, {"message": "text"}, {"message": {"attachment": {}}}, {"message": {"text": 7}}):
        assert write_of(message(body=body), ledger, "s", PAGE).text_digest is None


def test_equal_calls_are_several_writes_unless_they_count_as_one(ledger: Ledger) -> None:
    label = GraphRequest("POST", "1/label", {}, {"user": ANA}, is_idempotent=True)
    assert [write_of(label, ledger, "s", PAGE).occurrence for _ in range(2)] == [0, 1]
    assert [write_of(label, ledger, "once", PAGE, once=True).occurrence for _ in range(2)] == [0, 0]
    assert write_of(label, ledger, "s", PAGE).is_idempotent


def test_the_only_write_at_a_site_has_its_method_and_path_in_it(ledger: Ledger) -> None:
    post = GraphRequest("POST", "me/personas", {}, {"name": "N"})
    write = write_of(post, ledger, "create_persona@3", PAGE, sole_at_site=True)
    assert (write.site, write.sole_at_site) == ("create_persona@3 · POST me/personas", True)


BASE = GraphRequest("POST", "me/messages", {"a": "1"}, {"b": 1})


@pytest.mark.parametrize(
    "other",
    [
        BASE._replace(method="DELETE"),
        BASE._replace(path="me/labels"),
        BASE._replace(params={"a": "2"}),
        BASE._replace(body={"b": 2}),
        BASE._replace(access="app"),
        BASE._replace(part=1),
        BASE._replace(files={"filedata": Path(__file__)}),
    ],
)
def test_whatever_is_sent_counts_in_the_fingerprint(other: GraphRequest) -> None:
    assert fingerprint(other) != fingerprint(BASE) == fingerprint(BASE._replace(delay=3.0, key="k", headers={"X": "y"}))


def test_a_file_counts_by_its_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    first.write_bytes(b"one")
    second.write_bytes(b"one")
    prints = [fingerprint(BASE._replace(files={"filedata": path})) for path in (first, second)]
    second.write_bytes(b"two")
    prints.append(fingerprint(BASE._replace(files={"filedata": second})))
    assert prints[0] == prints[1] != prints[2]


def test_each_session_of_an_upload_is_the_same_upload() -> None:
    first, second = (BASE._replace(path=f"upload:{number}", params={"s": number}, file_offset=0) for number in "12")
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first._replace(file_offset=None)) != fingerprint(second._replace(file_offset=None))


@pytest.mark.parametrize(
    ("recipient", "text"),
    [
        ({"id": 7}, "7"),
        ({"user_ref": "u"}, '{"user_ref":"u"}'),
        ({"id": "7", "more": 1}, '{"id":"7","more":1}'),
        ({}, "{}"),
        ("7", ""),
        (None, ""),
    ],
)
def test_a_recipient_is_an_id_or_the_whole_object(recipient: Any, text: str) -> None:
    assert recipient_text(recipient).replace(" ", "") == text


# --- The id of a write in its message ---


def test_the_id_of_a_write_goes_into_the_metadata_of_its_message_and_the_request_is_not_changed() -> None:
    request = message()
    assert with_write_id(request, "t").body == {
        "recipient": {"id": ANA},
        "message": {"text": "a", "metadata": "t"},
    }
    assert request == message()


@pytest.mark.parametrize(
    "body", [None, "text", {"message": "text"}, {"message": {"text": "a", "metadata": "mine"}}, {"sender_action": "x"}]
)
def test_what_is_no_message_or_has_metadata_stays_as_it_is(body: Any) -> None:
    assert with_write_id(message(body=body), "t").body == body


# --- The pace ---


def with_attachment(kind: Any) -> GraphRequest:
    return message(body={"recipient": {"id": ANA}, "message": {"attachment": kind}})


def test_messages_need_slots_and_recordings_and_films_a_slower_lane_too() -> None:
    stop, label = slot_for(LANE_STOP, 0, 1.0), GraphRequest("POST", "1/label", {}, {"user": ANA})
    assert slots_of([]) == slots_of([label]) == []
    assert slots_of([message(), label]) == [stop, slot_for(LANE_MESSAGES, 1, 300.0)]
    assert slots_of([message()], 5.0) == [stop, slot_for(LANE_MESSAGES, 1, 5.0)]
    assert slots_of([with_attachment({"type": "image"}), with_attachment("x")]) == [
        stop,
        slot_for(LANE_MESSAGES, 2, 300.0),
    ]
    assert slots_of([with_attachment({"type": kind}) for kind in ("audio", "video", "file")]) == [
        stop,
        slot_for(LANE_MESSAGES, 3, 300.0),
        slot_for(LANE_MEDIA, 2, 10.0),
    ]


def test_a_page_that_waits_longer_than_allowed_refuses_and_says_how_to_go_on(
    kept: Run, ledger: Ledger, state_for: Any
) -> None:
    ledger.store.pages.stop(f"http://127.0.0.1:9/{PAGE}", 100.0)
    with pytest.raises(RateLimited, match="may not send for 100 more seconds") as refused:
        send_text(ANA, "a")(state_for("http://127.0.0.1:9", page_id=PAGE, max_wait=60))
    assert refused.value.fix == "Continue later with --resume, which sends nothing again."
    assert (refused.value.code, refused.value.sent) == ("PAGE_WAITS", "no")
    assert refused.value.retry_after == pytest.approx(100, abs=5)
    assert ledger.store.writes.counts("r1") == {}


@pytest.mark.parametrize(("seconds", "level"), [(0.5, "debug"), (3.0, "info")])
def test_a_page_that_waits_as_long_as_allowed_is_waited_for(
    wire: Any, http: Any, ledger: Ledger, state_for: Any, seconds: float, level: str
) -> None:
    server = wire(http({"message_id": "m_1"}))
    waited: list[float] = []
    lines: list[Any] = []
    ledger.store.pages.stop(f"{server.url}/{PAGE}", seconds)
    with Run(wait=waited.append, ledger=lambda: ledger, sink=lambda *line: lines.append(line[:3])):
        send_text(ANA, "a")(state_for(server.url, page_id=PAGE))
    assert waited == [pytest.approx(seconds, abs=0.5)]
    assert (level, "graph", f"The Page's pace: waiting {waited[0]:.2f} s.") in lines


# --- Whether it is recorded ---


def test_reads_and_side_actions_are_not_recorded(kept: Run) -> None:
    assert needs_no_ledger(GraphRequest("GET", "me", {}), kept)
    assert needs_no_ledger(message(is_aside=True), kept)
    assert not needs_no_ledger(message(key="k"), kept)


def test_a_run_without_a_ledger_records_nothing_and_refuses_a_key() -> None:
    with Run() as run:
        assert needs_no_ledger(message(), run)
        assert needs_no_ledger(GraphRequest("GET", "me", {}, key="k"), run)
        with pytest.raises(JobError) as refused:
            needs_no_ledger(message(key="k"), run)
    assert refused.value.code == "NO_LEDGER"
    assert refused.value.description == (
        "`key` promises at most one send ever, and this run has no ledger to record it."
    )
    assert refused.value.fix == "Run the job with adaptor run, or give the run a ledger."


def test_a_read_among_writes_is_made_with_them_and_again_where_all_writes_were_made_before(
    wire: Any, http: Any, kept: Run, ledger: Ledger, state_for: Any
) -> None:
    from adaptor.graph.client import client_for

    server = wire(http({"name": "Page"}), http({"message_id": "m_1"}), http({"name": "Page"}))
    client = client_for(kept, state_for(server.url, page_id=PAGE)["configuration"])
    requests = [GraphRequest("GET", "me", {}), message()]
    for _ in range(2):
        answers = send_ledgered(requests, client, kept)
        assert [answer.body for answer in answers] == [{"name": "Page"}, {"message_id": "m_1"}]  # type: ignore[union-attr]
    assert server.seen(3) == 3
    assert ledger.store.writes.counts("r1") == {"sent": 1}


@pytest.mark.parametrize("is_kept", [True, False])
def test_only_a_ledger_that_is_kept_puts_the_id_of_a_write_into_its_message(
    wire: Any, http: Any, tmp_path: Path, state_for: Any, is_kept: bool
) -> None:
    server = wire(http({"message_id": "m_1"}))
    store = open_store(str(tmp_path / "kept.db") if is_kept else ":memory:")
    ledger = Ledger.begin(store, RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    with Run(ledger=lambda: ledger):
        send_text(ANA, "a")(state_for(server.url, page_id=PAGE))
    ledger.close(0, finished=False)
    assert (b"metadata" in server.requests[0]) is is_kept


# --- What is left out ---


class Stopped(KnownPeople):
    """Knows that Ana has asked for no more."""

    def is_stopped(self, psid: str, run: Run, state: Any) -> bool:
        return psid == ANA


def test_whoever_has_asked_for_no_more_gets_nothing_and_that_is_recorded(
    wire: Any, http: Any, kept: Run, ledger: Ledger, state_for: Any
) -> None:
    server = wire(http({"message_id": "m_1"}))
    kept.resource("known people", Stopped)
    told: list[Any] = []
    kept.observers.on_result = told.append
    after = send_text(ANA, "a")(state_for(server.url, page_id=PAGE))
    assert after["data"] == {"outcome": "skipped"}
    assert [(row["outcome"], row["recipient"]) for row in told] == [("skipped", ANA)]
    assert kept.messages["skipped"] == 1
    (record,) = ledger.store.writes.records("r1")
    assert (record.outcome, record.write.recipient, record.write.page) == ("skipped", ANA, f"{server.url}/{PAGE}")
    assert record.write.site.startswith("send_text@")
    assert server.requests == []


# --- How a recorded outcome is given back ---


def recorded(outcome: str) -> WriteRecord:
    return WriteRecord("id", "r1", Write("s", ANA, "f", page=PAGE, is_message=True), outcome)


def test_what_was_sent_is_given_back_with_its_result_and_counts_as_earlier() -> None:
    with Run() as run:
        answer = replay(WriteOutcome({"message_id": "m"}, recorded("sent")), message(), run)
    assert answer.body == {"message_id": "m"}  # type: ignore[union-attr]
    assert (answer.response, answer.is_result, answer.is_repeat) == (None, False, False)  # type: ignore[union-attr]
    assert run.replayed == 1
    assert run.messages.get("duplicate", 0) == 0


def test_what_this_attempt_has_sent_before_is_a_duplicate_and_that_is_logged() -> None:
    lines: list[Any] = []
    with Run(sink=lambda *line: lines.append(line[:3])) as run:
        answer = replay(WriteOutcome({"message_id": "m"}, recorded("sent"), True), message(), run)
    assert answer.is_repeat  # type: ignore[union-attr]
    assert (run.messages["duplicate"], run.replayed) == (1, 0)
    assert lines == [("debug", "graph", f"{run.place()}: this message was sent to this person before; not sent again.")]


@pytest.mark.parametrize(("outcome", "unknown"), [("unknown", 1), ("skipped", 0)])
def test_an_outcome_that_is_given_back_is_the_result_itself(outcome: str, unknown: int) -> None:
    with Run() as run:
        answer = replay(WriteOutcome({"outcome": outcome}, recorded(outcome)), message(), run)
        repeat = replay(WriteOutcome({"outcome": outcome}, recorded(outcome), True), message(), run)
    assert answer.is_result  # type: ignore[union-attr]
    assert repeat.is_repeat  # type: ignore[union-attr]
    assert run.messages.get("unknown", 0) == unknown


def test_an_error_that_an_earlier_attempt_ended_with_is_counted_once() -> None:
    error = DeliveryUnknown("lost")
    error.is_earlier = True
    with Run() as run:
        assert replay(WriteOutcome(error, recorded("unknown")), message(), run) is error
        assert run.messages.get("unknown", 0) == 1
        replay(WriteOutcome(error, recorded("unknown"), True), message(), run)
        assert run.messages.get("unknown", 0) == 1


def test_a_write_that_is_refused_by_the_ledger_is_counted_as_failed() -> None:
    error = ReplayMismatch("other content")
    with Run() as run:
        assert replay(WriteOutcome(error), message(), run) is error
    assert run.messages["failed"] == 1
