"""Digests: the same content has one, in every process, and other content has another."""

from __future__ import annotations

from typing import Any

import pytest

from adaptor.core.digest import digest


def test_the_order_of_keys_does_not_count_and_all_else_does() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert len({digest("1"), digest(1), digest([1]), digest(1, 1), digest({"1": 1}), digest(None), digest(True)}) == 7


@pytest.mark.parametrize("value", [object(), {"a", "b"}, b"x"], ids=["object", "set", "bytes"])
def test_what_is_another_text_in_each_process_has_no_digest(value: Any) -> None:
    with pytest.raises(TypeError):
        digest({"x": value})


def test_keys_of_several_types_are_those_that_json_makes_of_them() -> None:
    assert digest({1: "a", "b": 2}) == digest({"1": "a", "b": 2})
