"""Reading the Page and its people: `GET /me`, `GET /{PAGE_ID}`, `GET /{PSID}`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.errors import invalid, unknown_object

if TYPE_CHECKING:
    from adaptor.sandbox.call import Call
    from adaptor.sandbox.world import World

_PAGE_FIELDS: Final = ("name", "id")
# What Meta gives when no field is asked for, and what it gives at all.
_PROFILE_DEFAULT: Final = ("first_name", "last_name", "profile_pic", "id")
_PROFILE_FIELDS: Final = (*_PROFILE_DEFAULT, "name", "locale", "timezone", "gender")


def read_page(call: Call, world: World) -> dict[str, Any]:
    """Give the Page's name and id."""
    known = {"name": world.page_name, "id": world.page_id}
    return _select(call, known, _PAGE_FIELDS, _PAGE_FIELDS, "Page")


def read_profile(call: Call, world: World) -> dict[str, Any]:
    """Give what a person lets the Page see. What they have not set is left out."""
    person = world.find_person(call.segments[0])
    if person is None:
        raise unknown_object(call.method, call.segments[0])
    known = {name: getattr(person, name) for name in _PROFILE_FIELDS}
    known["name"] = person.name or None
    return _select(call, known, _PROFILE_DEFAULT, _PROFILE_FIELDS, "User")


def _select(
    call: Call, known: dict[str, Any], default: tuple[str, ...], allowed: tuple[str, ...], node: str
) -> dict[str, Any]:
    asked = [name for name in re.split(r"[,\s]+", str(call.parameters.get("fields") or "")) if name]
    for name in asked:
        if name not in allowed:
            raise invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")
    # Graph adds the id to whatever is asked for.
    names = dict.fromkeys([*(asked or default), "id"])
    return {name: known[name] for name in names if known[name] is not None}
