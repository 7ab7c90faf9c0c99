"""Did anything leave this machine? Real sockets, since only they can tell."""

from __future__ import annotations

import gzip
import json
import pickle
import select
import socket
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import DeliveryUnknown, NotSent
from adaptor.graph.answers.errors import GraphError, InvalidRequest, WindowClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.core.run.context import Run

OK = {"message_id": "m_1"}
FAILED = {"sent": 0, "failed": 1, "unknown": 0, "described": 0}
UNKNOWN = {"sent": 0, "failed": 0, "unknown": 1, "described": 0}


@pytest.fixture
def not_sent(write: Any, state_for: Any, run: Run, token: str) -> Callable[..., NotSent]:
    """Write, and return the error that says nothing left."""

    def attempt(url: str, **configuration: Any) -> NotSent:
        with pytest.raises(NotSent) as raised:
            write({"text": "hi"})(state_for(url, max_retries=0, **configuration))
        assert (raised.value.sent, raised.value.about) == ("no", "page")
        assert run.outcomes == FAILED
        assert token not in raised.value.report()
        return raised.value

    return attempt


@pytest.fixture
def unknown(write: Any, state_for: Any, run: Run, waits: list[float], token: str) -> Callable[..., DeliveryUnknown]:
    """Write, and return the error that says nobody knows; the server must have seen exactly one request."""

    def attempt(server: Any, **configuration: Any) -> DeliveryUnknown:
        with pytest.raises(DeliveryUnknown) as raised:
            write({"text": "hi"})(state_for(server.url, **configuration))
        assert (raised.value.sent, raised.value.about) == ("unknown", "row")
        assert run.outcomes == UNKNOWN
        assert server.seen(1) == 1
        assert waits == []
        assert token not in raised.value.report()
        assert vars(pickle.loads(pickle.dumps(raised.value))) == vars(raised.value)
        return raised.value

    return attempt


# --- Nothing left ----------------------------------------------------------------------------------------------------


def test_an_unknown_host_gets_nothing(not_sent: Any) -> None:
    assert "the host name is not known" in str(not_sent("https://graph.invalid"))


def test_a_port_where_nobody_listens_gets_nothing(not_sent: Any, refused_url: str) -> None:
    assert "the connection was refused" in str(not_sent(refused_url))


def test_a_server_that_speaks_no_tls_gets_nothing(not_sent: Any) -> None:
    # It hangs up on what is no HTTP.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        from threading import Thread

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = Thread(target=answer)
        thread.start()
        error = not_sent(f"https://localhost:{listener.getsockname()[1]}")
        thread.join(5)
    assert "TLS could not be set up" in str(error)


def test_a_server_whose_certificate_is_not_trusted_gets_nothing(not_sent: Any, wire: Any, http: Any) -> None:
    server = wire(http(OK), tls=True)
    assert "its certificate was not accepted" in str(not_sent(server.url))
    assert server.requests == []


