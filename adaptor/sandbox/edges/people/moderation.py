"""Block and ban people, and list them: `/{PAGE_ID}/moderate_conversations`, `/{PAGE_ID}/blocked`.

https://developers.facebook.com/docs/graph-api/reference/page/moderate_conversations
https://developers.facebook.com/docs/graph-api/reference/page/blocked
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.rules.recipients import require_person

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState

_ACTIONS: Final = ("BLOCK_USER", "UNBLOCK_USER", "BAN_USER", "UNBAN_USER", "MOVE_TO_SPAM")
_MOST: Final = 10


def moderate(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Apply every action to every person; to nobody if one of them is unknown."""
    actions = call.words("actions")
    for action in actions:
        if action not in _ACTIONS:
            raise invalid(f'Param actions must be one of {{{", ".join(_ACTIONS)}}} - got "{action}".')
    if not actions:
        raise invalid("The parameter actions is required")
    people = [_find(item, call, page) for item in _users(call)]
    for person in people:
        thread = page.touch(person.id) if "MOVE_TO_SPAM" in actions else None
        for action in actions:
            if action in {"BLOCK_USER", "BAN_USER"}:
                person.banned = True
            elif action in {"UNBLOCK_USER", "UNBAN_USER"}:
                person.banned = False
            elif thread is not None:
                thread.folder = "spam"
        page.changed("person", person.id)
    return {"success": True}


def list_blocked(call: GraphCall, page: PageState) -> dict[str, Any]:
    """List the people whom the Page has blocked; `user` asks about one of them."""
    fields = read_fields(call.parameters.get("fields"))
    wanted = call.parameters.get("user") or call.parameters.get("uid")
    keys = [psid for psid, person in page.people.items() if person.banned and (not wanted or psid == str(wanted))]

    def show(psid: str) -> dict[str, Any]:
        known = {"id": lambda _: psid, "name": lambda _: page.people[psid].name or None}
        return select(fields, known, ("name", "id"), "Profile")

    return page_through(call, keys, show, path=f"{page.page_id}/blocked")


def _users(call: GraphCall) -> list[Any]:
    users = call.parameters.get("user_ids")
    users = call.words("user_ids") if isinstance(users, str) else users
    if not isinstance(users, list) or not users:
        raise invalid("The parameter user_ids is required")
    if len(users) > _MOST:
        raise invalid("param user_ids has too many elements.")
    return users


def _find(item: Any, call: GraphCall, page: PageState) -> Person:
    psid = str(item.get("id", "") if isinstance(item, dict) else item)
    call.addressee = psid
    return require_person(page, psid)
