"""Labels, and the people who have them: `/{PAGE_ID}/custom_labels`, `/{LABEL_ID}/label`, `/{PSID}/custom_labels`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta.errors import TERMS, Refused, invalid, unknown_object
from adaptor.sandbox.request.fields import Field, read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.rules.recipients import require_person
from adaptor.sandbox.state.objects import Label
from adaptor.sandbox.state.page_state import object_id

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.state.objects import Person
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks


def create(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Create a label; before v12 the parameter was called `name`."""
    _check_terms(page)
    name = call.parameters.get("page_label_name") or call.parameters.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid("The parameter page_label_name is required")
    if any(label.name == name for label in page.labels.values()):
        raise invalid(f"A label with the name '{name}' exists already.")  # words ours
    made = Label(object_id(), name)
    page.labels[made.id] = made
    page.changed("label", what=made.id)
    return {"id": made.id}


def list_all(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the Page's labels."""
    return _list(call, page, list(page.labels), f"{page.page_id}/custom_labels")


def list_of_person(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the labels of one person."""
    person = page.find_person(call.segments[0])
    if person is None:
        raise unknown_object(call.method, call.segments[0])
    return _list(call, page, [label.id for label in page.labels.values() if person.id in label.people])


def read(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give one label."""
    return _show(page.labels[call.segments[0]], read_fields(call.parameters.get("fields")))


def delete(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Delete a label, and remove it from all people."""
    _check_terms(page)
    label = page.labels.pop(call.segments[0])
    for psid in label.people:
        _notify(webhooks, "remove", label, psid)
    page.changed("label", what=label.id)
    return {"success": True}


def assign(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Add a label to a person; no change if the person has it."""
    label, person = _both(call, page)
    if person.id not in label.people:
        label.people.append(person.id)
        _notify(webhooks, "add", label, person.id)
    page.changed("label", person.id, label.id)
    return {"success": True}


def remove(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Remove a label from a person."""
    label, person = _both(call, page)
    if person.id in label.people:
        label.people.remove(person.id)
        _notify(webhooks, "remove", label, person.id)
    page.changed("label", person.id, label.id)
    return {"success": True}


def _both(call: GraphCall, page: PageState) -> tuple[Label, Person]:
    _check_terms(page)
    user = call.parameters.get("user")
    if user is None or user == "":
        raise invalid("The parameter user is required")
    call.addressee = str(user)
    return page.labels[call.segments[0]], require_person(page, call.addressee)


def _notify(webhooks: Webhooks, action: str, label: Label, psid: str) -> None:
    value = {
        "action": action,
        "user": {"id": psid},
        "label": {"id": label.id, "page_label_name": label.name},
    }
    webhooks.notify_change("inbox_labels", value)


def _check_terms(page: PageState) -> None:
    if not page.terms_accepted:
        words = (
            "To use the inbox label API, you need to accept the privacy ToS. Click the link to accept. "
            f"https://www.facebook.com/{page.page_id}/inbox/page_contact_tos/"
        )
        raise Refused(TERMS.explained("Privacy ToS not accepted", words))


def _list(call: GraphCall, page: PageState, ids: list[str], path: str | None = None) -> dict[str, Any]:
    _check_terms(page)
    fields = read_fields(call.parameters.get("fields"))
    return page_through(call, ids, lambda key: _show(page.labels[key], fields), path=path)


def _show(label: Label, fields: tuple[Field, ...]) -> dict[str, Any]:
    known = {
        "id": lambda _: label.id,
        "page_label_name": lambda _: label.name,
        "name": lambda _: label.name,
    }
    return select(fields, known, ("id", "page_label_name"), "PageUserMessageThreadLabel")
