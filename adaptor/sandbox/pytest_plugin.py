"""The pytest fixtures of this package: `sandbox` and `start_sandbox`.

    def test_ana_is_reminded(sandbox):
        run_my_job(base_url=sandbox.url, access_token=sandbox.access_token)
        sandbox.assert_sent("6543210987654321", text="Your appointment is tomorrow at 9.")

Its entry point loads it wherever the package is installed, so it imports nothing until a fixture is used.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from adaptor.sandbox.sandbox import Sandbox


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Start sandboxes with other settings; they stop when the test ends."""
    from adaptor.sandbox.sandbox import Sandbox

    running: list[Sandbox] = []

    def start(**settings: Any) -> Sandbox:
        sandbox = Sandbox(**settings)
        sandbox.start()
        running.append(sandbox)
        return sandbox

    yield start
    for sandbox in running:
        sandbox.stop()


@pytest.fixture
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """A running sandbox in which everybody exists and wrote a minute ago."""
    return start_sandbox()
