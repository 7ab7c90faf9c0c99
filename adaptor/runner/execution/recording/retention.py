"""Removing the people of old runs from the ledger."""

from __future__ import annotations

import os

from ....core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....core.run.context import Run
    from ....ledger.ledger import Ledger

#: After how many days the people of a finished run are removed; without it they never are.
ENVIRONMENT_RETENTION = "ADAPTOR_RETENTION_DAYS"


def retention_days() -> float | None:
    """Return after how many days the people of a finished run are removed, or None: never.

    Raises:
        InputError: The environment variable is no number of days.
    """
    text = os.environ.get(ENVIRONMENT_RETENTION)
    if not text:
        return None
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < float("inf"):
        raise InputError(
            f"The environment variable {ENVIRONMENT_RETENTION} is no number of days.", fix="Write 30, or unset it."
        )
    return days


def purge_old(ledger: Ledger, days: float | None, run: Run) -> None:
    """Remove the people of the runs that finished more than so many days ago, and log how many runs these are."""
    runs = ledger.store.runs
    # Purging rewrites the file, also where nothing is old: nobody waits for that at each run.
    if days is None or not runs.older(days * 86_400, finished=True):
        return
    if purged := runs.purge_older(days * 86_400, finished=True):
        count = f"{len(purged):,} run{'' if len(purged) == 1 else 's'}"
        run.log("info", "run", f"Removed the people of {count} that finished more than {days:g} days ago.")
