"""`adaptor run`: parse, run, print."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys

from ..core.context import Run
from ..core.errors import AdaptorError, InputError
from ..core.sanitize import MODES, Sanitizer
from ..runner.credentials import read_credentials
from ..runner.files import check_output, json_object, print_out, read_json_object, write_output
from ..runner.launch import Order, launch
from ..runner.logs import Levels, Log
from ..runner.records import IN_MEMORY
from ..runner.result import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_WELL
from ..runner.run_id import check_run_id, new_run_id
from ..runner.signals import Interruption
from .curl import curl_printer
from .help import Help
from .questions import ask_to_go_on

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..core.context import Request
    from ..runner.credentials import Credentials
    from ..runner.execution import Watch
    from ..runner.plan import Plan
    from ..runner.result import Result
    from ..runner.supervised import Child
    from ..runner.supervisor import Limits, Supervisor
    from ..sandbox import Sandbox

EXAMPLE = """\
examples:
  adaptor run job.py -s state.json -o result.json
  adaptor run job.py --sandbox               nothing leaves this machine
  adaptor run job.py --dry-run               print the requests, send nothing
  adaptor run workflow.yaml --only remind    one step of a workflow
  adaptor run project.yaml reminders         a workflow of an OpenFn project
"""


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "run",
        help="run a job script or a workflow",
        description="Run a job script, whose top-level operations are performed in order, or a workflow of several. "
        "Everything is checked first: where anything is wrong, nothing is run.",
        epilog=EXAMPLE,
        formatter_class=Help,
        allow_abbrev=False,
    )
    command.add_argument("path", metavar="PATH", help="a job script (.py), a workflow (.json, .yaml) or a project.yaml")
    command.add_argument("workflow", metavar="WORKFLOW", nargs="?", help="in a project: the workflow's name")
    data = command.add_argument_group("data")
    state = data.add_mutually_exclusive_group()
    state.add_argument("-s", "--state", metavar="FILE", help="initial state, a JSON file; - is standard input")
    state.add_argument("-S", "--state-json", metavar="JSON", help="initial state, given inline")
    output = data.add_mutually_exclusive_group()
    output.add_argument("-o", "--output", metavar="FILE", help="write the final state there; - is standard output")
    output.add_argument("-O", dest="output", action="store_const", const="-", help="the same as -o -")
    data.add_argument(
        "-c", "--credentials", metavar="FILE", help="the configuration, or several by their names; JSON or YAML"
    )
    data.add_argument(
        "--report", metavar="FILE", help="write what came of the run: JSON, or a page by the ending .html"
    )
    steps = command.add_argument_group("steps of a workflow")
    steps.add_argument("--start", metavar="STEP", help="begin with this step: its id, or a unique part of id or name")
    steps.add_argument("--end", metavar="STEP", help="end after this step")
    steps.add_argument("--only", metavar="STEP", help="run this step alone")
    steps.add_argument(
        "--cache-steps", action="store_true", help="keep what each step gives; --start without a state goes on from it"
    )
    trial = command.add_argument_group("trying it out")
    trial.add_argument("--dry-run", action="store_true", help="print the requests and send nothing")
    trial.add_argument("--sandbox", action="store_true", help="send to a simulated Messenger on this machine")
    trial.add_argument(
        "--people", metavar="FILE", help="with --sandbox: who is there (default: sandbox.json beside the job, if any)"
    )
    trial.add_argument(
        "--transcript", metavar="FILE", help="with --sandbox: write there who got what, in full; - is standard error"
    )
    trial.add_argument(
        "--preview", metavar="FILE", help="with --sandbox or --dry-run: draw what people see as a page, FILE.html"
    )
    trial.add_argument(
        "--open", action="store_true", help="with --sandbox: watch in the browser; the sandbox stays until Ctrl-C"
    )
    limits = command.add_argument_group("the run")
    limits.add_argument("--timeout", type=_seconds, metavar="SECONDS", help="how long a step may take")
    limits.add_argument("--run-timeout", type=_seconds, metavar="SECONDS", help="how long the run may take")
    limits.add_argument("--memory-limit", type=_mebibytes, metavar="MIB", help="how much memory the run may take")
    limits.add_argument("--run-id", metavar="ID", help="name the run")
    ledger = command.add_argument_group("nobody twice")
    ledger.add_argument(
        "--resume", metavar="RUN", help="go on with a run that stopped: what was sent is not sent again"
    )
    ledger.add_argument("--fresh", action="store_true", help="begin anew, though the last run stopped midway")
    ledger.add_argument(
        "--allow-changed",
        action="store_true",
        help="with --resume: the job has changed; whoever was written to is left out",
    )
    ledger.add_argument(
        "--database",
        metavar="URL",
        help="the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db beside the job",
    )
    limits.add_argument(
        "-l",
        "--log",
        metavar="LEVEL",
        default="info",
        help="none, error, info (default) or debug; also info,graph=debug",
    )
    limits.add_argument("--log-json", action="store_true", help="one JSON object a line")
    limits.add_argument(
        "--sanitize", metavar="MODE", choices=MODES, default="none", help=f"how logs show the state: {', '.join(MODES)}"
    )
    trial.add_argument("--curl", action="store_true", help="print each failed call to Meta as a curl command")
    command.set_defaults(perform=perform)


def perform(given: argparse.Namespace) -> int:
    """Run the job and print what came of it."""
    stdout, stderr = sys.stdout, sys.stderr
    try:
        log = Log(Levels(given.log), as_json=given.log_json, stream=stderr)
    except InputError as error:
        print(error.report(), file=stderr)
        return EXIT_BAD_INPUT
    try:
        return _perform(given, log)
    except AdaptorError as error:
        log("error", "run", error.report(), {"error": error.facts()} if given.log_json else {})
        return EXIT_BAD_INPUT
    finally:
        with contextlib.suppress(OSError):
            stdout.flush()


def _perform(given: argparse.Namespace, log: Log) -> int:
    stdout = sys.stdout
    if given.resume and (given.fresh or given.state or given.state_json or given.run_id):
        raise InputError(
            "--resume goes on with what the run began with.", fix="Leave out --fresh, --run-id and the state."
        )
    if given.allow_changed and not given.resume:
        raise InputError("--allow-changed goes with --resume.", fix="Add --resume RUN, or leave it out.")
    if given.preview and not (given.sandbox or given.dry_run):
        raise InputError("--preview goes with --sandbox or --dry-run.", fix="Add one of them, or leave it out.")
    for option in ("people", "transcript", "open"):
        if getattr(given, option) and not given.sandbox:
            raise InputError(f"--{option} goes with --sandbox.", fix="Add --sandbox, or leave it out.")
    for path in (given.output, given.transcript, given.report, given.preview):
        if path and path != "-":
            check_output(path)
    limits = _limits(given)
    run = _run(given, log, limits)
    state = _initial_state(given)
    credentials = read_credentials(given.credentials, is_lenient=given.sandbox or given.dry_run)
    child = None
    if limits is not None:
        from ..runner.supervised import Child
        from ..runner.supervisor import supervise

        side = supervise(limits, run)
        if not isinstance(side, Child):
            return _supervised(side, given, run)
        child = side
    with Interruption(run, is_supervised=child is not None) as interruption, _sandbox(given, credentials) as sandbox:
        run.wait = interruption.wait
        run.progress = log.progress()
        run.on_failure = curl_printer(run) if given.curl else None
        run.sanitize = None if given.sanitize == "none" else Sanitizer(given.sanitize)
        # Data goes to standard output; where that is taken by the final state, requests go to the log.
        run.on_request = _request_printer(run, None if given.output == "-" or given.log_json else stdout)
        described: list[dict[str, Any]] = []
        if given.preview and given.dry_run:
            from .preview import also_kept

            run.on_request = also_kept(run.on_request, described)
        result = launch(_order(given, state, run, child), run, credentials)
        with interruption.shielded():
            if child is not None:
                child.over()
            transcript = sandbox if not given.dry_run else None
            code = _finish(result, given, run, transcript, described)
        if given.open and sandbox is not None:
            from .rehearsal import stay

            stay(sandbox, run)
        return code


def _sandbox(given: argparse.Namespace, credentials: Credentials) -> contextlib.AbstractContextManager[Sandbox | None]:
    if not given.sandbox:
        return contextlib.nullcontext()
    from .rehearsal import rehearsal

    return rehearsal(given, credentials)


def _finish(
    result: Result,
    given: argparse.Namespace,
    run: Run,
    sandbox: Sandbox | None,
    described: list[dict[str, Any]] | None = None,
) -> int:
    """Write what was asked for, and say how the run ended."""
    unwritten: InputError | None = None
    try:
        if result.text is not None and given.output:
            write_output(f"{result.text}\n", given.output, sys.stdout)
        if sandbox is not None:
            from .rehearsal import show_transcript

            show_transcript(sandbox, given, run)
        if given.preview and described is not None:
            from .preview import preview

            preview(given, run, sandbox, described)
        if given.report:
            from ..runner.report import write_report

            write_report(result, run.redactor, given.report, sys.stdout)
    except InputError as error:
        # The job has run: what was sent must be told all the same.
        unwritten = error
    _close(result, run)
    if unwritten is not None:
        run.log("error", "run", unwritten.report(), error=unwritten.facts())
        return result.exit_code or EXIT_FAILED
    return result.exit_code


def _supervised(supervisor: Supervisor, given: argparse.Namespace, run: Run) -> int:
    """Wait for the run; where it had to be killed, say what is known about it."""
    code = supervisor.wait()
    if supervisor.result is None:
        return code
    supervisor.result.path = given.path
    return _finish(supervisor.result, given, run, None)


def _limits(given: argparse.Namespace) -> Limits | None:
    if given.timeout is None and given.run_timeout is None and given.memory_limit is None:
        return None
    if not hasattr(os, "fork"):
        raise InputError("This system cannot supervise a run: it has no fork.", fix="Leave the limits out.")
    from ..runner.supervisor import Limits

    return Limits(given.timeout, given.run_timeout, given.memory_limit)


def _run(given: argparse.Namespace, log: Log, limits: Limits | None) -> Any:
    kind: Any = Run
    if limits is not None:
        from ..runner.supervised import WatchedRun

        kind = WatchedRun
    run = kind(sink=log, dry_run=given.dry_run, alone=True)
    run.id = check_run_id(given.run_id) if given.run_id else new_run_id()
    return run


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= 31_536_000:
        raise ValueError
    return seconds


def _mebibytes(text: str) -> int:
    mebibytes = int(text)
    if mebibytes < 32:
        raise ValueError
    return mebibytes


# argparse says these names where a value is wrong.
_seconds.__name__, _mebibytes.__name__ = "number of seconds above 0:", "number of MiB from 32:"


def _order(given: argparse.Namespace, state: dict[str, Any] | None, run: Run, child: Child | None) -> Order:
    order = Order(given.path, given.workflow)
    order.start, order.end, order.only = given.start, given.end, given.only
    order.captures_output = True
    wishes = order.ledger
    wishes.resume, wishes.fresh, wishes.allow_changed = given.resume, given.fresh, given.allow_changed
    # A simulated Messenger forgets with its process, and so does its ledger.
    wishes.database = given.database or (IN_MEMORY if given.sandbox else None)
    wishes.ask = ask_to_go_on if child is None and sys.stdin.isatty() and sys.stderr.isatty() else None

    def initial(plan: Plan) -> dict[str, Any]:
        if state is None and (given.start or given.only):
            from ..runner.cache import cached_input

            return cached_input(plan, run)
        return state or {}

    order.initial = initial
    watches: list[Watch] = []
    if given.cache_steps:
        from ..runner.cache import keep_output

        watches.append(lambda step, after, course: keep_output(course.plan, step, after, run))
    if child is not None:
        order.before_step = child.before_step
        watches.append(child.after_step)
    if watches:
        order.after_step = lambda step, after, course: [watch(step, after, course) for watch in watches]
    return order


def _initial_state(given: argparse.Namespace) -> dict[str, Any] | None:
    if given.state is not None:
        return read_json_object(given.state, "state file")
    if given.state_json is not None:
        return json_object(given.state_json, "The state given with -S")
    return None


def _request_printer(run: Run, stream: Any) -> Any:
    def show(request: Request) -> None:
        facts = request.described()
        if stream is None:
            text = json.dumps(facts.get("body"), ensure_ascii=False)
            where = facts.get("path") or facts["url"]
            run.log("info", "dry-run", f"{facts['method']} {where} {text}", place=run.place(), request=facts)
        else:
            print_out(run.redactor.text(json.dumps(facts, ensure_ascii=False)) + "\n", stream)

    return show


def _close(result: Result, run: Run) -> None:
    """Say how the run ended, and what was sent."""
    counts = [f"{count:,} {outcome}" for outcome, count in result.outcomes.items() if count]
    facts = {"outcomes": result.outcomes, "exit_code": result.exit_code, "run_id": run.id}
    if run.replayed:
        counts.append(f"{run.replayed:,} made before and not again")
    failed = [step.name for step in result.steps if step.error is not None and not step.is_handled]
    if result.state is None and not result.steps:
        # A script may perform operations by itself before it fails to load.
        what = f"The job did not get as far as its steps. {_sentence(counts)}" if counts else "Nothing was run."
        run.log("error", "run", what, **facts)
    elif result.exit_code == EXIT_WELL:
        run.log("info", "run", f"Done. {_sentence(counts)}", **facts)
    elif failed and result.plan is not None and result.plan.is_workflow:
        what = f"{len(failed)} of {len(result.steps)} steps did not end well: {', '.join(failed)}. {_sentence(counts)}"
        run.log("error", "run", what, **facts)
    else:
        run.log("error", "run", f"The run did not end well. {_sentence(counts)}", **facts)
    if result.ledger is not None and result.ledger != IN_MEMORY:
        again = f" Go on with: adaptor run {result.path} --resume {run.id}" if _can_resume(result) else ""
        run.log("info", "run", f"Noted in {result.ledger} as {run.id}.{again}", ledger=result.ledger)


def _can_resume(result: Result) -> bool:
    return result.error is not None or result.exit_code not in (EXIT_WELL, EXIT_FAILED)


def _sentence(counts: list[str]) -> str:
    return f"Calls that change something: {', '.join(counts)}." if counts else "Nothing was sent."
