"""The endpoints take what Meta sends, and nothing else brings them down."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import Future

import pytest
import requests
from hypothesis import HealthCheck, given, settings, strategies as st

from adaptor.ledger.errors import LedgerError
from adaptor.service.inbox.intake import Intake
from adaptor.service.store.records import Stored
from adaptor.service.store.store import open_service_store
from adaptor.service.web import body as endpoints, server as serving
from adaptor.service.web.app import build_app
from adaptor.service.web.meta import Door, Webhooks
from adaptor.service.web.metrics import Metrics
from adaptor.service.web.server import WebServer, listen
from tests.thorough import examples

from ..processes import SECRET, TOKEN, body_of, message, signed


class Running:
    """The endpoints on a port, with a real store behind them."""

    def __init__(self, store, intake):
        self.store = store
        self.intake = intake
        self.answer = intake.add
        self.lines = []
        self.requests = []
        self.stored = []
        listener = listen("127.0.0.1", 0)
        self.port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/webhook"
        started = threading.Event()
        webhooks = Webhooks(
            [Door("/webhook", (SECRET,), (TOKEN,))],
            arrive=lambda event, request: self.requests.append(request) or (event, []),
            store=lambda arrivals: self.answer(arrivals),
            on_stored=lambda event, runs, stored: self.stored.append((event.mid, stored)),
            log=lambda level, line: self.lines.append(line),
            metrics=Metrics(),
        )
        application = build_app(
            webhooks.routes(),
            problems=lambda: ["The database is away."],
            log=lambda level, line: self.lines.append(line),
            metrics=Metrics(),
        )
        self._server = WebServer(application, listener, started.set)
        self._thread = threading.Thread(target=self._server.serve_until_stopped)
        self._thread.start()
        assert started.wait(30)

    def post(self, body, headers=None):
        return requests.post(self.url, data=body, headers=signed(body) if headers is None else headers, timeout=60)

    def status_of(self, body, signature):
        """Send a request in one piece: a server that refuses a head closes before it reads a later body."""
        head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nX-Hub-Signature-256: " % len(body)
        return int(self.raw(head + signature + b"\r\n\r\n" + body).split(maxsplit=2)[1])

    def raw(self, data):
        """Send bytes; return what comes until the server closes the connection or answers."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(data)
            return connection.recv(65536)

    def stop(self):
        self._server.should_exit = True
        self._thread.join(30)


@pytest.fixture
def running(tmp_path):
    store = open_service_store(str(tmp_path / "ledger.db"))
    intake = Intake(store, lambda: None)
    intake.start()
    made = Running(store, intake)
    yield made
    made.stop()
    intake.close()
    store.close()


@pytest.mark.long
def test_the_answer_comes_after_the_event_is_stored(running):
    answer = running.post(body_of(message(), message()))
    assert (answer.status_code, answer.text) == (200, "EVENT_RECEIVED")
    assert running.store.events.count() == 2
    assert running.requests == [{"method": "POST", "path": "/webhook"}] * 2


@pytest.mark.long
@pytest.mark.parametrize("body", [b'{"object":"page","entry":[]}', b'{"object":"user"}', b"[]", b"5"])
def test_a_signed_body_without_events_is_taken(running, body):
    assert running.post(body).status_code == 200


@pytest.mark.long
@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a":' + b"[" * 100 + b"]" * 100 + b"}", b"[" * 100_000])
def test_a_signed_body_that_is_no_json_is_refused(running, body):
    assert running.post(body).status_code == 400


@pytest.mark.long
def test_what_cannot_be_stored_is_refused_so_that_meta_sends_it_again(running):
    def fail(arrivals):
        future = Future()
        future.set_exception(LedgerError("The disk is full."))
        return future

    running.answer = fail
    answer = running.post(body_of(message()))
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "The disk is full." in running.lines[0]


@pytest.mark.long
def test_a_body_that_is_too_large_is_refused_before_it_is_read(running):
    head = f"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: {endpoints.MOST_BYTES + 1}\r\n\r\n"
    assert running.raw(head.encode()).startswith(b"HTTP/1.1 413")


@pytest.mark.long
def test_a_client_that_leaves_in_the_middle_breaks_nothing(running, capfd):
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        connection.sendall(b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc")
    assert running.post(body_of(message())).status_code == 200
    running.stop()
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.long
def test_a_fault_of_our_own_is_said_with_its_place_and_without_its_text(running, capfd):
    def fail(arrivals):
        raise ZeroDivisionError("secret text")

    running.answer = fail
    assert running.post(body_of(message())).status_code == 500
    assert "ZeroDivisionError in " in running.lines[0]
    assert "secret text" not in running.lines[0] + "".join(capfd.readouterr())


@pytest.mark.long
def test_a_redelivery_is_told_as_one(running):
    again = message(mid="m_again")
    assert [running.post(body_of(again)).status_code for _ in range(2)] == [200, 200]
    assert running.stored == [("m_again", True), ("m_again", False)]


@pytest.mark.long
def test_a_body_of_unknown_length_is_limited_too(running, monkeypatch):
    monkeypatch.setattr(endpoints, "MOST_BYTES", 1000)
    answer = requests.post(running.url, data=(b"x" * 600 for _ in range(2)), timeout=60)
    assert answer.status_code == 413


def test_a_body_that_does_not_come_is_not_waited_for(running, monkeypatch):
    monkeypatch.setattr(endpoints, "BODY_SECONDS", 0.05)
    head = b"POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"
    assert running.raw(head).startswith(b"HTTP/1.1 408")


def test_a_connection_without_a_request_is_closed(running, monkeypatch):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.05)
    assert running.raw(b"POST /webhook HTTP/1.1\r\nHost: x\r\n") == b""


@pytest.mark.long
@pytest.mark.parametrize("end", [b"", b"\r\n\r\n"], ids=["without an end", "whole"])
def test_a_head_that_is_too_large_is_refused(running, end):
    answer = running.raw(b"GET /webhook HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 40_000 + end)
    assert answer.startswith(b"HTTP/1.1 400")


@pytest.mark.long
@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "/webhook", 405), ("GET", "/", 404), ("GET", "/x", 404)]
)
def test_another_request_is_refused(running, method, path, status):
    url = running.url.replace("/webhook", path)
    assert requests.request(method, url, timeout=60).status_code == status


