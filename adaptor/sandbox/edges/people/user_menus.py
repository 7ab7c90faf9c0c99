"""The persistent menu of one person: `/{PAGE_ID}/custom_user_settings`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/persistent-menu
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.edges.page.profile import check_menu
from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.rules.recipients import require_person

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the menu of one person, and the Page's."""
    psid = _read_psid(call, page)
    found: dict[str, Any] = {}
    if psid in page.menus:
        found["user_level_persistent_menu"] = page.menus[psid]
    if "persistent_menu" in page.profile:
        found["page_level_persistent_menu"] = page.profile["persistent_menu"]
    return {"data": [found] if found else []}


def write(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Set the menu of one person."""
    psid = _read_psid(call, page)
    if call.parameters.get("persistent_menu") is None:
        raise invalid("The parameter persistent_menu is required")
    check_menu(RequestObject({"persistent_menu": call.parameters["persistent_menu"]}, ""), "persistent_menu")
    if "get_started" not in page.profile:
        raise invalid("You must set a Get Started button if you also wish to use persistent menu")
    page.menus[psid] = call.parameters["persistent_menu"]
    page.changed("profile", psid)
    return {"result": "success"}


def delete(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Delete the menu of one person."""
    psid = _read_psid(call, page)
    params = [name.strip('"') for name in call.words("params")]
    if params != ["persistent_menu"]:
        raise invalid('Param params must be ["persistent_menu"]')
    page.menus.pop(psid, None)
    page.changed("profile", psid)
    return {"result": "success"}


def _read_psid(call: GraphCall, page: PageState) -> str:
    psid = call.parameters.get("psid")
    if psid is None or psid == "":
        raise invalid("The parameter psid is required")
    call.addressee = str(psid)
    return require_person(page, call.addressee).id
