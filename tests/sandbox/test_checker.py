"""Mistakes in a description are collected, and reported together with their places."""

import pytest

from adaptor.sandbox.checker import Checker, SandboxError


def test_one_mistake_is_one_line_and_several_are_a_list():
    checker = Checker()
    checker.raise_for("a.json")
    checker.digits("x", "page.id")
    with pytest.raises(SandboxError, match=r'^a\.json: page\.id: must be digits, such as "6543210987654321", not "x"$'):
        checker.raise_for("a.json")
    checker.flag({"on": 1}, "on", "page")
    with pytest.raises(SandboxError) as error:
        checker.raise_for("a.json")
    assert str(error.value).splitlines()[0] == "a.json: 2 things to correct:"
    assert str(error.value).splitlines()[2] == "  page.on: must be true or false, not 1"


def test_an_unknown_key_gets_a_suggestion():
    checker = Checker()
    checker.fields({"nmae": 1, "other": 2}, "page", ("id", "name"))
    assert checker.problems == [
        'page.nmae: is not a known key; did you mean "name"?',
        "page.other: is not a known key; known are: id, name",
    ]
