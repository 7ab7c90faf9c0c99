"""Runs and the versions of their workflows: a worker takes only runs of those that it has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ...ledger.database.database import storable
from .records import QUEUED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...ledger.database.database import Database

#: So much of a digest is shown as a version.
VERSION_LETTERS = 12
#: How the reason begins for which a run waits for another worker; and how long it is due before that is said.
OTHER_VERSION = "It waits for a worker that has version "
_SECONDS = 5.0


class OnlyVersions(NamedTuple):
    """A condition that only runs of some workflows fit, each in one version; the table is called `r`.

    Attributes:
        condition: In SQL, with `AND` before it; "" where all runs fit.
        values: Its values.
    """

    condition: str = ""
    values: tuple[str, ...] = ()

    @classmethod
    def of(cls, versions: Iterable[tuple[str, str]] | None, *, negated: bool = False) -> OnlyVersions:
        """Return the condition.

        Args:
            versions: The workflows, each with its digest; None is all.
            negated: All runs but these fit.
        """
        if versions is None:
            return cls()
        known = [(storable(workflow), digest) for workflow, digest in versions]
        if not known:
            return cls() if negated else cls(" AND 1 = 0")
        rows = ", ".join(["(?, ?)"] * len(known))
        condition = f" AND (r.workflow, r.digest) {'NOT ' if negated else ''}IN (VALUES {rows})"
        return cls(condition, tuple(value for each in known for value in each))


def explain_waiting(
    database: Database, versions: Iterable[tuple[str, str]], machine: str
) -> list[tuple[str, str, int]]:
    """Record with the runs that wait since a machine has another version of their workflow that it is so.

    Args:
        database: The service's.
        versions: The workflows of the machine, each with its digest.
        machine: What the machine is called.

    Returns:
        The workflow, the version and the number of runs that newly wait for one.
    """
    own = dict(versions)
    others = OnlyVersions.of(own.items(), negated=True)
    where = (
        f"r.is_open = 1 AND r.status = ? AND r.due <= {database.clock} - ?{others.condition} "
        "AND (r.error IS NULL OR r.error NOT LIKE ?)"
    )
    values = (QUEUED, _SECONDS, *others.values, f"{OTHER_VERSION}%")
    with database.reading():
        found = database.run(
            f"SELECT r.workflow, r.digest FROM service_runs AS r WHERE {where} GROUP BY r.workflow, r.digest", values
        ).fetchall()

    def explain(workflow: str, digest: str) -> int:
        return int(
            database.run(
                f"UPDATE service_runs AS r SET error = ? WHERE r.workflow = ? AND r.digest = ? AND {where}",
                (_why(workflow, digest, own, machine), workflow, digest, *values),
            ).rowcount
        )

    return [
        (workflow, digest[:VERSION_LETTERS], count)
        for workflow, digest in found
        if (count := database.transact(partial(explain, workflow, digest)))
    ]


def _why(workflow: str, digest: str, own: Mapping[str, str], machine: str) -> str:
    name = f"the workflow `{workflow}`" if workflow else "the workflow"
    has = f"has version {own[workflow][:VERSION_LETTERS]}" if workflow in own else "has no such workflow"
    return (
        f"{OTHER_VERSION}{digest[:VERSION_LETTERS]} of {name}; {machine} {has}. Deploy the files that it was queued "
        "with to a worker. Where the workers have newer ones, deploy those to the server too and restart it; then "
        "cancel the run."
    )
