"""One call of a broadcast: recorded before it leaves, and by its answer, whatever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor import send_text
from adaptor.core.errors import DeliveryUnknown, JobError, NotSent
from adaptor.core.run.context import Run
from adaptor.graph.answers.answer import GraphAnswer
from adaptor.graph.answers.errors import RateLimited, RecipientUnavailable, TokenInvalid
from adaptor.graph.answers.usage import Usage
from adaptor.graph.ledgered import write_of
from adaptor.ledger.ledger import Ledger
from adaptor.ledger.pace import LANE_STOP, Slot
from adaptor.ledger.records import RunRecord
from adaptor.ledger.store import open_store
from adaptor.messenger.broadcast.engine import Engine
from adaptor.messenger.broadcast.exclusions import Exclusions
from adaptor.messenger.broadcast.outcomes import Outcomes
from adaptor.messenger.broadcast.pace import Pace
from adaptor.messenger.broadcast.pool import Completed
from adaptor.messenger.broadcast.progress import Progress
from adaptor.messenger.broadcast.requests import Outgoing
from adaptor.wire.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = "https://graph.facebook.com/1"
OK = GraphAnswer({"message_id": "m"}, None)


class Workers:
    """Answer each call as it is told, as soon as somebody looks."""

    def __init__(self, case: Case, answers: list[Any]) -> None:
        self.case = case
        self.answers = answers
        self.ready: list[Completed] = []
        self.closed = False

    def take(self, batch: list[Outgoing], requests: list[Any]) -> None:
        case = self.case
        case.calls.append([request.body["message"]["text"] for request in requests])
        case.metadata += [request.body["message"].get("metadata") for request in requests]
        case.in_flight.append(case.run.stop.in_flight)
        case.recorded.append(dict(case.ledger.store.writes.counts("r1")))
        outcomes, usage, has_left = case.ready(self.answers.pop(0))
        if outcomes is RuntimeError:
            raise RuntimeError("can't start new thread")
        self.ready.append(Completed(batch, outcomes, usage, has_left))

    def back(self, seconds: float) -> Completed | None:
        return self.ready.pop(0) if self.ready else None

    def described(self, request: Any) -> dict[str, Any]:
        return {"path": request.path}

    def close(self) -> None:
        self.closed = True


class Case:
    """A broadcast whose calls are answered in turn with what is given."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.calls: list[list[str]] = []
        self.metadata: list[Any] = []
        self.in_flight: list[Any] = []
        self.recorded: list[Any] = []
        self.lines: list[Any] = []
        self.rows: list[Any] = []
        self.ended: list[Any] = []
        self.failures: list[Any] = []
        self.run = Run(ledger=lambda: ledger, sink=lambda *line: self.lines.append(line[:3]))
        self.run.path[:] = [("step", 0), ("broadcast", None)]
        self.run.observers.on_result, self.run.observers.on_call = self.rows.append, self.ended.append
        self.run.observers.on_failure = self.failures.append
        self.outcomes = Outcomes(self.run)

    @staticmethod
    def ready(answer: Any) -> tuple[Any, Any, bool]:
        return answer if isinstance(answer, tuple) else (answer, None, True)

    def send(self, *answers: Any, count: int = 2, rate: float = 1e6, concurrency: int = 1, retries: int = 1) -> None:
        pace = Pace(rate, 2, concurrency, 100, RetryPolicy(retries, 60.0))
        progress = Progress(self.run, self.outcomes, None)
        engine = Engine(self.run, self.ledger, PAGE, lambda: None, pace, self.outcomes, progress)  # type: ignore[arg-type,return-value]
        self.workers = Workers(self, list(answers))
        engine._workers = self.workers  # type: ignore[assignment]
        with self.run:
            engine.send([self.outgoing(index) for index in range(count)], Exclusions(None, self.run, {}))

    def outgoing(self, index: int) -> Outgoing:
        operation = send_text(f"600000000000000{index}", f"no {index}")
        request = operation.describe({})
        return Outgoing(index, operation, request, write_of(request, self.ledger, "s", PAGE, once=True))

    def counts(self) -> dict[str, int]:
        return self.ledger.store.writes.counts("r1")

    def outcomes_of_calls(self) -> list[tuple[Any, ...]]:
        return [(call.outcome, call.count, call.is_message, call.recipient) for call in self.ended]

    def wait_of_page(self) -> float:
        return self.ledger.store.pages.reserve(PAGE, [Slot(LANE_STOP, 0.0)])


