"""One request over a session: what of the session goes with it, and what of its answers is kept."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests
import urllib3

from adaptor.core.errors import ConfigurationError
from adaptor.wire import connection
from adaptor.wire.certificates import trusting
from adaptor.wire.connection import _Watched, open_session, read_certificates, reason_of, send_once, settings_for
from adaptor.wire.departure import wire as departure
from adaptor.wire.response import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_httpserver import HTTPServer

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture(autouse=True)
def _no_deadline() -> Iterator[None]:
    yield
    departure.deadline = float("inf")


@pytest.fixture
def session() -> Iterator[requests.Session]:
    opened = open_session()
    opened.headers["Authorization"] = "Bearer EAAG-token"
    yield opened
    opened.close()


def send(session: requests.Session, server: HTTPServer, **headers: str | None) -> dict[str, str]:
    """Send a request; return its headers as the server has got them, by their names in lower case."""
    answer = send_once(
        session,
        "POST",
        server.url_for("/me"),
        params={"fields": "id,name"},
        data=b"{}",
        headers=headers,
        timeout=(5, 5),
    )
    answer.content
    request, _ = server.log[-1]
    assert request.args["fields"] == "id,name"
    return {name.lower(): value for name, value in request.headers.items()}


@pytest.fixture
def server(httpserver: HTTPServer) -> HTTPServer:
    """A server that sets a cookie with each answer."""
    httpserver.expect_request("/me").respond_with_data("{}", headers={"Set-Cookie": "seen=1; Path=/"})
    return httpserver


def test_the_headers_of_the_session_go_with_it(session, server):
    sent = send(session, server, **{"Content-Type": "application/json"})
    assert sent["authorization"] == "Bearer EAAG-token"
    assert sent["user-agent"].startswith("facebook-adaptor/")
    assert sent["content-type"] == "application/json"


def test_a_header_of_the_request_replaces_that_of_the_session_and_none_leaves_it_out(session, server):
    assert send(session, server, authorization="Bearer other")["authorization"] == "Bearer other"
    assert "authorization" not in send(session, server, Authorization=None)


def test_no_cookie_is_sent_back(session, server):
    send(session, server)
    assert "cookie" not in send(session, server)


def test_a_redirect_is_not_followed(session, httpserver):
    httpserver.expect_request("/me").respond_with_data("", status=302, headers={"Location": "/other"})
    answer = send_once(session, "GET", httpserver.url_for("/me"), params={}, data=None, headers={}, timeout=(5, 5))
    assert answer.status_code == 302
    assert len(httpserver.log) == 1
    answer.close()


@pytest.mark.parametrize(("verify", "used"), [(None, True), (True, True), ("ca.pem", "ca.pem")])
def test_certificates_are_verified_unless_a_session_says_with_what(session, monkeypatch, verify, used):
    given = {}
    monkeypatch.setattr(session.get_adapter("https://h.example"), "send", lambda request, **how: given.update(how))
    session.verify, session.proxies = verify, {"https": "http://proxy.example"}
    send_once(session, "GET", "https://h.example", params={}, data=None, headers={}, timeout=(1, 2))
    assert given == {"stream": True, "timeout": (1, 2), "verify": used, "proxies": {"https": "http://proxy.example"}}


# --- Why there is no answer ---


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (OSError("certificate verify failed"), "its certificate was not accepted"),
        (requests.exceptions.SSLError("wrong version"), "TLS could not be set up"),
        (requests.exceptions.ProxyError("no"), "the proxy did not connect"),
        (OSError("NameResolutionError"), "the host name is not known"),
        (OSError("getaddrinfo failed"), "the host name is not known"),
        (ConnectionRefusedError("x"), "the connection was refused"),
        (OSError("Network is unreachable"), "the network is unreachable"),
        (requests.ConnectTimeout("x"), "connecting took too long"),
        (OSError("Connection to h timed out"), "connecting took too long"),
        (requests.ReadTimeout("x"), "the answer took too long"),
        (OSError("read timed out"), "the answer took too long"),
        (OSError("RemoteDisconnected"), "the server closed the connection"),
        (OSError("IncompleteRead"), "the answer was cut off"),
        (ConnectionResetError("x"), "the connection was reset"),
        (OSError("Broken pipe"), "the connection broke"),
        (urllib3.exceptions.ProtocolError("x"), "the answer is not HTTP"),
        (OSError("BadStatusLine"), "the answer is not HTTP"),
        (TooLarge("the answer is larger than 5 bytes"), "the answer is larger than 5 bytes"),
        (ValueError("https://h.example/?token=secret"), "ValueError"),
        (ValueError(), "ValueError"),
    ],
)
def test_a_missing_answer_has_a_reason_in_words(cause: BaseException, words: str) -> None:
    assert reason_of(cause) == words
    assert words == "ValueError" or reason_of(requests.ConnectionError(cause)) == words


def test_a_reason_is_found_below_those_that_quote_the_address() -> None:
    reason = urllib3.exceptions.NewConnectionError(None, "Connection refused")  # type: ignore[arg-type]
    outer = requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/secret", reason))  # type: ignore[arg-type]
    assert reason_of(outer) == "the connection was refused"
    inner: BaseException = ConnectionRefusedError("refused")
    for _ in range(7):
        inner = OSError(inner)
    assert reason_of(inner) == "the connection was refused"


# --- The connections of a session ---


def connection_to(session: requests.Session, url: str, proxy: str | None = None) -> Any:
    """Return a connection as a pool of the session makes it, not opened yet."""
    adapter = session.get_adapter(url)
    manager = adapter.poolmanager if proxy is None else adapter.proxy_manager_for(proxy)
    return manager.connection_from_url(url)._new_conn()


@pytest.mark.parametrize("proxy", [None, "http://proxy.example:3128"])
@pytest.mark.parametrize("url", ["http://h.example", "https://h.example"])
def test_every_connection_records_whether_the_request_has_left(
    session: requests.Session, url: str, proxy: str | None
) -> None:
    made = connection_to(session, url, proxy)
    assert isinstance(made, _Watched)
    assert isinstance(made, urllib3.connection.HTTPSConnection) is url.startswith("https")


def test_what_asks_a_proxy_for_a_tunnel_is_not_the_request(session: requests.Session, wire: Any) -> None:
    proxy = wire(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    session.proxies = {"https": proxy.url}
    departure.begin(60)
    with pytest.raises(requests.exceptions.ProxyError):
        send_once(session, "POST", "https://h.example", params={}, data=b"{}", headers={}, timeout=(5, 5))
    assert proxy.seen(1) == 1
    assert departure.left is False


@pytest.mark.parametrize(
    ("settings", "proxy", "is_shared"),
    [
        ({}, None, True),
        ({}, "http://proxy.example:3128", True),
        ({}, "https://proxy.example:3128", False),
        ({"cert_file": "client.pem"}, None, False),
        ({"ssl_context": "own"}, None, False),
    ],
)
def test_connections_share_the_certificates_that_they_trust_unless_they_have_settings_of_their_own(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch, settings: Any, proxy: str | None, is_shared: bool
) -> None:
    monkeypatch.setattr(urllib3.connection.HTTPSConnection, "connect", lambda self: None)
    bundle = requests.utils.DEFAULT_CA_BUNDLE_PATH
    made = connection_to(session, "https://h.example", proxy)
    vars(made).update({"ca_certs": bundle, **settings})
    made.connect()
    if is_shared:
        assert (made.ssl_context, made.ca_certs) == (trusting(bundle), None)
    else:
        assert (made.ssl_context, made.ca_certs) == (settings.get("ssl_context"), bundle)


def test_without_a_bundle_the_settings_are_left_to_the_library(
    session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib3.connection.HTTPSConnection, "connect", lambda self: None)
    made = connection_to(session, "https://h.example")
    made.ca_certs = None
    made.connect()
    assert made.ssl_context is None


def test_closing_a_session_closes_its_connections_at_once(server: HTTPServer) -> None:
    closing = open_session()
    answer = send_once(closing, "GET", server.url_for("/me"), params={}, data=None, headers={}, timeout=(5, 5))
    answer.content
    (pool,) = closing.get_adapter("http://").poolmanager.pools._container.values()
    closing.close()
    assert pool.pool is None


def test_the_body_goes_with_the_request(session: requests.Session, server: HTTPServer) -> None:
    send(session, server)
    assert server.log[-1][0].get_data() == b"{}"


def test_the_answer_to_a_request_for_headers_alone_is_not_waited_for(session: requests.Session, wire: Any) -> None:
    silent = wire(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    departure.begin(5)
    answer = send_once(session, "HEAD", silent.url, params={}, data=None, headers={}, timeout=(5, 5))
    assert (answer.status_code, answer.content) == (200, b"")


# --- The settings of the environment ---


def refused(**variables: str) -> ConfigurationError:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        with pytest.raises(ConfigurationError) as raised:
            settings_for("https://graph.facebook.com/v26.0")
    return raised.value


def test_without_variables_nothing_is_set() -> None:
    assert settings_for("https://graph.facebook.com") == {"proxies": {}, "verify": True}


def test_where_no_variable_names_a_proxy_none_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(requests.utils, "get_environ_proxies", None)
    assert settings_for("https://graph.facebook.com")["proxies"] == {}


def test_a_proxy_may_be_written_without_its_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    assert settings_for("https://graph.facebook.com")["proxies"]["https"] == "proxy.example:3128"


def test_a_bundle_that_may_not_be_read_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(connection, "trusting", refuse)
    (tmp_path / "ca.pem").touch()
    error = refused(REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"))
    assert error.description.endswith("that REQUESTS_CA_BUNDLE names cannot be read (Permission denied).")


@pytest.mark.parametrize("is_given", [True, False])
def test_the_certificates_of_an_address_are_read_before_they_are_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_given: bool
) -> None:
    bundle = shutil.copy(requests.utils.DEFAULT_CA_BUNDLE_PATH, tmp_path / "ca.pem")
    if is_given:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    read: list[str] = []
    monkeypatch.setattr(connection, "trusting", read.append)
    read_certificates("https://graph.facebook.com")
    assert read[-1] == (str(bundle) if is_given else requests.utils.DEFAULT_CA_BUNDLE_PATH)


def test_a_folder_of_certificates_is_not_read_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    read: list[str] = []
    monkeypatch.setattr(connection, "trusting", read.append)
    read_certificates("https://graph.facebook.com")
    assert read == []


def test_a_proxy_is_that_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    assert settings_for("https://graph.facebook.com")["proxies"]["https"] == "http://proxy.example:3128"


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_cannot_be_used_are_refused_by_the_name_of_their_variable(tmp_path: Path, name: str) -> None:
    empty, missing = tmp_path / "empty.pem", tmp_path / "none.pem"
    empty.touch()
    for path, problem in ((empty, "holds no certificates"), (missing, "does not exist")):
        error = refused(**{name: str(path)})
        assert error.description == f"The CA bundle {path} that {name} names {problem}."
        assert error.fix == f"Correct the environment variable {name}, or unset it. Nothing was sent."


def test_a_folder_of_certificates_is_used_and_a_plain_address_needs_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert settings_for("https://graph.facebook.com")["verify"] == str(tmp_path)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    assert settings_for("http://graph.facebook.com")["verify"] == str(tmp_path / "none.pem")


@pytest.mark.parametrize(
    ("proxy", "what", "fix"),
    [
        ("http://user:pa#ss@proxy:3128", "is not the address of a proxy", "Write it as http://proxy.example.org:3128;"),
        ("socks5://proxy:1080", "is a SOCKS proxy, which needs the package PySocks", "Install it (pip install"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_that_cannot_be_used_is_refused_and_its_password_not_shown(
    name: str, proxy: str, what: str, fix: str
) -> None:
    error = refused(**{name: proxy})
    assert error.description == f"The proxy that {name} names {what}."
    assert error.fix is not None
    assert error.fix.startswith(fix)
    assert error.fix.endswith(" Nothing was sent.")
    assert "pa#ss" not in error.report()
