"""The profile of a person: `GET /{PSID}`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import unknown_object
from adaptor.sandbox.request.fields import read_fields, select

if TYPE_CHECKING:
    from collections.abc import Callable

    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState

# The fields that Meta gives by default, and all that it gives.
_DEFAULT: Final = ("first_name", "last_name", "profile_pic", "id")
_FIELDS: Final = (*_DEFAULT, "name", "locale", "timezone", "gender")


def read_profile(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the profile that the Page may see, without empty fields."""
    person = page.find_person(call.segments[0])
    if person is None:
        raise unknown_object(call.method, call.segments[0])
    fields = read_fields(call.parameters.get("fields"))
    if person.private:
        return {}
    return select(fields, {name: _reader(person, name) for name in _FIELDS}, _DEFAULT, "User")


def _reader(person: Person, name: str) -> Callable[[Field], Any]:
    return lambda _: (person.name or None) if name == "name" else getattr(person, name)
