"""Two plain calls, and a state to make them with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adaptor.core.values.page_id import PAGE_ID
from adaptor.graph.draft import Draft
from adaptor.graph.needs import Need
from adaptor.graph.operation import graph_operation

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = "EAAG-the-token-of-the-tests"


@pytest.fixture(autouse=True)
def _plain_environment(plain_environment: None) -> None:
    """The machine's proxies, certificates and netrc are no business of a test."""


@graph_operation(needs=Need())
def _write(body: Any) -> Draft:
    return Draft("POST", [PAGE_ID, "messages"], body=body, answers={"message_id": "m_dry_run"}, expects=("message_id",))


@graph_operation(needs=Need())
def _read(fields: Any = "name") -> Draft:
    return Draft("GET", [PAGE_ID], params={"fields": fields}, answers={"name": "never given"})


@pytest.fixture
def write() -> Any:
    """Build an operation that writes."""
    return _write


@pytest.fixture
def read() -> Any:
    """Build an operation that reads."""
    return _read


@pytest.fixture
def state_for() -> Callable[..., dict[str, Any]]:
    """Build a state whose calls go to the given address."""

    def build(url: str, **configuration: Any) -> dict[str, Any]:
        return {
            "data": {},
            "references": [],
            "configuration": {"access_token": TOKEN, "base_url": url, **configuration},
        }

    return build


@pytest.fixture
def token() -> str:
    """The access token of `state_for`."""
    return TOKEN
