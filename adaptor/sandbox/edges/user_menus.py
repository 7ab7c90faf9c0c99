"""The persistent menu of one person: `/{PAGE_ID}/custom_user_settings`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.edges.profile import check_menu
from adaptor.sandbox.meta.errors import NO_SUCH_PERSON, Refused, invalid
from adaptor.sandbox.request.request_object import Part

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import Call
    from adaptor.sandbox.state.page_state import World


def read(call: Call, world: World) -> dict[str, Any]:
    """Give the menu of one person, and the Page's."""
    psid = _who(call, world)
    found: dict[str, Any] = {}
    if psid in world.menus:
        found["user_level_persistent_menu"] = world.menus[psid]
    if "persistent_menu" in world.profile:
        found["page_level_persistent_menu"] = world.profile["persistent_menu"]
    return {"data": [found] if found else []}


def write(call: Call, world: World) -> dict[str, Any]:
    """Give one person a menu of their own."""
    psid = _who(call, world)
    if call.parameters.get("persistent_menu") is None:
        raise invalid("The parameter persistent_menu is required")
    check_menu(Part({"persistent_menu": call.parameters["persistent_menu"]}, ""), "persistent_menu")
    if "get_started" not in world.profile:
        raise invalid("You must set a Get Started button if you also wish to use persistent menu")
    world.menus[psid] = call.parameters["persistent_menu"]
    world.changed("profile", psid)
    return {"result": "success"}


def delete(call: Call, world: World) -> dict[str, Any]:
    """Take it away again."""
    psid = _who(call, world)
    params = [name.strip('"') for name in call.words("params")]
    if params != ["persistent_menu"]:
        raise invalid('Param params must be ["persistent_menu"]')
    world.menus.pop(psid, None)
    world.changed("profile", psid)
    return {"result": "success"}


def _who(call: Call, world: World) -> str:
    psid = call.parameters.get("psid")
    if psid is None or psid == "":
        raise invalid("The parameter psid is required")
    call.addressee = str(psid)
    person = world.find_person(call.addressee) if call.addressee.isdigit() else None
    if person is None:
        raise Refused(NO_SUCH_PERSON)
    return person.id
