"""A private CA and a client certificate, for systems inside an organisation."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from adaptor import http, state
from adaptor.core.errors import InvalidMessage, NotSent
from tests.conftest import CERTIFICATE, KEY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_httpserver import HTTPServer

pytestmark = pytest.mark.usefixtures("plain_environment")


@pytest.fixture
def http_answer(request: pytest.FixtureRequest) -> bytes:
    make: Callable[..., bytes] = request.getfixturevalue("http")
    return make({"a": 1}, headers={"Content-Type": "application/json"})


@pytest.fixture
def mutual(make_httpserver_that_asks: HTTPServer) -> str:
    return make_httpserver_that_asks.url_for("/")


@pytest.fixture
def make_httpserver_that_asks() -> Any:
    """A server that answers only those who show a certificate."""
    from pytest_httpserver import HTTPServer

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    context.load_verify_locations(CERTIFICATE)
    context.verify_mode = ssl.CERT_REQUIRED
    with HTTPServer(host="localhost", ssl_context=context) as server:
        server.expect_request("/").respond_with_json({"ok": True})
        yield server


def test_a_private_ca_is_trusted_where_it_is_named(wire: Any, http_answer: bytes, run: Any) -> None:
    server = wire(http_answer, tls=True)
    with pytest.raises(NotSent, match="certificate"):
        http.get(server.url)({})
    assert http.get(server.url, verify=str(CERTIFICATE))({})["data"] == {"a": 1}
    assert http.get(server.url, verify=state.ca)({"ca": CERTIFICATE.as_posix()})["data"] == {"a": 1}


@pytest.mark.long
def test_a_client_certificate_is_shown(mutual: str, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes(CERTIFICATE.read_bytes() + KEY.read_bytes())
    for cert in ((CERTIFICATE, KEY), (str(CERTIFICATE), str(KEY)), both):
        assert http.get(mutual, verify=CERTIFICATE, cert=cert)({})["data"] == {"ok": True}


@pytest.mark.long
def test_another_origin_does_not_see_the_client_certificate(mutual: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": mutual})
    with pytest.raises(NotSent):
        http.get(httpserver.url_for("/"), cert=(CERTIFICATE, KEY), verify=CERTIFICATE)({})
    listed = http.get(httpserver.url_for("/"), cert=(CERTIFICATE, KEY), verify=CERTIFICATE, redirects=[mutual])
    assert listed({})["data"] == {"ok": True}


def test_verify_cannot_be_switched_off() -> None:
    with pytest.raises(InvalidMessage, match="anybody on the way"):
        http.get("https://example.org", verify=False)


@pytest.mark.parametrize(
    ("files", "field", "problem"),
    [
        ({"verify": "gone.pem"}, "verify", "does not exist"),
        ({"verify": __file__}, "verify", "holds no certificates"),
        ({"cert": "gone.pem"}, "cert", "does not exist"),
        ({"cert": __file__}, "cert", "no certificate with its key"),
        ({"cert": (str(CERTIFICATE), "gone.key")}, "cert", "does not exist"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_and_nothing_is_sent(
    httpserver: HTTPServer, files: dict[str, Any], field: str, problem: str
) -> None:
    with pytest.raises(InvalidMessage, match=problem) as refused:
        http.post(httpserver.url_for("/"), **files)({})
    assert refused.value.details["field"] == field
    assert httpserver.log == []


@pytest.mark.parametrize("files", [{"cert": 7}, {"cert": ("a", "b", "c")}, {"verify": 7}, {"cert": ""}])
def test_what_is_no_path_is_refused_on_its_line(files: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage):
        http.get("https://example.org", **files)
