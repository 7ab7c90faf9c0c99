"""Buttons, in templates and menus.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons
(checked 2026-11-24).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ...core.values.arguments import defer
from ...core.values.builder import builder
from ...core.values.lazy import Lazy
from ..rules.argument_types import Flag, OptionalObject, OptionalText, Text
from ..rules.limits import refuse
from ..rules.values import check_choice, given
from .payload_reader import PayloadReader, reader_of

if TYPE_CHECKING:
    from collections.abc import Collection

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

HEIGHT_RATIOS = ("compact", "tall", "full")
#: Meta labels the account buttons itself; buttons of other kinds are not checked.
_TITLED = ("web_url", "postback", "phone_number", "game_play")
#: Meta documents `+`, country code and number; what people write between the digits passes.
_PHONE_NUMBER = re.compile(r"\+[1-9][0-9 ()./-]{3,}")


def check_button(
    button: Any,
    place: str = "button",
    *,
    title_limit: str = "button.title",
    allowed: Collection[str] | None = None,
    titled: bool = True,
) -> None:
    """Refuse a button that Meta would refuse.

    Args:
        button: A button in Meta's spelling.
        place: Its place, such as `elements[3].buttons[0]`.
        title_limit: The row of `LIMITS` for its title: a menu takes longer ones than a template.
        allowed: The types that Meta takes there. Without it every type passes.
        titled: Whether it has a title; a default action has none.

    Raises:
        InvalidMessage: With the field, the limit and the actual value. Nothing was sent.
    """
    reader = reader_of(button, place, 'postback_button("Confirm", "CONFIRM") or url_button("Map", "https://…")')
    if reader is None:
        return
    if not reader.has("type"):
        raise refuse(reader.field("type"), "is missing", "Use url_button(…) or postback_button(…).")
    reader.text("type")
    kind = reader.get("type")
    if isinstance(kind, Lazy):
        return
    if allowed is not None:
        check_choice(reader.field("type"), kind, allowed)
    if not titled and reader.has("title"):
        raise refuse(reader.field("title"), "does not go with a default action", "Leave the title out.")
    if titled and kind in _TITLED:
        reader.text("title", title_limit)
    if kind == "postback":
        reader.text("payload", "button.payload")
    elif kind == "web_url":
        _check_web_url(reader)
    elif kind == "phone_number":
        _check_phone_number(reader)
    elif kind == "account_link":
        reader.url("url", secure=True, why=" in a log in button")


def _check_web_url(reader: PayloadReader) -> None:
    extensions = reader.is_true("messenger_extensions")
    reader.url("url", secure=extensions, why=" with messenger_extensions")
    reader.url("fallback_url", required=False)
    if reader.says("fallback_url") and not extensions and not isinstance(reader.get("messenger_extensions"), Lazy):
        raise refuse(
            reader.field("fallback_url"),
            "goes with messenger_extensions only",
            "Leave it out, or add messenger_extensions=True.",
        )
    ratio, share = reader.get("webview_height_ratio"), reader.get("webview_share_button")
    check_choice(reader.field("webview_height_ratio"), _lower(ratio), HEIGHT_RATIOS)
    # Only `hide` is documented today; `show` was, as the default.
    check_choice(reader.field("webview_share_button"), _lower(share), ("hide", "show"))


def _check_phone_number(reader: PayloadReader) -> None:
    reader.text("payload")
    number = reader.get("payload")
    if isinstance(number, str) and not _PHONE_NUMBER.fullmatch(number):
        raise refuse(
            reader.field("payload"),
            "must be a phone number with + and country code",
            "Write +<country code><number>, such as +15105551234.",
        )


def _lower(word: Any) -> Any:
    return word.lower() if isinstance(word, str) else word


def as_url_action(action: Any) -> Any:
    """Return what a tap opens: for a plain address the URL button without a title that opens it."""
    return action if action is None or isinstance(action, dict) else defer(url_action, action)


def url_action(address: Any) -> Any:
    """Return the URL button without a title that opens an address; other values stay as they are."""
    return {"type": "web_url", "url": address} if isinstance(address, str) else address


@builder
def url_button(
    title: Text,
    url: Text,
    *,
    webview_height_ratio: OptionalText = None,
    messenger_extensions: Flag = None,
    fallback_url: OptionalText = None,
    webview_share_button: OptionalText = None,
) -> dict[str, Any]:
    """Build a button that opens a web page.

    Args:
        title: At most 20 characters.
        url: The address, https with `messenger_extensions`.
        webview_height_ratio: `compact`, `tall` or `full`.
        messenger_extensions: Whether the page uses Messenger Extensions; its domain must be allowlisted.
        fallback_url: Opened where Messenger Extensions are not available; only with `messenger_extensions`.
        webview_share_button: `hide` to hide the share button.

    Returns:
        A dict for `buttons`.

    Raises:
        InvalidMessage: The title is too long, or the address is not valid. Nothing was sent.

    Example:
        >>> url_button("Find us", "https://example.org/map")
        {'type': 'web_url', 'title': 'Find us', 'url': 'https://example.org/map'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons/url
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
def postback_button(title: Text, payload: OptionalText = None) -> dict[str, Any]:
    """Build a button that sends its payload to the webhook.

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

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons/postback
    """
    button = given(type="postback", title=title, payload=title if payload is None else payload)
    check_button(button)
    return button


@builder
def call_button(title: Text, phone_number: Text) -> dict[str, Any]:
    """Build a button that dials a phone number.

    Args:
        title: At most 20 characters.
        phone_number: `+`, country code and number: `+15105551234`.

    Returns:
        A dict for `buttons`; the number is its `payload`.

    Raises:
        InvalidMessage: The title is too long, or the number has no country code. Nothing was sent.

    Example:
        >>> call_button("Call the clinic", "+15105551234")
        {'type': 'phone_number', 'title': 'Call the clinic', 'payload': '+15105551234'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons/call
    """
    button = given(type="phone_number", title=title, payload=phone_number)
    check_button(button)
    return button


@builder
def account_link_button(url: Text) -> dict[str, Any]:
    """Build a log in button: it starts the linking of the person's account at your site.

    Args:
        url: Where people log in; https.

    Returns:
        A dict for `buttons`. Meta writes its title.

    Raises:
        InvalidMessage: The address is not valid, or not https. Nothing was sent.

    Example:
        >>> account_link_button("https://example.org/authorize")
        {'type': 'account_link', 'url': 'https://example.org/authorize'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons/login
    """
    button = given(type="account_link", url=url)
    check_button(button)
    return button


@builder
def account_unlink_button() -> dict[str, Any]:
    """Build a log out button: it ends the linking of the person's account.

    Returns:
        A dict for `buttons`. Meta writes its title.

    Raises:
        WrongCall: It was given arguments, and takes none. Nothing was sent.

    Example:
        >>> account_unlink_button()
        {'type': 'account_unlink'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/buttons/logout
    """
    return {"type": "account_unlink"}


@builder
def game_play_button(
    title: Text,
    payload: OptionalText = None,
    *,
    game_metadata: OptionalObject = None,
) -> dict[str, Any]:
    """Build a button that starts the Instant Game of the Page.

    Args:
        title: At most 20 characters.
        payload: Sent to the game when it starts.
        game_metadata: `{"player_id": …}` or `{"context_id": …}`: against whom, or in which thread, it is played.

    Returns:
        A dict for `buttons`.

    Raises:
        InvalidMessage: The title is missing or too long. Nothing was sent.

    Example:
        >>> game_play_button("Play", "LEVEL_2")
        {'type': 'game_play', 'title': 'Play', 'payload': 'LEVEL_2'}

    Source: https://developers.facebook.com/docs/messenger-platform/reference/buttons/game-play
    """
    button = given(type="game_play", title=title, payload=payload, game_metadata=game_metadata)
    check_button(button)
    return button
