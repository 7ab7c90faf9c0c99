"""The versions of the Graph API: when each was introduced and when it ends.

Source: https://developers.facebook.com/docs/graph-api/changelog, "Available Graph API versions" (nine translations
of it, read 2026-11-28), and for v27.0 https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/.
Meta keeps a version for at least two years. Calls to an ended version are answered by the oldest version that still
exists (https://developers.facebook.com/blog/post/2021/09/14/introducing-facebook-graph-api-v12-marketing-api-v12/),
which may behave differently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..core.text.number_of import number_of

if TYPE_CHECKING:
    from datetime import date

#: When the table was compared with Meta's page.
CHECKED = "2026-11-28"
SOURCE = "https://developers.facebook.com/docs/graph-api/changelog"

#: Version -> when it was introduced and when it ends, as ISO dates; None where Meta names no date.
VERSIONS: dict[str, tuple[str, str | None]] = {
    "v27.0": ("2026-11-04", None),
    "v26.0": ("2026-07-29", None),
    "v25.0": ("2026-02-18", "2028-07-29"),
    "v24.0": ("2025-10-08", "2028-02-18"),
    "v23.0": ("2025-05-29", "2027-10-08"),
    "v22.0": ("2025-01-21", "2027-05-20"),
    "v21.0": ("2024-10-02", "2027-01-21"),
    "v20.0": ("2024-05-21", "2026-09-24"),
    "v19.0": ("2024-01-23", "2026-05-21"),
}

#: The newest version whose behaviour for Messenger is documented: the default of `api_version`. Meta's Messenger pages
#: name v26.0 as the latest, and the newest specification in its SDK is that of v26.0.
DOCUMENTED = "v26.0"

#: A version that ends within this many days gives a warning.
SOON_DAYS = 60


class Version(NamedTuple):
    """What is known of one version on one day.

    Attributes:
        name: Such as `v26.0`.
        introduced: The day from which it answers, as an ISO date.
        ends: The day of its end, as an ISO date, or None where Meta names none.
        days: The days until its end, negative after it, or None.
    """

    name: str
    introduced: str
    ends: str | None
    days: int | None

    @property
    def has_ended(self) -> bool:
        """Whether Meta serves it no more."""
        return self.days is not None and self.days <= 0

    @property
    def ends_soon(self) -> bool:
        """Whether it ends within `SOON_DAYS`."""
        return self.days is not None and 0 < self.days <= SOON_DAYS

    @property
    def state(self) -> str:
        """`served`, `ends soon` or `ended`."""
        return "ended" if self.has_ended else "ends soon" if self.ends_soon else "served"

    def facts(self) -> dict[str, object]:
        """Return it as JSON."""
        return {"version": self.name, "introduced": self.introduced, "ends": self.ends, "state": self.state}


def versions(today: date) -> list[Version]:
    """Return all known versions, the newest first, as they stand on a day."""
    return [
        Version(name, introduced, ends, None if ends is None else (today.fromisoformat(ends) - today).days)
        for name, (introduced, ends) in VERSIONS.items()
    ]


def find_version(name: str, today: date) -> Version | None:
    """Return what is known of a version, or None for one that the table does not have."""
    return next((version for version in versions(today) if version.name == name), None)


def version_warning(name: str, today: date) -> str | None:
    """Return a warning about a version that has ended, ends soon or is not known; else None.

    Args:
        name: Such as `v26.0`.
        today: The date to judge by.
    """
    newest, oldest = next(iter(VERSIONS)), list(VERSIONS)[-1]
    version = find_version(name, today)
    if version is None:
        if _number(name) < _number(oldest):
            return f"api_version {name} ended before {VERSIONS[oldest][1]}; set it to {DOCUMENTED}."
        return f"api_version {name} is not known to this release, whose newest is {newest}."
    if version.has_ended:
        return f"api_version {name} ended on {version.ends}; set it to {DOCUMENTED}."
    if version.ends_soon:
        left = number_of(version.days or 0, "days")
        return f"api_version {name} ends on {version.ends}, in {left}; set it to {DOCUMENTED}."
    return None


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.lstrip("v").split("."))
