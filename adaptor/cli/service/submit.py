"""`adaptor submit`: queue a run of a service from outside, and wait for its end where that is wanted."""

from __future__ import annotations

import argparse
import re
import sys
import time

from ...core.errors import AdaptorError, InputError
from ...core.text.harmless import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...service.store.records import NewRun, RunRow
    from ...service.store.store import ServiceStore
    from ...service.triggers.project import Workflow

EXAMPLE = """\
examples:
  adaptor submit project.yaml reminders -s state.json
  some-program | adaptor submit bot.yaml --start remind -s - --wait
  adaptor submit bot.yaml --run-id appointment-4711 --not-before 2026-12-01T08:00+03:00 -S '{"data": {}}'
"""

EXIT_CODES = """\
exit codes:
  0    queued; with --wait, it has ended well
  2    bad input: nothing was queued
  130  interrupted: the run is queued all the same
With --wait the others are those of the run, as of adaptor run; 1 also where it was cancelled.
"""

#: How often a run is looked at that is waited for.
_LOOK_SECONDS = 0.25
#: A run that is to wait longer than a hundred years is a slip of the keyboard.
_MOST_SECONDS = 36_525 * 86_400
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "submit",
        help="queue a run for adaptor serve or adaptor worker",
        description="Queue a run of a workflow, and print its id. It is performed by the service that uses the same "
        "database: by a server or, in PostgreSQL, by any worker that has the same version of the workflow. The file "
        "is read here to check the names and to know its version; no credentials are needed.",
        epilog=f"{EXAMPLE}\n{EXIT_CODES}",
    )
    command.add_argument("path", metavar="PROJECT", help="a workflow (.json, .yaml) or a project.yaml")
    command.add_argument("workflow", metavar="WORKFLOW", nargs="?", help="in a project: the workflow's name")
    command.add_argument("--start", metavar="STEP", help="the id of the step to begin with (default: the first)")
    state = command.add_mutually_exclusive_group()
    state.add_argument("-s", "--state", metavar="FILE", help="initial state, a JSON file; - is standard input")
    state.add_argument("-S", "--state-json", metavar="JSON", help="initial state, given inline")
    command.add_argument(
        "--person",
        type=_person,
        metavar="PAGE/PSID",
        help="whom it is about: it waits for this person's older runs, and the newer ones wait for it",
    )
    command.add_argument(
        "--page",
        type=_page,
        metavar="ID",
        help="the Page that it sends as, where there are several and neither --person nor its steps say which",
    )
    command.add_argument(
        "--not-before",
        type=_moment,
        metavar="TIME",
        help="when it may start: 2026-12-01T08:00, with a zone such as +03:00, else local; or from now on: 30m, 2d",
    )
    command.add_argument(
        "--run-id", metavar="ID", help="its id; a second run with the same one is refused (default: a new one)"
    )
    command.add_argument("--wait", action="store_true", help="wait for its end, and end with its exit code")
    command.add_argument(
        "--database",
        metavar="URL",
        help="the service's: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db beside "
        "the project",
    )
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Queue the run; return the exit code."""
    from ...runner.execution.recording.ledger_location import default_database
    from ...runner.execution.result import EXIT_BAD_INPUT, EXIT_INTERRUPTED, EXIT_WELL
    from ...runner.output.files import print_out
    from ...service.store.store import open_service_store
    from ...service.triggers.served_file import check_served

    try:
        run, workflow = _new_run(options)
        database = options.database or default_database(options.path)
        check_served(database, options.path)
        store = open_service_store(database)
        try:
            _check_page(store, run, needs_page=run.start in workflow.needing_page)
            _queue(store, run)
            print_out(f"{run.id}\n", sys.stdout)
            sys.stdout.flush()
            return _wait(store, run.id) if options.wait else EXIT_WELL
        finally:
            store.close()
    except AdaptorError as error:
        print(harmless(error.report()), file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("The run is queued all the same: adaptor runs queue shows it.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _new_run(options: argparse.Namespace) -> tuple[NewRun, Workflow]:
    from ...runner.execution.recording.run_id import check_run_id, new_run_id
    from ...runner.load.credentials import Credentials
    from ...service.store.records import NewRun
    from ...service.triggers.project import load_project
    from ...service.triggers.runs import ID_LETTERS

    project = load_project(options.path, Credentials(is_lenient=True), needs_trigger=False)
    workflow = _workflow(options, project.workflows)
    start = options.start or workflow.start
    if start not in workflow.steps:
        raise InputError(
            f"The workflow has no step `{start}`.", fix=f"Give --start one of {', '.join(workflow.steps)}."
        )
    id_ = check_run_id(options.run_id) if options.run_id else new_run_id(ID_LETTERS)
    of_person = (options.person or "").partition("/")[0]
    if options.page and of_person and options.page != of_person:
        raise InputError(
            f"--page {options.page} is not the Page of --person {options.person}.", fix="Leave --page out."
        )
    run = NewRun(
        id_,
        workflow.name,
        start,
        workflow.digest,
        options.person,
        _state(options),
        is_answer=False,
        page=options.page,
        due=options.not_before,
        project=project.name,
    )
    return run, workflow


def _check_page(store: ServiceStore, run: NewRun, *, needs_page: bool) -> None:
    """Refuse a run that could send as any of several Pages.

    Raises:
        InputError: It could. Nothing was queued.
    """
    known = store.pages.known()
    if needs_page and run.page is None and run.person is None and len(known) > 1:
        raise InputError(
            f"The service knows several Pages: {', '.join(known)}. It is not said as which of them the run sends.",
            fix="Nothing was queued. Add --page ID or --person PAGE/PSID, or name a credential in the steps.",
        )


def _workflow(options: argparse.Namespace, workflows: tuple[Workflow, ...]) -> Workflow:
    names = ", ".join(each.name for each in workflows)
    if options.workflow is None and len(workflows) == 1:
        return workflows[0]
    if options.workflow is None:
        raise InputError(f"{options.path} holds several workflows.", fix=f"Name one of {names} after the file.")
    found = next((each for each in workflows if each.name == options.workflow), None)
    if found is None:
        fix = f"Name one of {names}." if names else "The file holds one workflow: leave the name out."
        raise InputError(f"{options.path} has no workflow `{options.workflow}`.", fix=fix)
    return found


def _state(options: argparse.Namespace) -> dict[str, Any]:
    from ...runner.input.document import read_state, state_in
    from ...runner.input.source import of_argument

    if options.state is not None:
        state = read_state(options.state)
    elif options.state_json is not None:
        state = state_in(of_argument(options.state_json))
    else:
        return {}
    if state.get("configuration"):
        raise InputError(
            "The state holds a configuration, which would be kept in the database.",
            fix="Leave it out: each worker has credentials of its own.",
        )
    return state


def _queue(store: ServiceStore, run: NewRun) -> None:
    if store.runs.find(run.id) is not None or store.ledger.runs.find(run.id) is not None:
        raise InputError(f"There is already a run `{run.id}`: nothing was queued.", fix="Choose another --run-id.")
    store.runs.queue([run])


def _wait(store: ServiceStore, id_: str) -> int:
    """Wait for the end of a run and say how it ended; return its exit code."""
    from ...ledger.errors import LedgerError
    from ...runner.execution.result import EXIT_CRASHED, EXIT_FAILED, EXIT_KILLED, EXIT_WELL
    from ...service.store.records import CRASHED, ENDED, KILLED, SUCCEEDED

    said = None
    while True:
        try:
            run = store.runs.find(id_)
        except LedgerError as error:
            # It is queued; that nobody can be asked now changes nothing.
            run, what = None, error.description
        else:
            if run is None:
                raise InputError(f"The run `{id_}` was removed while it was waited for.")
            what = _progress(run)
        if what != said:
            print(harmless(f"{id_}  {what}"), file=sys.stderr, flush=True)
            said = what
        if run is not None and run.status in ENDED:
            code = {SUCCEEDED: EXIT_WELL, CRASHED: EXIT_CRASHED, KILLED: EXIT_KILLED}.get(run.status, EXIT_FAILED)
            return code if run.exit_code is None else run.exit_code
        time.sleep(_LOOK_SECONDS)


def _progress(run: RunRow) -> str:
    return f"{run.status}{f': {run.error}' if run.error else ''}"


def _person(text: str) -> str:
    if re.fullmatch(r"\d+/\d+", text, re.ASCII) is None:
        raise ValueError
    return text


def _page(text: str) -> str:
    if re.fullmatch(r"\d{1,32}", text, re.ASCII) is None:
        raise ValueError
    return text


def _moment(text: str) -> float:
    from datetime import datetime

    found = re.fullmatch(r"(\d+)([smhdw])", text)
    if found is None:
        return datetime.fromisoformat(text).timestamp()
    seconds = float(found[1]) * _UNITS[found[2]]
    if seconds > _MOST_SECONDS:
        raise ValueError
    return time.time() + seconds


# argparse shows these names where a value is wrong.
_person.__name__ = "Page and person such as 102030405060708/6543210987654321:"
_page.__name__ = "id of a Page such as 102030405060708:"
_moment.__name__ = "time such as 2026-12-01T08:00 or 30m:"
