from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, state
from adaptor.core.values.lazy import Lazy
from adaptor.messenger.rules.values import as_text, check_amount, check_choice, check_id, check_url, given

LATER = state.data.value


def test_what_is_none_is_not_given() -> None:
    assert given(a=1, b=None, c="", d=False, e=[]) == {"a": 1, "c": "", "d": False, "e": []}
    assert list(given(lazy=LATER)) == ["lazy"]


@pytest.mark.parametrize("value", ["7", None, True, 7.0, [7], {"id": 7}])
def test_only_whole_numbers_become_text(value: Any) -> None:
    assert as_text(value) == value
    assert type(as_text(value)) is type(value)


def test_a_whole_number_becomes_text_now_or_later() -> None:
    assert as_text(7) == "7"
    later = as_text(LATER)
    assert isinstance(later, Lazy)
    assert later.__resolve__({"data": {"value": 7}}) == "7"
    assert later.__resolve__({"data": {"value": "seven"}}) == "seven"


@pytest.mark.parametrize(
    "check",
    [
        lambda value: check_url("f", value),
        lambda value: check_url("f", value, secure=True),
        lambda value: check_id("f", value),
        lambda value: check_amount("f", value),
        lambda value: check_choice("f", value, ("a",)),
    ],
)
def test_what_is_still_lazy_is_left_alone(check: Any) -> None:
    check(LATER)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "is missing"),
        ("", "must be an address"),
        ("//example.org", "must be an address"),
        ("https://?", "must be an address"),
        (" https://example.org", "must be an address"),
        ("https://example.org ", "has spaces in it"),
        ("https://example.org/\u2003", "has spaces in it"),
    ],
)
def test_what_is_no_address_says_why(value: Any, says: str) -> None:
    with pytest.raises(InvalidMessage, match=says) as refused:
        check_url("place", value)
    assert refused.value.details == {"field": "place"}


def test_an_address_may_have_to_be_https() -> None:
    check_url("place", "http://localhost:8080/a?b#c")
    check_url("place", "HTTPS://example.org", secure=True)
    with pytest.raises(InvalidMessage, match="must be https here"):
        check_url("place", "http://example.org", secure=True, why=" here")


@pytest.mark.parametrize("value", ["1", 1, "PRODUCT_1", "01"])
def test_an_id_is_text_or_a_whole_number(value: Any) -> None:
    check_id("place", value)


@pytest.mark.parametrize("value", [None, "", " ", 1.0, True, ["1"]])
def test_what_is_no_id_is_refused(value: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        check_id("place", value)
    assert refused.value.details["field"] == "place"


def test_a_choice_that_is_absent_is_no_choice() -> None:
    check_choice("place", None, ("a", "b"))
    for wrong in ("c", "", 5, ["a"], {}):
        with pytest.raises(InvalidMessage) as refused:
            check_choice("place", wrong, ("a", "b"))
        assert refused.value.details == {"field": "place", "limit": ["a", "b"], "actual": wrong}
