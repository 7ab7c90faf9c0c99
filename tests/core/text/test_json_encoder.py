"""Encoders that are made once write what `json.dumps` writes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adaptor.core.text.json_encoder import encoder

VALUE = {"b": [1, 2.5, None, True, "ä\u2028\ud83d"], "a": {"z": "", "y": {}, "é": -1e30}}


@pytest.mark.parametrize("has_c", [True, False])
@pytest.mark.parametrize("ensure_ascii", [True, False])
@pytest.mark.parametrize("sort_keys", [True, False])
def test_the_text_is_that_of_the_standard_library(
    monkeypatch: pytest.MonkeyPatch, has_c: bool, ensure_ascii: bool, sort_keys: bool
) -> None:
    if not has_c:
        monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    options: Any = {"ensure_ascii": ensure_ascii, "sort_keys": sort_keys}
    assert encoder(**options)(VALUE) == json.dumps(VALUE, separators=(",", ":"), **options)


def test_without_options_keys_keep_their_order_and_all_is_ascii() -> None:
    assert encoder()({"b": "ä", "a": float("inf")}) == '{"b":"\\u00e4","a":Infinity}'


@pytest.mark.parametrize("has_c", [True, False])
def test_what_is_no_number_of_json_may_be_refused(monkeypatch: pytest.MonkeyPatch, has_c: bool) -> None:
    if not has_c:
        monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    with pytest.raises(ValueError, match="Out of range"):
        encoder(allow_nan=False)([float("nan")])


@pytest.mark.parametrize("has_c", [True, False])
def test_what_json_cannot_hold_is_refused_or_made_another_value(monkeypatch: pytest.MonkeyPatch, has_c: bool) -> None:
    if not has_c:
        monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    with pytest.raises(TypeError):
        encoder()({"a": {1}})
    assert encoder(default=sorted)({"a": {2, 1}}) == '{"a":[1,2]}'


def test_a_value_that_contains_itself_is_too_deep() -> None:
    value: list[Any] = []
    value.append(value)
    with pytest.raises(RecursionError):
        encoder()(value)
