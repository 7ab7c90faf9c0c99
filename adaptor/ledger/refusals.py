"""Why a run cannot be resumed, and why a write is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import AdaptorError
from .errors import HeldElsewhere, KeyTaken, LedgerError, ReplayMismatch
from .records import IDENTITY

if TYPE_CHECKING:
    from .claims.claim import ClaimResult
    from .store import Store


def why_not_resumed(store: Store, run: str) -> LedgerError:
    """Return why a run cannot be resumed."""
    known = store.runs.find(run)
    if known is None:
        return LedgerError(
            f"There is no run `{run}` in the ledger {store.name}.", fix="adaptor runs list shows the runs."
        )
    if known.purged is not None:
        return LedgerError(
            f"The run `{run}` was purged of its recipients and cannot be resumed.",
            fix="A new run writes to everybody: begin one only for people who should get the message again.",
        )
    if known.identity != IDENTITY:
        return LedgerError(
            f"The run `{run}` was begun by another release, and this one cannot resume it.",
            fix="Resume it with that release; `adaptor version` shows which one this is.",
        )
    return LedgerError(f"The run `{run}` is under way in another process.", fix="Wait until it ends, or end it there.")


def refusal_of(result: ClaimResult) -> AdaptorError | None:
    """Return why a write is refused, or None where it is made or its recorded outcome is returned."""
    record = result.record
    if result.is_held:
        return HeldElsewhere("Another process is making this write.", fix="`adaptor runs show` shows its outcome.")
    if result.mismatch and record.write.own_key is not None:
        return KeyTaken(
            f"The key {record.write.own_key!r} was used before for somebody else.",
            fix="Make the key of something that is this person's alone, such as the id of the appointment.",
        )
    if result.mismatch:
        return ReplayMismatch(
            "An earlier attempt of this run sent this person another message at this place, or on another branch of "
            "it. It is not known whether this one should replace it, so it was not sent.",
            fix="Give the operation a key=, made of what happens once, such as the id of the appointment.",
        )
    return None
