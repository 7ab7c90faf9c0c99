"""Versions of the Graph API end, and a run says so."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from adaptor.core.config import schema
from adaptor.core.run.context import Run
from adaptor.graph.versions import VERSIONS, version_warning

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("version", ["v26.0", "v25.0", "v24.0", "v23.0", "v22.0", "v21.0"])
def test_a_version_that_lives_is_not_spoken_of(version: str) -> None:
    assert version_warning(version, TODAY) is None


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v20.0", "api_version v20.0 ended on 2026-09-24; set it to v26.0."),
        ("v19.0", "api_version v19.0 ended on 2026-05-21; set it to v26.0."),
        ("v2.6", "api_version v2.6 ended before 2026-05-21; set it to v26.0."),
        ("v9.0", "api_version v9.0 ended before 2026-05-21; set it to v26.0."),
        ("v27.0", "api_version v27.0 is not known to this release, whose newest is v26.0."),
        ("v26.5", "api_version v26.5 is not known to this release, whose newest is v26.0."),
    ],
)
def test_a_version_that_has_ended_is_told_with_its_date(version: str, words: str) -> None:
    assert version_warning(version, TODAY) == words


def test_an_end_is_told_two_months_ahead_and_on_its_day() -> None:
    assert version_warning("v24.0", date(2027, 12, 1)) is None
    assert version_warning("v24.0", date(2028, 2, 8)) == (
        "api_version v24.0 ends on 2028-02-18, in 10 days; set it to v26.0."
    )
    assert version_warning("v24.0", date(2028, 2, 18)) == "api_version v24.0 ended on 2028-02-18; set it to v26.0."


def test_the_default_is_the_newest_of_the_table() -> None:
    assert schema()["properties"]["api_version"]["default"] == next(iter(VERSIONS))
    assert list(VERSIONS) == sorted(VERSIONS, key=lambda version: -float(version[1:]))
    for begins, ends in VERSIONS.values():
        assert date.fromisoformat(begins) < date.fromisoformat(ends or "9999-01-01")


def test_a_run_warns_once_and_goes_on(wire: Any, http: Any, read: Any, state_for: Any) -> None:
    server = wire(http({"name": "a"}))
    lines: list[str] = []
    started = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
    with Run(started=started, sink=lambda level, _, message, __: lines.append(f"{level}: {message}")):
        state = state_for(server.url, api_version="v20.0")
        read()(read()(state))
    assert [line for line in lines if "warning" in line] == [
        "info: warning: api_version v20.0 ended on 2026-09-24; set it to v26.0."
    ]
    assert server.seen(2) == 2
