"""What Meta's usage headers say about how much of the allowed pace is used up.

Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (checked 2026-11-23).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The header of the business use case limits; its times are in minutes.
BUSINESS_USAGE = "x-business-use-case-usage"


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds Meta asks to wait, or None where it does not say."""
    text = headers.get(BUSINESS_USAGE)
    if not text:
        return None
    try:
        usage: Any = json.loads(text)
        minutes = [
            float(entry.get("estimated_time_to_regain_access") or 0) for entries in usage.values() for entry in entries
        ]
    except (ValueError, TypeError, AttributeError):
        return None
    longest = max(minutes, default=0.0)
    return longest * 60 if longest > 0 else None
