"""Reading an answer within limits of time and size."""

from __future__ import annotations

import http.client
import io
import socket
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adaptor.wire.departure import wire
from adaptor.wire.response import TimedResponse, TooLarge, read_content, seconds_left

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_deadline() -> Iterator[None]:
    wire.deadline = float("inf")
    yield
    wire.deadline = float("inf")


def answer(body: bytes) -> requests.Response:
    response = requests.Response()
    response.raw = io.BytesIO(body)
    return response


def test_a_body_of_just_the_allowed_size_is_read() -> None:
    response = answer(b"12345")
    read_content(response, 5)
    assert response.content == b"12345"


def test_a_larger_body_is_refused_and_its_connection_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    response = answer(b"x" * 70_000)
    monkeypatch.setattr(response, "close", lambda: closed.append(True))
    with pytest.raises(TooLarge, match=r"^the answer is larger than 69,999 bytes$"):
        read_content(response, 69_999)
    assert closed == [True]


def test_of_an_answer_that_is_too_large_the_rest_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    response = answer(b"x" * 1_000_000)
    monkeypatch.setattr(response, "close", lambda: None)
    with pytest.raises(TooLarge):
        read_content(response, 1_000)
    assert response.raw.tell() < 100_000


def test_several_blocks_are_one_body() -> None:
    body = bytes(range(256)) * 600
    response = answer(body)
    read_content(response, 1_000_000)
    assert response.content == body


def test_the_time_left_is_that_of_the_call_and_never_infinite() -> None:
    assert seconds_left() == 86_400.0
    wire.begin(60)
    assert 59 < seconds_left() <= 60
    assert wire.left is False
    wire.begin(0)
    with pytest.raises(TimeoutError, match=r"^the read timed out: the whole call took too long$"):
        seconds_left()


def test_the_last_moment_of_a_call_is_over_and_the_one_before_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adaptor.wire.response.time", SimpleNamespace(monotonic=lambda: 100.0))
    wire.deadline = 100.25
    assert seconds_left() == 0.25
    wire.deadline = 100.0
    with pytest.raises(TimeoutError):
        seconds_left()


class Pair:
    """Two ends of a connection: what is written to one is the answer that the other reads."""

    def __init__(self, raw: bytes, timeout: float | None = 5.0) -> None:
        self.here, self.there = socket.socketpair()
        self.here.settimeout(timeout)
        self.there.sendall(raw)

    def response(self) -> Any:
        return TimedResponse(self.here)

    def close(self) -> None:
        self.here.close()
        self.there.close()


@pytest.mark.parametrize("status", [b"102 Processing", b"103 Early Hints", b"199 Odd"])
def test_answers_that_are_not_the_final_one_are_skipped_with_their_headers(status: bytes) -> None:
    early = b"HTTP/1.1 " + status + b"\r\nLink: </a>\r\n\r\n"
    pair = Pair(early * 2 + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    response = pair.response()
    response.begin()
    assert (response.status, response.headers["Link"], response.read()) == (200, None, b"{}")
    pair.close()


@pytest.mark.parametrize("status", [b"101 Switching", b"200 OK"])
def test_a_final_answer_is_not_skipped(status: bytes) -> None:
    pair = Pair(b"HTTP/1.1 " + status + b"\r\n\r\n")
    response = pair.response()
    response.begin()
    assert response.status == int(status[:3])
    pair.there.close()
    response.close()
    pair.close()


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Ty", b"HTTP/1.1 200 OK"])
def test_an_answer_that_ends_within_its_headers_is_none_without_a_body(head: bytes) -> None:
    pair = Pair(head)
    pair.there.close()
    with pytest.raises(http.client.IncompleteRead):
        pair.response().begin()
    pair.close()


@pytest.mark.parametrize("timeout", [None, 30.0])
def test_reading_ends_with_the_call_however_long_one_read_may_take(timeout: float | None) -> None:
    pair = Pair(b"HTTP/1.1 200 OK\r\n", timeout)
    response = pair.response()
    wire.begin(0.02)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        response.begin()
    assert time.monotonic() - began < 10
    pair.close()


def test_one_read_takes_no_longer_than_its_own_limit() -> None:
    pair = Pair(b"HTTP/1.1 200 OK\r\n", 0.02)
    response = pair.response()
    wire.begin(3_000)
    with pytest.raises(TimeoutError):
        response.begin()
    assert pair.here.gettimeout() == 0.02
    pair.close()
