"""Builders of what stands inside a message: quick replies, buttons and templates.

They are pure: plain dicts in Meta's spelling come out, and lazy references may go in anywhere. What Meta would refuse
is refused at once where it is known, and before the wire where it is not.
"""

from __future__ import annotations

from typing import Any

from ..core.operation import Value, builder
from .rules import check_button, check_element, check_quick_reply, check_template


def given(**fields: Any) -> dict[str, Any]:
    """Return the fields that are not None."""
    return {key: value for key, value in fields.items() if value is not None}


@builder
def quick_reply(
    title: Value[str], payload: Value[str | int | None] = None, *, image_url: Value[str | None] = None
) -> dict[str, Any]:
    """Build a quick reply: a button above the keyboard that answers with its title.

    Args:
        title: At most 20 characters; may be empty with an image.
        payload: At most 1,000 characters; comes back in the webhook. Default: the title.
        image_url: A picture beside the title, at least 24 × 24 pixels.

    Returns:
        A dict for `quick_replies=`.

    Raises:
        InvalidMessage: A title or payload is missing or too long. Nothing was sent.

    Example:
        >>> quick_reply("Yes", "CONFIRM")
        {'content_type': 'text', 'title': 'Yes', 'payload': 'CONFIRM'}

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies
    """
    reply = given(content_type="text", title=title, payload=title if payload is None else payload, image_url=image_url)
    check_quick_reply(reply)
    return reply


@builder
def url_button(
    title: Value[str],
    url: Value[str],
    *,
    webview_height_ratio: Value[str | None] = None,
    messenger_extensions: Value[bool | None] = None,
    fallback_url: Value[str | None] = None,
    webview_share_button: Value[str | None] = None,
) -> dict[str, Any]:
    """Build a button that opens a web page.

    Args:
        title: At most 20 characters.
        url: The address, https with `messenger_extensions`.
        webview_height_ratio: `compact`, `tall` or `full`.
        messenger_extensions: Whether the page uses Messenger Extensions; its domain must be allowlisted.
        fallback_url: Opened where Messenger Extensions are not available.
        webview_share_button: `hide` to hide the share button.

    Returns:
        A dict for `buttons`.

    Raises:
        InvalidMessage: The title is too long, or the address is none. Nothing was sent.

    Example:
        >>> url_button("Find us", "https://example.org/map")
        {'type': 'web_url', 'title': 'Find us', 'url': 'https://example.org/map'}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/buttons/url
    """
    button = given(
        type="web_url",
        title=title,
        url=url,
        webview_height_ratio=webview_height_ratio,
        messenger_extensions=messenger_extensions,
        fallback_url=fallback_url,
        webview_share_button=webview_share_button,
    )
    check_button(button)
    return button


@builder
def postback_button(title: Value[str], payload: Value[str | None] = None) -> dict[str, Any]:
    """Build a button that tells the webhook its payload.

    Args:
        title: At most 20 characters.
        payload: At most 1,000 characters. Default: the title.

    Returns:
        A dict for `buttons`.

    Raises:
        InvalidMessage: The title or the payload is missing or too long. Nothing was sent.

    Example:
        >>> postback_button("Move it", "MOVE")
        {'type': 'postback', 'title': 'Move it', 'payload': 'MOVE'}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/buttons/postback
    """
    button = given(type="postback", title=title, payload=title if payload is None else payload)
    check_button(button)
    return button


@builder
def button_template(text: Value[str], buttons: Value[list[dict[str, Any]]]) -> dict[str, Any]:
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

    Source: https://developers.facebook.com/docs/messenger-platform/reference/templates/button
    """
    payload = {"template_type": "button", "text": text, "buttons": buttons}
    check_template(payload)
    return payload


@builder
def element(
    title: Value[str],
    *,
    subtitle: Value[str | None] = None,
    image_url: Value[str | None] = None,
    default_action: Value[dict[str, Any] | None] = None,
    buttons: Value[list[dict[str, Any]] | None] = None,
) -> dict[str, Any]:
    """Build one card of a generic template.

    Args:
        title: At most 80 characters.
        subtitle: At most 80 characters.
        image_url: A picture, 1.91 : 1.
        default_action: What a tap on the card does: a URL button without a title.
        buttons: At most three.

    Returns:
        A dict for `generic_template`.

    Raises:
        InvalidMessage: Something is too long, or there is only a title. Nothing was sent.

    Example:
        >>> element("Dr. Okafor", subtitle="Monday, 9:00")
        {'title': 'Dr. Okafor', 'subtitle': 'Monday, 9:00'}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/templates/generic
    """
    card = given(title=title, subtitle=subtitle, image_url=image_url, default_action=default_action, buttons=buttons)
    check_element(card)
    return card


@builder
def generic_template(elements: Value[list[dict[str, Any]]], *, sharable: Value[bool | None] = None) -> dict[str, Any]:
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

    Source: https://developers.facebook.com/docs/messenger-platform/reference/templates/generic
    """
    payload = given(template_type="generic", elements=elements, sharable=sharable)
    check_template(payload)
    return payload
