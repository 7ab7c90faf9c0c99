"""Conversation routing: which of the apps of a Page answers a person.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.lazy import Lazy
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ...graph.request import without_none
from ..rules.answers import first_in, inside
from ..rules.argument_types import OptionalText, Psid, Recipient
from ..rules.ids import person_id
from ..rules.limits import check_text, check_whole_number, refuse
from ..rules.permissions import ROUTING
from ..rules.recipient import check_recipient, recipient_object

#: The heading under which `adaptor docs` shows this module.
HEADING = "routing"

#: The apps of Meta's own that a conversation can be passed to.
#: Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
#: (checked 2026-11-24; one page of Meta's misprints the first as 26390203743090).
TARGET_APPS = {"PAGE_INBOX": "263902037430900", "INSTAGRAM_INBOX": "1217981644879628"}


@graph_operation(needs=ROUTING)
def pass_thread_control(
    recipient: Recipient, target_app_id: Value[str | int | None] = None, *, metadata: OptionalText = None
) -> Draft:
    """Pass the conversation with a person to another app, or to the people at the Page's inbox.

    Needs the permission `pages_messaging`, and control of the conversation.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        target_app_id: The other app's id; `PAGE_INBOX` for the inbox of the Page, `INSTAGRAM_INBOX` for that of the
            linked account. Default: the Page's default app.
        metadata: Up to 1,000 characters for the other app.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The recipient or the app is not valid. Nothing was passed.
        InvalidRequest: Another app controls the conversation, or there is no such app. Nothing was passed.
        DeliveryUnknown: The answer was lost. It may have been passed: check with `get_thread_owner`.

    Example:
        >>> pass_thread_control("6543210987654321", "PAGE_INBOX").describe({}).body
        {'recipient': {'id': '6543210987654321'}, 'target_app_id': '263902037430900'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    target = None if target_app_id is None else defer(_target, target_app_id)
    return _control("pass", recipient, target_app_id=target, metadata=metadata)


@graph_operation(needs=ROUTING)
def take_thread_control(recipient: Recipient, *, metadata: OptionalText = None) -> Draft:
    """Take control of the conversation with a person from whichever app has it.

    Needs the permission `pages_messaging`. Meta allows it only where the Page has set a default app.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        metadata: Up to 1,000 characters for the app that had it.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The recipient is not valid, or the metadata is too long. Nothing was taken.
        GraphError: Meta said no; the class says why. Nothing was taken.
        DeliveryUnknown: The answer was lost. It may have been taken: check with `get_thread_owner`.

    Example:
        >>> take_thread_control("6543210987654321").describe({}).path
        'me/take_thread_control'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return _control("take", recipient, metadata=metadata)


@graph_operation(needs=ROUTING)
def request_thread_control(recipient: Recipient, *, metadata: OptionalText = None) -> Draft:
    """Ask the app that controls the conversation with a person to pass it on.

    Needs the permission `pages_messaging`. The answer comes by the webhook `messaging_handovers`, if at all.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        metadata: Up to 1,000 characters for the app that has it.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The recipient is not valid, or the metadata is too long. Nothing was asked.
        GraphError: Meta said no; the class says why. Nothing was asked.
        DeliveryUnknown: The answer was lost. It may have been asked.

    Example:
        >>> request_thread_control("6543210987654321", metadata="billing").describe({}).body["metadata"]
        'billing'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return _control("request", recipient, metadata=metadata)


@graph_operation(needs=ROUTING)
def release_thread_control(recipient: Recipient, *, metadata: OptionalText = None) -> Draft:
    """Release the conversation with a person: the next message goes to the Page's default app.

    Needs the permission `pages_messaging`, and control of the conversation.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        metadata: Up to 1,000 characters for the other apps.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The recipient is not valid, or the metadata is too long. Nothing was released.
        GraphError: Meta said no; the class says why. Nothing was released.
        DeliveryUnknown: The answer was lost. It may have been released: check with `get_thread_owner`.

    Example:
        >>> release_thread_control("6543210987654321").describe({}).params
        {'recipient': '{"id":"6543210987654321"}'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return Draft(
        "POST",
        [PAGE_ID, "release_thread_control"],
        params={"recipient": defer(_recipient, recipient), "metadata": defer(_metadata, metadata)},
        answers={"success": True},
    )


@graph_operation(needs=ROUTING)
def extend_thread_control(recipient: Recipient, duration: Value[int]) -> Draft:
    """Keep control of the conversation with a person for longer than the 24 hours after their last message.

    Needs the permission `pages_messaging`, and control of the conversation.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        duration: For how long from now, in seconds; 7 days (604,800) at most.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The recipient is not valid, or the time is too long. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> extend_thread_control("6543210987654321", 2 * 24 * 60 * 60).describe({}).params["duration"]
        172800

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return Draft(
        "POST",
        [PAGE_ID, "extend_thread_control"],
        params={"recipient": defer(_recipient, recipient), "duration": defer(_duration, duration)},
        answers={"success": True},
        is_idempotent=True,
    )


@graph_operation(needs=ROUTING)
def get_thread_owner(psid: Psid) -> Draft:
    """Find out which app controls the conversation with a person.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"app_id", "expiration"}` (a Unix time), `{}` where no app controls it.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_thread_owner("6543210987654321").describe({}).params
        {'recipient': '6543210987654321'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return Draft("GET", [PAGE_ID, "thread_owner"], params={"recipient": defer(person_id, psid)}, reads=_thread_owner)


@graph_operation(needs=ROUTING)
def get_messaging_feature_status() -> Draft:
    """Find out whether the Page routes conversations to several apps.

    Needs the permission `pages_messaging`.

    Returns:
        An operation. `data` becomes `{"hop_v2", "msgr_multi_app", "ig_multi_app"}`, each true or false.

    Raises:
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_messaging_feature_status().describe({}).params
        {'fields': 'messaging_feature_status'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversation-routing
    """
    return Draft(
        "GET",
        [PAGE_ID],
        params={"fields": "messaging_feature_status"},
        reads=partial(inside, "messaging_feature_status"),
    )


def _control(verb: str, recipient: Any, **fields: Any) -> Draft:
    return Draft(
        "POST",
        [PAGE_ID, f"{verb}_thread_control"],
        body=without_none({"recipient": defer(recipient_object, recipient), **fields}),
        answers={"success": True},
        check=_check,
        finish=without_none,
    )


def _check(body: Any) -> None:
    check_recipient(body["recipient"])
    _metadata(body.get("metadata"))


def _recipient(recipient: Any) -> Any:
    whom = recipient_object(recipient)
    check_recipient(whom)
    return whom


def _metadata(metadata: Any) -> Any:
    if metadata is not None:
        check_text("metadata", metadata, "thread_control.metadata", may_be_empty=True)
    return metadata


def _target(target: Any) -> Any:
    """Return the app that is meant; ids stay as they are."""
    if target is None or isinstance(target, Lazy):
        return target
    if isinstance(target, str) and target.upper() in TARGET_APPS:
        return TARGET_APPS[target.upper()]
    text = str(target).strip() if isinstance(target, str | int) and not isinstance(target, bool) else ""
    if not text.isdigit():
        names = ", ".join(TARGET_APPS)
        raise refuse("target_app_id", f"cannot be {target!r}", f"Give the app's id, or one of {names}.", actual=target)
    return target


def _duration(duration: Any) -> Any:
    check_whole_number("duration", duration, "thread_control.duration")
    return duration


def _thread_owner(body: Any) -> dict[str, Any]:
    return inside("thread_owner", first_in(body))
