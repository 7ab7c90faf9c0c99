"""The service's store on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adaptor.service.store.store import open_service_store

from .processes import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.service.store.store import ServiceStore


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `--database` says, for a database without tables."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    return str(request.getfixturevalue("fresh_postgresql"))


@pytest.fixture
def open_(database: str) -> Iterator[Callable[[], ServiceStore]]:
    """Open the store, each time with a connection of its own, as another process does."""
    with contextlib.ExitStack() as stack:

        def opened() -> ServiceStore:
            store = open_service_store(database)
            stack.callback(store.close)
            return store

        yield opened


@pytest.fixture
def store(open_: Callable[[], ServiceStore]) -> ServiceStore:
    """An open store."""
    return open_()


@pytest.fixture
def serve(forks: Any, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start `adaptor serve` or another command in the folder of the test; it ends with the test."""
    started: list[Server] = []

    def start(*words: str, command: tuple[str, ...] = ("serve", "bot.json", "-c", "credentials.json")) -> Server:
        port = [] if command[0] == "worker" else ["--port", "0"]
        server = Server(forks, [*command, *port, *words], tmp_path)
        started.append(server)
        return server

    yield start
    for server in started:
        server.kill()


@pytest.fixture
def work(serve: Callable[..., Server]) -> Callable[..., Server]:
    """Start `adaptor worker` in the folder of the test, and wait until it looks for runs; it ends with the test."""

    def start(*words: str) -> Server:
        worker = serve(*words, command=("worker", "bot.json", "-c", "credentials.json"))
        worker.wait_for("Working for")
        return worker

    return start
