"""Recurring notifications, which Meta ended on 2026-02-10 except in Australia, Europe, Japan, Korea and the UK."""

from __future__ import annotations

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.request import comma_separated
from ..rules.argument_types import Count, OptionalWords
from ..rules.permissions import NOTIFICATIONS

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"


@listing(needs=NOTIFICATIONS)
def list_notification_tokens(*, fields: OptionalWords = None, limit: Count = None) -> Draft:
    """List the people who agreed to recurring notifications, where these still exist.

    Needs the permission `pages_messaging`. A token is what a message is addressed to, as the recipient
    `{"notification_messages_token": …}`. Elsewhere send utility messages: `send_utility`.

    Args:
        fields: The fields to read of each. Default: Meta's own choice.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"recipient_id", "notification_messages_token", "user_token_status",
        "next_eligible_time", "token_expiry_timestamp", …}`; times are Unix times.

    Raises:
        GraphError: Meta said no; the class says why: the Page may be where notifications have ended.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_notification_tokens().describe({}).path
        'me/notification_message_tokens'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/notification_message_tokens
    """
    return Draft(
        "GET",
        [PAGE_ID, "notification_message_tokens"],
        params={"fields": defer(comma_separated, fields), "limit": limit},
    )
