"""What did not succeed, one entry for each, and whether the whole failed with it."""

from __future__ import annotations

from ..core.errors import ABOUT_PERSON, AdaptorError, ItemsFailed
from .sources import PositionInFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def failure(index: int, error: AdaptorError) -> dict[str, Any]:
    """Return the entry for one item or part that did not succeed."""
    at = {"file": index.file, "line": index.line} if isinstance(index, PositionInFile) else {}
    return {"index": int(index), **at, "error": error.facts(), "about": error.about, "sent": error.sent}


def summary(failed: list[dict[str, Any]]) -> str:
    """Return how many failed with which error, the most frequent first."""
    from collections import Counter

    counts = Counter(entry["error"]["name"] for entry in failed)
    return ", ".join(f"{count} × {name}" for name, count in counts.most_common())


def the_first(failed: list[dict[str, Any]]) -> str:
    """Return a sentence about the first failure: which item it was, and what happened."""
    first = failed[0]
    where = f"{first['file']}, line {first['line']}" if "line" in first else f"number {first['index'] + 1}"
    what = first["error"]["description"]
    return f"The first is {what}" if what.startswith(f"{where}: ") else f"The first is {where}: {what}"


def raise_if_failed(failed: list[dict[str, Any]], total: int, things: str, *, fail: bool | None) -> None:
    """Raise for what failed, by the wish of the job.

    Args:
        failed: The entries of `failure`.
        total: How many there were in all.
        things: What they are called, in the plural.
        fail: None: raise unless all of them were about the person. True: raise if there are any. False: never raise.

    Raises:
        ItemsFailed: With `failed` in its details.
    """
    only_persons = all(entry["about"] == ABOUT_PERSON for entry in failed)
    if failed and (fail or (fail is None and not only_persons)):
        raise ItemsFailed(
            f"{len(failed):,} of {total:,} {things} did not succeed: {summary(failed)}. {the_first(failed)}",
            fix="See `details` for each of them. With fail=False the list is left in state['failed'] instead.",
            details=failed,
        )
