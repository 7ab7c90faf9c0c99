"""The Page itself: its fields, the apps subscribed to it, the metrics of its messages."""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated, without_none
from ..rules.answers import items_in
from ..rules.argument_types import Count, Flag, OptionalObject, OptionalText, OptionalWords, Words
from ..rules.ids import secret
from ..rules.limits import refuse
from ..rules.permissions import FEATURE_REVIEWS, INSIGHTS, NLP, PAGE, SUBSCRIBED_APPS
from ..rules.words import joined
from .webhook_fields import WEBHOOK_FIELDS

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"

#: The metrics of a Page's messages; others are in development.
#: Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/analytics/messaging-insights
#: (checked 2026-11-24).
METRICS = (
    "page_messages_total_messaging_connections",
    "page_messages_new_conversations_unique",
    "page_messages_blocked_conversations_unique",
    "page_messages_reported_conversations_unique",
)


@graph_operation(needs=PAGE)
def get_page(fields: OptionalWords = None) -> Draft:
    """Read the Page that the credential is for.

    Id and name can be read with any token of the Page; other fields need `pages_read_engagement`.

    Args:
        fields: The fields to read, such as `id,name,link,category`. Default: Meta's own choice, which is id and name.

    Returns:
        An operation. `data` becomes an object with those fields.

    Raises:
        TokenInvalid: The token is wrong, expired or revoked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_page(["id", "name"]).describe({}).described()
        {'method': 'GET', 'path': 'me', 'params': {'fields': 'id,name'}}

    Source: https://developers.facebook.com/docs/graph-api/reference/page
    """
    return Draft("GET", [PAGE_ID], params={"fields": defer(comma_separated, fields)})


@graph_operation(needs=SUBSCRIBED_APPS)
def subscribe_app(subscribed_fields: Words) -> Draft:
    """Subscribe the app's webhook to events of the Page; fields that are not named end.

    Needs the permission `pages_manage_metadata`.

    Args:
        subscribed_fields: The events: `messages`, `messaging_postbacks`, `message_deliveries`, `message_reads`,
            `messaging_optins` … A field that is not known here passes, unless it looks like a misspelling.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: There is no field, or one looks like a misspelling. Nothing was changed.
        PermissionMissing: The token lacks `pages_manage_metadata`. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> subscribe_app(["messages", "messaging_postbacks"]).describe({}).params
        {'subscribed_fields': 'messages,messaging_postbacks'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
    """
    return Draft(
        "POST",
        [PAGE_ID, "subscribed_apps"],
        params={"subscribed_fields": defer(joined, "subscribed_fields", subscribed_fields, WEBHOOK_FIELDS)},
        answers={"success": True},
        is_idempotent=True,
    )


@listing(needs=SUBSCRIBED_APPS)
def list_subscribed_apps(*, fields: OptionalWords = None, limit: Count = None) -> Draft:
    """List the apps that are subscribed to events of the Page.

    Needs the permission `pages_manage_metadata`.

    Args:
        fields: The fields to read of each. Default: Meta's own choice.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name", "link", "category", "subscribed_fields"}`.

    Raises:
        PermissionMissing: The token lacks `pages_manage_metadata`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_subscribed_apps().describe({}).path
        'me/subscribed_apps'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
    """
    return Draft("GET", [PAGE_ID, "subscribed_apps"], params={"fields": defer(comma_separated, fields), "limit": limit})


@graph_operation(needs=SUBSCRIBED_APPS)
def unsubscribe_app() -> Draft:
    """End the app's subscription to events of the Page.

    Needs the permission `pages_manage_metadata`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        PermissionMissing: The token lacks `pages_manage_metadata`. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> unsubscribe_app().describe({}).described()
        {'method': 'DELETE', 'path': 'me/subscribed_apps'}

    Source: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
    """
    return Draft("DELETE", [PAGE_ID, "subscribed_apps"], answers={"success": True}, is_idempotent=True)


