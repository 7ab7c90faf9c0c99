"""The page that says what of Meta's platform is covered: it has every operation, and nothing that does not exist."""

from __future__ import annotations

import inspect
import re
from datetime import date
from pathlib import Path

import adaptor
from adaptor.graph.versions import DOCUMENTED

PAGE = Path(__file__).parents[2] / "docs" / "meta.md"
TEXT = PAGE.read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading."""
    _, _, below = TEXT.partition(f"\n## {heading}\n")
    lines = re.search(r"^\|.*?(?=\n\n)", below, re.M | re.S)
    assert lines is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[0].splitlines()[2:]]


OPERATIONS = table("Operations")


def test_every_graph_operation_is_on_the_page_once_and_each_name_exists() -> None:
    shown = [name for row in OPERATIONS for name in re.findall(r"`(\w+)`", row[1])]
    made_by_us = {
        name
        for name in adaptor.__all__
        if adaptor._MODULES.get(name, "").startswith(("messenger.", "graph."))
        and hasattr(getattr(adaptor, name), "__operation__")
    }
    assert sorted(shown) == sorted(made_by_us)
    assert len(made_by_us) > 70


def test_each_row_says_since_when_and_from_which_page_of_which_day() -> None:
    released = re.findall(r"^## (\d+\.\d+\.\d+)", (PAGE.parents[1] / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    for part, _, since, page, read, left in OPERATIONS:
        assert since in {*released, adaptor.__version__}, part
        assert re.fullmatch(r"\[[^]]+\]\(https://developers\.facebook\.com/\S+\)", page), part
        assert date(2026, 11, 1) <= date.fromisoformat(read), part
        assert left, part


def test_the_version_is_the_default() -> None:
    assert f"against Graph API {DOCUMENTED}, the newest version whose Messenger behaviour" in " ".join(TEXT.split())


def test_the_calls_that_take_a_platform_are_those_that_the_page_names() -> None:
    takers = {
        name
        for name in adaptor.__all__
        if hasattr(getattr(adaptor, name), "__operation__")
        and "platform" in inspect.signature(getattr(adaptor, name)).parameters
    }
    assert takers == {row[0].strip("`").partition("(")[0] for row in table("Instagram")}


def test_the_calls_on_the_page_can_be_built() -> None:
    calls = [row[0].strip("`") for row in table("Instagram")]
    calls += re.findall(r"^graph_request\(.*\)$", TEXT, re.M)
    assert len(calls) == 5
    names = {name: getattr(adaptor, name) for name in adaptor.__all__}
    for call in calls:
        request = eval(call, names).describe({})
        assert request.method, call
