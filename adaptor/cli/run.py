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
from ..runner.configuration import gather
from ..runner.files import check_output, json_object, print_out, read_json_object, write_output
from ..runner.logs import Levels, Log
from ..runner.run import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_WELL, run_job
from .curl import curl_printer
from .help import Help

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..core.context import Request
    from ..runner.run import Result
    from ..sandbox import Sandbox

EXAMPLE = """\
example:
  adaptor run job.py -s state.json -o result.json
  adaptor run job.py --sandbox         nothing leaves this machine
  adaptor run job.py --dry-run         print the requests, send nothing
"""

#: The people that `--sandbox` takes from beside the job where there is no `--people`.
PEOPLE_FILE = "sandbox.json"
#: How many people's conversations are shown on the terminal after a sandbox run.
SHOWN_PEOPLE = 12


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "run",
        help="run a job script",
        description="Run a job script: its top-level operations are performed in order.",
        epilog=EXAMPLE,
        formatter_class=Help,
        allow_abbrev=False,
    )
    command.add_argument("path", metavar="JOB.py", help="the job script")
    state = command.add_mutually_exclusive_group()
    state.add_argument("-s", "--state", metavar="FILE", help="initial state, a JSON file; - is standard input")
    state.add_argument("-S", "--state-json", metavar="JSON", help="initial state, given inline")
    output = command.add_mutually_exclusive_group()
    output.add_argument("-o", "--output", metavar="FILE", help="write the final state there; - is standard output")
    output.add_argument("-O", dest="output", action="store_const", const="-", help="the same as -o -")
    command.add_argument("-c", "--credentials", metavar="FILE", help="the configuration, a JSON file")
    command.add_argument(
        "-l",
        "--log",
        metavar="LEVEL",
        default="info",
        help="none, error, info (default) or debug; also info,graph=debug",
    )
    command.add_argument("--log-json", action="store_true", help="one JSON object a line")
    command.add_argument(
        "--sanitize", metavar="MODE", choices=MODES, default="none", help=f"how logs show the state: {', '.join(MODES)}"
    )
    command.add_argument("--sandbox", action="store_true", help="send to a simulated Messenger on this machine")
    command.add_argument(
        "--people", metavar="FILE", help=f"with --sandbox: who is there (default: {PEOPLE_FILE} beside the job, if any)"
    )
    command.add_argument(
        "--transcript", metavar="FILE", help="with --sandbox: write there who got what, in full; - is standard error"
    )
    command.add_argument("--dry-run", action="store_true", help="print the requests and send nothing")
    command.add_argument("--curl", action="store_true", help="print each failed call to Meta as a curl command")
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
    for option in ("people", "transcript"):
        if getattr(given, option) and not given.sandbox:
            raise InputError(f"--{option} goes with --sandbox.", fix="Add --sandbox, or leave it out.")
    for path in (given.output, given.transcript):
        if path and path != "-":
            check_output(path)
    state = _initial_state(given)
    state["configuration"] = gather(state.get("configuration"), given.credentials)
    with _sandbox(given, state["configuration"]) as sandbox:
        run = Run(sink=log, dry_run=given.dry_run, alone=True)
        run.progress = log.progress()
        run.on_failure = curl_printer(run) if given.curl else None
        run.sanitize = None if given.sanitize == "none" else Sanitizer(given.sanitize)
        # Data goes to standard output; where that is taken by the final state, requests go to the log.
        run.on_request = _request_printer(run, None if given.output == "-" or given.log_json else stdout)
        result = run_job(given.path, state, run)
        unwritten: InputError | None = None
        try:
            if result.text is not None and given.output:
                write_output(f"{result.text}\n", given.output, stdout)
            if sandbox is not None and not given.dry_run:
                _show_transcript(sandbox, given, run)
        except InputError as error:
            # The job has run: what was sent must be told all the same.
            unwritten = error
        _close(result, run, as_json=given.log_json)
        if unwritten is not None:
            run.log("error", "run", unwritten.report(), **({"error": unwritten.facts()} if given.log_json else {}))
            return result.exit_code or EXIT_FAILED
    return result.exit_code


def _initial_state(given: argparse.Namespace) -> dict[str, Any]:
    if given.state is not None:
        return read_json_object(given.state, "state file")
    if given.state_json is not None:
        return json_object(given.state_json, "The state given with -S")
    return {}


@contextlib.contextmanager
def _sandbox(given: argparse.Namespace, configuration: dict[str, Any]) -> Iterator[Sandbox | None]:
    if not given.sandbox:
        yield None
        return
    try:
        from ..sandbox import Sandbox, SandboxError

        beside = os.path.join(os.path.dirname(given.path), PEOPLE_FILE)
        people = given.people or (beside if os.path.isfile(beside) else None)
        sandbox = Sandbox.from_file(people) if people else Sandbox()
    except ModuleNotFoundError as cause:
        raise InputError(
            f"The sandbox needs {cause.name}, which is not installed.", fix="pip install 'facebook-adaptor[serve]'"
        ) from None
    except SandboxError as cause:
        raise InputError(str(cause)) from None
    with sandbox:
        # Whatever credential was given, it stays out of a simulated Messenger.
        for key in ("app_secret", "page_id"):
            configuration.pop(key, None)
        configuration.update(base_url=sandbox.url, access_token=sandbox.access_token)
        yield sandbox


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


def _show_transcript(sandbox: Sandbox, given: argparse.Namespace, run: Run) -> None:
    if given.transcript and given.transcript != "-":
        write_output(run.redactor.text(sandbox.transcript()), given.transcript, sys.stdout)
        run.log("info", "sandbox", f"Who got what: {given.transcript}")
    elif given.log_json and given.transcript is None:
        # Machines read counts; names and texts only where they are asked for.
        counts = {"accepted": len(sandbox.messages), "refused": len(sandbox.refusals)}
        run.log("info", "sandbox", "The sandbox's messages", **counts)
    else:
        text = sandbox.transcript(limit=None if given.transcript == "-" else SHOWN_PEOPLE)
        run.log("info", "sandbox", f"\n{text.rstrip()}\n")


def _close(result: Result, run: Run, *, as_json: bool) -> None:
    """Say how the run ended: the error for people, and what was sent."""
    if result.error is not None:
        run.log("error", "run", result.error.report(), **({"error": result.error.facts()} if as_json else {}))
    counts = [f"{count:,} {outcome}" for outcome, count in result.outcomes.items() if count]
    if result.state is None:
        # A script may perform operations by itself before it fails to load.
        what = f"The job did not get as far as its steps. {_sentence(counts)}" if counts else "Nothing was run."
        run.log("error", "run", what, outcomes=result.outcomes, exit_code=result.exit_code)
    elif result.exit_code == EXIT_WELL:
        run.log("info", "run", f"Done. {_sentence(counts)}", outcomes=result.outcomes, exit_code=0)
    else:
        run.log(
            "error",
            "run",
            f"The run did not end well. {_sentence(counts)}",
            outcomes=result.outcomes,
            exit_code=result.exit_code,
        )


def _sentence(counts: list[str]) -> str:
    return f"Calls that change something: {', '.join(counts)}." if counts else "Nothing was sent."
