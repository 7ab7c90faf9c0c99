"""The versions of the Graph API, and what Meta has taken out of its protocol.

Versions: https://developers.facebook.com/docs/graph-api/changelog. Removed features:
https://developers.facebook.com/blog/post/2026/07/29/introducing-graph-api-v26-and-marketing-api-v26/ (five, whose
names are second-hand: `pretty`, `debug`, `date_format`, `GET /?ids=`, `If-None-Match`) and
https://developers.facebook.com/blog/post/2026/11/04/introducing-graph-api-v27-and-marketing-api-v27/ (the others).
All read 2026-11-28. The sandbox's app counts as a new one. Plain batches remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A version as two numbers, such as (26, 0).
Version = tuple[int, int]

#: The version that answers whatever is newer than it.
NEWEST: Final[Version] = (27, 0)
# The oldest first; each with the day of its end, or None where Meta names none.
_ENDS: Final[Mapping[Version, datetime | None]] = {
    (21, 0): datetime(2027, 1, 21, tzinfo=UTC),
    (22, 0): datetime(2027, 5, 20, tzinfo=UTC),
    (23, 0): datetime(2027, 10, 8, tzinfo=UTC),
    (24, 0): datetime(2028, 2, 18, tzinfo=UTC),
    (25, 0): datetime(2028, 7, 29, tzinfo=UTC),
    (26, 0): None,
    NEWEST: None,
}

_V26: Final = datetime(2026, 10, 27, tzinfo=UTC)
_V27: Final = datetime(2026, 11, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Removed:
    """A feature of the protocol that Meta has removed.

    Attributes:
        name: What it is called.
        version: The first version without it.
        date: From when no version has it; for features that only new apps lack, the day from which these lack it.
    """

    name: str
    version: Version
    date: datetime

    def is_gone(self, version: Version, now: datetime) -> bool:
        """Say whether a version does without it at this time."""
        return version >= self.version or now >= self.date


#: Removed features by the parameter that asks for them.
BY_PARAMETER: Final[Mapping[str, Removed]] = {
    "pretty": Removed("pretty printing", (26, 0), _V26),
    "debug": Removed("the debug mode", (26, 0), _V26),
    "date_format": Removed("date formatting", (26, 0), _V26),
    "callback": Removed("JSONP", (28, 0), _V27),
    # The names of the parameter are uncertain.
    "asyncbatch": Removed("the asynchronous batch", (28, 0), _V27),
    "adbatch": Removed("the asynchronous batch", (28, 0), _V27),
}
MULTIPLE_IDS: Final = Removed("reading several objects by `ids`", (26, 0), _V26)
METHOD_OVERRIDE: Final = Removed("the method as a parameter", (28, 0), _V27)
FIELD_ALIAS: Final = Removed("field aliases", (28, 0), _V27)
#: `secondary_receivers` belongs to the handover protocol, which has ended. Meta's SDK dropped it in 25.0.2, so that
#: v26.0 is the first version whose SDK never had it. That calls are refused is uncertain.
SECONDARY_RECEIVERS: Final[Version] = (26, 0)


def answering(asked: Version | None, now: datetime) -> Version:
    """Give the version that answers a call; it may name none, or one that does not exist.

    The oldest that is still served answers calls without a version, or with a retired one.
    """
    served = [version for version, end in _ENDS.items() if end is None or now < end]
    return max((version for version in served if asked is not None and version <= asked), default=served[0])


def named(version: Version) -> str:
    """Write a version as in a path."""
    return f"v{version[0]}.{version[1]}"
