"""Conversations and what was said in them.

Meta takes two of these calls a second for a Page, and gives the details of the 20 newest messages of a conversation.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
"""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated
from ..rules.argument_types import Count, OptionalPsid, OptionalText, OptionalWords, Text
from ..rules.ids import object_id, person_id
from ..rules.permissions import CONVERSATIONS

#: The heading under which `adaptor docs` shows this module.
HEADING = "conversations"

#: What is read of a message by default; left to Meta it is the id and the time alone.
MESSAGE_FIELDS = "id,created_time,from,to,message,attachments,reply_to"
#: Of how many messages of a conversation Meta gives the details (checked 2026-11-24).
DETAILED_MESSAGES = 20


@listing(needs=CONVERSATIONS)
def list_conversations(
    *,
    psid: OptionalPsid = None,
    folder: OptionalText = None,
    tags: Value[str | list[str] | None] = None,
    platform: OptionalText = "messenger",
    updated_after_ms: Count = None,
    updated_before_ms: Count = None,
    fields: OptionalWords = None,
    limit: Count = None,
) -> Draft:
    """List the conversations of the Page, those that changed last first.

    Needs the permissions `pages_messaging`, `pages_read_engagement` and `pages_manage_metadata`. Works as the source of
    a loop too: `each(list_conversations(), …)`.

    Args:
        psid: A person's PSID: only the conversation with them.
        folder: Only those in this folder, such as `inbox` or `spam`.
        tags: Only those with these tags.
        platform: `messenger`, or `instagram`.
        updated_after_ms: Only those that changed after this Unix time in milliseconds; from v26.0 on.
        updated_before_ms: Only those that changed before it; from v26.0 on.
        fields: The fields to read of each, such as `id,updated_time,snippet,message_count,unread_count,participants`.
            Default: Meta's own choice, which is id and time.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "updated_time"}`; ids begin with `t_`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was asked.
        PermissionMissing: A permission is missing.
        RateLimited: More than two calls a second for this Page, and Meta asks for a longer wait than is allowed.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_conversations(psid="6543210987654321").describe({}).params
        {'platform': 'messenger', 'user_id': '6543210987654321'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
    """
    return Draft(
        "GET",
        [PAGE_ID, "conversations"],
        params={
            "platform": platform,
            "user_id": defer(_person_or_none, psid),
            "folder": folder,
            "tags": tags,
            "updated_after_ms": updated_after_ms,
            "updated_before_ms": updated_before_ms,
            "fields": defer(comma_separated, fields),
            "limit": limit,
        },
    )


@graph_operation(needs=CONVERSATIONS)
def get_conversation(conversation_id: Text, *, fields: OptionalWords = None) -> Draft:
    """Read one conversation.

    Needs the permissions `pages_messaging`, `pages_read_engagement` and `pages_manage_metadata`. To find the one with a
    person, ask `list_conversations(psid=…)`.

    Args:
        conversation_id: Its id, which begins with `t_`.
        fields: The fields to read, such as `id,updated_time,snippet,message_count,unread_count,participants,can_reply`,
            or `messages{id,created_time,from,message}`. Default: Meta's own choice.

    Returns:
        An operation. `data` becomes an object with those fields.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_conversation("t_100012345678901", fields=["id", "snippet"]).describe({}).params
        {'fields': 'id,snippet'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
    """
    return Draft(
        "GET",
        [defer(object_id, "conversation_id", conversation_id)],
        params={"fields": defer(comma_separated, fields)},
    )


@listing(needs=CONVERSATIONS)
def list_messages(
    conversation_id: Text, *, fields: OptionalWords = MESSAGE_FIELDS, limit: Value[int | None] = DETAILED_MESSAGES
) -> Draft:
    """List the messages of a conversation, the newest first.

    Needs the permissions `pages_messaging`, `pages_read_engagement` and `pages_manage_metadata`.

    Args:
        conversation_id: The conversation's id, which begins with `t_`.
        fields: The fields to read of each. With None it is id and time alone.
        limit: How many are wanted. Meta gives the details of the 20 newest; for all messages write
            `fields="id,created_time", limit=None`.

    Returns:
        An operation. `data` becomes a list of messages: `{"id", "created_time", "from", "to", "message", …}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such conversation, or details were asked of a message that is too old.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_messages("t_100012345678901").describe({}).path
        't_100012345678901/messages'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
    """
    return Draft(
        "GET",
        [defer(object_id, "conversation_id", conversation_id), "messages"],
        params={"fields": defer(comma_separated, fields), "limit": limit},
    )


@graph_operation(needs=CONVERSATIONS)
def get_message(message_id: Text, *, fields: OptionalWords = MESSAGE_FIELDS) -> Draft:
    """Read one message.

    Needs the permissions `pages_messaging`, `pages_read_engagement` and `pages_manage_metadata`. Only the 20 newest
    messages of a conversation can be read.

    Args:
        message_id: The message's id, from a send or a webhook.
        fields: The fields to read, such as `id,created_time,from,to,message,attachments,shares,sticker,tags,reply_to`.
            With None it is id and time alone.

    Returns:
        An operation. `data` becomes an object with those fields.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such message, it was deleted, or it is too old.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_message("m_abc", fields="id,message").describe({}).described()
        {'method': 'GET', 'path': 'm_abc', 'params': {'fields': 'id,message'}}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations
    """
    return Draft("GET", [defer(object_id, "message_id", message_id)], params={"fields": defer(comma_separated, fields)})


def _person_or_none(person: Any) -> str | None:
    return None if person is None else person_id(person)
