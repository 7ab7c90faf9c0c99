"""What the properties of a profile may look like. Whatever Meta would refuse is refused here, before the wire.

Properties and fields that are not ours to judge pass, since Meta adds new ones; lazy values are left alone until they
are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.lazy import Lazy
from ...core.state import a_kind
from ..limits import check_list, check_object, check_text, refuse
from ..texts import check_address, given_text
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

_ITEM = 'menu_item("Opening hours", "HOURS")'


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
        items = menu.get("call_to_actions")
        if items is None:
            # A menu may do no more than take the composer away.
            if menu.get("composer_input_disabled") is None:
                raise refuse("persistent_menu.call_to_actions", "is missing", f"Write [{_ITEM}].")
            continue
        for item in check_list("persistent_menu.call_to_actions", items, "persistent_menu"):
            check_menu_item(item)


def check_menu_item(item: Any) -> None:
    """Refuse an item of a persistent menu that Meta would refuse."""
    content = check_object("persistent_menu.call_to_actions", item, _ITEM)
    if content is None or isinstance(content.get("type"), Lazy):
        return
    kind = content.get("type")
    if kind not in ("web_url", "postback"):
        shown = "is missing" if kind is None else f"cannot be {kind!r} in a menu"
        raise refuse("persistent_menu.type", shown, "Use web_url or postback: menu_item(…).", actual=kind)
    check_text("persistent_menu.title", content.get("title"), "persistent_menu.title")
    if kind == "postback":
        check_text("persistent_menu.payload", content.get("payload"), "persistent_menu.payload")
    else:
        check_address("persistent_menu.url", content.get("url"), "http://", "https://")


def check_ice_breaker(item: Any) -> None:
    """Refuse an ice breaker that Meta would refuse."""
    content = check_object("ice_breakers", item, 'ice_breaker("Where are you?", "LOCATION")')
    for key in ("question", "payload") if content is not None else ():
        given_text(f"ice_breakers.{key}", content.get(key) if content else None)


def _check_get_started(value: Any) -> None:
    content = check_object("get_started", value, 'set_get_started("GET_STARTED")')
    if content is not None:
        check_text("get_started.payload", content.get("payload"), "get_started.payload")


def _check_greetings(greetings: Any) -> None:
    for greeting in _locales("greeting", greetings, "text"):
        check_text("greeting.text", greeting.get("text"), "greeting.text")


def _check_ice_breakers(value: Any) -> None:
    if isinstance(value, list | tuple) and any(isinstance(item, dict) and "question" in item for item in value):
        # The form from before there were locales.
        if any(isinstance(item, dict) and "call_to_actions" in item for item in value):
            raise refuse("ice_breakers", "has questions beside lists for locales", "Put all of them into the lists.")
        for item in check_list("ice_breakers", value, "ice_breakers"):
            check_ice_breaker(item)
        return
    for entry in _locales("ice_breakers", value, "call_to_actions"):
        for item in check_list("ice_breakers.call_to_actions", entry.get("call_to_actions"), "ice_breakers"):
            check_ice_breaker(item)


def _check_commands(value: Any) -> None:
    for entry in _locales("commands", value, "commands", default_needed=False):
        for command in check_list("commands.commands", entry.get("commands"), "commands"):
            content = check_object("commands.commands", command, '{"name": "hours", "description": "When we are open"}')
            if content is None:
                continue
            name = content.get("name")
            check_text("commands.name", name, "command.name")
            if isinstance(name, str) and name.startswith("/"):
                raise refuse("commands.name", "starts with a slash", "Leave it out: people type it, names lack it.")
            check_text("commands.description", content.get("description"), "command.description")


def _check_domains(value: Any) -> None:
    for domain in check_list("whitelisted_domains", value, "whitelisted_domains"):
        given_text("whitelisted_domains", domain)
        # Meta documents https; whether it refuses a domain without a scheme is unknown, so that is left to it.
        if "://" in domain:
            check_address("whitelisted_domains", domain, "https://")


def _check_linking(value: Any) -> None:
    check_address("account_linking_url", value, "https://")


def _locales(field: str, value: Any, key: str, *, default_needed: bool = True) -> list[dict[str, Any]]:
    """Return the objects of a list with one for each locale, as far as they are known."""
    if isinstance(value, Lazy):
        return []
    if not isinstance(value, list | tuple) or not value:
        what = "is an empty list" if isinstance(value, list | tuple) else f"must be a list, not {a_kind(value)}"
        what = "is missing" if value is None else what
        raise refuse(field, what, f'Write [{{"locale": "{DEFAULT_LOCALE}", "{key}": …}}].')
    entries = [
        check_object(field, entry, f'[{{"locale": "{DEFAULT_LOCALE}", "{key}": …}}]')
        for entry in value
        if not isinstance(entry, Lazy)
    ]
    found = [entry for entry in entries if entry is not None]
    locales = [entry.get("locale") for entry in found]
    all_known = len(found) == len(value) and not any(isinstance(locale, Lazy) for locale in locales)
    if default_needed and all_known and DEFAULT_LOCALE not in locales:
        raise refuse(
            field,
            f'has nothing with the locale "{DEFAULT_LOCALE}", which is for all people without one of their own',
            f'Add one with "locale": "{DEFAULT_LOCALE}".',
            actual=locales,
        )
    return found


_CHECKS: dict[str, Callable[[Any], None]] = {
    "get_started": _check_get_started,
    "greeting": _check_greetings,
    "ice_breakers": _check_ice_breakers,
    "persistent_menu": check_menus,
    "commands": _check_commands,
    "whitelisted_domains": _check_domains,
    "account_linking_url": _check_linking,
}
