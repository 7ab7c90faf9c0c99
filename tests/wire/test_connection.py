"""One request over a session: what of the session goes with it, and what of its answers is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests
import urllib3

from adaptor.core.errors import ConfigurationError
from adaptor.wire.connection import open_session, reason_of, send_once, settings_for
from adaptor.wire.response import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_httpserver import HTTPServer

pytestmark = pytest.mark.usefixtures("plain_environment")


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
    assert reason_of(circle()) == "OSError"


def circle() -> BaseException:
    error = OSError("x")
    error.reason = error  # type: ignore[attr-defined]
    return error


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
