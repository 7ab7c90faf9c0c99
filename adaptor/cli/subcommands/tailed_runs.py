"""`adaptor runs tail`: follow the runs of a service, or the log lines of one of them."""

from __future__ import annotations

import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import Any

    from ...ledger.store import Store
    from ...service.store.overview import Overview
    from ...service.worker.run_log import RunLog

    #: Opens the ledger that the options name.
    Opened = Callable[[argparse.Namespace], AbstractContextManager[Store]]

#: How often it is looked.
LOOK_SECONDS = 0.5
#: So many runs are shown that were there before.
_SHOWN_BEFORE = 10
#: After so many looks it is said that a run under way has no lines here.
_LOOKS_WITHOUT_LINES = 4


def add_to(verb: Callable[..., argparse.ArgumentParser], opened: Opened) -> None:
    """Add the command.

    Args:
        verb: Adds a command of `adaptor runs` and returns its parser.
        opened: Opens the ledger that the options name.
    """
    tail = verb(
        "tail",
        "follow the runs of the service, or one of them",
        "Show each run of adaptor serve as it is queued, begins and ends, until Ctrl-C. With RUN: its log lines, "
        "until it ends or waits for a person. The lines are those that this machine has logged.",
        lambda options: _tail(options, opened),
        run="?",
    )
    tail.add_argument(
        "--format", choices=("text", "json"), default="text", help="text (default), or a JSON object a line"
    )


def _tail(options: argparse.Namespace, opened: Opened) -> int:
    import os

    # The first word may be a folder or a job, as in `adaptor runs list PATH`.
    if options.run is not None and options.path is None and os.path.exists(options.run):
        options.run, options.path = None, options.run
    with opened(options) as store:
        overview = _overview(store)
        try:
            if options.run is None:
                return _follow_all(overview, as_json=options.format == "json")
            return _follow_one(overview, _log_of(options), _known(store, options.run), as_json=options.format == "json")
        except KeyboardInterrupt:
            return 0


def _follow_all(overview: Overview, *, as_json: bool) -> int:
    seen: dict[str, tuple[Any, ...]] = {}
    is_first = True
    while True:
        found = overview.statuses()
        news = [id_ for id_, facts in found.items() if seen.get(id_) != facts[1:3]]
        for id_ in news[-_SHOWN_BEFORE:] if is_first else news:
            name, status, attempts, error = found[id_]
            why = (error or "").split("\n")[0] if status not in ("running", "succeeded") else ""
            facts = {"time": time.time(), "run": id_, "workflow": name, "status": status, "attempts": attempts}
            again = f", attempt {attempts}" if attempts > 1 else ""
            _print(
                {**facts, "error": why}, f"{id_}  {name}  {status}{again}{f'  {why}' if why else ''}", as_json=as_json
            )
        seen = {id_: facts[1:3] for id_, facts in found.items()}
        is_first = False
        time.sleep(LOOK_SECONDS)


def _follow_one(overview: Overview, log: RunLog, run: str, *, as_json: bool) -> int:
    shown, looks = 0, 0
    while True:
        # First: what is logged after that is shown in the next round, or was not before the end.
        status = overview.status_of(run)
        lines = list(log.lines(run))
        for line in lines[shown:]:
            _print(line, str(line.get("message", "")), as_json=as_json)
        shown, looks = len(lines), looks + 1
        is_over = status not in ("queued", "running")
        if not shown and (is_over or (status == "running" and looks == _LOOKS_WITHOUT_LINES)):
            _print_where_it_is(log, run)
        if is_over:
            _print({"time": time.time(), "run": run, "status": status}, f"{run}  {status}", as_json=as_json)
            return 0 if status in ("succeeded", "waiting") else 1
        time.sleep(LOOK_SECONDS)


def _print_where_it_is(log: RunLog, run: str) -> None:
    from ...core.text.harmless import one_line

    what = f"{one_line(log.path)} has no lines of {run}: another machine may perform it. Its own file has them."
    print(what, file=sys.stderr, flush=True)


def _overview(store: Store) -> Overview:
    from ...service.store.overview import Overview
    from .queued_runs import runs_of

    runs_of(store)
    return Overview(store.database)


def _known(store: Store, run: str) -> str:
    """Return the id of a run.

    Raises:
        InputError: The service has none.
    """
    from ...core.errors import InputError
    from .queued_runs import runs_of

    runs = runs_of(store)
    newest = runs.newest(1) if run == "last" else []
    found = newest[0] if newest else runs.find(run)
    if found is None:
        raise InputError(f"The service has no run `{run}`.", fix="adaptor runs queue shows its runs.")
    return found.id


def _log_of(options: argparse.Namespace) -> RunLog:
    import os

    from ...ledger.database.sqlite import FOLDER
    from ...runner.history.history import ledger_of
    from ...service.worker.run_log import run_log_of

    folder = options.path or ""
    folder = folder if os.path.isdir(folder) or not folder else os.path.dirname(folder)
    return run_log_of(ledger_of(options.path, options.database), os.path.join(folder, FOLDER))


def forget_lines(options: argparse.Namespace, *, run: str | None = None, older_than: float | None = None) -> None:
    """Remove the log lines of a run, or those that are older than some seconds: they may name people."""
    before = 0.0 if older_than is None else time.time() - older_than
    _log_of(options).forget(lambda line: line.get("run") != run and float(line.get("time") or 0.0) >= before)


def _print(facts: dict[str, Any], text: str, *, as_json: bool) -> None:
    from ...core.text.harmless import harmless, indented
    from ...runner.output.files import print_out

    if as_json:
        import json

        text = json.dumps(facts, ensure_ascii=False)
    print_out(f"{harmless(text) if as_json else indented(text)}\n", sys.stdout)
    sys.stdout.flush()
