"""Ids that a spreadsheet has rounded: it keeps 15 digits of a number, and fills up with zeros."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: So many ids that end in 0, and none that does not, are no chance: 1 in 10,000,000,000.
_MANY = 10
#: How many rows are checked: a source may have no end.
_ROWS = 1000
#: As many digits as ids have of which a spreadsheet keeps 15.
_DIGITS = (16, 17)


def rounded_columns(rows: Iterable[Any]) -> list[str]:
    """Return a sentence for each column all of whose ids of 16 or 17 digits end in 0.

    Args:
        rows: Objects, or the ids themselves.

    Example:
        >>> rounded_columns({"psid": 6543210987654320 + 10 * n} for n in range(12))[0].partition(". ")[0]
        'all 12 ids of 16 or 17 digits in `psid` end in 0'
        >>> rounded_columns({"psid": 6543210987654320 + n} for n in range(12))
        []
    """
    ids: dict[str, int] = {}
    others: set[str] = set()
    for row in islice(rows, _ROWS):
        for column, text in _numbers_in(row):
            if text[-1] == "0":
                ids[column] = ids.get(column, 0) + 1
            else:
                others.add(column)
    return [
        f"all {count:,} ids of 16 or 17 digits{f' in `{column}`' if column else ''} end in 0. A spreadsheet keeps 15 "
        "digits of a number: these ids may be damaged, or other people's. Export the column as text."
        for column, count in ids.items()
        if count >= _MANY and column not in others
    ]


def _numbers_in(value: Any, column: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers_in(inner, f"{column}.{key}" if column else str(key))
    elif isinstance(value, str | int):
        text = str(value).strip()
        if len(text) in _DIGITS and text.isdecimal():
            yield column, text
