"""Sender actions: typing, seen and reactions.

Source of all of it: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
"""

from __future__ import annotations

from ...graph.draft import Draft
from ...graph.operation import graph_operation
from ..rules.argument_types import OptionalText, Recipient, Text
from ..rules.permissions import SENDING
from .draft import action_draft

#: The heading under which `adaptor docs` shows this module.
HEADING = "send"


@graph_operation(needs=SENDING)
def typing_on(recipient: Recipient, *, persona_id: OptionalText = None) -> Draft:
    """Show the person that the Page is typing, for 20 seconds or until the next message.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        persona_id: The persona that types.

    Returns:
        An operation. `data` becomes `{"recipient_id"}`.

    Raises:
        GraphError: Meta said no; the class says why. Nothing was shown.
        DeliveryUnknown: The answer was lost. It is not repeated.

    Example:
        >>> typing_on("6543210987654321").describe({}).body["sender_action"]
        'typing_on'

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
    """
    return action_draft(recipient, "typing_on", persona_id=persona_id)


@graph_operation(needs=SENDING)
def typing_off(recipient: Recipient, *, persona_id: OptionalText = None) -> Draft:
    """Stop showing the person that the Page is typing.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        persona_id: The persona that typed.

    Returns:
        An operation. `data` becomes `{"recipient_id"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        DeliveryUnknown: The answer was lost. It is not repeated.

    Example:
        >>> typing_off("6543210987654321").describe({}).body["sender_action"]
        'typing_off'

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
    """
    return action_draft(recipient, "typing_off", persona_id=persona_id)


@graph_operation(needs=SENDING)
def mark_seen(recipient: Recipient) -> Draft:
    """Show the person that the Page has read their last message.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.

    Returns:
        An operation. `data` becomes `{"recipient_id"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        DeliveryUnknown: The answer was lost. It is not repeated.

    Example:
        >>> mark_seen("6543210987654321").describe({}).body["sender_action"]
        'mark_seen'

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
    """
    return action_draft(recipient, "mark_seen")


@graph_operation(needs=SENDING)
def react(recipient: Recipient, message_id: Text, reaction: Text) -> Draft:
    """Put a reaction under a message, or change it.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        message_id: The message's id, from a webhook or a send.
        reaction: An emoji, such as "😊".

    Returns:
        An operation. `data` becomes `{"recipient_id"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        DeliveryUnknown: The answer was lost. It is not repeated.

    Example:
        >>> react("6543210987654321", "m_abc", "😊").describe({}).body["payload"]
        {'message_id': 'm_abc', 'reaction': '😊'}

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
    """
    return action_draft(recipient, "react", payload={"message_id": message_id, "reaction": reaction})


@graph_operation(needs=SENDING)
def unreact(recipient: Recipient, message_id: Text) -> Draft:
    """Take the Page's reaction under a message away.

    Args:
        recipient: The person's PSID, or one of Meta's recipient objects.
        message_id: The message's id, from a webhook or a send.

    Returns:
        An operation. `data` becomes `{"recipient_id"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        DeliveryUnknown: The answer was lost. It is not repeated.

    Example:
        >>> unreact("6543210987654321", "m_abc").describe({}).body["payload"]
        {'message_id': 'm_abc'}

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
    """
    return action_draft(recipient, "unreact", payload={"message_id": message_id})
