"""One request over a session: what of the session goes with it, and what of its answers is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adaptor.wire.connection import open_session, send_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    import requests
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
