"""Builders for the profile: the items of a menu, and ice breakers.

They are pure: plain dicts in Meta's spelling come out, and lazy references may go in anywhere.
"""

from __future__ import annotations

from typing import Any

from ...core.values.builder import builder
from ...graph.request import without_none
from ..rules.argument_types import Flag, OptionalText, Text
from ..rules.limits import refuse
from .rules import check_ice_breaker, check_menu_item

#: The heading under which `adaptor docs` shows this module.
HEADING = "profile"


@builder
def menu_item(
    title: Text,
    payload: OptionalText = None,
    *,
    url: OptionalText = None,
    webview_height_ratio: OptionalText = None,
    messenger_extensions: Flag = None,
    fallback_url: OptionalText = None,
    webview_share_button: OptionalText = None,
) -> dict[str, Any]:
    """Build an item of a persistent menu: it sends its payload to the webhook, or opens a web page.

    Args:
        title: At most 30 characters; buttons in messages take 20.
        payload: At most 1,000 characters; comes back in the webhook. Default: the title. Not with `url`.
        url: The page that it opens.
        webview_height_ratio: With `url`: `compact`, `tall` or `full`.
        messenger_extensions: With `url`: whether the page uses Messenger Extensions; its domain must be allowlisted.
        fallback_url: With `url`: opened where Messenger Extensions are not available.
        webview_share_button: With `url`: `hide` to hide the share button.

    Returns:
        A dict for `set_persistent_menu` and `set_user_menu`.

    Raises:
        InvalidMessage: The title or the payload is too long, or the address is not valid. Nothing was sent.

    Example:
        >>> menu_item("Opening hours", "HOURS")
        {'type': 'postback', 'title': 'Opening hours', 'payload': 'HOURS'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
    """
    if payload is not None and url is not None:
        raise refuse("menu_item", "has both a payload and an address", "Make two items of it.")
    page = without_none(
        {
            "url": url,
            "webview_height_ratio": webview_height_ratio,
            "messenger_extensions": messenger_extensions,
            "fallback_url": fallback_url,
            "webview_share_button": webview_share_button,
        }
    )
    item = {"type": "web_url", "title": title, **page}
    if not page:
        item = {"type": "postback", "title": title, "payload": title if payload is None else payload}
    check_menu_item(item)
    return item


@builder
def ice_breaker(question: Text, payload: OptionalText = None) -> dict[str, Any]:
    """Build a question that people can tap to begin a conversation.

    Args:
        question: What they see, and ask by tapping it.
        payload: Comes back in the webhook. Default: the question.

    Returns:
        A dict for `set_ice_breakers`.

    Raises:
        InvalidMessage: The question or the payload is empty. Nothing was sent.

    Example:
        >>> ice_breaker("Where are you?", "LOCATION")
        {'question': 'Where are you?', 'payload': 'LOCATION'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api/ice-breakers
    """
    item = {"question": question, "payload": question if payload is None else payload}
    check_ice_breaker(item)
    return item
