import json

import pytest

from adaptor.sandbox.meta.json_bytes import to_json_bytes


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"url": "https://a/b"}, rb'{"url":"https:\/\/a\/b"}'),
        ({"a": [1, None, True]}, b'{"a":[1,null,true]}'),
        ("Björk 😊", rb'"Bj\u00f6rk \ud83d\ude0a"'),
        ({"/": "\\/"}, rb'{"\/":"\\\/"}'),
        ("\ud800", rb'"\ud800"'),
    ],
)
def test_json_is_written_as_graph_writes_it(value, expected):
    assert to_json_bytes(value) == expected
    assert json.loads(expected) == value
