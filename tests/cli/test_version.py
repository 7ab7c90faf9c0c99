"""`adaptor version` says what somebody who helps has to know."""

import json
import platform
from datetime import UTC, datetime, timedelta

import pytest

from adaptor import __version__
from adaptor.cli.version import _check
from adaptor.graph.versions import DOCUMENTED, VERSIONS


def test_it_names_the_package_python_the_graph_api_and_the_system(adaptor):
    done = adaptor(None, command="version")
    assert done.code == 0
    assert done.out.startswith(f"facebook-adaptor {__version__} (CPython {platform.python_version()}, Graph API v")
    assert platform.platform() in done.out
    assert done.out.count("\n") == 1


def test_tools_get_it_as_json(adaptor):
    versions = json.loads(adaptor(None, "--format", "json", command="version").out)
    assert list(versions) == ["adaptor", "python", "implementation", "platform", "graph_api"]
    assert versions["adaptor"] == __version__


def test_check_prints_when_each_version_of_the_graph_api_ends(adaptor):
    done = adaptor(None, "--check", command="version")
    # 1 once the default itself ends within 60 days, which no table names yet.
    assert done.code == (0 if VERSIONS[DOCUMENTED][1] is None else done.code)
    head, *lines = done.out.splitlines()
    assert head.split() == ["version", "introduced", "ends", "state"]
    shown = {line.split()[0]: line.split()[1:] for line in lines[: len(VERSIONS)]}
    assert shown["v27.0"][:3] == ["2026-11-04", "not", "named"]
    assert shown["v25.0"][:2] == ["2026-02-18", "2028-07-29"]
    assert shown["v20.0"] == ["2024-05-21", "2026-09-24", "ended"]
    assert [version for version, words in shown.items() if "default," in words] == [DOCUMENTED]


def test_check_is_json_for_tools(adaptor):
    facts = json.loads(adaptor(None, "--check", "--format", "json", command="version").out)
    assert facts["default"] == DOCUMENTED
    assert {each["version"]: each["ends"] for each in facts["versions"]} == {
        name: ends for name, (_, ends) in VERSIONS.items()
    }


@pytest.mark.parametrize(("days", "code"), [(-30, 1), (30, 1), (90, 0)])
def test_check_ends_with_1_once_the_default_ends_soon(monkeypatch, capsys, days, code):
    end = (datetime.now(UTC) + timedelta(days=days)).date()
    monkeypatch.setitem(VERSIONS, DOCUMENTED, ("2020-01-01", end.isoformat()))
    assert _check("json") == code
    (default,) = [each for each in json.loads(capsys.readouterr().out)["versions"] if each["version"] == DOCUMENTED]
    assert default["state"] == {-30: "ended", 30: "ends soon", 90: "served"}[days]