@pytest.mark.long
def test_readyz_says_what_is_wrong(running):
    answer = requests.get(running.url.replace("webhook", "readyz"), timeout=60)
    assert (answer.status_code, answer.json()["problems"]) == (503, ["The database is away."])


@pytest.mark.long
def test_a_slow_disk_holds_up_no_other_request(running):
    held = Future()
    running.answer = lambda arrivals: held
    thread = threading.Thread(target=running.post, args=(body_of(message()),))
    thread.start()
    assert requests.get(running.url.replace("webhook", "healthz"), timeout=60).text == "ok"
    held.set_result([Stored.NEW])
    thread.join(30)


def request(body, *heads, version="1.1", length=None):
    """Return the bytes of a signed request, with further lines in its head."""
    lines = [f"POST /webhook HTTP/{version}", "Host: x", f"X-Hub-Signature-256: {signed(body)['X-Hub-Signature-256']}"]
    lines += [*heads, *([f"Content-Length: {len(body) if length is None else length}"] if length != "" else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.long
def test_a_body_in_chunks_is_taken_and_its_signature_is_that_of_the_whole(running):
    body = body_of(message())
    head = request(body, "Transfer-Encoding: chunked", length="")[: -len(body)]
    chunks = b"5\r\n" + body[:5] + b"\r\n%x\r\n" % (len(body) - 5) + body[5:] + b"\r\n0\r\n\r\n"
    assert running.raw(head + chunks).startswith(b"HTTP/1.1 200")


@pytest.mark.long
def test_http_1_0_is_taken(running):
    assert running.raw(request(body_of(message()), version="1.0")).startswith(b"HTTP/1.1 200")


@pytest.mark.long
@pytest.mark.parametrize(
    "heads",
    [
        ("Content-Length: 5",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: gzip",),
        (" folded: header",),
        ("Odd\x00: header",),
        ("No colon",),
    ],
)
def test_a_head_that_two_servers_may_read_in_two_ways_is_refused(running, heads):
    answer = running.raw(request(body_of(message()), *heads))
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 403", b"HTTP/1.1 501"))
    assert running.store.events.count() == 0


@pytest.mark.long
def test_a_body_that_is_longer_than_its_length_is_not_read_beyond_it(running):
    body = body_of(message())
    answer = running.raw(request(body, length=len(body) - 1))
    assert answer.startswith(b"HTTP/1.1 403")
    assert running.store.events.count() == 0


@pytest.mark.long
def test_two_signatures_are_refused_although_one_of_them_fits(running):
    body = body_of(message())
    answer = running.raw(request(body, "X-Hub-Signature-256: sha256=" + "0" * 64))
    assert answer.startswith(b"HTTP/1.1 403")


@pytest.mark.long
def test_a_signed_body_of_invalid_utf_8_is_refused(running):
    assert running.post(b'{"object":"page","entry":[{"id":"\xff"}]}').status_code == 400


@pytest.mark.long
@pytest.mark.parametrize("before", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"])
def test_a_head_that_comes_byte_by_byte_is_not_waited_for(running, monkeypatch, before):
    monkeypatch.setattr(serving, "HEAD_SECONDS", 0.3)
    with socket.create_connection(("127.0.0.1", running.port), timeout=60) as connection:
        if before:
            connection.sendall(before)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        connection.sendall(b"POST /webhook HTTP/1.1\r\nX-Slow: ")
        assert _is_closed_while_it_drips(connection)


def _is_closed_while_it_drips(connection):
    connection.settimeout(0.05)
    for _ in range(400):
        try:
            connection.sendall(b"a")
            if connection.recv(1) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_a_refused_signature_is_logged_once_and_not_for_each_request(running):
    for _ in range(20):
        running.post(body_of(message()), {"X-Hub-Signature-256": "sha256=x"})
    assert len(running.lines) == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["object", "entry", "id", "time", "messaging", "sender", "message"]), inner)
        | st.dictionaries(
            st.sampled_from(["mid", "text", "timestamp", "postback", "referral", "changes", "field"]), inner
        )
    ),
    max_leaves=15,
)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=_JSON, is_page=st.booleans(), is_signed=st.booleans(), header=st.binary(max_size=80))
def test_no_body_and_no_header_brings_it_down_and_nothing_unsigned_is_stored(
    running, document, is_page, is_signed, header
):
    body = json.dumps({"object": "page", "entry": [{"messaging": [document]}]} if is_page else document).encode()
    before = running.store.events.count()
    odd = header.replace(b"\r", b"").replace(b"\n", b"").strip()
    status = running.status_of(body, signed(body)["X-Hub-Signature-256"].encode() if is_signed else odd)
    assert status in ((200, 400) if is_signed else (400, 403))
    if not is_signed:
        assert running.store.events.count() == before
