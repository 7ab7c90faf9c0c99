"""Looking up a code of Meta's, a subcode, or both."""

from __future__ import annotations

import pytest

from adaptor.core.errors import InputError
from adaptor.graph.answers.codes import RULES
from adaptor.runner.docs.code_lookup import look_up


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("10/2018278", ["10/2018278"]),
        ("2018278", ["10/2018278"]),
        ("1545041", ["200/1545041", "551/1545041"]),
        ("551", ["551", "551/1545041"]),
        ("2500", ["2500", "2500/no token"]),
        # Codes of people travel as subcodes; a subcode that no table has means what its code means.
        ("100/2018218", ["100/2018218"]),
        ("200/2018028", ["200/2018028"]),
        ("100/77", ["100"]),
        # A permission without a row of its own, and an old code of web views.
        ("210", ["210"]),
        ("2071005", ["2071005"]),
    ],
)
def test_a_number_leads_to_its_rows(asked: str, numbers: list[str]) -> None:
    assert [entry.number for entry in look_up([asked])] == numbers


@pytest.mark.parametrize("words", [[], ["send_text"], ["10", "window"], ["10/2018278/1"], ["-1"], ["1e3"]])
def test_what_is_no_code_is_left_to_the_search(words: list[str]) -> None:
    assert look_up(words) == []


@pytest.mark.parametrize("asked", ["4711", "4711/1", "99/2018278"])
def test_a_code_that_no_table_has_is_an_error(asked: str) -> None:
    with pytest.raises(InputError, match=asked):
        look_up([asked])


def test_every_row_can_be_looked_up() -> None:
    for code, subcode in RULES:
        (entry,) = [each for each in look_up([str(code)]) if each.subcode == subcode]
        assert entry.facts()["fix"] == RULES[code, subcode].fix
