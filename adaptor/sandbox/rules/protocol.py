"""What Meta has removed from the protocol of the Graph API is refused.

That a call is refused, and not merely answered without the feature, is uncertain, as are the words; so a client that
relies on one of them cannot miss it here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from adaptor.sandbox.meta.errors import invalid
from adaptor.sandbox.meta.versions import BY_PARAMETER, FIELD_ALIAS, METHOD_OVERRIDE, MULTIPLE_IDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from adaptor.sandbox.meta.versions import Removed
    from adaptor.sandbox.request.call import GraphCall

_ALIAS = re.compile(r"\.as\(")


def check_protocol(call: GraphCall, now: datetime) -> None:
    """Refuse a call that uses a feature which the answering version has no more."""
    for feature in _used(call):
        if feature.is_gone(call.answering, now):
            raise invalid(f"The Graph API no longer has {feature.name} ({call.version}).")


def _used(call: GraphCall) -> Iterator[Removed]:
    parameters = call.parameters
    for name, feature in BY_PARAMETER.items():
        if name in parameters:
            yield feature
    if not call.segments and "ids" in parameters:
        yield MULTIPLE_IDS
    if "method" in parameters:
        yield METHOD_OVERRIDE
    if _ALIAS.search(str(parameters.get("fields") or "")):
        yield FIELD_ALIAS
