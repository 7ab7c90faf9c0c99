from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, product_template, send_template, state


def products(*ids: Any) -> dict[str, Any]:
    return {"template_type": "product", "elements": [{"id": each} for each in ids]}


def test_the_builder_gives_a_plain_dict() -> None:
    assert product_template(["4085237698222", 4085237698223]) == products("4085237698222", "4085237698223")
    assert product_template(("1",)) == products("1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("ids", "data"),
    [
        (state.data.ids, {"ids": [1, "2"]}),
        (lambda s: s["data"]["ids"], {"ids": [1, "2"]}),
        ([state.data.first, "2"], {"first": 1}),
        ([lambda s: s["data"]["first"], f"{state.data.second}"], {"first": 1, "second": 2}),
    ],
)
def test_the_list_or_what_is_in_it_may_be_lazy(sent: Any, ids: Any, data: dict[str, Any]) -> None:
    body = sent(send_template("1", product_template(ids)), data)
    assert body["message"]["attachment"]["payload"] == products("1", "2")


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"template_type": "product"}, "elements"),
        (products(), "elements"),
        ({"template_type": "product", "elements": ["1"]}, "elements[0]"),
        ({"template_type": "product", "elements": [{}]}, "elements[0].id"),
        (products("1", ""), "elements[1].id"),
        (products("1", None), "elements[1].id"),
        (products("1", 1.5), "elements[1].id"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize("ids", ["4085237698222", 4085237698222, {"id": "1"}, []])
def test_products_that_are_no_list_are_refused_when_they_are_built(ids: Any) -> None:
    with pytest.raises(InvalidMessage) as refused:
        product_template(ids)
    assert refused.value.details["field"] == "elements"


def test_what_is_wrong_beside_a_lazy_id_is_refused_when_it_is_built() -> None:
    with pytest.raises(InvalidMessage) as refused:
        product_template([state.data.first, ""])
    assert refused.value.details == {"field": "elements[1].id", "actual": 0}


@pytest.mark.parametrize("payload", [products("1"), products(1), {**products("1", "1"), "glow": 1}])
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)
