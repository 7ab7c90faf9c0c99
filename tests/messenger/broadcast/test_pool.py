"""Threads that wait for answers: how many there are, what they bring back, and how they end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import NotSent
from adaptor.graph.answers.answer import GraphAnswer
from adaptor.graph.request import GraphRequest
from adaptor.messenger.broadcast.pool import WorkerPool
from adaptor.wire.departure import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REQUEST = GraphRequest("POST", "me/messages", {"a": "1"}, {"text": "a"})
OK = GraphAnswer({"message_id": "m"}, None)


class Connection:
    """Answers each call as it is told, and says who has called."""

    opened: list[Connection]

    def __init__(self, answer: Any, *, has_left: bool = True, gate: Any = None, begun: Any = None) -> None:
        self.answer = answer
        self.has_left = has_left
        self.gate = gate
        self.begun = begun
        self.usage: Any = None
        self.calls: list[Any] = []
        self.closed = threading.Event()

    def exchange(self, request: GraphRequest, encoded: Any) -> Any:
        return self._answer([request])

    def exchange_parts(self, requests: list[GraphRequest]) -> Any:
        return self._answer(requests)

    def _answer(self, requests: list[GraphRequest]) -> Any:
        thread = threading.current_thread()
        self.calls.append((len(requests), thread.name, thread.daemon))
        if self.begun is not None:
            self.begun.release()
        if self.gate is not None:
            self.gate.wait(10)
        wire.left = self.has_left
        self.usage = "used"
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def close(self) -> None:
        self.closed.set()


@pytest.fixture
def pool_of() -> Iterator[Callable[..., tuple[WorkerPool, list[Connection]]]]:
    """Make a pool whose connections all answer alike."""
    pools: list[WorkerPool] = []

    def make(answer: Any, most: int = 2, **how: Any) -> tuple[WorkerPool, list[Connection]]:
        opened: list[Connection] = []

        def connect() -> Any:
            opened.append(Connection(answer, **how))
            return opened[-1]

        pools.append(WorkerPool(connect, most))
        return pools[-1], opened

    yield make
    for pool in pools:
        pool.close()


def test_several_requests_are_one_call_and_one_is_a_plain_one(pool_of: Any) -> None:
    pool, opened = pool_of([OK, OK])
    batch: Any = ["first", "second"]
    pool.take(batch, [REQUEST, REQUEST])
    back = pool.back(10)
    assert (back.batch, back.outcomes, back.usage, back.has_left) == (batch, [OK, OK], "used", True)
    assert (opened[0].calls, opened[0].usage) == ([(2, "broadcast", True)], None)
    single, _ = pool_of(OK)
    single.take(batch[:1], [REQUEST])
    assert single.back(10).outcomes == [OK]


@pytest.mark.parametrize("has_left", [True, False])
def test_an_error_comes_back_with_whether_a_byte_has_left(pool_of: Any, has_left: bool) -> None:
    pool, _ = pool_of(error := NotSent("no connection"), has_left=has_left)
    pool.take([], [REQUEST, REQUEST])
    back = pool.back(10)
    assert (back.outcomes, back.has_left) == (error, has_left)
    pool.take([], [REQUEST])
    assert pool.back(10).outcomes == [error]


def test_whatever_else_a_worker_meets_comes_back_too(pool_of: Any) -> None:
    pool, _ = pool_of(error := MemoryError())
    pool.take([], [REQUEST])
    assert pool.back(10).outcomes is error
    pool.take([], [REQUEST, REQUEST])
    assert pool.back(10).outcomes is error


def test_a_connection_that_cannot_be_opened_is_an_answer_without_usage() -> None:
    error = NotSent("no connection")

    def refuse() -> Any:
        raise error

    pool = WorkerPool(refuse, 1)
    wire.left = True
    pool.take([], [REQUEST])
    back = pool.back(10)
    assert back is not None
    assert (back.outcomes, back.usage, back.has_left) == (error, None, False)
    pool.close()


def test_nothing_comes_back_before_its_time(pool_of: Any) -> None:
    pool, _ = pool_of(OK)
    assert pool.back(0) is None
    assert pool.back(-1) is None
    assert pool.back(0.001) is None


def test_a_worker_is_used_again_and_there_are_never_more_than_allowed(pool_of: Any) -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)
    pool, opened = pool_of([OK, OK], most=2, gate=gate, begun=begun)
    for _ in range(3):
        pool.take([], [REQUEST, REQUEST])
    # Two wait for their answers, so the third call has no worker yet.
    assert begun.acquire(timeout=10)
    assert begun.acquire(timeout=10)
    gate.set()
    for _ in range(3):
        assert pool.back(10) is not None
    assert len(opened) == 2
    pool.take([], [REQUEST, REQUEST])
    assert pool.back(10) is not None
    assert (len(opened), sum(len(each.calls) for each in opened)) == (2, 4)


def test_a_free_worker_takes_one_call_and_the_next_gets_a_worker_of_its_own(pool_of: Any) -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)
    pool, opened = pool_of(OK, most=3, gate=gate, begun=begun)
    gate.set()
    pool.take([], [REQUEST])
    pool.back(10)
    gate.clear()
    for _ in range(3):
        pool.take([], [REQUEST])
    # One each is under way at the same time: the first call's, and three that wait now.
    assert [begun.acquire(timeout=10) for _ in range(4)] == [True] * 4
    gate.set()
    assert [pool.back(10).outcomes for _ in range(3)] == [[OK]] * 3
    assert len(opened) == 3


def test_a_pool_that_ends_closes_its_connections(pool_of: Any) -> None:
    pool, opened = pool_of(OK)
    pool.take([], [REQUEST])
    pool.back(10)
    pool.close()
    assert opened[0].closed.wait(10)


def test_without_a_thread_nothing_is_taken_and_with_one_the_call_waits_for_it(
    pool_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    pool, opened = pool_of(OK, gate=gate)
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(RuntimeError):
        pool.take([], [REQUEST])
    monkeypatch.setattr(threading.Thread, "start", start)
    pool.take([], [REQUEST])
    monkeypatch.setattr(threading.Thread, "start", refuse)
    pool.take([], [REQUEST])
    gate.set()
    assert [pool.back(10).outcomes for _ in range(2)] == [[OK], [OK]]
    assert len(opened) == 1


def test_a_call_is_described_without_the_credential(pool_of: Any) -> None:
    pool, _ = pool_of(OK)
    assert pool.described(REQUEST) == {
        "method": "POST",
        "url": "me/messages",
        "params": {"a": "1"},
        "body": {"text": "a"},
    }
