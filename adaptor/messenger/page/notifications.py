"""Recurring notifications, which Meta ended on 2026-02-10 except in Australia, Europe, Japan, Korea and the UK."""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.request import comma_separated
from ..rules.argument_types import Count, Flag, OptionalWords, Time
from ..rules.permissions import NOTIFICATIONS
from ..rules.words import words_of

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"

#: How somebody came to agree. Source: Meta's SDK, from 25.0.3 on; its documentation does not list them.
OPT_IN_SOURCES = ("COMMENT_AUTOMATION", "CTM", "REPLY_AUTOMATION", "SUBSCRIBER_LIST")


@listing(needs=NOTIFICATIONS)
def list_notification_tokens(
    *,
    opt_in_source: OptionalWords = None,
    since: Time = None,
    until: Time = None,
    is_previously_messaged: Flag = None,
    custom_audience_ids: OptionalWords = None,
    subscriber_tag_ids: OptionalWords = None,
    do_not_return_duplicates: Flag = None,
    fields: OptionalWords = None,
    limit: Count = None,
) -> Draft:
    """List the people who agreed to recurring notifications, where these still exist.

    Needs the permission `pages_messaging`. A token is what a message is addressed to, as the recipient
    `{"notification_messages_token": …}`. Elsewhere send utility messages: `send_utility`.

    Args:
        opt_in_source: Only those who agreed in one of these ways: `SUBSCRIBER_LIST`, `CTM`, `COMMENT_AUTOMATION`,
            `REPLY_AUTOMATION`. Meta's SDK has this filter, `since`, `until`, `is_previously_messaged` and
            `subscriber_tag_ids`; its documentation does not describe them (uncertain).
        since: Only those from this time on: a Unix time, or an ISO date.
        until: Only those up to this time.
        is_previously_messaged: Whether a marketing message was sent to them before (named so since SDK 26.0.3).
        custom_audience_ids: Only those of these audiences. Meta leaves out an audience with fewer than 100 people.
        subscriber_tag_ids: Only those with one of these tags.
        do_not_return_duplicates: One token for each person. Meta gives at most 10,000 tokens then.
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

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/marketing-messages-on-messenger/get-subscription-tokens
    """
    return Draft(
        "GET",
        [PAGE_ID, "notification_message_tokens"],
        params={
            "opt_in_source": defer(_sources, opt_in_source),
            "since": since,
            "until": until,
            "is_previously_messaged": is_previously_messaged,
            "custom_audience_ids": defer(_ids, custom_audience_ids),
            "subscriber_tag_ids": defer(_ids, subscriber_tag_ids),
            "do_not_return_duplicates": do_not_return_duplicates,
            "fields": defer(comma_separated, fields),
            "limit": limit,
        },
    )


def _sources(value: Any) -> list[str] | None:
    return None if value is None else words_of("opt_in_source", value, OPT_IN_SOURCES)


def _ids(value: Any) -> list[str] | None:
    """Return ids as the list that Meta takes."""
    if value is None:
        return None
    ids = value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
    return [str(id_).strip() for id_ in ids]
