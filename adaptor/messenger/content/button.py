"""The button template: a text with buttons under it.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/button
(checked 2026-11-24).
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.builder import builder
from ..rules.argument_types import Text
from .buttons import check_button
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"


def check_button_template(template: PayloadReader) -> None:
    """Refuse a button template that Meta would refuse."""
    template.text("text", "button_template.text")
    check_buttons(template, required=True)


def check_buttons(reader: PayloadReader, *, required: bool = False, allowed: tuple[str, ...] | None = None) -> None:
    """Check the buttons of a template or of one of its elements."""
    for place, button in reader.items("buttons", "buttons", required=required):
        check_button(button, place, allowed=allowed)


@builder
def button_template(text: Text, buttons: Value[list[dict[str, Any]]]) -> dict[str, Any]:
    """Build a template of a text with buttons under it.

    Args:
        text: At most 640 characters.
        buttons: One to three, from `url_button`, `postback_button` …

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: The text is too long, or there are too many buttons. Nothing was sent.

    Example:
        >>> button_template("Can you come?", [postback_button("Yes")])["template_type"]
        'button'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/button
    """
    template = {"template_type": "button", "text": text, "buttons": buttons}
    check_button_template(PayloadReader(template))
    return template
