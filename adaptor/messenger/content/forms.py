"""Templates that ask the person to fill in a form: instant forms, and where to ship to.

Sources: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/instant-form-template
(Meta says of it: in development) and
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/structured-information-template
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ..rules.argument_types import Count, OptionalText, Text
from ..rules.limits import check_text
from ..rules.values import as_text, given
from .feedback import check_privacy
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

PURPOSES = ("SHIPPING",)


def check_instant_form_template(template: PayloadReader) -> None:
    """Refuse an instant form that Meta would refuse."""
    template.identifier("form_id")


def check_customer_information_template(template: PayloadReader) -> None:
    """Refuse a customer information template that Meta would refuse."""
    # How Meta writes the fields of `address_overrides` and `contact_overrides` is not checked here.
    for place, country in template.items("countries", required=False):
        check_text(place, country)
    template.choice("purpose", PURPOSES, required=False)
    check_privacy(template)


@builder
def instant_form_template(form_id: Value[str | int]) -> dict[str, Any]:
    """Build a template that opens an instant form of the Page in the conversation.

    Args:
        form_id: The id of the form; it must be open to people who were not targeted, and ask only for what Meta allows
            in a conversation.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: The id is missing. Nothing was sent.

    Example:
        >>> instant_form_template("1234567890")
        {'template_type': 'instant_form', 'form_id': '1234567890'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/instant-form-template
    """
    template = given(template_type="instant_form", form_id=as_text(form_id))
    check_instant_form_template(PayloadReader(template))
    return template


@builder
def customer_information_template(
    *,
    privacy_url: Text,
    countries: Value[list[str] | None] = None,
    expires_in_days: Count = None,
    address_overrides: Value[list[dict[str, Any]] | None] = None,
    contact_overrides: Value[list[dict[str, Any]] | None] = None,
    purpose: OptionalText = None,
) -> dict[str, Any]:
    """Build a template that asks the person where to ship to.

    The answer comes in the webhook `messaging_customer_information`.

    Args:
        privacy_url: The address of your privacy policy.
        countries: The countries that addresses may be in, such as `["US"]`. Default: Meta's, all of them.
        expires_in_days: How long it can be answered, 1 to 7 days. Default: Meta's, 1 day.
        address_overrides: Which fields of the address are asked for, as Meta spells them.
        contact_overrides: Which contact details are asked for, as Meta spells them.
        purpose: `SHIPPING`.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: The address of the privacy policy is not valid, or the days are not 1 to 7. Nothing was sent.

    Example:
        >>> customer_information_template(privacy_url="https://example.org/privacy", countries=["US"])["countries"]
        ['US']

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/templates/structured-information-template
    """
    template = given(
        template_type="customer_information",
        countries=countries,
        business_privacy={"url": privacy_url},
        expires_in_days=expires_in_days,
        address_overrides=address_overrides,
        contact_overrides=contact_overrides,
        purpose=purpose,
    )
    check_customer_information_template(PayloadReader(template))
    return template
