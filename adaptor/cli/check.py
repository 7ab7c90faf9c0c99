"""`adaptor check`: find what is wrong with a job without running it."""

from __future__ import annotations

import sys

from ..core.errors import InputError
from ..core.text.harmless import harmless, one_line
from ..runner.execution.result import EXIT_BAD_INPUT, EXIT_WELL

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from ..core.secrets.redact import Redactor
    from ..runner.load.prepare import Prepared

EXAMPLE = """\
examples:
  adaptor check job.py
  adaptor check workflow.yaml -c credentials.json
  adaptor check project.yaml reminders --format json
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "check",
        help="find what is wrong without running anything",
        description="Read a job, a workflow or a project, load every script in it, find everything that is wrong (also "
        "literal messages that Meta would refuse), and draw the plan. Nothing is run and nothing is sent; the top "
        "level of each script is performed, as when it is loaded for a run. A workflow file is a program, as a "
        "script is: run and check only what you would run as Python.",
        epilog=EXAMPLE,
    )
    command.add_argument("path", metavar="PATH", help="a job script (.py), a workflow (.json, .yaml) or a project.yaml")
    command.add_argument("workflow", metavar="WORKFLOW", nargs="?", help="in a project: the workflow's name")
    command.add_argument(
        "-c",
        "--credentials",
        metavar="FILE",
        help="check this credentials file too: its form, and that it has the names that steps use",
    )
    command.add_argument(
        "--format", choices=("text", "json"), default="text", help="text (default), or JSON for other tools"
    )
    command.add_argument(
        "--preview", metavar="FILE", help="draw the messages, as far as they are known, as a page FILE.html"
    )
    command.set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Check, print what was found, and return 0, 2 or 3 as a run would."""
    from ..core.run.context import Run
    from ..runner.checking.check import check_file
    from ..runner.execution.start import exit_code_for
    from ..runner.load.credentials import read_credentials
    from ..runner.load.secret_warnings import of_files
    from ..runner.output.files import print_out

    try:
        credentials = read_credentials(options.credentials, is_lenient=options.credentials is None)
    except InputError as error:
        print(error.report(), file=sys.stderr)
        return EXIT_BAD_INPUT
    run = Run(sink=lambda *line: None, dry_run=True, alone=True)
    run.owns_process = options.is_process
    prepared = check_file(options.path, credentials, workflow=options.workflow, run=run, captures_output=True)
    if prepared.plan is not None:
        prepared.plan.warnings += [InputError(what) for what in of_files(credentials, prepared.plan)]
    if options.format == "json":
        print_out(harmless(_as_json(prepared, options.path, run.redactor)), sys.stdout)
    else:
        _print(prepared, run.redactor)
    if options.preview:
        try:
            _preview(prepared, options, run.redactor)
        except InputError as error:
            print(error.report(), file=sys.stderr)
            return EXIT_BAD_INPUT
    return exit_code_for(prepared.problems) if prepared.problems else EXIT_WELL


def _print(prepared: Prepared, redactor: Redactor) -> None:
    from ..runner.checking.plan_drawing import drawn
    from ..runner.output.files import print_out
    from ..runner.problems.problems import shown

    for problem in prepared.problems:
        print(shown(problem), file=sys.stderr)
    for warning in prepared.warnings:
        print(f"warning: {shown(warning)}", file=sys.stderr)
    count = len(prepared.problems)
    if count:
        print(f"{count} problem{'s' if count > 1 else ''}.", file=sys.stderr)
    elif prepared.plan is not None:
        print_out(f"{harmless(redactor.text(drawn(prepared.plan)))}\n", sys.stdout)
        nothing = "Nothing else" if prepared.warnings else "Nothing"
        print(f"{nothing} is wrong with it, as far as can be known without running it.", file=sys.stderr)


def _preview(prepared: Prepared, options: argparse.Namespace, redactor: Redactor) -> None:
    from ..core.text.number_of import number_of
    from ..runner.checking.planned_requests import planned_requests
    from .options.preview import draw, people_beside

    drawn = draw(planned_requests(prepared), options.preview, people_beside(options.path), redactor.of_results().text)
    what = number_of(drawn, "messages") if drawn else "no message"
    print(f"Drawn, with {what}: {one_line(options.preview)}", file=sys.stderr)


def _as_json(prepared: Prepared, path: str, redactor: Redactor) -> str:
    import json

    from ..runner.problems.problems import problem_facts
    from ..runner.report.report import plan_facts

    facts = {
        "path": path,
        "ok": not prepared.problems,
        "problems": [problem_facts(problem) for problem in prepared.problems],
        "warnings": [problem_facts(warning) for warning in prepared.warnings],
        "plan": plan_facts(prepared.plan) if prepared.plan is not None and prepared.plan.steps else None,
    }
    return json.dumps(redactor.value(facts), ensure_ascii=False, indent=2) + "\n"
