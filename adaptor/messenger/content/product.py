"""The product template: products of the Page's catalogue, side by side.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/product
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.builder import builder
from ..rules.values import as_text
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"


def check_product_template(template: PayloadReader) -> None:
    """Refuse a product template that Meta would refuse."""
    for product in template.readers("elements", '{"id": "…"}', "product.elements"):
        product.identifier("id")


@builder
def product_template(ids: Value[list[str | int]]) -> dict[str, Any]:
    """Build a template of products from the catalogue; Meta fills in picture, title and price.

    Args:
        ids: One to ten product ids, all from a catalogue of the same Page.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: There are no products, or more than ten, or one of them has no id. Nothing was sent.

    Example:
        >>> product_template(["4085237698222", "4085237698223"])["elements"]
        [{'id': '4085237698222'}, {'id': '4085237698223'}]

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/product
    """
    # What is literal in a list is checked at once, whatever is lazy beside it.
    elements = products(ids) if isinstance(ids, list) else defer(products, ids)
    template = {"template_type": "product", "elements": elements}
    check_product_template(PayloadReader(template))
    return template


def products(ids: Any) -> Any:
    """Return the elements for a list of ids; other values stay as they are."""
    return [{"id": as_text(each)} for each in ids] if isinstance(ids, list | tuple) else ids
