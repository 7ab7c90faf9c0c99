"""The receipt template: an order, what it cost, and where it goes.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/receipt
(checked 2026-11-24).
"""

from __future__ import annotations

import re
from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import Flag, OptionalObject, OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import as_text, given
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

_CODE = re.compile(r"[A-Z]{3}")
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_SECONDS = 'Give the seconds since 1970 as text, such as "1790000000".'
#: Later than the year 5000, read as seconds: it is milliseconds.
_TOO_MANY_SECONDS = 10**11
_ADDRESS = '{"street_1": "…", "city": "…", "postal_code": "…", "state": "…", "country": "US"}'


def check_receipt_template(receipt: PayloadReader) -> None:
    """Refuse a receipt that Meta would refuse."""
    receipt.text("recipient_name")
    receipt.identifier("order_number")
    _check_currency(receipt, required=True)
    receipt.text("payment_method")
    receipt.text("merchant_name", required=False)
    receipt.url("order_url", required=False)
    _check_timestamp(receipt)
    for item in receipt.readers("elements", 'receipt_element("Shirt", 50)', "receipt.elements", required=False):
        check_receipt_element(item)
    if address := receipt.reader("address", _ADDRESS, required=False):
        _check_address(address)
    if summary := receipt.reader("summary", '{"total_cost": 56.14}'):
        summary.amount("total_cost")
        for key in ("subtotal", "shipping_cost", "total_tax"):
            summary.amount(key, required=False)
    for adjustment in receipt.readers("adjustments", '{"name": "Voucher", "amount": 10}', required=False):
        adjustment.text("name")
        adjustment.amount("amount")


def check_receipt_element(item: PayloadReader) -> None:
    """Refuse an item of a receipt that Meta would refuse."""
    item.text("title")
    item.text("subtitle", required=False)
    item.amount("price")
    item.amount("quantity", required=False)
    _check_currency(item, required=False)
    item.picture("image_url", required=False)


def _check_currency(reader: PayloadReader, *, required: bool) -> None:
    reader.text("currency", required=required, may_be_empty=False)
    currency = reader.get("currency")
    if isinstance(currency, str) and not _CODE.fullmatch(currency):
        raise refuse(
            reader.field("currency"), f"cannot be {currency!r}", "Give three letters of ISO 4217, such as USD."
        )


def _check_timestamp(receipt: PayloadReader) -> None:
    value = receipt.get("timestamp")
    if value is None or isinstance(value, Lazy):
        return
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()):
        raise refuse(receipt.field("timestamp"), "must be a number of seconds", _SECONDS)
    if len(text) > 18 or int(text) >= _TOO_MANY_SECONDS:
        raise refuse(receipt.field("timestamp"), "is in milliseconds; Meta takes seconds", _SECONDS)


def _check_address(address: PayloadReader) -> None:
    for key in ("street_1", "city", "postal_code", "state", "country"):
        address.text(key)
    address.text("street_2", required=False)
    country = address.get("country")
    if isinstance(country, str) and not _COUNTRY.fullmatch(country):
        raise refuse(address.field("country"), f"cannot be {country!r}", "Give two letters of ISO 3166, such as US.")


@builder
def receipt_element(
    title: Text,
    price: Value[float | str],
    *,
    quantity: Value[float | str | None] = None,
    subtitle: OptionalText = None,
    currency: OptionalText = None,
    image_url: OptionalText = None,
) -> dict[str, Any]:
    """Build one item of a receipt.

    Args:
        title: What was bought.
        price: What it cost; 0 where it was free.
        quantity: How many of it.
        subtitle: A short description.
        currency: Three letters of ISO 4217. Default: that of the receipt.
        image_url: A picture of it.

    Returns:
        A dict for `receipt_template`.

    Raises:
        InvalidMessage: The title is empty, or the price is no number. Nothing was sent.

    Example:
        >>> receipt_element("Cotton shirt", 25, quantity=2)
        {'title': 'Cotton shirt', 'price': 25, 'quantity': 2}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/receipt
    """
    item = given(title=title, price=price, quantity=quantity, subtitle=subtitle, currency=currency, image_url=image_url)
    check_receipt_element(PayloadReader(item, "element"))
    return item


@builder
def receipt_template(
    recipient_name: Text,
    order_number: Value[str | int],
    *,
    currency: Text,
    payment_method: Text,
    total_cost: Value[float | str],
    subtotal: Value[float | str | None] = None,
    shipping_cost: Value[float | str | None] = None,
    total_tax: Value[float | str | None] = None,
    elements: Value[list[dict[str, Any]] | None] = None,
    adjustments: Value[list[dict[str, Any]] | None] = None,
    address: OptionalObject = None,
    timestamp: Value[str | int | None] = None,
    merchant_name: OptionalText = None,
    order_url: OptionalText = None,
    sharable: Flag = None,
) -> dict[str, Any]:
    """Build the receipt of an order.

    Amounts are numbers, or texts of them with a dot (`"12.50"`), without a currency; most currencies have two decimal
    places.

    Args:
        recipient_name: Whose order it is.
        order_number: A number that no other receipt of the Page has.
        currency: Three letters of ISO 4217, such as `USD`.
        payment_method: How it was paid, so that people know which account it was: `Visa 1234`.
        total_cost: What all of it cost, with shipping and tax.
        subtotal: What the items cost.
        shipping_cost: What the shipping cost.
        total_tax: The tax.
        elements: At most 100, from `receipt_element`. Meta does not promise their order.
        adjustments: Discounts: `{"name": "Voucher", "amount": 10}` each.
        address: Where it goes: `street_1`, `city`, `postal_code`, `state` (or region) and `country` (two letters), and
            `street_2` where there is one.
        timestamp: When it was ordered, in seconds since 1970.
        merchant_name: Shown as a logo.
        order_url: Where the order can be seen.
        sharable: Whether people may pass the message on.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: A required text is empty, an amount is no number, or something else is not as Meta wants it.
            Nothing was sent.

    Example:
        >>> shirts = [receipt_element("Cotton shirt", 25, quantity=2)]
        >>> receipt_template(
        ...     "Ana", "A-17", currency="USD", payment_method="Visa 1234", total_cost=50, elements=shirts
        ... )["summary"]
        {'total_cost': 50}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/receipt
    """
    receipt = given(
        template_type="receipt",
        recipient_name=recipient_name,
        merchant_name=merchant_name,
        order_number=as_text(order_number),
        currency=currency,
        payment_method=payment_method,
        order_url=order_url,
        timestamp=as_text(timestamp),
        elements=elements,
        address=address,
        summary=given(subtotal=subtotal, shipping_cost=shipping_cost, total_tax=total_tax, total_cost=total_cost),
        adjustments=adjustments,
        sharable=sharable,
    )
    check_receipt_template(PayloadReader(receipt))
    return receipt
