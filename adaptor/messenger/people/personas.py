"""Personas: faces under which a Page speaks.

Source of all of it: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
"""

from __future__ import annotations

from typing import Any

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.operation import graph_operation
from ...graph.request import comma_separated
from ..rules.argument_types import Count, OptionalWords, Text
from ..rules.ids import object_id
from ..rules.limits import check_text
from ..rules.permissions import PERSONAS
from ..rules.values import check_reachable, check_url

#: The heading under which `adaptor docs` shows this module.
HEADING = "personas"


@graph_operation(needs=PERSONAS)
def create_persona(name: Text, profile_picture_url: Text) -> Draft:
    """Create a persona: a name and a picture under which messages can be sent.

    Needs the permission `pages_messaging`. A second call creates a second one.

    Args:
        name: What people see above a message.
        profile_picture_url: The picture's public address, at most 8 MB.

    Returns:
        An operation. `data` becomes `{"id"}`, which sends take as `persona_id`.

    Raises:
        InvalidMessage: The name is empty, or the address is not valid. Nothing was created.
        GraphError: Meta said no; the class says why. Nothing was created.
        DeliveryUnknown: The answer was lost. It may have been created: check with `list_personas`.

    Example:
        >>> create_persona("Ada from the clinic", "https://example.org/ada.png").describe({}).path
        'me/personas'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
    """
    return Draft(
        "POST",
        [PAGE_ID, "personas"],
        body={"name": name, "profile_picture_url": profile_picture_url},
        answers={"id": "dry_run"},
        expects=("id",),
        check=_check,
    )


@graph_operation(needs=PERSONAS)
def get_persona(persona_id: Text, *, fields: OptionalWords = None) -> Draft:
    """Read one persona.

    Needs the permission `pages_messaging`.

    Args:
        persona_id: The persona's id, from `create_persona`.
        fields: The fields to read. Default: Meta's own choice, which is all.

    Returns:
        An operation. `data` becomes `{"id", "name", "profile_picture_url"}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was asked.
        InvalidRequest: There is no such persona, or it is another Page's.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> get_persona("1008427389400").describe({}).path
        '1008427389400'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
    """
    return Draft("GET", [defer(object_id, "persona_id", persona_id)], params={"fields": defer(comma_separated, fields)})


@listing(needs=PERSONAS)
def list_personas(*, fields: OptionalWords = None, limit: Count = None) -> Draft:
    """List the personas of the Page.

    Needs the permission `pages_messaging`. Works as the source of a loop too: `each(list_personas(), …)`.

    Args:
        fields: The fields to read of each. Default: Meta's own choice, which is all.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name", "profile_picture_url"}`.

    Raises:
        GraphError: Meta said no; the class says why.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_personas(limit=5).describe({}).path
        'me/personas'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
    """
    return Draft("GET", [PAGE_ID, "personas"], params={"fields": defer(comma_separated, fields), "limit": limit})


@graph_operation(needs=PERSONAS)
def delete_persona(persona_id: Text) -> Draft:
    """Delete a persona. It cannot send any more; its old messages keep it.

    Needs the permission `pages_messaging`.

    Args:
        persona_id: The persona's id, from `create_persona`.

    Returns:
        An operation. `data` becomes `{"success": True}`.

    Raises:
        InvalidMessage: The id is empty. Nothing was deleted.
        InvalidRequest: There is no such persona, or it is another Page's. Nothing was deleted.
        DeliveryUnknown: The answer was lost. It may have been deleted; deleting it again does no harm.

    Example:
        >>> delete_persona("1008427389400").describe({}).method
        'DELETE'

    Source: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/personas
    """
    return Draft("DELETE", [defer(object_id, "persona_id", persona_id)], answers={"success": True}, is_idempotent=True)


def _check(body: Any) -> None:
    check_text("name", body["name"])
    check_url("profile_picture_url", body["profile_picture_url"])
    check_reachable("profile_picture_url", body["profile_picture_url"])
