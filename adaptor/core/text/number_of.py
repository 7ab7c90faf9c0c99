"""Numbers of things in words."""

from __future__ import annotations

import re

_PLURAL = re.compile(r"s\b")


def number_of(count: int, things: str) -> str:
    """Return how many things there are, which are named in the plural.

    Example:
        >>> number_of(1, "parts of the batch"), number_of(2_000, "items")
        ('1 part of the batch', '2,000 items')
    """
    return f"{count:,} {_PLURAL.sub('', things, count=1) if count == 1 else things}"
