"""Calls about the app, made with its own token: webhooks, and what a token may do."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ...core.values.arguments import defer
from ...core.values.lazy import resolve
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import GraphOperation, graph_operation
from ...graph.request import without_none
from ..rules.answers import inside
from ..rules.argument_types import Count, Flag, OptionalText, OptionalWords, Text, Words
from ..rules.ids import APP_ID, secret
from ..rules.limits import check_text
from ..rules.permissions import TOKENS, WEBHOOKS
from ..rules.values import check_url, given_text
from ..rules.words import joined
from .webhook_fields import WEBHOOK_FIELDS

if TYPE_CHECKING:
    from ...core.run.context import Run
    from ...core.state import State

#: The heading under which `adaptor docs` shows this module.
HEADING = "page and app"


@graph_operation(needs=WEBHOOKS)
def create_subscription(
    callback_url: Text,
    fields: Words,
    *,
    verify_token: OptionalText = None,
    object_: Text = "page",
    include_values: Flag = None,
    include_client_certificate: Flag = None,
) -> Draft:
    """Set the app's webhook: the address to which Meta reports events of subscribed Pages.

    Made with the app's own token: the credential needs `app_id` and `app_secret`. Meta calls the address at once, and
    takes it only if it answers with the challenge. Each Page must be subscribed too, with `subscribe_app`.

    Args:
        callback_url: Where Meta calls, with https.
        fields: The events: `messages`, `messaging_postbacks` … One that is not known here passes, unless it looks
            like a misspelling.
        verify_token: The text that Meta sends with its first call. Default: that of the credential. It is a secret:
            nothing that the run writes shows it.
        object_: The kind of object that events are about.
        include_values: Whether a notification holds what has changed.
        include_client_certificate: Whether Meta shows its client certificate when it calls, so that your server can
            check who calls (mutual TLS). In Meta's SDK, from 25.0.3 on; its documentation does not describe it.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`, or there is no verify token. Nothing was
            changed.
        InvalidMessage: The address is not https, or a field looks like a misspelling. Nothing was changed.
        InvalidRequest: Meta called the address and got no challenge back. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> webhook = create_subscription("https://example.org/webhook", "messages", verify_token="a word of ours")
        >>> webhook.describe({"configuration": {"app_id": "1234567890123456"}}).path
        '1234567890123456/subscriptions'

    Source: https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
    """
    return Draft(
        "POST",
        [APP_ID, "subscriptions"],
        body=without_none(
            {
                "object": object_,
                "callback_url": callback_url,
                "fields": defer(joined, "fields", fields, WEBHOOK_FIELDS),
                "verify_token": secret("verify_token", verify_token, "verify_token"),
                "include_values": include_values,
                "include_client_certificate": include_client_certificate,
            }
        ),
        answers={"success": True},
        check=_check,
        finish=without_none,
        access="app",
        is_idempotent=True,
    )


@listing(needs=WEBHOOKS)
def list_subscriptions(*, limit: Count = None) -> Draft:
    """List the app's webhooks.

    Made with the app's own token: the credential needs `app_id` and `app_secret`.

    Args:
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"object", "callback_url", "active", "fields": [{"name", "version"}]}`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was asked.
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_subscriptions().describe({"configuration": {"app_id": "1234567890123456"}}).path
        '1234567890123456/subscriptions'

    Source: https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
    """
    return Draft("GET", [APP_ID, "subscriptions"], params={"limit": limit}, access="app")


@graph_operation(needs=WEBHOOKS)
def delete_subscription(object_: Text = "page", *, fields: OptionalWords = None) -> Draft:
    """Delete the app's webhook, or take fields from it.

    Made with the app's own token: the credential needs `app_id` and `app_secret`. After that no Page
    reports events to it.

    Args:
        object_: The kind of object that events are about.
        fields: Only these fields. Default: all of them.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was deleted.
        GraphError: Meta said no; the class says why. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been deleted; deleting it again does no harm.

    Example:
        >>> webhook = delete_subscription(fields=["message_reads"])
        >>> webhook.describe({"configuration": {"app_id": "1234567890123456"}}).params
        {'object': 'page', 'fields': 'message_reads'}

    Source: https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
    """
    return Draft(
        "DELETE",
        [APP_ID, "subscriptions"],
        params={
            "object": defer(given_text, "object", object_),
            "fields": None if fields is None else defer(joined, "fields", fields, WEBHOOK_FIELDS),
        },
        answers={"success": True},
        access="app",
        is_idempotent=True,
    )


class _DebugToken(GraphOperation):
    """Records when the token ends, so that later runs warn in time."""

    __slots__ = ()

    def perform(self, state: State, run: Run) -> State:
        """Make the call."""
        after = super().perform(state, run)
        token, facts = resolve(self.draft.params, state).get("input_token"), after["data"]
        if run.folders and isinstance(token, str) and isinstance(facts, dict):
            from ...graph.token_ends import learn

            learn(run.folders, token, facts, run.began)
        return after


@graph_operation(needs=TOKENS, kind=_DebugToken)
def debug_token(input_token: OptionalText = None) -> Draft:
    """Read what a token may do, whose it is, and when it expires.

    Made with the app's own token: the credential needs `app_id` and `app_secret`. The token is not put into an address,
    and nothing that the run writes shows it. `adaptor config check` says the same in plain words. The
    ends of the token are kept beside the ledger, under a digest of the token: later runs warn from 14 days before.

    Args:
        input_token: The token. Default: that of the credential.

    Returns:
        An operation. `data` becomes what Meta knows: `{"app_id", "application", "type", "profile_id", "is_valid",
        "scopes", "granular_scopes", "issued_at", "expires_at", "data_access_expires_at"}`. Times are Unix times, 0 is
        never. A token that is not valid is no error: `is_valid` is false and `error` says why.

    Raises:
        ConfigurationError: The credential lacks `app_id` or `app_secret`. Nothing was asked.
        InvalidMessage: The token is empty. Nothing was asked.
        GraphError: Meta said no; the class says why: the app's secret is wrong, or the token is another app's.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> debug_token().describe({"configuration": {"access_token": "EAAG…"}}).described()
        {'method': 'GET', 'path': 'debug_token', 'params': {'input_token': '[redacted]'}}

    Source: https://developers.facebook.com/docs/graph-api/reference/debug_token
    """
    return Draft(
        "GET",
        "debug_token",
        params={"input_token": secret("input_token", input_token, "access_token")},
        reads=partial(inside, "data"),
        access="app",
        sealed=True,
    )


def _check(body: Any) -> None:
    check_text("object", body.get("object"))
    check_url("callback_url", body.get("callback_url"), secure=True)
