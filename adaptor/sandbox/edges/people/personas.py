"""Personas: `/{PAGE_ID}/personas`, `/{PERSONA_ID}`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import invalid, unknown_object
from adaptor.sandbox.request.fields import Field, read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import Persona
from adaptor.sandbox.state.page_state import object_id

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.page_state import PageState

_DEFAULT = ("name", "profile_picture_url", "id")


def create(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Create a persona."""
    given = RequestObject({name: call.parameters.get(name) for name in ("name", "profile_picture_url")}, "")
    for name in given.value:
        if not given.value[name]:
            raise invalid(f"The parameter {name} is required")
    name = str(given.value["name"])
    if len(name) > limits.PERSONA_NAME:
        raise invalid(f"Length of param name must be less than or equal to {limits.PERSONA_NAME}")
    if given.url("profile_picture_url") is None:
        raise invalid("profile_picture_url should represent a valid URL")
    made = Persona(object_id(), name, str(given.value["profile_picture_url"]))
    page.personas[made.id] = made
    page.changed("persona", what=made.id)
    return {"id": made.id}


def list_all(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the personas that were not deleted, newest first."""
    fields = read_fields(call.parameters.get("fields"))
    ids = [persona.id for persona in reversed(page.personas.values()) if not persona.deleted]
    return page_through(call, ids, lambda key: _show(page.personas[key], fields), path=f"{page.page_id}/personas")


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give one persona."""
    return _show(_find(call, page), read_fields(call.parameters.get("fields")))


def delete(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Delete a persona; its messages keep the name."""
    persona = _find(call, page)
    persona.deleted = True
    page.changed("persona", what=persona.id)
    return {"success": True}


def check_persona(value: object, page: PageState) -> None:
    """Refuse a deleted or unknown persona."""
    persona = page.personas.get(str(value))
    if (persona is None and not (page.foreign_ids and str(value).isdigit())) or (persona and persona.deleted):
        raise invalid(f"Invalid persona id: {value}")  # words ours


def _find(call: GraphCall, page: PageState) -> Persona:
    persona = page.personas[call.segments[0]]
    if persona.deleted:
        raise unknown_object(call.method, persona.id)
    return persona


def _show(persona: Persona, fields: tuple[Field, ...]) -> dict[str, Any]:
    known = {
        "name": lambda _: persona.name,
        "profile_picture_url": lambda _: persona.profile_picture_url,
        "id": lambda _: persona.id,
    }
    return select(fields, known, _DEFAULT, "Persona")
