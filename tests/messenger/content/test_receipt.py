from __future__ import annotations

from typing import Any

import pytest

from adaptor import InvalidMessage, WrongCall, receipt_element, receipt_template, send_template, state

ADDRESS = {"street_1": "1 Main Street", "city": "Lagos", "postal_code": "100001", "state": "LA", "country": "NG"}
LEAST = {
    "template_type": "receipt",
    "recipient_name": "Ana",
    "order_number": "A-17",
    "currency": "USD",
    "payment_method": "Visa 1234",
    "summary": {"total_cost": 50},
}
FULL = {
    **LEAST,
    "merchant_name": "A shop",
    "order_url": "https://example.org/orders/17",
    "timestamp": "1790000000",
    "elements": [
        {"title": "Shirt", "price": 25.5, "quantity": 2, "subtitle": "Cotton", "currency": "EUR",
         "image_url": "https://example.org/s.png"},
        {"title": "Sticker", "price": 0},
    ],
    "address": {**ADDRESS, "street_2": "Second floor"},
    "summary": {"subtotal": 51, "shipping_cost": 4.95, "total_tax": 0, "total_cost": 55.95},
    "adjustments": [{"name": "Voucher", "amount": 10}, {"name": "Points", "amount": "1.50"}],
    "sharable": True,
}  # fmt: skip


def but(**fields: Any) -> dict[str, Any]:
    return {**LEAST, **fields}


def item(**fields: Any) -> dict[str, Any]:
    return but(elements=[{"title": "Shirt", "price": 1}, {"title": "Hat", "price": 2, **fields}])


def to(**fields: Any) -> dict[str, Any]:
    return but(address={**ADDRESS, **fields})


def test_the_builders_give_a_plain_dict() -> None:
    assert receipt_template("Ana", "A-17", currency="USD", payment_method="Visa 1234", total_cost=50) == LEAST
    shirt = receipt_element(
        "Shirt", 25.5, quantity=2, subtitle="Cotton", currency="EUR", image_url="https://example.org/s.png"
    )
    assert (
        receipt_template(
            "Ana",
            "A-17",
            currency="USD",
            payment_method="Visa 1234",
            total_cost=55.95,
            subtotal=51,
            shipping_cost=4.95,
            total_tax=0,
            elements=[shirt, receipt_element("Sticker", 0)],
            adjustments=[{"name": "Voucher", "amount": 10}, {"name": "Points", "amount": "1.50"}],
            address={**ADDRESS, "street_2": "Second floor"},
            timestamp=1790000000,
            merchant_name="A shop",
            order_url="https://example.org/orders/17",
            sharable=True,
        )
        == FULL
    )


def test_numbers_that_are_texts_at_meta_may_be_given_as_numbers(sent: Any) -> None:
    operation = send_template(
        "1",
        receipt_template(
            "Ana", state.data.order, currency="USD", payment_method="Cash", total_cost=1, timestamp=state.data.at
        ),
    )
    payload = sent(operation, {"order": 17, "at": 1790000000})["message"]["attachment"]["payload"]
    assert (payload["order_number"], payload["timestamp"]) == ("17", "1790000000")


