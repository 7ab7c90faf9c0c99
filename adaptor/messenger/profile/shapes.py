"""How a property of the profile may be written, and the form in which Meta wants it.

Meta wants a list with an object for each locale. One text, or one list, is meant for everybody; a dict may hold one for
each locale: `{"default": "Hello!", "de_DE": "Hallo!"}`. What is in Meta's form already stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.values.arguments import defer, known
from ...core.values.lazy import Lazy

if TYPE_CHECKING:
    from collections.abc import Callable

#: The locale of everybody for whose own there is nothing.
DEFAULT_LOCALE = "default"


def shaped(shape: Callable[..., Any], value: Any, *more: Any) -> Any:
    """Bring a property into Meta's form, now where its outline is known, and else when it is."""
    outline = known(value)
    items = outline if isinstance(outline, list) else [outline]
    return defer(shape, value, *more) if any(isinstance(item, Lazy) for item in items) else shape(outline, *more)


def get_started(payload: Any) -> Any:
    """Return the get-started button of a payload."""
    return {"payload": payload} if isinstance(payload, str) else payload


def greeting(given: Any) -> Any:
    """Return the greetings of one text, of one for each locale, or as they are."""
    if isinstance(given, str):
        return [{"locale": DEFAULT_LOCALE, "text": given}]
    if isinstance(given, dict) and "text" not in given:
        return [{"locale": locale, "text": text} for locale, text in given.items()]
    return [given] if isinstance(given, dict) else given


def ice_breakers(given: Any) -> Any:
    """Return the ice breakers of one list, of one for each locale, or as they are."""
    return _by_locale(given, "call_to_actions", is_item=lambda item: "question" in item)


def persistent_menu(given: Any, composer_input_disabled: Any = None) -> Any:
    """Return the menus of one list of items, of one for each locale, or as they are."""
    menus = _by_locale(given, "call_to_actions", is_item=lambda item: "type" in item)
    if composer_input_disabled is None or not isinstance(menus, list):
        return menus
    return [
        {"composer_input_disabled": composer_input_disabled, **menu} if isinstance(menu, dict) else menu
        for menu in menus
    ]


def commands(given: Any) -> Any:
    """Return the commands of one list, of one for each locale, or as they are."""
    return _by_locale(given, "commands", is_item=lambda item: "name" in item)


def whitelisted_domains(given: Any) -> Any:
    """Return a list of domains, also of one."""
    return [given] if isinstance(given, str) else given


def _by_locale(given: Any, key: str, *, is_item: Callable[[dict[str, Any]], bool]) -> Any:
    if isinstance(given, dict):
        if key in given:
            return [given]
        if not is_item(given):
            return [{"locale": locale, key: items} for locale, items in given.items()]
        given = [given]
    if isinstance(given, list | tuple) and given and all(isinstance(item, dict) and is_item(item) for item in given):
        return [{"locale": DEFAULT_LOCALE, key: list(given)}]
    return given
