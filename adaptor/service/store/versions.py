"""Runs and the versions of their workflows: a worker takes only runs of those that it has.

A server that shares its database with no worker takes all versions of its own file, and no other file's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from ...core.text.number_of import number_of
from ...ledger.database.database import storable
from .records import QUEUED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...ledger.database.database import Database

#: So much of a digest is shown as a version.
VERSION_LETTERS = 12
#: How the reason begins for which a run waits for another process; and how long it is due before that is said.
WAITS_FOR = "It waits for a "
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

    @classmethod
    def of_project(cls, project: str | None, *, negated: bool = False) -> OnlyVersions:
        """Return the condition that only runs of a file fit, by its name; None is all files.

        Runs that an earlier release has queued name no file, and fit any.

        Args:
            project: The name.
            negated: All other runs.
        """
        if project is None:
            return cls()
        return cls(f" AND r.project {'NOT ' if negated else ''}IN (?, '')", (storable(project),))


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
    found = _explain(
        database,
        OnlyVersions.of(own.items(), negated=True),
        "workflow, digest",
        lambda workflow, digest: _why(workflow, digest, own, machine),
    )
    return [(workflow, digest[:VERSION_LETTERS], count) for workflow, digest, count in found]


def explain_others(database: Database, project: str) -> list[tuple[str, int]]:
    """Record with the runs that wait since they are of another file that it is so.

    Args:
        database: The service's.
        project: The name of the file that is served here.

    Returns:
        The name of each other file, and how many runs newly wait for its service.
    """
    found = _explain(
        database,
        OnlyVersions.of_project(project, negated=True),
        "project",
        lambda other: (
            f"{WAITS_FOR}service of `{other}`; the one that runs here is of `{project}`. Start that one "
            "too, or cancel the run."
        ),
    )
    return [(other, count) for other, count in found]


def told_why_waiting(
    database: Database, versions: Mapping[str, str] | None, project: str | None, machine: str
) -> list[str]:
    """Record why runs are left to other processes, and return lines about those of which it is new.

    Args:
        database: The service's.
        versions: The workflows of the machine, each with its digest; None where it takes all versions.
        project: The name of the file that is served here, or None.
        machine: What the machine is called.
    """
    if versions is not None:
        return [
            f"{_wait(count)} for version {version}{f' of {workflow}' if workflow else ''}, which is not deployed here: "
            "adaptor runs queue"
            for workflow, version, count in explain_waiting(database, versions.items(), machine)
        ]
    others = [] if project is None else explain_others(database, project)
    return [
        f"{_wait(count)} for the service of `{other}`, which is another file: adaptor runs queue"
        for other, count in others
    ]


def _wait(count: int) -> str:
    return f"{number_of(count, 'runs')} {'waits' if count == 1 else 'wait'}"


def _explain(database: Database, others: OnlyVersions, columns: str, why: Callable[..., str]) -> list[Any]:
    """Record why runs wait, once each; return the columns and the number of runs for each of their values."""
    where = (
        f"r.is_open = 1 AND r.status = ? AND r.due <= {database.clock} - ?{others.condition} "
        "AND (r.error IS NULL OR r.error NOT LIKE ?)"
    )
    values = (QUEUED, _SECONDS, *others.values, f"{WAITS_FOR}%")
    with database.reading():
        found = database.run(
            f"SELECT {columns} FROM service_runs AS r WHERE {where} GROUP BY {columns}", values
        ).fetchall()
    same = " AND ".join(f"r.{column} = ?" for column in columns.split(", "))

    def explain(each: Sequence[str]) -> int:
        return int(
            database.run(
                f"UPDATE service_runs AS r SET error = ? WHERE {same} AND {where}", (why(*each), *each, *values)
            ).rowcount
        )

    return [(*each, count) for each in found if (count := database.transact(partial(explain, each)))]


def _why(workflow: str, digest: str, own: Mapping[str, str], machine: str) -> str:
    name = f"the workflow `{workflow}`" if workflow else "the workflow"
    has = f"has version {own[workflow][:VERSION_LETTERS]}" if workflow in own else "has no such workflow"
    return (
        f"{WAITS_FOR}worker that has version {digest[:VERSION_LETTERS]} of {name}; {machine} {has}. Deploy the files "
        "that it was queued with to a worker. Where the workers have newer ones, deploy those to the server too and "
        "restart it; then cancel the run."
    )
