"""States whose calls go to a server of the test's, and a sandbox."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from werkzeug import Response

from adaptor.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytest_httpserver import HTTPServer
    from werkzeug import Request

ANA = "6543210987654321"
_ENVIRONMENT = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's proxies and certificates are no business of a test."""
    for name in _ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def ana() -> str:
    """Somebody's id."""
    return ANA


@pytest.fixture
def state_for() -> Callable[..., dict[str, Any]]:
    """Build a state whose calls go to the given address."""

    def build(url: str, *, data: Any = None, **configuration: Any) -> dict[str, Any]:
        known = {"access_token": "EAAG-the-token-of-the-tests", "base_url": url, **configuration}
        return {"data": data if data is not None else {}, "references": [], "configuration": known}

    return build


@pytest.fixture
def sent(httpserver: HTTPServer, state_for: Any) -> Callable[..., dict[str, Any]]:
    """Perform an operation against a server that takes everything, and return the body that arrived."""

    def answer(request: Request) -> Response:
        recipient = request.get_json().get("recipient")
        known = {"recipient_id": recipient.get("id", ANA)} if isinstance(recipient, dict) else {}
        return Response(json.dumps({**known, "message_id": "m_1"}), content_type="application/json")

    httpserver.expect_request("/v26.0/me/messages", method="POST").respond_with_handler(answer)

    def perform(operation: Any, data: Any = None) -> dict[str, Any]:
        operation(state_for(httpserver.url_for(""), data=data))
        body: dict[str, Any] = json.loads(httpserver.log[-1][0].data)
        return body

    return perform


class Exchange(NamedTuple):
    """One call as it arrived, and the state after it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: Any
    state: dict[str, Any]

    @property
    def data(self) -> Any:
        return self.state["data"]


@pytest.fixture
def meta(httpserver: HTTPServer, state_for: Any) -> Callable[..., Exchange]:
    """Perform an operation against a server that answers everything alike, and return the call that arrived."""

    def perform(operation: Any, answer: Any = None, *, data: Any = None, **configuration: Any) -> Exchange:
        httpserver.clear()
        httpserver.expect_request(re.compile("")).respond_with_json({"success": True} if answer is None else answer)
        state = operation(state_for(httpserver.url_for(""), data=data, **configuration))
        request = httpserver.log[-1][0]
        body = json.loads(request.data) if request.data else None
        path = request.path.removeprefix("/v26.0/")
        return Exchange(request.method, path, request.args.to_dict(), body, request.headers, state)

    return perform


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A Messenger of the test's own, with two utility templates, where everybody has just written."""
    templates = [
        {"name": "reminder", "language": "en", "body": "Hello {{1}}, see you {{2}}."},
        {
            "name": "order",
            "language": "de",
            "header": "Order {{number}}",
            "body": "Dear {{name}}, it is {{status}}.",
            "buttons": [{"type": "POSTBACK", "text": "Thanks"}, {"type": "URL", "text": "Track"}],
        },
    ]
    with Sandbox(templates=templates) as running:
        yield running


@pytest.fixture
def visit(sandbox: Sandbox, state_for: Any) -> Callable[..., dict[str, Any]]:
    """Perform an operation against the sandbox, and return the state afterwards."""

    def perform(operation: Any, data: Any = None) -> dict[str, Any]:
        state = state_for(sandbox.url, data=data, access_token=sandbox.access_token)
        after: dict[str, Any] = operation(state)
        return after

    return perform
