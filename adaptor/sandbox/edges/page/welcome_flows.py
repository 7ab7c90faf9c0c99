"""Welcome message flows for ads: `/{PAGE_ID}/welcome_message_flows`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.edges.messages.message_fields import time_of
from adaptor.sandbox.meta.errors import invalid, unknown_object
from adaptor.sandbox.request.fields import read_fields, select
from adaptor.sandbox.request.paging import page_through
from adaptor.sandbox.request.request_object import RequestObject
from adaptor.sandbox.state.objects import WelcomeFlow
from adaptor.sandbox.state.page_state import object_id

if TYPE_CHECKING:
    from adaptor.sandbox.request.call import GraphCall
    from adaptor.sandbox.request.fields import Field
    from adaptor.sandbox.state.page_state import PageState

_PLATFORMS: Final = ("instagram", "messenger")
_MANY: Final = 100
_DEFAULT: Final = ("id", "name", "welcome_message_flow", "eligible_platforms", "last_update_time", "is_used_in_ad")


def list_all(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Give the flows, or the one that was asked for."""
    fields, wanted = read_fields(call.parameters.get("fields")), call.parameters.get("flow_id")
    keys = [key for key in page.welcome_flows if wanted is None or key == str(wanted)]
    return page_through(
        call,
        keys,
        lambda key: _show(page.welcome_flows[key], fields),
        path=f"{page.page_id}/welcome_message_flows",
    )


def write(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Create a flow, or change the one that is named."""
    given = RequestObject(call.parameters, "")
    if given.has("flow_id"):
        return _change(call, given, page)
    name = given.text("name", required=True) or ""
    messages = _messages(given)
    platforms = _platforms(call)
    if messages is None:
        raise invalid("The parameter welcome_message_flow is required")
    if platforms is None:
        raise invalid("The parameter eligible_platforms is required")
    made = WelcomeFlow(object_id(), name, messages, platforms, page.clock.now())
    page.welcome_flows[made.id] = made
    page.changed("welcome flow", what=made.id)
    return {"flow_id": made.id}


def delete(call: GraphCall, page: PageState) -> dict[str, Any]:
    """Delete a flow that no ad uses."""
    if not call.parameters.get("flow_id"):
        raise invalid("The parameter flow_id is required")
    del page.welcome_flows[_unused(call, page).id]
    page.changed("welcome flow")
    return {"success": True}


def _change(call: GraphCall, given: RequestObject, page: PageState) -> dict[str, Any]:
    flow = _unused(call, page)
    name, messages, platforms = given.text("name"), _messages(given), _platforms(call)
    if name is None and messages is None and platforms is None:
        raise invalid("At least one of name, welcome_message_flow, eligible_platforms is required")  # words ours
    flow.name = flow.name if name is None else name
    flow.messages = flow.messages if messages is None else messages
    flow.platforms = flow.platforms if platforms is None else platforms
    flow.updated_at = page.clock.now()
    page.changed("welcome flow", what=flow.id)
    return {"success": True}


def _unused(call: GraphCall, page: PageState) -> WelcomeFlow:
    wanted = str(call.parameters["flow_id"])
    flow = page.welcome_flows.get(wanted)
    if flow is None:
        raise unknown_object(call.method, wanted)
    if flow.used_in_ad:
        raise invalid("A flow that is connected to an ad cannot be updated or deleted.")  # words ours
    return flow


def _messages(given: RequestObject) -> list[Any] | None:
    if not given.has("welcome_message_flow"):
        return None
    if isinstance(given.value["welcome_message_flow"], dict):
        given = RequestObject({"welcome_message_flow": [given.value["welcome_message_flow"]]}, "")
    return [{"message": part.object("message").value} for part in given.objects("welcome_message_flow", _MANY)]


def _platforms(call: GraphCall) -> list[str] | None:
    if call.parameters.get("eligible_platforms") is None:
        return None
    found = [word.lower() for word in call.words("eligible_platforms")]
    for index, word in enumerate(found):
        if word not in _PLATFORMS:
            allowed = ", ".join(_PLATFORMS)
            raise invalid(f'Param eligible_platforms[{index}] must be one of {{{allowed}}} - got "{word}".')
    if not found:
        raise invalid("param eligible_platforms must be non-empty.")
    return found


def _show(flow: WelcomeFlow, fields: tuple[Field, ...]) -> dict[str, Any]:
    known = {
        "id": lambda _: flow.id,
        "name": lambda _: flow.name,
        "welcome_message_flow": lambda _: json.dumps(flow.messages),
        "eligible_platforms": lambda _: flow.platforms,
        "last_update_time": lambda _: time_of(flow.updated_at),
        "is_used_in_ad": lambda _: flow.used_in_ad,
    }
    return select(fields, known, _DEFAULT, "CTXPartnerAppWelcomeMessageFlow")