@pytest.fixture
def case(tmp_path: Path, clock: Any) -> Iterator[Case]:
    """A broadcast in a run that has just begun."""
    ledger = Ledger.begin(open_store(str(tmp_path / "ledger.db")), RunRecord("r1", "job.py", "d", "i"))
    ledger.enter_step("job-1", 0)
    yield Case(ledger)
    ledger.close(1, finished=False)


def limited(seconds: float | None = None) -> RateLimited:
    error = RateLimited("too many", code=613)
    error.sent, error.retry_after = "no", seconds
    return error


def lost() -> DeliveryUnknown:
    return DeliveryUnknown("lost", fix="Look in the inbox.")


def test_a_call_is_recorded_as_sending_before_it_leaves_and_as_sent_by_its_answer(case: Case) -> None:
    case.send([OK, OK])
    assert case.calls == [["no 0", "no 1"]]
    assert case.recorded == [{"sending": 2}]
    assert case.in_flight == [(2, 0)]
    assert case.counts() == {"sent": 2}
    assert case.outcomes_of_calls() == [("sent", 2, True, None)]
    assert [(row["row"], row["outcome"], row["recipient"], row["message_id"]) for row in case.rows] == [
        (1, "sent", "6000000000000000", "m"),
        (2, "sent", "6000000000000001", "m"),
    ]
    assert all(len(token) == 24 for token in case.metadata)
    assert len(set(case.metadata)) == 2
    assert (case.run.stop.in_flight, case.workers.closed) == ((0, 0), True)


def test_what_was_not_taken_is_claimed_again_and_sent_alone(case: Case) -> None:
    case.send([OK, limited(5.0)], [OK], count=2)
    assert case.calls == [["no 0", "no 1"], ["no 1"]]
    assert case.recorded == [{"sending": 2}, {"sent": 1, "sending": 1}]
    assert case.counts() == {"sent": 2}
    assert case.lines == [("info", "broadcast", "1 message was not taken; trying again in 5.0 s.")]


def test_all_of_a_call_that_was_not_taken_are_sent_again_only_so_often(case: Case) -> None:
    with pytest.raises(RateLimited):
        case.send([limited(2.0), limited(9.0)], [limited(2.0), OK])
    assert case.calls == [["no 0", "no 1"], ["no 0", "no 1"]]
    assert case.counts() == {"sent": 1, "failed": 1}
    assert case.lines[0] == ("info", "broadcast", "2 messages were not taken; trying again in 9.0 s.")


def test_a_person_who_cannot_be_reached_is_one_failure_and_its_call_is_shown(case: Case) -> None:
    case.send([OK, RecipientUnavailable("blocked", code=551)])
    assert case.counts() == {"sent": 1, "failed": 1}
    assert case.outcomes_of_calls() == [("failed", 1, True, "6000000000000001"), ("sent", 1, True, None)]
    assert case.failures == [{"path": "me/messages"}]
    assert case.rows[1]["error"] == "RecipientUnavailable"
    assert case.outcomes.failed[0]["index"] == 1


def test_what_would_be_the_same_for_all_stops_it_and_names_its_item(case: Case) -> None:
    error = TokenInvalid("expired", code=190)
    with pytest.raises(TokenInvalid) as raised:
        case.send([OK, error], count=4)
    assert raised.value is error
    assert error.place == "step 1 · broadcast[1] · send_text"
    assert case.calls == [["no 0", "no 1"]]
    assert case.counts() == {"sent": 1, "failed": 1}
    assert case.run.path == [("step", 0), ("broadcast", 1)]


@pytest.mark.parametrize("answer", [lost(), [lost(), lost()]])
def test_a_lost_answer_leaves_each_message_unknown_and_is_not_sent_again(case: Case, answer: Any) -> None:
    case.send(answer)
    assert case.calls == [["no 0", "no 1"]]
    assert case.counts() == {"unknown": 2}
    assert case.outcomes_of_calls() == [
        ("unknown", 1, True, "6000000000000000"),
        ("unknown", 1, True, "6000000000000001"),
    ]
    assert [row["outcome"] for row in case.rows] == ["unknown"] * 2
    assert case.ended[0].error is not case.ended[1].error


