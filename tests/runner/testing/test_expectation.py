"""What is expected is compared as far as it is written down, and every difference has its place."""

import pytest

from adaptor.runner.testing.expectation import differences, lasting, matches, shown, updated


def told(expected, got):
    return [(found.path, found.expected, found.got) for found in differences(expected, got)]


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {}),
        ([1, {"a": 1}], [1.0, {"a": 1, "b": 2}]),
        ({"$any": True}, 0),
        ({"$matches": "^Hello .* 9"}, "Hello Ana, at 9."),
        ({"a": {"$exactly": {"b": [1]}}}, {"a": {"b": [1]}, "c": 2}),
        ({"$any": True, "b": 1}, {"$any": True, "b": 1}),
    ],
)
def test_what_is_as_expected_has_no_difference(expected, got):
    assert told(expected, got) == []
    assert matches(expected, got)


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        ({"a": 1}, {}, [("a", "1", "null")]),
        ({"a": {"b c": "x"}}, {"a": {"b c": "y"}}, [('a["b c"]', "x", "y")]),
        ([1, 2], [1], [("[1]", "2", "nothing")]),
        ([1], [1, {"a": 2}], [("[1]", "nothing", '{"a": 2}')]),
        (True, 1, [("", "true", "1")]),
        ("1", 1, [("", '"1"', "1")]),
        ({"a": {"$any": True}}, {"a": None}, [("a", "anything", "null")]),
        ({"$matches": "x"}, 5, [("", "text that matches x", "5")]),
        ({"$exactly": {"a": {"b": 1}}}, {"a": {"b": 1, "c": 2}}, [("a.c", "nothing", "2")]),
        ({"a": []}, {"a": {}}, [("a", "[]", "{}")]),
    ],
)
def test_a_difference_is_told_with_its_place(expected, got, found):
    assert told(expected, got) == found


@pytest.mark.parametrize("text", ["", "null", "nothing", " x", "a\nb", "true", "12", "a\x1b"])
def test_text_that_would_be_taken_for_something_else_is_quoted(text):
    assert shown(text).startswith('"')


def test_an_update_keeps_what_was_written_down_and_no_more():
    got = {"text": "Hi", "to": "1", "items": [{"n": 1, "m": 2}, {"n": 2, "m": 3}]}
    assert updated({"text": "Hello"}, got) == {"text": "Hi"}
    assert updated({"gone": 1, "items": [{"n": 5}]}, got) == {"items": [{"n": 1}, {"n": 2, "m": 3}]}
    assert updated({"text": {"$matches": "H"}, "to": "2"}, got) == {"text": {"$matches": "H"}, "to": "1"}
    assert updated({"$exactly": {"a": 1}}, {"a": 2, "b": 3}) == {"$exactly": {"a": 2, "b": 3}}


def test_what_is_different_each_time_is_written_as_anything():
    assert lasting({"id": "x", "n": [1, "a"]}, {"id": "y", "n": [1, "b"]}) == {
        "id": {"$any": True},
        "n": [1, {"$any": True}],
    }
