"""Items that could not be read: the reader puts an error in their place, and what uses the item raises it."""

from __future__ import annotations

from ...core.errors import UnreadableRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def readable(item: Any) -> Any:
    """Return an item, or raise the error that a reader has put in its place.

    Raises:
        UnreadableRow: The item could not be read.
    """
    if isinstance(item, UnreadableRow):
        raise item
    return item