def test_a_receipt_without_a_total_is_refused_where_it_is_written() -> None:
    with pytest.raises(WrongCall, match="missing `total_cost`"):
        receipt_template("Ana", "A-17", currency="USD", payment_method="Visa")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        *((but(**{key: None}), key) for key in ("recipient_name", "order_number", "currency", "payment_method")),
        *((but(**{key: ""}), key) for key in ("recipient_name", "order_number", "currency", "payment_method")),
        (but(recipient_name=["Ana"]), "recipient_name"),
        (but(order_number=1.5), "order_number"),
        (but(order_number=True), "order_number"),
        (but(merchant_name=5), "merchant_name"),
        (but(order_url="example.org"), "order_url"),
        (but(summary=None), "summary"),
        (but(summary=50), "summary"),
        (but(summary={}), "summary.total_cost"),
        (but(summary={"total_cost": None}), "summary.total_cost"),
        (but(summary={"total_cost": 50, "subtotal": "50 USD"}), "summary.subtotal"),
        (but(summary={"total_cost": 50, "shipping_cost": True}), "summary.shipping_cost"),
        (but(summary={"total_cost": 50, "total_tax": []}), "summary.total_tax"),
        (but(elements={"title": "Shirt", "price": 1}), "elements"),
        (item(title=""), "elements[1].title"),
        (item(title=None), "elements[1].title"),
        (item(subtitle=5), "elements[1].subtitle"),
        (item(price=None), "elements[1].price"),
        (item(quantity="two"), "elements[1].quantity"),
        (item(currency="€"), "elements[1].currency"),
        (item(currency=""), "elements[1].currency"),
        (item(image_url="a.png"), "elements[1].image_url"),
        (but(address="1 Main Street"), "address"),
        *((to(**{key: None}), f"address.{key}") for key in ADDRESS),
        (to(postal_code=100001), "address.postal_code"),
        (to(country="Nigeria"), "address.country"),
        (to(street_2=2), "address.street_2"),
        (but(adjustments={"name": "Voucher", "amount": 10}), "adjustments"),
        (but(adjustments=[{"amount": 10}]), "adjustments[0].name"),
        (but(adjustments=[{"name": "Voucher", "amount": 1}, {"name": "Points"}]), "adjustments[1].amount"),
    ],
)  # fmt: skip
def test_what_meta_would_refuse_is_refused_with_its_place(
    refused_template: Any, payload: dict[str, Any], field: str
) -> None:
    assert refused_template(payload).details["field"] == field


@pytest.mark.parametrize("amount", ["12,50", "12.", ".5", "1e3", "$5", " 5", "", "٣", float("nan"), float("inf"), 1j])
def test_an_amount_that_is_no_decimal_number_is_refused(amount: Any) -> None:
    with pytest.raises(InvalidMessage, match="must be a number") as refused:
        receipt_element("Shirt", amount)
    assert refused.value.details["field"] == "element.price"
    assert "with a dot" in refused.value.fix


@pytest.mark.parametrize("amount", [0, -5, 12.5, "12.50", "-1", "0"])
def test_an_amount_may_be_a_number_or_the_text_of_one(amount: Any) -> None:
    assert receipt_element("Shirt", amount)["price"] == amount


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", "$", "US1"])
def test_a_currency_is_three_capital_letters(refused_template: Any, currency: str) -> None:
    error = refused_template(but(currency=currency))
    assert error.details["field"] == "currency"
    assert "USD" in error.fix


@pytest.mark.parametrize(
    ("timestamp", "what"),
    [
        ("2026-11-24", "must be a number of seconds"),
        ("1790000000.5", "must be a number of seconds"),
        (1790000000.5, "must be a number of seconds"),
        (True, "must be a number of seconds"),
        ("", "must be a number of seconds"),
        ("-1", "must be a number of seconds"),
        ("1790000000000", "is in milliseconds; Meta takes seconds"),
        (1790000000000, "is in milliseconds; Meta takes seconds"),
        ("9" * 5000, "is in milliseconds; Meta takes seconds"),
    ],
)
def test_a_timestamp_is_a_number_of_seconds(refused_template: Any, timestamp: Any, what: str) -> None:
    error = refused_template(but(timestamp=timestamp))
    assert error.details == {"field": "timestamp"}
    assert what in str(error)


@pytest.mark.parametrize(
    "payload",
    [
        LEAST,
        FULL,
        but(order_number=17),
        but(timestamp=1790000000),
        but(timestamp="99999999999"),
        but(elements=[], adjustments=[]),
        but(address=None, merchant_name=None),
        to(street_2=""),
        to(country="ng"),
        but(glow={"colour": "red"}),
    ],
)
def test_the_rest_passes_untouched(taken: Any, payload: dict[str, Any]) -> None:
    taken(payload)
