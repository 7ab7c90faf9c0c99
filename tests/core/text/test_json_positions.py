"""Where the parts of a JSON text are, so that an error can point at them."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.core.text.json_positions import find_places, first_repeated

TEXT = ' {"a" : [ 1 , "x\\"]" ],\n"b":{ "c" :null , "" : [ ] } , "d":-2.5e3}\n'


def test_every_part_has_the_place_of_its_value_and_of_its_key() -> None:
    places = find_places(TEXT)
    shown = {path: (TEXT[at:end], TEXT[key_at]) for path, (at, key_at, end) in places.items()}
    assert shown == {
        (): (TEXT.strip(), "{"),
        ("a",): ('[ 1 , "x\\"]" ]', '"'),
        ("a", 0): ("1", "1"),
        ("a", 1): ('"x\\"]"', '"'),
        ("b",): ('{ "c" :null , "" : [ ] }', '"'),
        ("b", "c"): ("null", '"'),
        ("b", ""): ("[ ]", '"'),
        ("d",): ("-2.5e3", '"'),
    }
    assert TEXT[places["b", "c"][1] :].startswith('"c"')
    assert TEXT[places["d",][1] :].startswith('"d"')


@pytest.mark.parametrize(
    ("text", "place"),
    [("7", (0, 0, 1)), (' "x" ', (1, 1, 4)), ("[]", (0, 0, 2)), ("{ }", (0, 0, 3)), ("\t\r\ntrue", (3, 3, 7))],
)
def test_a_text_may_be_any_value(text: str, place: Any) -> None:
    assert find_places(text) == {(): place}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"id": 1, "id": 2}', ("id", 10, 4)),
        ('[{"id": 1}, {"id": 2, "id": 3, "id": 4}]', ("id", 22, 4)),
        ('{"a": {"b": 1}, "b": 2, "a" : 3}', ("a", 24, 3)),
        ('{"a": [{"\\u0061b": 1, "ab": 2}], "a": 3}', ("ab", 22, 4)),
    ],
)
def test_the_first_key_that_occurs_twice_in_an_object_is_found(text: str, found: Any) -> None:
    assert first_repeated(text) == found
