"""The Messenger Profile: greeting, Get Started, ice breakers, menu, commands: `/{PAGE_ID}/messenger_profile`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/messenger-profile-api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages.attachments import check_platform
from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.request_object import RequestObject, is_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_EU: Final = "subject_to_new_eu_privacy_rules"
_SUCCESS: Final = {"result": "success"}
# Not documented; it only bounds the number of locales.
_MANY: Final = 500


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the requested properties that are set."""
    check_platform(call)
    names = call.words("fields")
    if not names:
        raise invalid("The parameter fields is required")
    _check_names(names, {*_CHECKS, _EU})
    known = {**page.profile, _EU: False}
    found = {name: known[name] for name in names if name in known}
    return {"data": [found] if found else []}


def write(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Set properties; none if one of them is invalid."""
    check_platform(call)
    given = {name: call.parameters[name] for name in _CHECKS if call.parameters.get(name) is not None}
    if not given:
        raise invalid("Requires one of the params: " + ",".join(_CHECKS))
    top = RequestObject(given, "")
    for name in given:
        _CHECKS[name](top, name)
    if "persistent_menu" in given and "get_started" not in {*page.profile, *given}:
        raise invalid("You must set a Get Started button if you also wish to use persistent menu")
    page.profile.update(given)
    page.changed("profile", what=list(given))
    return dict(_SUCCESS)


def delete(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Delete properties; it is no error if one is not set."""
    check_platform(call)
    names = [name.lower() for name in call.words("fields")]
    if not names:
        raise invalid("The parameter fields is required")
    _check_names(names, {*_CHECKS, "platform", _EU})
    if "get_started" in names and "persistent_menu" in page.profile and "persistent_menu" not in names:
        raise invalid("You must delete the persistent menu before the Get Started button")
    for name in names:
        page.profile.pop(name, None)
    page.changed("profile", what=names)
    return dict(_SUCCESS)


def check_menu(top: RequestObject, name: str) -> None:
    """Check a persistent menu, of the Page or of one person."""
    _check_locales(top, name)
    for menu in top.objects(name, _MANY):
        if menu.value.get("composer_input_disabled") not in (None, True, False, "true", "false"):
            raise invalid(f"Param {menu.name('composer_input_disabled')} must be a boolean")
        silent = menu.value.get("composer_input_disabled") in (True, "true")
        # Without a text field, the menu must have items.
        items = menu.objects("call_to_actions", limits.MENU_ITEMS, required=silent)
        for item in items:
            kind = item.choice("type", ("web_url", "postback"), required=True)
            item.text("title", most=limits.MENU_TITLE, required=True)
            if kind == "postback":
                item.text("payload", most=limits.PAYLOAD, required=True)
            else:
                item.require("url")
                item.url("url")


def _check_names(names: list[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise invalid(f'Param fields[0] must be one of {{{", ".join(sorted(known))}}} - got "{name}".')


def _check_locales(top: RequestObject, name: str) -> None:
    locales = [part.text("locale", required=True) for part in top.objects(name, _MANY)]
    if "default" not in locales:
        raise invalid(f"Param {name} must include a default locale")
    if len(set(locales)) < len(locales):
        raise invalid(f"Param {name} has one locale twice")


def _check_get_started(top: RequestObject, name: str) -> None:
    RequestObject(top.require(name), name).text("payload", most=limits.PAYLOAD, required=True)


def _check_greeting(top: RequestObject, name: str) -> None:
    _check_locales(top, name)
    for greeting in top.objects(name, _MANY):
        greeting.text("text", most=limits.GREETING, required=True)


def _check_ice_breakers(top: RequestObject, name: str) -> None:
    parts = top.objects(name, _MANY)
    new = ["call_to_actions" in part.value for part in parts]
    if any(new) and not all(new):
        raise invalid(f"Param {name} must not mix the form with locales and the one without")
    if all(new):
        _check_locales(top, name)
    elif len(parts) > limits.ICE_BREAKERS:
        raise invalid(f"param {name} has too many elements.")
    asked = [part.objects("call_to_actions", limits.ICE_BREAKERS) if all(new) else [part] for part in parts]
    for question in (each for questions in asked for each in questions):
        question.text("question", required=True)
        question.text("payload", most=limits.PAYLOAD, required=True)


def _check_commands(top: RequestObject, name: str) -> None:
    _check_locales(top, name)
    for part in top.objects(name, _MANY):
        for command in part.objects("commands", limits.COMMANDS):
            word = command.text("name", most=limits.COMMAND_NAME, required=True) or ""
            if word.startswith("/"):
                raise invalid(f"Param {command.name('name')} must not start with /")
            command.text("description", most=limits.COMMAND_DESCRIPTION, required=True)


def _check_domains(top: RequestObject, name: str) -> None:
    domains = top.require(name)
    domains = [domains] if isinstance(domains, str) else domains
    if not isinstance(domains, list) or not domains:
        raise invalid(f"Param {name} must be a non-empty array.")
    if len(domains) > limits.DOMAINS:
        raise invalid(f"param {name} has too many elements.")
    for domain in domains:
        # Older clients send domains without a scheme; it is https then.
        if not is_url(domain if "://" in str(domain) else f"https://{domain}", secure=True):
            raise invalid(f"{name} should represent a valid URL with https")


def _check_linking(top: RequestObject, name: str) -> None:
    if not is_url(top.require(name), secure=True):
        raise invalid(f"{name} should represent a valid URL with https")


def _check_home(top: RequestObject, name: str) -> None:
    home = RequestObject(top.require(name), name)
    home.require("url")
    home.url("url", secure=True)


_CHECKS: Final[Mapping[str, Callable[[RequestObject, str], None]]] = {
    "get_started": _check_get_started,
    "greeting": _check_greeting,
    "ice_breakers": _check_ice_breakers,
    "persistent_menu": check_menu,
    "commands": _check_commands,
    "whitelisted_domains": _check_domains,
    "account_linking_url": _check_linking,
    "description": _check_locales,
    "title": _check_locales,
    "home_url": _check_home,
}
