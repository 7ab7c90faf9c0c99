"""The people whom the Page has blocked."""

from __future__ import annotations

from ...core.values.arguments import defer
from ...core.values.page_id import PAGE_ID
from ...graph.draft import Draft
from ...graph.listing import listing
from ...graph.request import comma_separated
from ..rules.argument_types import Count, OptionalWords
from ..rules.permissions import BLOCKED

#: The heading under which `adaptor docs` shows this module.
HEADING = "people"


@listing(needs=BLOCKED)
def list_blocked_users(*, fields: OptionalWords = "id,name", limit: Count = None) -> Draft:
    """List the people whom the Page has blocked.

    Needs the permission `pages_read_engagement`. Works as the source of a loop, `each(list_blocked_users(), …)`, and as
    the list of people whom a broadcast leaves out: `broadcast(…, skip=list_blocked_users())`. Meta does not say which
    id it gives of a person (uncertain): compare one with the PSID that you know before you rely on it.

    Args:
        fields: The fields to read of each. None leaves it to Meta.
        limit: How many are wanted. Default: all of them.

    Returns:
        An operation. `data` becomes a list of `{"id", "name"}`.

    Raises:
        PermissionMissing: The token lacks the permission.
        TemporaryFailure: No trustworthy answer came; reading again is safe.

    Example:
        >>> list_blocked_users(limit=5).describe({}).path
        'me/blocked'

    Source: https://developers.facebook.com/docs/graph-api/reference/page/blocked
    """
    return Draft("GET", [PAGE_ID, "blocked"], params={"fields": defer(comma_separated, fields), "limit": limit})
