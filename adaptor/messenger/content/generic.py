"""The generic template: cards side by side.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/generic
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import Flag, OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import given
from .button import check_buttons
from .buttons import as_url_action, check_button
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

_EXAMPLE = 'element("Dr. Okafor", subtitle="Monday, 9:00")'


def check_generic_template(template: PayloadReader) -> None:
    """Refuse a generic template that Meta would refuse."""
    for card in template.readers("elements", _EXAMPLE, "elements"):
        check_element(card)


def check_element(card: PayloadReader) -> None:
    """Refuse an element of a generic template that Meta would refuse."""
    card.text("title", "element.title")
    card.text("subtitle", "element.subtitle", required=False)
    # Any other field counts, also one that Meta adds, but no empty one.
    if not any(_says_something(value) for key, value in card.content.items() if key != "title"):
        raise refuse(
            card.place,
            "has only a title",
            "Give it one more thing: a subtitle, an image_url or buttons.",
        )
    card.picture("image_url", required=False)
    if card.has("default_action"):
        check_button(card.get("default_action"), card.field("default_action"), allowed=("web_url",), titled=False)
    check_buttons(card)


def _says_something(value: Any) -> bool:
    return isinstance(value, Lazy) or value not in (None, "", [], {})


@builder
def element(
    title: Text,
    *,
    subtitle: OptionalText = None,
    image_url: OptionalText = None,
    default_action: Value[str | dict[str, Any] | None] = None,
    buttons: Value[list[dict[str, Any]] | None] = None,
) -> dict[str, Any]:
    """Build one card of a generic template.

    Args:
        title: At most 80 characters.
        subtitle: At most 80 characters.
        image_url: A picture, 1.91 : 1.
        default_action: What a tap on the card opens: an address, or a URL button without a title.
        buttons: At most three.

    Returns:
        A dict for `generic_template`.

    Raises:
        InvalidMessage: Something is too long, or there is only a title. Nothing was sent.

    Example:
        >>> element("Dr. Okafor", subtitle="Monday, 9:00")
        {'title': 'Dr. Okafor', 'subtitle': 'Monday, 9:00'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/generic
    """
    card = given(
        title=title,
        subtitle=subtitle,
        image_url=image_url,
        default_action=as_url_action(default_action),
        buttons=buttons,
    )
    check_element(PayloadReader(card, "element"))
    return card


@builder
def generic_template(elements: Value[list[dict[str, Any]]], *, sharable: Flag = None) -> dict[str, Any]:
    """Build a template of up to ten cards side by side.

    Args:
        elements: One to ten, from `element`.
        sharable: Whether people may pass the message on.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: There are too many elements, or one of them is not allowed. Nothing was sent.

    Example:
        >>> generic_template([element("Dr. Okafor", subtitle="Monday, 9:00")])["template_type"]
        'generic'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/generic
    """
    template = given(template_type="generic", elements=elements, sharable=sharable)
    check_generic_template(PayloadReader(template))
    return template