def test_three_calls_in_a_row_of_which_nothing_is_known_stop_it(case: Case) -> None:
    with pytest.raises(DeliveryUnknown) as raised:
        case.send(lost(), lost(), [lost(), lost()], count=8)
    assert raised.value.fix == ("3 calls in a row have no known outcome, so the broadcast stopped. Look in the inbox.")
    assert (len(case.calls), case.counts()) == (3, {"unknown": 6})


def test_one_known_outcome_between_them_does_not(case: Case) -> None:
    case.send(lost(), lost(), [OK, lost()], lost(), lost(), count=10)
    assert case.counts() == {"unknown": 9, "sent": 1}


def test_a_call_of_which_no_byte_has_left_is_claimed_again_where_a_worker_breaks(case: Case) -> None:
    with pytest.raises(MemoryError):
        case.send((MemoryError(), None, False))
    assert case.counts() == {"claimed": 2}
    assert case.outcomes.counts == {}


def test_a_call_that_has_left_when_a_worker_breaks_stays_as_sending(case: Case) -> None:
    with pytest.raises(MemoryError):
        case.send((MemoryError(), None, True))
    assert case.counts() == {"sending": 2}


def test_a_call_whose_answer_is_no_longer_awaited_is_unknown(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(workers: Workers, seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workers, "back", interrupt)
    with pytest.raises(KeyboardInterrupt):
        case.send([OK, OK])
    assert case.counts() == {"sending": 2}
    assert case.outcomes.counts == {"unknown": 2}
    assert case.outcomes_of_calls() == [("unknown", 2, True, None)]
    assert [(row["row"], row["outcome"], row["recipient"]) for row in case.rows] == [
        (1, "unknown", "6000000000000000"),
        (2, "unknown", "6000000000000001"),
    ]
    assert (case.run.stop.in_flight, case.workers.closed) == ((0, 0), True)


def test_without_a_thread_nothing_has_left(case: Case) -> None:
    with pytest.raises(RuntimeError, match="can't start new thread"):
        case.send(RuntimeError)
    assert case.recorded == [{"sending": 2}]
    assert case.counts() == {"claimed": 2}
    assert case.run.stop.in_flight == (0, 0)


def test_an_error_that_is_no_answer_is_raised_as_it_is(case: Case) -> None:
    with pytest.raises(NotSent):
        case.send(NotSent("no connection"), retries=0)
    assert case.counts() == {"failed": 2}


def test_what_a_rate_limit_asks_holds_for_the_whole_page(case: Case) -> None:
    with pytest.raises(RateLimited):
        case.send([OK, limited(50.0)], retries=0)
    assert 40 < case.wait_of_page() <= 50


@pytest.mark.parametrize(
    ("usage", "level", "seconds"),
    [
        (Usage(81.0, None, ""), "debug", 0.5),
        (Usage(82.0, None, ""), "info", 1.0),
        (Usage(100.0, 60.0, ""), "info", 60.0),
        (Usage(100.0, 61.0, ""), None, 0.0),
        (Usage(80.0, None, ""), None, 0.0),
    ],
)
def test_the_page_pauses_as_usage_asks_and_that_is_said_once(
    case: Case, usage: Usage, level: str | None, seconds: float
) -> None:
    case.send(([OK, OK], usage, True), count=2)
    text = f"Meta's limits are used to {usage.percent:g} %: the Page pauses for {seconds:.1f} s."
    assert case.lines == ([] if level is None else [(level, "broadcast", text)])
    assert case.wait_of_page() <= seconds


def test_an_error_of_the_source_ends_it_when_the_answers_are_recorded(case: Case) -> None:
    def items() -> Iterator[Outgoing]:
        yield case.outgoing(0)
        yield case.outgoing(1)
        raise JobError("the source broke")

    case.workers = Workers(case, [[OK, OK]])
    pace = Pace(1e6, 2, 1, 100, RetryPolicy(0, 60.0))
    engine = Engine(
        case.run,
        case.ledger,
        PAGE,
        lambda: None,
        pace,
        case.outcomes,
        Progress(case.run, case.outcomes, None),  # type: ignore[arg-type,return-value]
    )
    engine._workers = case.workers  # type: ignore[assignment]
    with case.run, pytest.raises(JobError):
        engine.send(items(), Exclusions(None, case.run, {}))
    assert case.counts() == {"sent": 2}
    assert case.workers.closed
