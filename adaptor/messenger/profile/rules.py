"""What the properties of a profile may look like. Whatever Meta would refuse is refused here, before the wire.

Properties and fields that are not ours to judge pass, since Meta adds new ones; lazy values are left alone until they
are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.lazy import Lazy
from ..content.buttons import check_button
from ..content.payload_reader import PayloadReader, reader_of
from ..rules.limits import check_items, check_object, check_text, refuse
from ..rules.values import check_url
from .shapes import DEFAULT_LOCALE

if TYPE_CHECKING:
    from collections.abc import Callable

#: The properties that can be read, in the order in which Meta's table has them.
#: Source: …/reference/messenger-profile-api, and the specification of Meta's SDK for Graph v25 (checked 2026-11-24).
PROPERTIES = (
    "get_started",
    "greeting",
    "ice_breakers",
    "persistent_menu",
    "whitelisted_domains",
    "account_linking_url",
    "commands",
    "subject_to_new_eu_privacy_rules",
)
#: What can be deleted besides; Meta's SDK names these, its documentation does not.
DELETABLE = (*PROPERTIES, "description", "home_url", "title", "platform")

MENU_BUTTONS = ("web_url", "postback")

_QUESTION = 'ice_breaker("Where are you?", "LOCATION")'
_COMMAND = '{"name": "hours", "description": "When we are open"}'


def check_profile(body: Any) -> None:
    """Refuse properties that Meta would refuse.

    Raises:
        InvalidMessage: With the field, the limit and the actual value. Nothing was sent.
    """
    content = check_object("properties", body, '{"greeting": […]}')
    if content is None:
        return
    if not content:
        raise refuse("properties", "are empty: there is nothing to set", 'Write greeting="Hello!", or another one.')
    for name, check in _CHECKS.items():
        if name in content:
            check(content[name])


def check_menus(menus: Any) -> None:
    """Refuse a persistent menu that Meta would refuse."""
    for menu in _locales("persistent_menu", menus, "call_to_actions"):
        # A menu may do no more than take the composer away.
        needed = not menu.has("composer_input_disabled")
        for place, item in menu.items("call_to_actions", "persistent_menu", required=needed):
            check_menu_item(item, place)


def check_menu_item(item: Any, place: str = "menu_item") -> None:
    """Refuse an item of a persistent menu that Meta would refuse."""
    check_button(item, place, title_limit="persistent_menu.title", allowed=MENU_BUTTONS)


def check_ice_breaker(item: Any, place: str = "ice_breaker") -> None:
    """Refuse an ice breaker that Meta would refuse."""
    reader = reader_of(item, place, _QUESTION)
    for key in ("question", "payload") if reader is not None else ():
        check_text(f"{place}.{key}", item.get(key))


def _check_get_started(value: Any) -> None:
    reader = reader_of(value, "get_started", 'set_get_started("GET_STARTED")')
    if reader is not None:
        reader.text("payload", "get_started.payload")


def _check_greetings(greetings: Any) -> None:
    for greeting in _locales("greeting", greetings, "text"):
        greeting.text("text", "greeting.text")


def _check_ice_breakers(value: Any) -> None:
    objects = [item for item in value if isinstance(item, dict)] if isinstance(value, list | tuple) else []
    if any("question" in item for item in objects):
        # The form from before there were locales.
        if any("call_to_actions" in item for item in objects):
            raise refuse("ice_breakers", "has questions beside lists for locales", "Put all of them into the lists.")
        for place, item in check_items("ice_breakers", value, "ice_breakers"):
            check_ice_breaker(item, place)
        return
    for entry in _locales("ice_breakers", value, "call_to_actions"):
        for place, item in entry.items("call_to_actions", "ice_breakers"):
            check_ice_breaker(item, place)


def _check_commands(value: Any) -> None:
    for entry in _locales("commands", value, "commands", default_needed=False):
        for command in entry.readers("commands", _COMMAND, "commands"):
            command.text("name", "command.name")
            name = command.get("name")
            if isinstance(name, str) and name.startswith("/"):
                raise refuse(command.field("name"), "starts with a slash", "Leave it out: only people type it.")
            command.text("description", "command.description")


def _check_domains(value: Any) -> None:
    for place, domain in check_items("whitelisted_domains", value, "whitelisted_domains"):
        check_text(place, domain)
        # Meta documents https; whether it refuses a domain without a scheme is unknown, so that is left to it.
        if "://" in domain:
            check_url(place, domain, secure=True)


def _check_linking(value: Any) -> None:
    check_url("account_linking_url", value, secure=True)


def _locales(field: str, value: Any, key: str, *, default_needed: bool = True) -> list[PayloadReader]:
    """Return the objects of a list with one for each locale, as far as they are known."""
    example = f'[{{"locale": "{DEFAULT_LOCALE}", "{key}": …}}]'
    items = check_items(field, value)
    if not items and not isinstance(value, Lazy) and not value:
        raise refuse(field, "is an empty list", f"Write {example}.")
    parts = [reader for place, item in items if (reader := reader_of(item, place, example)) is not None]
    locales = [reader.get("locale") for reader in parts]
    all_known = not isinstance(value, Lazy) and len(parts) == len(value)
    if (
        default_needed
        and all_known
        and DEFAULT_LOCALE not in [locale for locale in locales if not isinstance(locale, Lazy)]
        and not any(isinstance(locale, Lazy) for locale in locales)
    ):
        raise refuse(
            field,
            f'has nothing with the locale "{DEFAULT_LOCALE}", which is for all people without one of their own',
            f'Add one with "locale": "{DEFAULT_LOCALE}".',
            actual=locales,
        )
    return parts


_CHECKS: dict[str, Callable[[Any], None]] = {
    "get_started": _check_get_started,
    "greeting": _check_greetings,
    "ice_breakers": _check_ice_breakers,
    "persistent_menu": check_menus,
    "commands": _check_commands,
    "whitelisted_domains": _check_domains,
    "account_linking_url": _check_linking,
}