@pytest.mark.long
def test_a_server_that_never_shakes_hands_gets_nothing(not_sent: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        not_sent(f"https://localhost:{silent.getsockname()[1]}", connect_timeout=0.2)


@pytest.fixture
def full_house() -> Iterator[str]:
    """The address of a server that accepts nobody any more."""
    waiting: list[socket.socket] = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        while len(waiting) < 64:
            visitor = socket.socket()
            waiting.append(visitor)
            visitor.setblocking(False)
            visitor.connect_ex(listener.getsockname())
            if not select.select([], [visitor], [], 0.1)[1]:
                break
        else:
            for visitor in waiting:
                visitor.close()
            pytest.skip("this system lets everybody wait for a connection")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        for visitor in waiting:
            visitor.close()


@pytest.mark.long
def test_a_server_that_lets_nobody_in_gets_nothing(not_sent: Any, full_house: str) -> None:
    assert "connecting took too long" in str(not_sent(full_house, connect_timeout=0.2))


def test_a_proxy_that_opens_no_tunnel_gets_no_request(
    not_sent: Any, wire: Any, http: Any, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    proxy = wire(http({"error": "not here"}, status=403))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    assert "the proxy did not connect" in str(not_sent("https://graph.invalid"))
    assert len(proxy.requests) == 1
    assert proxy.requests[0].startswith(b"CONNECT graph.invalid:443 ")
    assert token.encode() not in proxy.requests[0]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_gets_nothing(
    not_sent: Any, refused_url: str, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", refused_url)
    assert "the proxy did not connect" in str(not_sent(f"{scheme}://graph.invalid"))


def test_a_proxy_that_hangs_up_while_the_tunnel_is_made_gets_nothing(
    not_sent: Any, wire: Any, moves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = wire(moves.close)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    not_sent("https://graph.invalid")


def test_an_address_that_is_none_gets_nothing(not_sent: Any) -> None:
    not_sent("https://" + "a" * 70 + ".invalid")


# --- It left, and no trustworthy answer came -------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
@pytest.mark.parametrize(
    ("move", "words"),
    [("close", "closed the connection"), ("reset", "was reset"), ("keep_silent", "the answer took too long")],
)
def test_a_server_that_breaks_off_leaves_a_write_unknown(
    wire: Any, moves: Any, unknown: Any, certificate: str, monkeypatch: pytest.MonkeyPatch,
    move: str, words: str, tls: bool,
) -> None:  # fmt: skip
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    error = unknown(wire(getattr(moves, move), tls=tls), **({"read_timeout": 0.2} if move == "keep_silent" else {}))
    # Under TLS a reset may look like an end.
    assert words in str(error) or (tls and move == "reset")


def test_a_write_over_a_connection_that_worked_before_is_unknown_too(
    wire: Any, http: Any, moves: Any, write: Any, state_for: Any, run: Run
) -> None:
    server = wire(http(OK), moves.close)
    state = state_for(server.url)
    write({})(state)
    with pytest.raises(DeliveryUnknown):
        write({})(state)
    assert server.connections == 1
    assert len(server.requests) == 2


def test_a_connection_that_was_closed_after_its_answer_is_opened_anew(
    wire: Any, http: Any, moves: Any, write: Any, state_for: Any, run: Run
) -> None:
    server = wire(moves.say_and_close(http(OK, headers={"Connection": "close"})))
    state = state_for(server.url)
    write({})(state)
    write({})(state)
    assert server.connections == 2
    assert run.outcomes["sent"] == 2


HEAD = b"HTTP/1.1 200 OK\r\n"
GIVEN = b'{"message_id":"m_1"}'


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"garbage that is no HTTP\r\n\r\n", id="garbage"),
        pytest.param(b"\x16\x03\x01\x02\x00", id="binary"),
        pytest.param(b"HTTP/1.1 2", id="cut in the status line"),
        pytest.param(HEAD + b"Content-Le", id="cut in the headers"),
        pytest.param(HEAD + b"Content-Length: 99\r\n\r\n" + GIVEN, id="cut in the body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n14\r\n" + GIVEN[:5], id="cut in a chunk"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GIVEN, id="broken chunk"),
        pytest.param(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + GIVEN, id="no gzip"),
        pytest.param(HEAD + b"Content-Length: 10\r\n\r\n" + GIVEN, id="length too short"),
        pytest.param(HEAD + b"\r\n" + GIVEN[:-3], id="cut without a length"),
        pytest.param(HEAD + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n", id="too many headers"),
        pytest.param(HEAD + b"X: " + b"x" * 70000 + b"\r\n\r\n", id="too long a header"),
    ],
)
def test_an_answer_that_is_not_whole_leaves_a_write_unknown(wire: Any, moves: Any, unknown: Any, said: bytes) -> None:
    unknown(wire(moves.say_and_close(said)))


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        pytest.param(b"", 200, "it is not JSON", id="empty"),
        pytest.param(b'{"message_id": ', 200, "it is not JSON", id="half"),
        pytest.param(b"OK", 200, "it is not JSON", id="word"),
        pytest.param(b"\xff\xfe\xfa", 200, "it is not JSON", id="bytes"),
        pytest.param(b"[" * 100_000, 200, "it is not JSON", id="endlessly deep"),
        pytest.param(b"<html>Forbidden</html>", 403, "it is not JSON", id="html 403"),
        pytest.param(b"<html>Bad gateway</html>", 502, "it is not JSON", id="html 502"),
        pytest.param(b"<html>Log in to this network</html>", 200, "it is not JSON", id="captive portal"),
        pytest.param({"success": True}, 200, "no `message_id`", id="no id"),
        pytest.param({"message_id": ""}, 200, "no `message_id`", id="empty id"),
        pytest.param({"message_id": None}, 200, "no `message_id`", id="null id"),
        pytest.param({"message_id": "m_1", "error": "no"}, 200, "neither a result nor an error", id="other error"),
        pytest.param([OK], 200, "no `message_id`", id="list"),
        pytest.param("m_1", 200, "no `message_id`", id="text"),
        pytest.param(None, 200, "no `message_id`", id="null"),
        pytest.param(OK, 500, "neither a result nor an error", id="result with 500"),
        pytest.param(OK, 404, "neither a result nor an error", id="result with 404"),
        pytest.param({"message": "no such route"}, 404, "neither a result nor an error", id="json of a proxy's"),
    ],
)
def test_an_answer_that_cannot_be_trusted_leaves_a_write_unknown(
    wire: Any, http: Any, unknown: Any, body: Any, status: int, words: str
) -> None:
    error = unknown(wire(http(body, status=status)))
    assert words in str(error)
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_is_not_followed(wire: Any, http: Any, unknown: Any, status: int) -> None:
    elsewhere = wire(http(OK))
    error = unknown(wire(http(OK, status=status, headers={"Location": elsewhere.url + "/v26.0/me/messages"})))
    assert "it redirects to http://" in str(error)
    assert elsewhere.requests == []


