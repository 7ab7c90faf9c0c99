"""People who write to the Page: their profiles, their accounts elsewhere, and who may write at all."""

from __future__ import annotations

from typing import Any

from ...core.operation import Value
from ...core.values.arguments import defer, known
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.needs import Need
from ...graph.operation import graph_operation
from ...graph.request import comma_separated
from ..rules.argument_types import OptionalWords, Psid, Text, Words
from ..rules.ids import person_id, secret
from ..rules.limits import refuse
from ..rules.permissions import ACCOUNT_LINKING, MODERATION, USER_PROFILE
from ..rules.words import words_of

#: The heading under which `adaptor docs` shows this module.
HEADING = "people"

#: What is read of a person by default: everything that `pages_messaging` allows.
#: Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
#: (checked 2026-11-24).
PROFILE_FIELDS = "id,name,first_name,last_name,profile_pic"

#: The fields of a person that need a permission of their own: `pages_user_locale` and so on.
_WITH_PERMISSION = ("locale", "timezone", "gender")

#: What can be done about a person. Source: the specification of Meta's SDK for Graph v25 (checked 2026-11-24).
MODERATIONS = ("BLOCK_USER", "UNBLOCK_USER", "BAN_USER", "UNBAN_USER", "MOVE_TO_SPAM")


def _profile_needs(draft: Draft) -> Need:
    fields = known(draft.params).get("fields")
    asked = fields.split(",") if isinstance(fields, str) else ()
    added = tuple(f"pages_user_{field}" for field in asked if field in _WITH_PERMISSION)
    return USER_PROFILE._replace(permissions=(*USER_PROFILE.permissions, *added))


@graph_operation(needs=_profile_needs)
def get_user_profile(psid: Psid, *, fields: OptionalWords = PROFILE_FIELDS) -> Draft:
    """Read a person's public profile.

    Needs the permission `pages_messaging` and the feature Business Asset User Profile Access; `locale`, `timezone` and
    `gender` need a permission each (`pages_user_locale` …). The picture's address does not last.

    Args:
        psid: The person's PSID.
        fields: The fields to read. Default: id, name, first and last name, picture. None leaves it to Meta.

    Returns:
        An operation. `data` becomes an object with those fields that may be read, `{}` where none may.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was asked.
        InvalidRequest: This person has no profile (they joined with a phone number), or is not known to this Page.
        PermissionMissing: The app may not read this profile.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_user_profile("6543210987654321", fields="first_name").describe({}).described()
        {'method': 'GET', 'path': '6543210987654321', 'params': {'fields': 'first_name'}}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
    """
    return Draft("GET", [defer(person_id, psid)], params={"fields": defer(comma_separated, fields)})


@graph_operation(needs=ACCOUNT_LINKING)
def get_account_link(account_linking_token: Text) -> Draft:
    """Find out who is linking an account: whose token it is that the login page was opened with.

    Needs the permission `pages_messaging`. The token lives five minutes. It is a secret: it is not put into an address,
    and nothing that the run writes shows it.

    Args:
        account_linking_token: The token that Messenger added to the address of the login page.

    Returns:
        An operation. `data` becomes `{"id", "recipient"}`: the Page's id and the person's PSID.

    Raises:
        InvalidMessage: There is no token. Nothing was asked.
        InvalidRequest: The token is not valid any more: the linking has to be started again.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_account_link("ARQe…").describe({}).described()["params"]
        {'fields': '[redacted]', 'account_linking_token': '[redacted]'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/account-linking
    """
    token = secret("account_linking_token", account_linking_token)
    return Draft("GET", [PAGE_ID], params={"fields": "recipient", "account_linking_token": token}, sealed=True)


@graph_operation(needs=ACCOUNT_LINKING)
def unlink_account(psid: Psid) -> Draft:
    """Unlink the account that a person has linked.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"result": "unlink account success"}`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> unlink_account("6543210987654321").describe({}).body
        {'psid': '6543210987654321'}

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/account-linking
    """
    return Draft(
        "POST",
        [PAGE_ID, "unlink_accounts"],
        body={"psid": defer(person_id, psid)},
        answers={"result": "unlink account success"},
        is_idempotent=True,
    )


@graph_operation(needs=MODERATION)
def block_user(psid: Psid) -> Draft:
    """Block a person: they and the Page cannot write to each other any more.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> block_user("6543210987654321").describe({}).body
        {'user_ids': [{'id': '6543210987654321'}], 'actions': ['BLOCK_USER']}

    Source: https://developers.facebook.com/docs/graph-api/reference/page/moderate_conversations
    """
    return _moderation([psid], "BLOCK_USER")


@graph_operation(needs=MODERATION)
def unblock_user(psid: Psid) -> Draft:
    """Let a person who was blocked write to the Page again.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> unblock_user("6543210987654321").describe({}).body["actions"]
        ['UNBLOCK_USER']

    Source: https://developers.facebook.com/docs/graph-api/reference/page/moderate_conversations
    """
    return _moderation([psid], "UNBLOCK_USER")


@graph_operation(needs=MODERATION)
def moderate_conversations(psids: Value[list[Any]], actions: Words) -> Draft:
    """Block, unblock or ban several people in one call, or move their conversations to the spam folder.

    Needs the permission `pages_messaging`. For Instagram Meta documents at most ten people and two actions in a call.

    Args:
        psids: The people's PSIDs.
        actions: One or more of `BLOCK_USER`, `UNBLOCK_USER`, `BAN_USER`, `UNBAN_USER` and `MOVE_TO_SPAM`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: There is nobody, a PSID is not valid, or an action is misspelt. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> moderate_conversations(["6543210987654321"], ["MOVE_TO_SPAM"]).describe({}).path
        'me/moderate_conversations'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/moderate_conversations
    """
    return _moderation(psids, actions)


def _moderation(psids: Any, actions: Any) -> Draft:
    return Draft(
        "POST",
        [PAGE_ID, "moderate_conversations"],
        body={
            "user_ids": defer(_user_ids, psids),
            "actions": defer(words_of, "actions", actions, MODERATIONS),
        },
        answers={"success": True},
        is_idempotent=True,
    )


def _user_ids(psids: Any) -> list[dict[str, str]]:
    if not isinstance(psids, list | tuple) or not psids:
        raise refuse("user_ids", "must be a list of people", 'Write ["6543210987654321"].')
    return [{"id": person_id(psid)} for psid in psids]
