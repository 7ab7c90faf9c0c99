"""Welcome message flows: what an ad that leads to Messenger shows first, for advertisers to choose.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
(of 2026-03-15, checked 2026-11-28).
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ...core.operation import Value
from ...core.values.arguments import defer, known
from ...core.values.lazy import Lazy
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated, without_none
from ..rules.argument_types import Count, OptionalText, OptionalWords, Text, Words
from ..rules.ids import object_id
from ..rules.limits import check_text, refuse
from ..rules.permissions import WELCOME_FLOWS
from ..rules.words import words_of

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"

#: Where a flow can be shown. The documentation has the first two, the SDK of v26.0 the third as well.
PLATFORMS = ("messenger", "instagram", "whatsapp")

#: A text, one message in the spelling of the Send API, or a list of `{"message": …}`.
Flow: TypeAlias = "Value[str | dict[str, Any] | list[dict[str, Any]]]"
OptionalFlow: TypeAlias = "Value[str | dict[str, Any] | list[dict[str, Any]] | None]"


@listing(needs=WELCOME_FLOWS)
def list_welcome_message_flows(
    *,
    flow_id: OptionalText = None,
    app_id: OptionalText = None,
    fields: OptionalWords = None,
    limit: Count = None,
) -> Draft:
    """List the welcome message flows that the app has made for the Page.

    Needs the permission `pages_messaging`.

    Args:
        flow_id: Only this one.
        app_id: Only those of this app. In Meta's SDK; its documentation does not say what it does (uncertain).
        fields: The fields to read of each. Default: Meta's own choice.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name", "eligible_platforms", "last_update_time",
        "is_used_in_ad", …}`. What a flow says is `welcome_message_flow` in Meta's SDK and `welcome_message` in its
        documentation, as JSON text (uncertain which of them comes).

    Raises:
        PermissionMissing: The token lacks `pages_messaging`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_welcome_message_flows(flow_id="123456789").describe({}).params
        {'flow_id': '123456789'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
    """
    params = {"flow_id": flow_id, "app_id": app_id, "fields": defer(comma_separated, fields), "limit": limit}
    return Draft("GET", [PAGE_ID, "welcome_message_flows"], params=params)


@graph_operation(needs=WELCOME_FLOWS)
def create_welcome_message_flow(name: Text, messages: Flow, *, eligible_platforms: Words = "messenger") -> Draft:
    """Create a welcome message flow: advertisers can choose it for an ad that leads to Messenger.

    Needs the permission `pages_messaging`.

    Args:
        name: The name by which people choose it in the Ads Manager.
        messages: What the ad shows first: a text, a message such as `{"text": …, "quick_replies": [quick_reply(…)]}`,
            or a list of `{"message": …}`. Meta checks it for each platform.
        eligible_platforms: Where it may be shown: `messenger`, `instagram`. Instagram needs further permissions.

    Returns:
        An operation. `data` becomes `{"flow_id"}`.

    Raises:
        InvalidMessage: There is no name, no message, or a platform looks misspelt. Nothing was created.
        GraphError: Meta said no; the class says why. Nothing was created.
        DeliveryUnknown: The answer was lost. It may have been created: check with `list_welcome_message_flows`.

    Example:
        >>> flow = create_welcome_message_flow("Sign up", "Hello! Would you like an appointment?")
        >>> flow.describe({}).body["welcome_message_flow"]
        [{'message': {'text': 'Hello! Would you like an appointment?'}}]

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
    """
    return Draft(
        "POST",
        [PAGE_ID, "welcome_message_flows"],
        body={
            "name": name,
            "welcome_message_flow": _flow(messages),
            "eligible_platforms": defer(words_of, "eligible_platforms", eligible_platforms, PLATFORMS),
        },
        answers={"flow_id": "dry_run"},
        expects=("flow_id",),
        check=_check_new,
    )


@graph_operation(needs=WELCOME_FLOWS)
def update_welcome_message_flow(
    flow_id: Text,
    *,
    name: OptionalText = None,
    messages: OptionalFlow = None,
    eligible_platforms: OptionalWords = None,
) -> Draft:
    """Change a welcome message flow that no ad uses; one that an ad uses cannot be changed.

    Needs the permission `pages_messaging`. What is left out stays as it is.

    Args:
        flow_id: The flow's id, from `create_welcome_message_flow`.
        name: A new name.
        messages: What it says, as for `create_welcome_message_flow`.
        eligible_platforms: Where it may be shown.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The id is empty, or nothing is to be changed. Nothing was changed.
        InvalidRequest: There is no such flow, or an ad uses it. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been changed; doing it again does no harm.

    Example:
        >>> update_welcome_message_flow("123456789", name="Sign up").describe({}).body
        {'flow_id': '123456789', 'name': 'Sign up'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
    """
    return Draft(
        "POST",
        [PAGE_ID, "welcome_message_flows"],
        body=without_none(
            {
                "flow_id": defer(object_id, "flow_id", flow_id),
                "name": name,
                "welcome_message_flow": None if messages is None else _flow(messages),
                "eligible_platforms": defer(_platforms, eligible_platforms),
            }
        ),
        answers={"success": True},
        check=_check_change,
        finish=without_none,
        is_idempotent=True,
    )


@graph_operation(needs=WELCOME_FLOWS)
def delete_welcome_message_flow(flow_id: Text) -> Draft:
    """Delete a welcome message flow that no ad uses; one that an ad uses cannot be deleted.

    Needs the permission `pages_messaging`.

    Args:
        flow_id: The flow's id, from `create_welcome_message_flow`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was deleted.
        InvalidRequest: There is no such flow, or an ad uses it. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been deleted; deleting it again does no harm.

    Example:
        >>> delete_welcome_message_flow("123456789").describe({}).params
        {'flow_id': '123456789'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/ads/ads-welcome-message-flows
    """
    return Draft(
        "DELETE",
        [PAGE_ID, "welcome_message_flows"],
        params={"flow_id": defer(object_id, "flow_id", flow_id)},
        answers={"success": True},
        is_idempotent=True,
    )


def _flow(messages: Any) -> Any:
    outline = known(messages)
    return defer(_as_flow, messages) if isinstance(outline, Lazy) else _as_flow(outline)


def _as_flow(messages: Any) -> Any:
    if messages is None:
        return None
    if isinstance(messages, str):
        return [{"message": {"text": messages}}]
    return [{"message": messages}] if isinstance(messages, dict) and "message" not in messages else messages


def _platforms(value: Any) -> list[str] | None:
    return None if value is None else words_of("eligible_platforms", value, PLATFORMS)


def _check_new(body: Any) -> None:
    check_text("name", body.get("name"))
    _check_flow(body.get("welcome_message_flow"))


def _check_change(body: Any) -> None:
    if set(body) <= {"flow_id"}:
        raise refuse("welcome_message_flow", "has no change", "Give name=, messages= or eligible_platforms=.")
    if body.get("welcome_message_flow") is not None:
        _check_flow(body["welcome_message_flow"])


def _check_flow(flow: Any) -> None:
    if isinstance(flow, Lazy):
        return
    fix = 'Write a text, a message {"text": …}, or a list [{"message": {"text": …}}].'
    if not isinstance(flow, list | tuple | dict) or not flow:
        raise refuse("welcome_message_flow", "has no message", fix)
    for part in [flow] if isinstance(flow, dict) else flow:
        if not isinstance(part, Lazy) and not (isinstance(part, dict) and "message" in part):
            raise refuse("welcome_message_flow", "holds something that is no message", fix, actual=part)