@pytest.mark.parametrize("status", [307, 308])
def test_a_redirect_that_asks_to_ask_there_instead_says_that_nothing_was_sent(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, status: int
) -> None:
    elsewhere = wire(http(OK))
    server = wire(http(OK, status=status, headers={"Location": elsewhere.url + "/v26.0/me/messages?key=abc"}))
    with pytest.raises(InvalidRequest) as raised:
        write({"text": "hi"})(state_for(server.url))
    assert (raised.value.sent, raised.value.about, raised.value.code) == ("no", "page", "REDIRECT")
    assert "abc" not in raised.value.report()
    assert run.outcomes == FAILED
    assert (server.seen(1), elsewhere.requests) == (1, [])


@pytest.mark.parametrize("location", [b"http://[", b"\xff\xfe", b"http://a:b:c/", b"//", b"\x00", b"/" * 5000])
def test_a_redirect_to_nowhere_leaves_a_write_unknown(wire: Any, moves: Any, unknown: Any, location: bytes) -> None:
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    unknown(wire(moves.say_and_close(answer)))


def test_a_proxy_that_breaks_off_inside_the_tunnel_leaves_a_write_unknown(
    wire: Any, moves: Any, write: Any, state_for: Any, run: Run, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = wire(moves.open_tunnel, moves.close)
    monkeypatch.setenv("HTTPS_PROXY", proxy.url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with pytest.raises(DeliveryUnknown):
        write({})(state_for("https://graph.invalid"))
    assert len(proxy.requests) == 2
    assert run.outcomes == UNKNOWN


def test_a_plain_proxy_that_cannot_reach_the_server_leaves_a_write_unknown(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = wire(http(b"<html>No such host</html>", status=502))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    with pytest.raises(DeliveryUnknown):
        write({})(state_for("http://graph.invalid"))
    assert len(proxy.requests) == 1
    assert run.outcomes == UNKNOWN


# --- It left, and the answer is Meta's -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 403])
def test_an_error_of_metas_is_an_error_whatever_the_status(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, status: int
) -> None:
    body = {"error": {"message": "(#10) Outside", "type": "OAuthException", "code": 10, "error_subcode": 2018278}}
    server = wire(http(body, status=status))
    with pytest.raises(WindowClosed) as raised:
        write({})(state_for(server.url))
    assert (raised.value.sent, raised.value.http_status) == ("no", status)
    assert run.outcomes == FAILED


def test_an_error_object_without_a_code_leaves_a_write_unknown(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run
) -> None:
    server = wire(http({"error": {}}))
    with pytest.raises(GraphError) as raised:
        write({})(state_for(server.url))
    assert raised.value.sent == "unknown"
    assert run.outcomes == UNKNOWN


def test_a_compressed_answer_is_read(wire: Any, http: Any, write: Any, state_for: Any) -> None:
    packed = gzip.compress(json.dumps(OK).encode())
    server = wire(http(packed, headers={"Content-Encoding": "gzip"}))
    assert write({})(state_for(server.url))["data"] == OK


def test_metas_escaped_slashes_are_read(wire: Any, http: Any, read: Any, state_for: Any) -> None:
    server = wire(http(b'{"profile_pic":"https:\\/\\/example.org\\/a.png"}'))
    assert read()(state_for(server.url))["data"] == {"profile_pic": "https://example.org/a.png"}


# --- Interrupted -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moment", "outcome"), [("connect", 0), ("getresponse", 1)])
def test_a_write_that_was_interrupted_is_unknown_once_it_began_to_leave(
    wire: Any, http: Any, write: Any, state_for: Any, run: Run, monkeypatch: pytest.MonkeyPatch,
    moment: str, outcome: int,
) -> None:  # fmt: skip
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    server = wire(http(OK))
    state = state_for(server.url)
    monkeypatch.setattr(f"urllib3.connection.HTTPConnection.{moment}", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write({})(state)
    assert run.outcomes == {"sent": 0, "failed": 0, "unknown": outcome, "described": 0}


def test_an_error_of_the_libraries_below_leaves_a_write_unknown(
    wire: Any, http: Any, unknown: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(connection: Any) -> None:
        connection.close()
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("urllib3.connection.HTTPConnection.getresponse", fail)
    assert "RuntimeError" in str(unknown(wire(http(OK))))
