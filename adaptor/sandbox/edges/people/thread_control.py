"""Conversation routing: which app controls a conversation. `/{PAGE_ID}/pass_thread_control` and related edges.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adaptor.sandbox.meta import limits
from adaptor.sandbox.meta.errors import (
    BAD_APP,
    NO_DEFAULT_APP,
    NO_SUCH_PERSON,
    NOT_IN_CONTROL,
    NOT_OWNER,
    Refused,
    invalid,
)
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.rules.recipients import read_recipient, require_person
from adaptor.sandbox.state.objects import INBOX_APP

if TYPE_CHECKING:
    from adaptor.sandbox.meta.errors import GraphError
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.objects import App
    from adaptor.sandbox.state.page_state import PageState
    from adaptor.sandbox.webhooks.webhooks import Webhooks

_SUCCESS = {"success": True}
#: The edge that lists the other apps; old versions alone have it.
RECEIVERS = "secondary_receivers"


def pass_on(call: GraphCall, page: PageState, webhooks: Webhooks) -> dict[str, Any]:
    """Pass a conversation to another app, by default to the default app."""
    psid = _read_psid(call, page)
    check_control(page, psid, NOT_OWNER)
    target = call.parameters.get("target_app_id")
    pass_control(page, webhooks, psid, target, _metadata(call))
    return dict(_SUCCESS)


def take(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Take control of a conversation; only the default app may."""
    psid = _read_psid(call, page)
    if page.default_app not in {page.app_id, None}:
        raise Refused(NO_DEFAULT_APP)
    previous = page.touch(psid).owned_by(page.clock.now())
    give_control(page, psid, page.app_id)
    if previous not in {None, page.app_id}:
        page.changed("control", psid, page.app_id)
    return dict(_SUCCESS)


def request(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Ask the app that controls a conversation for control."""
    psid = _read_psid(call, page)
    metadata = _metadata(call)
    page.changed("control request", psid, {"requested_owner_app_id": page.app_id, "metadata": metadata})
    return dict(_SUCCESS)


def release(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Release control of a conversation."""
    psid = _read_psid(call, page)
    _metadata(call)
    check_control(page, psid, NOT_OWNER)
    release_control(page, psid)
    return dict(_SUCCESS)


def extend(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Extend control of a conversation."""
    psid = _read_psid(call, page)
    check_control(page, psid, NOT_OWNER)
    most = int(limits.CONTROL_LONGEST.total_seconds())
    part = RequestObject({"duration": call.parameters.get("duration")}, "")
    part.require("duration")
    part.number("duration", 1, most)
    give_control(page, psid, page.app_id, timedelta(seconds=int(part.value["duration"])))
    return dict(_SUCCESS)


def read_owner(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the app that controls a conversation, if any."""
    psid = str(call.parameters.get("recipient") or "")
    if not psid.isdigit():
        raise invalid("The parameter recipient is required")
    call.addressee = psid
    require_person(page, psid)
    thread = page.threads.get(psid)
    owner = thread.owned_by(page.clock.now()) if thread is not None else None
    if thread is None or owner is None or thread.owner_until is None:
        return {"data": []}
    return {"data": [{"thread_owner": {"app_id": owner, "expiration": int(thread.owner_until.timestamp())}}]}


def list_receivers(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the other apps of the Page."""
    fields = read_fields(call.parameters.get("fields"))
    return {"data": [_show(app, fields) for app in page.apps.values() if app.id != page.app_id]}


def _show(app: App, fields: tuple[Field, ...]) -> dict[str, Any]:
    return select(fields, {"id": lambda _: app.id, "name": lambda _: app.name}, ("id", "name"), "Application")


def check_control(page: PageState, psid: str, error: GraphError = NOT_IN_CONTROL) -> None:
    """Refuse what another app alone may do to a conversation that it controls."""
    thread = page.threads.get(psid)
    if thread is not None and thread.owned_by(page.clock.now()) not in {None, page.app_id}:
        raise Refused(error)


def give_control(page: PageState, psid: str, app: str, life: timedelta = limits.CONTROL_LIFE) -> None:
    """Give an app control of a conversation, by default for a day."""
    thread = page.threads.get(psid) or page.touch(psid)
    thread.owner, thread.owner_until = app, page.clock.now() + life


def pass_control(
    page: PageState, webhooks: Webhooks, psid: str, target: object, metadata: str | None, *, taken: bool = False
) -> None:
    """Give a conversation to an app, and notify the subscribers that it was passed or taken."""
    new = str(target) if target is not None else (page.default_app or INBOX_APP)
    if new not in page.apps:
        raise Refused(BAD_APP)
    previous = page.touch(psid).owned_by(page.clock.now())
    give_control(page, psid, new)
    page.changed("control", psid, new)
    change: dict[str, Any] = {"previous_owner_app_id": previous, "new_owner_app_id": new}
    if metadata is not None:
        change["metadata"] = metadata
    webhooks.notify("messaging_handovers", psid, {"take_thread_control" if taken else "pass_thread_control": change})


def release_control(page: PageState, psid: str) -> None:
    """Release a conversation: it goes to the default app if that is another one, else to nobody."""
    thread = page.touch(psid)
    thread.owner = thread.owner_until = None
    if page.default_app not in {None, page.app_id}:
        give_control(page, psid, str(page.default_app))
    page.changed("control", psid)


def check_thread_control(value: object) -> RequestObject:
    """Check the `thread_control` of a message."""
    control = RequestObject(value, "thread_control")
    control.choice("control_type", ("pass", "release"))
    return control


def apply_thread_control(page: PageState, webhooks: Webhooks, psid: str, control: RequestObject) -> None:
    """Apply the `thread_control` of a sent message; the default is a release."""
    if control.value.get("control_type", "release") == "release":
        release_control(page, psid)
        return
    target = control.value.get("app_id")
    # An unknown app may exist at the real Page: control goes to the default app.
    pass_control(page, webhooks, psid, target if str(target) in page.apps else None, None)


def _read_psid(call: GraphCall, page: PageState) -> str:
    recipient = read_recipient(call.parameters)
    call.addressee = recipient.thread
    if recipient.form != "id":
        raise Refused(NO_SUCH_PERSON)
    return require_person(page, recipient.value).id


def _metadata(call: GraphCall) -> str | None:
    return RequestObject({"metadata": call.parameters.get("metadata")}, "").text("metadata", most=limits.METADATA)
