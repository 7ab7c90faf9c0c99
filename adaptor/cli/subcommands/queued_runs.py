"""`adaptor runs queue`, `retry` and `cancel`: the runs of the service that wait, run or have ended."""

from __future__ import annotations

from ..layout.writing import write
from ..options.service_tables import has_table, show_paused

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from ...ledger.store import Store
    from ...service.store.records import RunRow
    from ...service.store.runs import Runs

    #: Opens the ledger that the options name.
    Opened = Callable[[argparse.Namespace], AbstractContextManager[Store]]


def add_to(verb: Callable[..., argparse.ArgumentParser], opened: Opened) -> None:
    """Add the commands.

    Args:
        verb: Adds a command of `adaptor runs` and returns its parser.
        opened: Opens the ledger that the options name.
    """
    queue = verb(
        "queue",
        "list the runs of the service",
        "List the runs of adaptor serve, the newest first: which wait and until when, run, or have ended, and why. "
        "Nobody's id is shown.",
        lambda options: _queue(options, opened),
        run=None,
    )
    queue.add_argument("--status", action="append", metavar="STATUS", help="only queued, running, failed, crashed …")
    queue.add_argument("-n", "--limit", type=int, metavar="N", default=20, help="how many at most (default: 20)")
    queue.add_argument("--format", choices=("text", "json"), default="text", help="text (default) or json")
    verb(
        "retry",
        "let the service continue a run that failed",
        "Queue a run of the service again that failed, crashed, was killed or cancelled. It is resumed: what was sent "
        "is not sent again, and what is unknown neither.",
        lambda options: _change(options, opened, "retry"),
    )
    verb(
        "cancel",
        "take a run out of the service's queue",
        "Cancel a run of the service that has not begun.",
        lambda options: _change(options, opened, "cancel"),
    )


def run_of_service(store: Store, id_: str) -> RunRow | None:
    """Return a run of the service, or None where it has none of this id; the ledger knows a run once it has begun."""
    from ...service.store.runs import Runs

    return Runs(store.database, store.leases).find(id_) if has_table(store, "service_runs") else None


def facts_of(run: RunRow) -> dict[str, Any]:
    """Return a run as JSON, without its person and what that wrote."""
    from ...service.store.versions import VERSION_LETTERS

    names = ("id", "workflow", "start", "status", "epoch", "failures", "due", "queued", "started", "ended")
    more = {"exit_code": run.exit_code, "error": run.error, "version": run.digest[:VERSION_LETTERS]}
    return {**{name: getattr(run, name) for name in names}, **more}


def page_of(run: RunRow) -> str:
    """Return a run that has not begun, as lines for people."""
    from ...core.text.harmless import one_line
    from ...service.store.records import run_name

    facts = facts_of(run)
    lines = [
        f"{run.id}  {run.status}",
        f"  step:     {one_line(run_name(run.workflow, run.start))}",
        f"  version:  {facts['version']}",
        f"  queued:   {_when(run.queued)}",
    ]
    if run.due > run.queued:
        lines.append(f"  due:      {_when(run.due)}")
    if run.error:
        lines.append(f"  why:      {one_line(run.error)}")
    return "\n".join(lines)


def _when(moment: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _queue(options: argparse.Namespace, opened: Opened) -> int:
    with opened(options) as store:
        found = runs_of(store).newest(max(1, options.limit), options.status or ())
        show_paused(store)
    if options.format == "json":
        import json

        write(json.dumps([facts_of(run) for run in found], ensure_ascii=False, indent=2))
    elif found:
        write(_table(found))
    return 0


def _change(options: argparse.Namespace, opened: Opened, what: str) -> int:
    from ...core.errors import InputError

    with opened(options) as store:
        runs = runs_of(store)
        id_ = options.run
        run = runs.find(id_)
        if run is None:
            raise InputError(f"The service has no run `{id_}`.", fix="adaptor runs queue shows its runs.")
        if not (runs.retry_ended(id_) if what == "retry" else runs.cancel(id_)):
            fix = "It has not failed." if what == "retry" else "Only a run that is queued can be cancelled."
            raise InputError(f"The run `{id_}` is {run.status}: nothing was changed.", fix=fix)
    write(f"{id_} is {'queued' if what == 'retry' else 'cancelled'}.")
    return 0


def runs_of(store: Store) -> Runs:
    """Return the runs of the service.

    Raises:
        InputError: Nothing was served with this ledger yet.
    """
    from ...core.errors import InputError
    from ...service.store.runs import Runs

    if not has_table(store, "service_runs"):
        raise InputError(f"No service has used the ledger {store.name} yet.", fix="adaptor serve starts one.")
    return Runs(store.database, store.leases)


def _table(runs: list[RunRow]) -> str:
    import time

    from ...core.text.harmless import one_line
    from ...service.store.records import run_name

    rows = [["RUN", "WORKFLOW", "STATUS", "QUEUED", "DUE", "ATTEMPTS", "WHY"]]
    now = time.time()
    for run in runs:
        name = one_line(run_name(run.workflow, run.start))
        why = one_line((run.error or "").split("\n")[0])
        # Of one that waits for a person it is when the wait is over.
        due = _when(run.due) if run.status in ("queued", "waiting") and run.due > now else "now"
        due = due if run.status in ("queued", "waiting") else ""
        rows.append([run.id, name, run.status, _when(run.queued), due, str(run.epoch), why])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )
