from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, coupon_template, send_template, state

SHOP = "https://example.org/shop"


def coupon(**fields: Any) -> dict[str, Any]:
    return {"template_type": "coupon", "title": "10% off", **fields}


FULL = coupon(
    subtitle="Until Friday",
    coupon_code="TEN",
    coupon_url=SHOP,
    coupon_url_button_title="To the shop",
    coupon_pre_message="For you",
    image_url="https://example.org/a.png",
    payload="ten percent",
)


def test_the_builder_gives_a_plain_dict() -> None:
    assert coupon_template("10% off", "TEN") == coupon(coupon_code="TEN")
    assert coupon_template("10% off", 2026) == coupon(coupon_code="2026")
    assert coupon_template("10% off", coupon_url=SHOP) == coupon(coupon_url=SHOP)
    given = {key: value for key, value in FULL.items() if key not in ("template_type", "title", "coupon_code")}
    assert coupon_template("10% off", "TEN", **given) == FULL


@pytest.mark.parametrize("nothing", [{}, {"coupon_code": None}, {"coupon_code": "", "coupon_url": ""}])
def test_a_coupon_with_neither_code_nor_address_is_refused(refused_template: Any, nothing: dict[str, Any]) -> None:
    error = refused_template(coupon(**nothing))
    assert error.details == {"field": "coupon_code"}
    assert "coupon_url" in str(error)


def test_a_coupon_that_turns_out_to_have_neither_is_refused_then(state_for: Any) -> None:
    operation = send_template("1", coupon_template("10% off", state.data.code, coupon_url=state.data.url))
    with pytest.raises(InvalidMessage, match="and so is coupon_url"):
        operation(state_for("http://127.0.0.1:9", data={"code": None, "url": None}))


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (coupon(title="", coupon_code="TEN"), "title"),
        (coupon(title=None, coupon_code="TEN"), "title"),
        (coupon(coupon_code="TEN", subtitle=5), "subtitle"),
        (coupon(coupon_code="TEN OFF"), "coupon_code"),
        (coupon(coupon_code=" TEN"), "coupon_code"),
        (coupon(coupon_code="TEN\n"), "coupon_code"),
        (coupon(coupon_code="TEN\u00a0OFF"), "coupon_code"),
        (coupon(coupon_code=["TEN"]), "coupon_code"),
        (coupon(coupon_url="example.org"), "coupon_url"),
        (coupon(coupon_code="TEN", coupon_url="shop"), "coupon_url"),
        (coupon(coupon_code="TEN", coupon_url=[]), "coupon_url"),
        (coupon(coupon_code="TEN", image_url="a.png"), "image_url"),
        (coupon(coupon_code="TEN", coupon_pre_message=5), "coupon_pre_message"),
        (coupon(coupon_code="TEN", payload={"a": 1}), "payload"),
        (coupon(coupon_url=SHOP, coupon_url_button_title=True), "coupon_url_button_title"),
    ],
)
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize(
    "payload",
    [
        FULL,
        coupon(coupon_code="TEN"),
        coupon(coupon_code="TEN", coupon_url=""),
        coupon(coupon_code="", coupon_url=SHOP),
        coupon(coupon_url=SHOP, subtitle=None, expire_time=1790000000),
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)
