"""Versions of the Graph API end, and a run says so."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adaptor.core.config import schema
from adaptor.core.run.context import Run
from adaptor.graph.versions import DOCUMENTED, VERSIONS, version_warning

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("version", ["v27.0", "v26.0", "v25.0", "v24.0", "v23.0", "v22.0"])
def test_a_version_that_lives_is_not_spoken_of(version: str) -> None:
    assert version_warning(version, TODAY) is None


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v20.0", "api_version v20.0 ended on 2026-09-24; set it to v26.0."),
        ("v19.0", "api_version v19.0 ended on 2026-05-21; set it to v26.0."),
        ("v2.6", "api_version v2.6 ended before 2026-05-21; set it to v26.0."),
        ("v9.0", "api_version v9.0 ended before 2026-05-21; set it to v26.0."),
        ("v21.0", "api_version v21.0 ends on 2027-01-21, in 58 days; set it to v26.0."),
        ("v28.0", "api_version v28.0 is not known to this release, whose newest is v27.0."),
        ("v26.5", "api_version v26.5 is not known to this release, whose newest is v27.0."),
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


@pytest.mark.parametrize(
    ("version", "ends"),
    [
        ("v21.0", "2027-01-21"),
        ("v22.0", "2027-05-20"),
        ("v23.0", "2027-10-08"),
        ("v24.0", "2028-02-18"),
        ("v25.0", "2028-07-29"),
    ],
)
def test_each_end_is_known_and_warned_of_sixty_days_before(version: str, ends: str) -> None:
    end = date.fromisoformat(ends)
    assert version_warning(version, end - timedelta(days=61)) is None
    for days, words in ((60, "60 days"), (1, "1 day")):
        expected = f"api_version {version} ends on {ends}, in {words}; set it to v26.0."
        assert version_warning(version, end - timedelta(days=days)) == expected
    assert version_warning(version, end) == f"api_version {version} ended on {ends}; set it to v26.0."


def test_the_default_is_the_newest_whose_messenger_behaviour_is_documented() -> None:
    assert schema()["properties"]["api_version"]["default"] == DOCUMENTED
    assert DOCUMENTED in VERSIONS


def test_the_table_is_ordered() -> None:
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


def test_two_credentials_of_one_version_give_one_warning(httpserver: Any, read: Any, state_for: Any) -> None:
    httpserver.expect_request("/v21.0/me").respond_with_json({"name": "a"})
    lines: list[str] = []
    started = datetime(2026, 11, 24, tzinfo=UTC).timestamp()
    with Run(started=started, sink=lambda level, _, message, __: lines.append(message)):
        for token in ("one-token", "another-token"):
            read()(state_for(httpserver.url_for(""), api_version="v21.0", access_token=token))
    assert [line for line in lines if "warning" in line] == [
        "warning: api_version v21.0 ends on 2027-01-21, in 58 days; set it to v26.0."
    ]


def test_an_answer_of_another_version_is_noted_once(httpserver: Any, read: Any, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_json({"name": "a"}, headers={"facebook-api-version": "v27.0"})
    lines: list[str] = []
    with Run(sink=lambda level, _, message, __: lines.append(message)):
        read()(read()(state_for(httpserver.url_for(""))))
    assert [line for line in lines if "warning" in line] == [
        "warning: Meta answers as v27.0, since it does not serve v26.0."
    ]


def test_the_asked_version_is_no_matter(httpserver: Any, read: Any, state_for: Any) -> None:
    httpserver.expect_request("/v26.0/me").respond_with_json({"name": "a"}, headers={"facebook-api-version": "v26.0"})
    lines: list[str] = []
    with Run(sink=lambda level, _, message, __: lines.append(message)):
        read()(state_for(httpserver.url_for("")))
    assert not [line for line in lines if "warning" in line]
