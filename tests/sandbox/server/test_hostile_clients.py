"""Requests that no honest client sends, and clients that take too much: refused, and the server goes on."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest

from adaptor.sandbox.server.api import Api
from adaptor.sandbox.server.server import Server
from adaptor.sandbox.server.server_limits import ServerLimits
from adaptor.sandbox.simulation import Simulation
from adaptor.sandbox.state.clock import Clock
from adaptor.sandbox.state.page_state import PageState
from tests.waiting import wait_until

BODY = json.dumps({"recipient": {"id": "5"}, "message": {"text": "hi"}}).encode()
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
# Of every limit so little that a test meets it at once.
LIMITS = ServerLimits(
    connections=4, idle_seconds=0.4, request_seconds=0.4, head_bytes=2000, headers=10, body_bytes=5000
)


@pytest.fixture
def server():
    page = PageState(clock=Clock(), page_id="1", page_name="Page", access_token="t")
    found = Server(Api(Simulation(page)), limits=LIMITS)
    found.page = page
    yield found
    # Whatever came before, it still answers.
    wait_until(lambda: ask(found, post())[0] == 200)
    found.stop()


def connect(server):
    return socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=60)


def post(*headers, body=BODY, first="POST /me/messages HTTP/1.1"):
    lines = [first, "Host: localhost", "Authorization: Bearer t", "Content-Type: application/json"]
    return "\r\n".join([*lines, *(headers or (LENGTH,)), "", ""]).encode("latin-1") + body


def read(connection):
    """Give the status, the error or the body, and whether the connection stays open."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    body = json.loads(response.read())
    return response.status, body.get("error", body), response.getheader("Connection")


def ask(server, data):
    with connect(server) as connection:
        try:
            connection.sendall(data)
        except ConnectionError:
            # It was refused before all of it was sent.
            pass
        return read(connection)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (post(LENGTH, LENGTH), "more than one header Content-Length"),
        (post(LENGTH, "Content-Length: 3"), "more than one header Content-Length"),
        (post("Content-Length: +5"), "Content-Length of the request is not a number"),
        (post("Content-Length: 1_0"), "Content-Length of the request is not a number"),
        (post("Content-Length: 0x10"), "Content-Length of the request is not a number"),
        (post("Content-Length: -1"), "Content-Length of the request is not a number"),
        (post("Content-Length: 5, 5"), "Content-Length of the request is not a number"),
        (post("Content-Length: ٣".encode().decode("latin-1")), "Content-Length of the request is not a number"),
        (post(f"Content-Length: {'9' * 1500}"), "larger than 5000 bytes"),
        (post("Content-Length: 5001"), "larger than 5000 bytes"),
        (post(CHUNKED, LENGTH), "both Content-Length and Transfer-Encoding"),
        (post(CHUNKED, CHUNKED), "more than one header Transfer-Encoding"),
        (post("Transfer-Encoding: gzip, chunked"), "can only be chunked"),
        (post("Transfer-Encoding: xchunked"), "can only be chunked"),
        (post(CHUNKED, first="POST /me/messages HTTP/1.0"), "can only be chunked"),
        (post("Host: other"), "more than one header Host"),
        (post(f"{LENGTH}\r\n 5"), "malformed header"),
        (post("Content-Length : 5"), "malformed header"),
        (post("X: a\x00b"), "malformed header"),
        (post("no colon"), "malformed header"),
        (b"GET /me HTTP/1.1\r\n\r\n", "no header Host"),
        (b"GET /me HTTP/2.0\r\n\r\n", "first line"),
        (b"GET /a b HTTP/1.1\r\n\r\n", "first line"),
        (b"GET /me\r\n\r\n", "first line"),
        (b"\x16\x03\x01\x02\r\n\r\n", "first line"),
        (post(*["a: b"] * 20), "more than 10 headers"),
        (post(f"a: {'b' * 3000}"), "larger than 2000 bytes"),
        (b"GET /" + b"a" * 100_000, "larger than 2000 bytes"),
    ],
)
def test_an_ambiguous_or_endless_head_is_refused_and_the_connection_closed(server, data, words):
    status, error, connection = ask(server, data)
    assert (status, error["code"], connection) == (400, 100, "close")
    assert words in error["message"]
    assert server.page.messages == []


