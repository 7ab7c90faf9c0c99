"""Labels: how a Page sorts the people who write to it.

A Page admin has to accept the Page Contact Terms before any of this works; without that Meta answers 2/2018344.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
"""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated
from ..rules.argument_types import Count, OptionalWords, Psid, Text
from ..rules.ids import object_id, person_id
from ..rules.permissions import LABELS
from ..rules.values import given_text

#: The heading under which `adaptor docs` shows this module.
HEADING = "people"

#: Without them Meta gives the id alone.
LABEL_FIELDS = "id,page_label_name"


@graph_operation(needs=LABELS)
def create_label(name: Text) -> Draft:
    """Create a label that people can be given.

    Needs the permission `pages_messaging`. A second call creates a second one, or is refused.

    Args:
        name: What the label says.

    Returns:
        An operation. `data` becomes `{"id"}`.

    Raises:
        InvalidMessage: The name is empty. Nothing was created.
        PermissionMissing: The Page Contact Terms are not accepted, or a permission is missing. Nothing was created.
        DeliveryUnknown: The answer was lost. It may have been created: check with `list_labels`.

    Example:
        >>> create_label("Prefers mornings").describe({}).params
        {'page_label_name': 'Prefers mornings'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return Draft(
        "POST",
        [PAGE_ID, "custom_labels"],
        params={"page_label_name": defer(given_text, "page_label_name", name)},
        answers={"id": "dry_run"},
        expects=("id",),
    )


@graph_operation(needs=LABELS)
def get_label(label_id: Text, *, fields: OptionalWords = LABEL_FIELDS) -> Draft:
    """Read one label.

    Needs the permission `pages_messaging`.

    Args:
        label_id: The label's id, from `create_label`.
        fields: The fields to read. None leaves it to Meta.

    Returns:
        An operation. `data` becomes `{"id", "page_label_name"}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such label, or it is another Page's.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_label("1712444532121303").describe({}).path
        '1712444532121303'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return Draft("GET", [defer(object_id, "label_id", label_id)], params={"fields": defer(comma_separated, fields)})


@listing(needs=LABELS)
def list_labels(*, fields: OptionalWords = LABEL_FIELDS, limit: Count = None) -> Draft:
    """List the labels of the Page.

    Needs the permission `pages_messaging`. Works as the source of a loop too: `each(list_labels(), …)`.

    Args:
        fields: The fields to read of each. None leaves it to Meta.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "page_label_name"}`.

    Raises:
        PermissionMissing: The Page Contact Terms are not accepted, or a permission is missing.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_labels().describe({}).path
        'me/custom_labels'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return Draft("GET", [PAGE_ID, "custom_labels"], params={"fields": defer(comma_separated, fields), "limit": limit})


@listing(needs=LABELS)
def list_user_labels(psid: Psid, *, fields: OptionalWords = LABEL_FIELDS, limit: Count = None) -> Draft:
    """List the labels that a person has.

    Needs the permission `pages_messaging`. Meta does not give those of people who joined with a phone number.

    Args:
        psid: The person's PSID.
        fields: The fields to read of each. None leaves it to Meta.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "page_label_name"}`.

    Raises:
        InvalidMessage: The PSID is not valid. Nothing was asked.
        PermissionMissing: The Page Contact Terms are not accepted, or a permission is missing.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_user_labels("6543210987654321").describe({}).path
        '6543210987654321/custom_labels'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return Draft(
        "GET",
        [defer(person_id, psid), "custom_labels"],
        params={"fields": defer(comma_separated, fields), "limit": limit},
    )


@graph_operation(needs=LABELS)
def assign_label(psid: Psid, label_id: Text) -> Draft:
    """Give a person a label.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.
        label_id: The label's id, from `create_label`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The PSID or the id is not valid. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> assign_label("6543210987654321", "1712444532121303").describe({}).described()
        {'method': 'POST', 'path': '1712444532121303/label', 'params': {'user': '6543210987654321'}}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return _labelling("POST", psid, label_id)


@graph_operation(needs=LABELS)
def remove_label(psid: Psid, label_id: Text) -> Draft:
    """Take a label from a person. The label itself stays.

    Needs the permission `pages_messaging`.

    Args:
        psid: The person's PSID.
        label_id: The label's id, from `create_label`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The PSID or the id is not valid. Nothing was changed.
        GraphError: Meta said no; the class says why. Nothing was changed.
        DeliveryUnknown: The answer was lost. It may have been carried out; doing it again does no harm.

    Example:
        >>> remove_label("6543210987654321", "1712444532121303").describe({}).method
        'DELETE'

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return _labelling("DELETE", psid, label_id)


@graph_operation(needs=LABELS)
def delete_label(label_id: Text) -> Draft:
    """Delete a label, from everybody who has it too.

    Needs the permission `pages_messaging`.

    Args:
        label_id: The label's id, from `create_label`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was deleted.
        InvalidRequest: There is no such label, or it is another Page's. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been deleted; deleting it again does no harm.

    Example:
        >>> delete_label("1712444532121303").describe({}).described()
        {'method': 'DELETE', 'path': '1712444532121303'}

    Source:
        https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/custom-labels
    """
    return Draft("DELETE", [defer(object_id, "label_id", label_id)], answers={"success": True}, is_idempotent=True)


def _labelling(method: str, psid: Any, label_id: Any) -> Draft:
    return Draft(
        method,
        [defer(object_id, "label_id", label_id), "label"],
        params={"user": defer(person_id, psid)},
        answers={"success": True},
        is_idempotent=True,
    )
