"""The versions of the Graph API: when each was introduced and when it ends.

Source: https://developers.facebook.com/docs/graph-api/changelog/versions (checked 2026-11-24). Meta keeps a version for
at least two years. Calls to an ended version are answered by the oldest version that still exists (uncertain), which
may behave differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

#: Version -> when it was introduced and when it ends, as ISO dates; None where Meta names no date.
VERSIONS: dict[str, tuple[str, str | None]] = {
    "v26.0": ("2026-07-29", None),
    "v25.0": ("2026-02-18", "2028-07-29"),
    "v24.0": ("2025-10-08", "2028-02-18"),
    "v23.0": ("2025-05-29", None),
    "v22.0": ("2025-01-21", None),
    "v21.0": ("2024-10-02", None),
    "v20.0": ("2024-05-21", "2026-09-24"),
    "v19.0": ("2024-01-23", "2026-05-21"),
}


def version_warning(version: str, today: date) -> str | None:
    """Return a warning about a version that has ended, ends soon or is not known; else None.

    Args:
        version: Such as `v26.0`.
        today: The date to judge by.
    """
    newest, oldest = next(iter(VERSIONS)), list(VERSIONS)[-1]
    if version not in VERSIONS:
        if _number(version) < _number(oldest):
            return f"api_version {version} ended before {VERSIONS[oldest][1]}; set it to {newest}."
        return f"api_version {version} is not known to this release, whose newest is {newest}."
    ends = VERSIONS[version][1]
    if ends is None:
        return None
    days = (today.fromisoformat(ends) - today).days
    if days <= 0:
        return f"api_version {version} ended on {ends}; set it to {newest}."
    return f"api_version {version} ends on {ends}, in {days} days; set it to {newest}." if days <= SOON_DAYS else None


#: A version that ends within this many days gives a warning.
SOON_DAYS = 60


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.lstrip("v").split("."))
