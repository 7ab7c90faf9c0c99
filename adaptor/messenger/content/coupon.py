"""The coupon template: a code that the person reveals, or an address where the coupon is used.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/coupon
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ..rules.argument_types import OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import as_text, given
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"


def check_coupon_template(coupon: PayloadReader) -> None:
    """Refuse a coupon that Meta would refuse."""
    coupon.text("title", "coupon.title")
    coupon.text("subtitle", "coupon.subtitle", required=False)
    if not coupon.says("coupon_code") and not coupon.says("coupon_url"):
        raise refuse(
            coupon.field("coupon_code"),
            "is missing, and so is coupon_url",
            "Give one of them, or both.",
        )
    coupon.text("coupon_code", required=False)
    code = coupon.get("coupon_code")
    if isinstance(code, str) and any(character.isspace() for character in code):
        raise refuse(coupon.field("coupon_code"), "has spaces in it", "Write the code without spaces.")
    coupon.url("coupon_url", required=False)
    coupon.picture("image_url", required=False)
    for key in ("coupon_url_button_title", "coupon_pre_message", "payload"):
        coupon.text(key, required=False)


@builder
def coupon_template(
    title: Text,
    coupon_code: Value[str | int | None] = None,
    *,
    coupon_url: OptionalText = None,
    subtitle: OptionalText = None,
    coupon_url_button_title: OptionalText = None,
    coupon_pre_message: OptionalText = None,
    image_url: OptionalText = None,
    payload: OptionalText = None,
) -> dict[str, Any]:
    """Build a coupon.

    Args:
        title: What it gives; at most 80 characters.
        coupon_code: The code that the person reveals with a tap, without spaces; this, `coupon_url` or both.
        coupon_url: Where the coupon is used.
        subtitle: At most 80 characters. Default: Meta's "Terms may apply."
        coupon_url_button_title: The words on the button to `coupon_url`. Default: Meta's "Shop now".
        coupon_pre_message: A text that is sent before the coupon.
        image_url: A picture on the coupon.
        payload: Comes back in the webhook when the code is revealed.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: It has neither a code nor an address, the code has spaces, or a text is too long. Nothing was
            sent.

    Example:
        >>> coupon_template("10% off", "TEN")
        {'template_type': 'coupon', 'title': '10% off', 'coupon_code': 'TEN'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/coupon
    """
    coupon = given(
        template_type="coupon",
        title=title,
        subtitle=subtitle,
        coupon_code=as_text(coupon_code),
        coupon_url=coupon_url,
        coupon_url_button_title=coupon_url_button_title,
        coupon_pre_message=coupon_pre_message,
        image_url=image_url,
        payload=payload,
    )
    check_coupon_template(PayloadReader(coupon))
    return coupon