@pytest.mark.parametrize("size", ["-1", "0x1_0", "+5", "1_0", "", " 5", "zz", "F" * 16, "1389", "5" + ";" * 2000])
def test_a_chunk_has_a_plain_size(server, size):
    status, error, connection = ask(server, post(CHUNKED, body=f"{size}\r\n".encode() + BODY * 3 + b"\r\n0\r\n\r\n"))
    assert (status, error["code"], connection) == (400, 100, "close")
    assert "chunk" in error["message"]
    assert server.page.messages == []


@pytest.mark.parametrize(
    "end", [b"XX\r\n0\r\n\r\n", b"\r\n0\r\n" + b"a: b\r\n" * 9000 + b"\r\n"], ids=["too long", "endless trailers"]
)
def test_chunks_end_where_they_say(server, end):
    assert ask(server, post(CHUNKED, body=b"%x\r\n%b" % (len(BODY), BODY) + end))[0] == 400
    assert server.page.messages == []


def test_chunks_together_are_limited_too(server):
    assert ask(server, post(CHUNKED, body=(b"3e8\r\n" + b" " * 1000 + b"\r\n") * 9))[0] == 400


@pytest.mark.long
@pytest.mark.parametrize("data", [b"GET /me HT", post(body=BODY[:5]), post(CHUNKED, body=b"5\r\n{")])
def test_a_request_that_does_not_arrive_is_given_up(server, data):
    status, error, connection = ask(server, data)
    assert (status, connection) == (400, "close")
    assert "too long to arrive" in error["message"]


@pytest.mark.long
def test_a_client_that_drips_holds_no_thread(server):
    with connect(server) as connection:
        connection.setblocking(False)
        wait_until(lambda: len(server._open) == 1)
        while server._open:
            try:
                connection.send(b"G")
            except ConnectionError:
                break
            time.sleep(0.05)
    wait_until(lambda: not server._open)


@pytest.mark.long
def test_an_idle_connection_is_closed(server):
    with connect(server) as connection:
        connection.sendall(post())
        assert read(connection)[::2] == (200, "keep-alive")
        assert connection.recv(1) == b""


def test_one_connection_too_many_is_refused_as_a_limit_that_can_be_tried_again(server, caplog):
    with ExitStack() as open_:
        for _ in range(LIMITS.connections):
            open_.enter_context(connect(server))
        wait_until(lambda: len(server._open) == LIMITS.connections)
        status, error, connection = ask(server, post())
    assert (status, error["code"], connection) == (400, 4, "close")
    assert "4 connections are open" in error["message"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert server.page.messages == []


def test_a_thread_that_cannot_be_started_refuses_its_connection_alone(server, monkeypatch, caplog):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", fail)
        status, error, _ = ask(server, post())
    assert (status, error["code"]) == (400, 4)
    assert "can't start new thread" in caplog.text


SERVE = """
import resource, sys
from adaptor.sandbox import Sandbox
with Sandbox(access_token="t") as sandbox:
    resource.setrlimit(resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(sandbox.url, flush=True)
    sys.stdin.read()
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits of POSIX")
def test_it_outlives_a_shortage_of_file_descriptors():
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        port = int(line.rpartition(":")[2])
        with ExitStack() as open_:
            for _ in range(80):
                open_.enter_context(socket.create_connection(("127.0.0.1", port), timeout=60))
            time.sleep(0.5)
        with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
            connection.sendall(post())
            assert read(connection)[0] == 200
    finally:
        _, errors = process.communicate("", timeout=60)
    assert "cannot take another connection" in errors
    assert "Traceback" not in errors
    assert process.returncode == 0
