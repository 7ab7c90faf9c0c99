"""The `fields` of a read."""

import time

import pytest

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.request.fields import Field, limit_of, read_fields, select


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ()),
        ("", ()),
        ("id", (Field("id"),)),
        (" id , name ,", (Field("id"), Field("name"))),
        (["id", "name"], (Field("id"), Field("name"))),
        ("a{b,c{d}},e", (Field("a", (Field("b"), Field("c", (Field("d"),)))), Field("e"))),
        ("a.limit(5){b}", (Field("a", (Field("b"),), (("limit", "5"),)),)),
        ("a{b}.limit(5)", (Field("a", (Field("b"),), (("limit", "5"),)),)),
    ],
)
def test_names_nested_fields_and_limits_are_read(text, expected):
    assert read_fields(text) == expected


@pytest.mark.parametrize("text", ["1", "a b", "a{", "a{}", "a}", "a.limit", "a,,b", "a{" * 20])
def test_a_syntax_error_is_refused_with_its_position(text):
    with pytest.raises(Refused) as refused:
        read_fields(text)
    assert refused.value.error.code == 2500
    assert "at character" in refused.value.error.message


def test_the_id_is_always_there_and_empty_values_never():
    known = {"id": lambda _: "1", "name": lambda _: None, "limit": limit_of}
    assert select((), known, ("name",), "Page") == {"id": "1"}
    assert select(read_fields("limit.limit(3)"), known, (), "Page") == {"limit": "3", "id": "1"}
    with pytest.raises(Refused, match="100"):
        select(read_fields("other"), known, (), "Page")


@pytest.mark.parametrize("text", ["a, " * 300_000, "a" + ".b(c)" * 200_000, "a," + " " * 900_000])
def test_a_long_text_takes_no_time_that_grows_faster_than_the_text(text):
    begin = time.perf_counter()
    assert read_fields(text)
    assert time.perf_counter() - begin < 5
