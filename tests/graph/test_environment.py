"""What the client takes from the environment, and what it must not take."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.errors import NotSent

if TYPE_CHECKING:
    from pathlib import Path

    from adaptor.core.run.context import Run

OK = {"message_id": "m_1"}


@pytest.mark.parametrize("where", ["home", "variable"])
def test_a_netrc_entry_does_not_replace_the_token(
    wire: Any, http: Any, write: Any, state_for: Any, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:  # fmt: skip
    file = tmp_path / ".netrc"
    file.write_text("machine localhost login somebody password else\ndefault login somebody password else\n")
    file.chmod(0o600)
    if where == "variable":
        monkeypatch.setenv("NETRC", str(file))
    server = wire(http(OK))
    write({})(state_for(server.url))
    (request,) = server.requests
    assert f"Authorization: Bearer {token}\r\n".encode() in request
    assert base64.b64encode(b"somebody:else") not in request


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_carries_the_call(
    wire: Any, http: Any, write: Any, state_for: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    proxy = wire(http(OK))
    monkeypatch.setenv(name, proxy.url)
    write({})(state_for("http://graph.invalid/prefix"))
    assert proxy.requests[0].startswith(b"POST http://graph.invalid/prefix/v26.0/me/messages HTTP/1.1\r\n")


def test_a_tunnel_of_the_proxys_carries_the_call_and_the_proxy_learns_no_token(
    wire: Any, http: Any, moves: Any, write: Any, state_for: Any, token: str, certificate: str, run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    proxy = wire(moves.open_tunnel, http(OK))
    monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("http://", "http://user:word@"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    state = state_for("https://graph.invalid")
    assert write({})(state)["data"] == OK
    assert write({})(state)["data"] == OK
    assert proxy.connections == 1
    connect, first, second = proxy.requests
    assert connect.startswith(b"CONNECT graph.invalid:443 ")
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"user:word") in connect
    assert token.encode() not in connect
    for request in (first, second):
        assert request.startswith(b"POST /v26.0/me/messages ")
        assert f"Bearer {token}".encode() in request


@pytest.mark.parametrize("exceptions", ["graph.invalid", "example.org,.invalid", "*"])
def test_no_proxy_is_honoured(
    wire: Any, http: Any, write: Any, state_for: Any, monkeypatch: pytest.MonkeyPatch, exceptions: str
) -> None:
    proxy = wire(http(OK))
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("NO_PROXY", exceptions)
    with pytest.raises(NotSent, match="host name is not known"):
        write({})(state_for("http://graph.invalid", max_retries=0))
    assert proxy.requests == []


def test_a_server_that_the_machine_trusts_is_trusted(
    wire: Any, http: Any, write: Any, state_for: Any, certificate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        with monkeypatch.context() as environment:
            environment.setenv(name, certificate)
            server = wire(http(OK), tls=True)
            assert write({})(state_for(server.url))["data"] == OK
            assert len(server.requests) == 1
