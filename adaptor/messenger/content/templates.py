"""Which check belongs to which template.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.lazy import Lazy
from ..rules.limits import check_text, refuse
from .button import check_button_template
from .coupon import check_coupon_template
from .feedback import check_feedback_template
from .forms import check_customer_information_template, check_instant_form_template
from .generic import check_generic_template
from .image_grid import check_image_grid_template
from .media import check_media_template
from .payload_reader import PayloadReader, reader_of
from .product import check_product_template
from .receipt import check_receipt_template

if TYPE_CHECKING:
    from collections.abc import Callable

_CHECKS: dict[str, Callable[[PayloadReader], None]] = {
    "button": check_button_template,
    "generic": check_generic_template,
    "media": check_media_template,
    "receipt": check_receipt_template,
    "product": check_product_template,
    "coupon": check_coupon_template,
    "customer_feedback": check_feedback_template,
    "image_grid": check_image_grid_template,
    "instant_form": check_instant_form_template,
    "customer_information": check_customer_information_template,
}

_FLIGHTS = "Send an approved utility template, send_utility(…), or cards with generic_template(…)."
#: Gone from Meta's list of templates, and what takes their place.
DEAD_TEMPLATES = {
    "list": "Send up to ten cards side by side with generic_template(…).",
    "open_graph": "Send the address in a url_button(…), or a card with generic_template(…).",
    "airline_boardingpass": _FLIGHTS,
    "airline_checkin": _FLIGHTS,
    "airline_itinerary": _FLIGHTS,
    "airline_update": _FLIGHTS,
    "one_time_notif_req": "Send an approved utility template, send_utility(…): it may go out at any time.",
}


def check_template(payload: Any) -> None:
    """Refuse the payload of a template attachment that Meta would refuse; templates of tomorrow pass.

    Raises:
        InvalidMessage: With the field, the limit and the actual value. Nothing was sent.
    """
    template = reader_of(payload, "template", "button_template(…) or generic_template(…)")
    if template is None:
        return
    kind = template.get("template_type")
    if kind is None:
        raise refuse("template_type", "is missing", "Use button_template(…) or generic_template(…).")
    if isinstance(kind, Lazy):
        return
    check_text("template_type", kind)
    if kind in DEAD_TEMPLATES:
        raise refuse("template_type", f"cannot be {kind!r}: Meta no longer has it", DEAD_TEMPLATES[kind], actual=kind)
    if kind in _CHECKS:
        _CHECKS[kind](PayloadReader(template.content))
