"""`adaptor worker`: perform the runs that servers have queued, on as many machines as wanted."""

from __future__ import annotations

import sys

from ...core.errors import AdaptorError, InputError
from ...core.text.harmless import harmless
from ...runner.execution.result import EXIT_BAD_INPUT, EXIT_CRASHED, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ...runner.output.logs import Log
    from ...service.triggers.project import Project
    from ...service.working import WorkingMachine

EXAMPLE = """\
examples:
  adaptor serve project.yaml --no-workers --database postgresql://user@host/database -c credentials.json
  adaptor worker project.yaml --workers 4 --database postgresql://user@host/database -c credentials.json

Each machine has the same files and credentials of its own: neither travels through the database. A password does not
belong on a command line, which others can read: put the address into ADAPTOR_DATABASE, and the password there, into
PGPASSWORD or into ~/.pgpass.
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    from ..options.service import add_run_options

    command = commands.add_parser(
        "worker",
        help="perform the runs of a service on this machine too; on as many machines as wanted",
        description="Perform runs that adaptor serve, schedules and adaptor submit have queued in PostgreSQL, "
        "whichever machine queued them. The runs of a person go one after the other. A run whose worker has died is "
        "taken over by another one within 15 seconds and resumed, and nobody gets a message twice. A run is left to "
        "other workers where this machine has another version of its workflow.",
        epilog=EXAMPLE,
    )
    command.add_argument("path", metavar="PROJECT", help="a workflow (.json, .yaml) or a project.yaml")
    add_run_options(command)
    command.add_argument(
        "-c", "--credentials", metavar="FILE", help="the configuration, or several by their names; JSON or YAML"
    )
    command.add_argument(
        "--database", metavar="URL", help="where the runs are: postgresql://…; default: $ADAPTOR_DATABASE"
    )
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Work until it is stopped; return the exit code."""
    from ...runner.output.logs import Levels, Log
    from ...service.triggers.versions import shown
    from ..layout.service import block
    from ..options.service import check_extra

    try:
        log = Log(Levels(options.log), as_json=options.log_json, stream=sys.stderr)
        check_extra("cluster")
        machine, project = _machine(options, log)
    except AdaptorError as error:
        print(harmless(error.report()), file=sys.stderr)
        return EXIT_BAD_INPUT
    lines = [f"Working for {options.path}.", f"  recorded  {machine.database}"]
    lines.append(f"  version   {shown(project.versions)}")
    started = block([*lines, "Ctrl-C ends it."], as_json=options.log_json)
    return EXIT_WELL if machine.run(lambda: log("info", "service", started, {})) else EXIT_CRASHED


def _machine(options: argparse.Namespace, log: Log) -> tuple[WorkingMachine, Project]:
    from ...runner.execution.recording.ledger_location import default_database
    from ...runner.load.credentials import read_credentials
    from ...runner.load.secret_warnings import of_credentials
    from ...service.triggers.project import load_project
    from ...service.working import WorkingMachine, WorkingOptions
    from ..layout.service import lines_to, show_warnings
    from ..options.service import notice_target, settings_of, tokens_of

    database = options.database or default_database(options.path)
    if "://" not in database:
        raise InputError(
            "A worker needs a database that it shares with other machines.",
            fix="Give --database postgresql://…, or put that into ADAPTOR_DATABASE. On one machine adaptor serve "
            "performs the runs itself.",
        )
    credentials = read_credentials(options.credentials)
    project = load_project(options.path, credentials, needs_trigger=False)
    write = lines_to(log)
    show_warnings(project.warnings, write)
    for what in of_credentials(credentials):
        write("info", f"warning: {what}")
    settings = settings_of(options, database, options.credentials)
    notify = None if options.notify is None else notice_target(options.notify)
    working = WorkingOptions(project, settings, options.workers, tokens_of(credentials), notify)
    return WorkingMachine(working, write), project
