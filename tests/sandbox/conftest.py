"""A running sandbox, and somebody to talk to it over real HTTP."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from adaptor.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANA = "6543210987654321"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Caller:
    """Calls one sandbox, with its token unless told otherwise."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.session = requests.Session()
        # The machine's proxies and netrc are no business of a test.
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {sandbox.access_token}"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.sandbox.url + path, timeout=60, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, body: dict[str, Any]) -> requests.Response:
        return self.request("POST", "/v26.0/me/messages", json=body)

    def send(self, message: Any, psid: str = ANA, **others: Any) -> requests.Response:
        return self.post({"recipient": {"id": psid}, "message": message, **others})

    def template(self, payload: dict[str, Any], **others: Any) -> requests.Response:
        return self.send({"attachment": {"type": "template", "payload": payload}}, **others)


class _Faults(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


@pytest.fixture(autouse=True)
def faults() -> Iterator[list[str]]:
    """What the sandbox logs as its own fault: a failure, unless the test expects it and clears the list."""
    handler = _Faults()
    logging.getLogger("adaptor.sandbox").addHandler(handler)
    yield handler.found
    logging.getLogger("adaptor.sandbox").removeHandler(handler)
    assert handler.found == []


@pytest.fixture
def visit() -> Iterator[Callable[..., Caller]]:
    """Start a sandbox with the given settings and give somebody who calls it."""
    open_: list[Caller] = []

    def start(**settings: Any) -> Caller:
        sandbox = Sandbox(**settings)
        sandbox.start()
        open_.append(Caller(sandbox))
        return open_[-1]

    yield start
    for caller in open_:
        caller.session.close()
        caller.sandbox.stop()


@pytest.fixture
def caller(visit: Callable[..., Caller]) -> Caller:
    """Somebody who calls a sandbox where it is always noon and everybody exists."""
    return visit(now=lambda: NOON)


@pytest.fixture
def code() -> Callable[[requests.Response], tuple[Any, ...]]:
    """Read an answer: ("ok",), or the error's code and subcode."""

    def read(response: requests.Response) -> tuple[Any, ...]:
        body = json.loads(response.content)
        if "error" not in body:
            assert response.status_code == 200
            return ("ok",)
        assert response.status_code >= 400
        return (body["error"]["code"], body["error"].get("error_subcode"))

    return read
