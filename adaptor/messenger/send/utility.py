"""Utility messages: approved templates, the way to write outside the 24 hours.

Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

from typing import Any, TypeAlias

from ...core.operation import Value
from ...core.values.arguments import defer
from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ..rules.argument_types import Key, OptionalText, Recipient, Text
from ..rules.limits import refuse
from ..rules.permissions import UTILITY_MESSAGES
from .draft import content_draft

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"

#: Texts for the places in a template: a list for {{1}}, {{2}} …, a dict for {{name}}.
Parameters: TypeAlias = "Value[list[Any] | dict[str, Any] | None]"


@graph_operation(needs=UTILITY_MESSAGES)
def send_utility(
    recipient: Recipient,
    template: Text,
    parameters: Parameters = None,
    *,
    language: Text = "en",
    header: Parameters = None,
    buttons: Value[list[dict[str, Any]] | None] = None,
    notification_type: OptionalText = None,
    persona_id: OptionalText = None,
    metadata: OptionalText = None,
    key: Key = None,
) -> Draft:
    """Send an approved utility template to one person, at any time.

    The app needs the permission `pages_utility_messaging`; the template may not advertise anything.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        template: The name under which Meta approved the template.
        parameters: Texts for the places in the body: a list for `{{1}}`, `{{2}}` …, a dict for named ones.
        language: The language code of the template.
        header: Texts for the places in the header, likewise.
        buttons: One object for each button of the template that takes one: `{"type": "POSTBACK", "payload": …}` or
            `{"type": "URL", "url": …}`.
        notification_type: `REGULAR`, `SILENT_PUSH` or `NO_PUSH`.
        persona_id: The persona that speaks.
        metadata: Up to 1,000 characters that come back in the echo webhook.
        key: As for `send_text`.

    Returns:
        An operation. `data` becomes `{"recipient_id", "message_id"}`.

    Raises:
        InvalidMessage: Refused before the wire. Nothing was sent.
        InvalidRequest: Meta does not know the template, or its places do not match. Nothing was sent.
        PermissionMissing: The app lacks `pages_utility_messaging`. Nothing was sent.
        DeliveryUnknown: The answer was lost. It may have been sent; it is not repeated.

    Example:
        >>> reminder = send_utility("6543210987654321", "appointment_reminder", ["Ana", "Monday at 9"])
        >>> reminder.describe({}).body["messaging_type"]
        'UTILITY'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
    """
    content = {
        "name": template,
        "language": {"code": language},
        "components": defer(_components, header, parameters, buttons),
    }
    return content_draft({"template": content}, locals(), messaging_type="UTILITY")


def _components(header: Any, body: Any, buttons: Any) -> list[dict[str, Any]]:
    components = [
        {"type": kind, "parameters": _texts(kind, parameters)}
        for kind, parameters in (("header", header), ("body", body))
        if parameters
    ]
    if buttons and not isinstance(buttons, list | tuple):
        raise refuse("template.buttons", "needs a list", "Give a list of the buttons' parameters.")
    return [*components, {"type": "buttons", "parameters": list(buttons)}] if buttons else components


def _texts(kind: str, parameters: Any) -> list[dict[str, Any]]:
    if isinstance(parameters, dict):
        named = parameters.items()
        return [{"type": "text", "parameter_name": name, "text": _text(kind, name, value)} for name, value in named]
    if not isinstance(parameters, list | tuple):
        raise refuse(f"template.{kind}", "needs a list or a dict of texts", 'Write ["Ana", "Monday"].')
    # A header may hold an image, which Meta wants as an object of its own.
    return [
        item if isinstance(item, dict) else {"type": "text", "text": _text(kind, index, item)}
        for index, item in enumerate(parameters, start=1)
    ]


def _text(kind: str, place: str | int, value: Any) -> str:
    if value is None or isinstance(value, bool | dict | list):
        raise refuse(
            f"template.{kind}", f"parameter {place} is a {type(value).__name__}", "Give every parameter a text."
        )
    return str(value)
