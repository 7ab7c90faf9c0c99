"""The `fields` of a read."""

import pytest

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.request.fields import Field, limit_of, read_fields, select
from tests.growth import grows_with_its_input


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


@pytest.mark.long
@pytest.mark.parametrize(("begin", "part"), [("", "a, "), ("a", ".b(c)"), ("a,", " ")])
def test_a_long_text_takes_no_time_that_grows_faster_than_the_text(begin, part):
    assert grows_with_its_input(lambda size: read_fields(begin + part * size), 4_000)