@listing(needs=FEATURE_REVIEWS)
def list_feature_reviews(*, limit: Count = None) -> Draft:
    """List the status of Meta's review of the Page's messaging features.

    Needs the permission `pages_messaging`.

    Args:
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"feature", "status"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_feature_reviews().describe({}).path
        'me/messaging_feature_review'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/messaging_feature_review
    """
    return Draft("GET", [PAGE_ID, "messaging_feature_review"], params={"limit": limit})


@graph_operation(needs=NLP)
def set_nlp_configs(
    *,
    nlp_enabled: Flag = None,
    model: OptionalText = None,
    custom_token: OptionalText = None,
    n_best: Count = None,
    verbose: Flag = None,
    other_language_support: OptionalObject = None,
) -> Draft:
    """Configure Meta's language analysis of what people write; the webhook gets its results.

    Needs the permission `pages_messaging`.

    Args:
        nlp_enabled: Whether the analysis is on.
        model: The language, such as `ENGLISH`, or `CUSTOM` for a model of one's own.
        custom_token: The access token of that model. It is a secret: nothing that the run writes shows it.
        n_best: How many entities to return, the most certain first, 1 to 8.
        verbose: Whether the webhook also gives the position of each entity.
        other_language_support: What is done with other languages, as Meta spells it.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: There is nothing to set. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> set_nlp_configs(nlp_enabled=True, model="ENGLISH").describe({}).body
        {'nlp_enabled': True, 'model': 'ENGLISH'}

    Source: https://developers.facebook.com/docs/graph-api/reference/page/nlp_configs
    """
    body = without_none(
        {
            "nlp_enabled": nlp_enabled,
            "model": model,
            "custom_token": None if custom_token is None else secret("custom_token", custom_token),
            "n_best": n_best,
            "verbose": verbose,
            "other_language_support": other_language_support,
        }
    )
    return Draft(
        "POST",
        [PAGE_ID, "nlp_configs"],
        body=body,
        answers={"success": True},
        check=_check_nlp,
        finish=without_none,
        is_idempotent=True,
    )


@graph_operation(needs=INSIGHTS)
def get_insights(
    metric: Words,
    *,
    period: OptionalText = None,
    since: Value[str | int | None] = None,
    until: Value[str | int | None] = None,
    breakdown: OptionalWords = None,
) -> Draft:
    """Read the metrics of the Page's messages, per day, week, month or span of time.

    Needs the permissions `read_insights` and `pages_read_engagement`.

    Args:
        metric: One or several, such as `page_messages_total_messaging_connections`,
            `page_messages_new_conversations_unique`, `page_messages_blocked_conversations_unique` and
            `page_messages_reported_conversations_unique`. One that is not known here passes, unless it looks like a
            misspelling.
        period: `day`, `week`, `month`, `days_28`, or `total_over_range` with `since` and `until`.
        since: The start: a Unix time, or a day such as `2026-11-01`.
        until: The end, likewise.
        breakdown: What the numbers are split by, in Meta's words.

    Returns:
        An operation. `data` becomes a list with an entry for each metric: `{"name", "period", "values": [{"value",
        "end_time"}]}`.

    Raises:
        InvalidMessage: There is no metric, or one looks like a misspelling. Nothing was asked.
        PermissionMissing: The token lacks `read_insights`.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_insights("page_messages_new_conversations_unique", period="day").describe({}).params
        {'metric': 'page_messages_new_conversations_unique', 'period': 'day'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/analytics/messaging-insights
    """
    return Draft(
        "GET",
        [PAGE_ID, "insights"],
        params={
            "metric": defer(joined, "metric", metric, METRICS),
            "period": period,
            "since": since,
            "until": until,
            "breakdown": defer(comma_separated, breakdown),
        },
        # The next page of an answer would be the time after it, without end.
        reads=items_in,
    )


def _check_nlp(body: Any) -> None:
    if not body:
        raise refuse("nlp_configs", "has nothing to set", "Write set_nlp_configs(nlp_enabled=True).")
