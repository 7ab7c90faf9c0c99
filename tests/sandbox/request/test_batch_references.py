import pytest

from adaptor.sandbox.meta.errors import Refused
from adaptor.sandbox.request.batch_references import fill_references, names_in

ANSWER = {"id": "7", "data": [{"id": "1", "n": {"x": 5}}, {"id": "2"}], "by": {"a": {"id": "8"}, "b": {"id": "9"}}}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{result=one:$.id}", "7"),
        ("a{result=one:$.data[0].id}b{result=one:$.data.1.id}", "a1b2"),
        ("{result=one:$.data.*.id}", "1,2"),
        ("{result=one:$.data[*]['id']}", "1,2"),
        ("{result=one:$.by.*.id}", "8,9"),
        ("{result=one:$.data[0].n.x}", "5"),
        ("{result=one:$.nothing}", ""),
        ("{result:other}", "{result:other}"),
    ],
)
def test_a_reference_finds_what_meta_would_find(text, filled):
    assert fill_references(text, {"one": ANSWER}) == filled


def test_a_path_that_cannot_be_read_is_refused():
    with pytest.raises(Refused, match="JSONPath"):
        fill_references("{result=one:$..id}", {"one": ANSWER})


def test_names_are_found_encoded_or_not():
    assert names_in("{result=a:$.id}&x=%7Bresult%3Db-2%3A%24.id%7D") == ["a", "b-2"]
