"""The image grid template: two to six pictures in one message, each with its own tap.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/image-grid
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
from .buttons import as_url_action
from .payload_reader import PayloadReader

#: The heading under which `adaptor docs` shows this module.
HEADING = "content"

_ALLOWED = ("web_url", "postback")


def check_image_grid_template(template: PayloadReader) -> None:
    """Refuse an image grid that Meta would refuse."""
    for grid in template.readers("elements", '{"images": [grid_image("https://…"), …]}', "image_grid.elements"):
        grid.text("title", "image_grid.title", required=False)
        grid.text("subtitle", "image_grid.subtitle", required=False)
        images = grid.readers("images", 'grid_image("https://…")', "image_grid.images")
        for image in images:
            check_grid_image(image)
        heroes = [image.place for image in images if image.is_true("is_hero_image")]
        if len(heroes) > 1:
            raise refuse(
                f"{heroes[1]}.is_hero_image",
                f"makes a second large image, beside {heroes[0]}",
                "Set is_hero_image on one image at most.",
                limit=1,
                actual=len(heroes),
            )
        check_buttons(grid, allowed=_ALLOWED)


def check_grid_image(image: PayloadReader) -> None:
    """Refuse an image of a grid that Meta would refuse."""
    image.picture("url")
    action = image.reader("action", '{"type": "web_url", "url": "https://…"}', required=False)
    if action is None:
        return
    action.choice("type", _ALLOWED)
    kind = action.get("type")
    if isinstance(kind, Lazy):
        return
    if kind == "web_url":
        action.url("url")
    else:
        action.text("payload", "button.payload")
        action.text("text")


@builder
def grid_image(
    url: Text,
    *,
    is_hero_image: Flag = None,
    action: Value[str | dict[str, Any] | None] = None,
) -> dict[str, Any]:
    """Build one picture of an image grid.

    Args:
        url: The address of the picture.
        is_hero_image: Whether it is shown larger; one in a grid may be.
        action: What a tap on it does: an address that is opened, or
            `{"type": "postback", "payload": …, "text": …}`, where `text` is what the person says with it.

    Returns:
        A dict for `image_grid_template`.

    Raises:
        InvalidMessage: The address is not valid, or the action is incomplete. Nothing was sent.

    Example:
        >>> grid_image("https://example.org/boots.jpg", action="https://example.org/boots")
        {'url': 'https://example.org/boots.jpg', 'action': {'type': 'web_url', 'url': 'https://example.org/boots'}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/image-grid
    """
    image = given(url=url, is_hero_image=is_hero_image, action=as_url_action(action))
    check_grid_image(PayloadReader(image, "image"))
    return image


@builder
def image_grid_template(
    images: Value[list[dict[str, Any]]],
    *,
    title: OptionalText = None,
    subtitle: OptionalText = None,
    buttons: Value[list[dict[str, Any]] | None] = None,
) -> dict[str, Any]:
    """Build a template of two to six pictures in a grid.

    Args:
        images: Two to six, from `grid_image`.
        title: At most 45 characters.
        subtitle: At most 80 characters.
        buttons: At most three, from `url_button` and `postback_button`.

    Returns:
        A dict for `send_template`.

    Raises:
        InvalidMessage: There are too few or too many pictures, two of them are large, or a text is too long. Nothing
            was sent.

    Example:
        >>> grid = image_grid_template([grid_image(f"https://example.org/{name}.jpg") for name in ("hat", "boots")])
        >>> grid["elements"]
        [{'images': [{'url': 'https://example.org/hat.jpg'}, {'url': 'https://example.org/boots.jpg'}]}]

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/template/image-grid
    """
    grid = given(title=title, subtitle=subtitle, images=images, buttons=buttons)
    template = {"template_type": "image_grid", "elements": [grid]}
    check_image_grid_template(PayloadReader(template))
    return template
