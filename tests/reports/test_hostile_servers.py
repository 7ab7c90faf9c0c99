"""Servers that never come to an end: each call does, and what was sent is not called unsent."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from typing import Any

import pytest

from adaptor import DeliveryUnknown, HttpError, TemporaryFailure, get_page, http, send_text
from adaptor.core.run.context import Run

ANA = "6543210987654321"
HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def dripping(connection: socket.socket) -> None:
    connection.sendall(HEADERS + b"Content-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(0.02)


def endless_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X")
        time.sleep(0.02)


def endless_continue(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.01)


def endless_body(connection: socket.socket) -> None:
    connection.sendall(HEADERS + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")


def bomb(connection: socket.socket) -> None:
    packed = gzip.compress(b" " * 20_000_000)
    length = f"Content-Length: {len(packed)}\r\n\r\n".encode()
    connection.sendall(HEADERS + b"Content-Encoding: gzip\r\n" + length + packed)


@pytest.fixture
def server():
    """Start a server that answers every request in one way."""
    sockets: list[socket.socket] = []

    def start(answer: Any) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        sockets.append(listening)

        def serve(connection: socket.socket) -> None:
            try:
                connection.recv(65_536)
                answer(connection)
                # Closing with unread bytes of the request would reset the connection, and the answer be lost.
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass
            except OSError:
                # The client has gone.
                pass
            finally:
                connection.close()

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for each in sockets:
        each.close()


SLOW = [dripping, endless_headers, endless_continue]
LARGE = [endless_body, bomb]


def state_for(url: str) -> dict[str, Any]:
    limits = {"total_timeout": 0.5, "max_response_bytes": 5_000_000, "max_retries": 0}
    return {"data": {}, "configuration": {"access_token": "t", "base_url": url, **limits}}


@pytest.mark.long
@pytest.mark.parametrize("answer", SLOW, ids=lambda answer: answer.__name__)
def test_a_send_to_a_server_that_never_ends_has_an_unknown_outcome(server, answer):
    with pytest.raises(DeliveryUnknown, match="the answer took too long") as raised:
        send_text(ANA, "Hello")(state_for(server(answer)))
    assert raised.value.sent == "unknown"


@pytest.mark.parametrize("answer", LARGE, ids=lambda answer: answer.__name__)
def test_a_send_that_is_answered_with_too_much_has_an_unknown_outcome(server, answer):
    with pytest.raises(DeliveryUnknown, match="the answer is larger than 5,000,000 bytes"):
        send_text(ANA, "Hello")({**(given := state_for(server(answer))), "configuration": _patient(given)})


@pytest.mark.long
@pytest.mark.parametrize("answer", SLOW, ids=lambda answer: answer.__name__)
def test_a_read_from_a_server_that_never_ends_fails(server, answer):
    url = server(answer)
    with pytest.raises(TemporaryFailure, match="the answer took too long"):
        get_page()(state_for(url))
    waits: list[float] = []
    with pytest.raises(HttpError, match="the answer took too long"), Run(wait=waits.append):
        http.get(url, timeout=0.3)(state_for(url))
    # Its whole time was used up: it is not made again.
    assert waits == []


@pytest.mark.long
@pytest.mark.parametrize("answer", LARGE, ids=lambda answer: answer.__name__)
def test_a_read_of_too_much_fails(server, answer):
    url = server(answer)
    given = {"data": {}, "configuration": _patient(state_for(url))}
    with pytest.raises(TemporaryFailure, match="larger than 5,000,000 bytes"):
        get_page()(given)
    waits: list[float] = []
    with pytest.raises(HttpError, match="larger than 5,000,000 bytes") as caught, Run(wait=waits.append):
        http.get(url)(given)
    # It would be as large the next time.
    assert (caught.value.code, waits) == ("TOO_LARGE", [])


def _patient(given: dict[str, Any]) -> dict[str, Any]:
    return {**given["configuration"], "total_timeout": 60}
