"""The options of `adaptor run`."""

from __future__ import annotations

import argparse
import os

from ...core.errors import InputError
from ...core.text.sanitize import MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EXAMPLE = """\
examples:
  adaptor run job.py -s state.json -o result.json
  adaptor run job.py --sandbox               nothing leaves this machine
  adaptor run job.py --dry-run               print the requests, send nothing
  adaptor run workflow.yaml --only remind    one step of a workflow
  adaptor run project.yaml reminders         a workflow of an OpenFn project
"""


def add_options(commands: Any) -> argparse.ArgumentParser:
    """Add the command with its options to the parser, and return it."""
    command: argparse.ArgumentParser = commands.add_parser(
        "run",
        help="run a job script or a workflow",
        description="Run a job script, whose top-level operations are performed in order, or a workflow of several. "
        "Everything is checked first: where anything is wrong, nothing is run. A workflow file is a program, as a "
        "script is: run and check only what you would run as Python.",
        epilog=EXAMPLE,
    )
    command.add_argument(
        "path",
        metavar="PATH",
        help="a job script (.py), a workflow (.json, .yaml) or a project.yaml; in an OpenFn workspace a name",
    )
    command.add_argument("workflow", metavar="WORKFLOW", nargs="?", help="in a project: the workflow's name")
    _add_data(command)
    _add_steps(command)
    _add_trial(command)
    _add_bulk(command)
    _add_limits(command)
    _add_ledger(command)
    return command


def _add_data(command: argparse.ArgumentParser) -> None:
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
        "--report", metavar="FILE", help="write a report of the run: JSON, or a page where FILE ends in .html"
    )


def _add_steps(command: argparse.ArgumentParser) -> None:
    steps = command.add_argument_group("steps of a workflow")
    steps.add_argument(
        "--start", metavar="STEP", help="the first step to run: its id, or a unique part of its id or name"
    )
    steps.add_argument("--end", metavar="STEP", help="the last step to run")
    steps.add_argument("--only", metavar="STEP", help="run this step alone")
    steps.add_argument(
        "--cache-steps",
        action="store_true",
        help="keep the output of each step; --start without a state begins from it",
    )


def _add_trial(command: argparse.ArgumentParser) -> None:
    trial = command.add_argument_group("trying it out")
    trial.add_argument("--dry-run", action="store_true", help="print the requests and send nothing")
    trial.add_argument("--sandbox", action="store_true", help="send to a simulated Messenger on this machine")
    trial.add_argument(
        "--reply",
        type=reply,
        metavar="TEXT",
        dest="replies",
        action="append",
        help="what the person answers where the workflow waits for it (on: reply); may be repeated. A tap is JSON: "
        '{"quick_reply": "YES", "text": "Yes"}, or {"payload": "MENU"} of a button. Without it the run ends there, and '
        "--resume --reply continues it",
    )
    trial.add_argument(
        "--people", metavar="FILE", help="with --sandbox: who is there (default: sandbox.json beside the job, if any)"
    )
    trial.add_argument(
        "--transcript", metavar="FILE", help="with --sandbox: write there who got what, in full; - is standard error"
    )
    trial.add_argument(
        "--preview", metavar="FILE", help="with --sandbox or --dry-run: draw what people see, as a page FILE.html"
    )
    trial.add_argument(
        "--open", action="store_true", help="with --sandbox: watch in the browser; the sandbox stays until Ctrl-C"
    )
    trial.add_argument("--curl", action="store_true", help="print each failed call to Meta as a curl command")


def _add_bulk(command: argparse.ArgumentParser) -> None:
    bulk = command.add_argument_group("broadcasts")
    bulk.add_argument(
        "--limit", type=_count, metavar="N", help="send to the first N people only; --resume does the others"
    )
    bulk.add_argument(
        "--only-to",
        type=_psid,
        metavar="PSID",
        help="send to this person only, as a test; --resume does the others",
    )
    bulk.add_argument("--results", metavar="FILE", help="write a row for each message: .jsonl or .csv")


def _add_limits(command: argparse.ArgumentParser) -> None:
    limits = command.add_argument_group("the run")
    limits.add_argument("--timeout", type=seconds_above_0, metavar="SECONDS", help="how long a step may take")
    limits.add_argument("--run-timeout", type=seconds_above_0, metavar="SECONDS", help="how long the run may take")
    limits.add_argument(
        "--memory-limit", type=mebibytes_from_32, metavar="MIB", help="how much memory the run may take"
    )
    limits.add_argument("--run-id", metavar="ID", help="name the run")
    limits.add_argument(
        "--label",
        type=label,
        action="append",
        metavar="NAME=VALUE",
        help="a word of your own for the run, by which `adaptor runs list` finds it; may be given several times",
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


def _add_ledger(command: argparse.ArgumentParser) -> None:
    ledger = command.add_argument_group("the ledger: nobody gets a message twice")
    ledger.add_argument(
        "--resume",
        metavar="RUN",
        help="resume a run that stopped; `last` is the newest of this job. What was sent is not sent again",
    )
    ledger.add_argument(
        "--fresh", action="store_true", help="start a new run, even if the last one stopped before its end"
    )
    ledger.add_argument(
        "--allow-changed",
        action="store_true",
        help="with --resume: the job has changed; people who already got something are left out",
    )
    ledger.add_argument(
        "--resend-unknown",
        action="store_true",
        help="with --resume: send again what has an unknown outcome; some people may get it twice. It asks first, "
        "unless --yes is given",
    )
    ledger.add_argument("--yes", action="store_true", help="ask nothing")
    ledger.add_argument(
        "--database",
        metavar="URL",
        help="the ledger: a file or postgresql://…; default: $ADAPTOR_DATABASE, else .adaptor/ledger.db beside the job",
    )


def check_options(options: argparse.Namespace) -> None:
    """Refuse options that contradict each other.

    Raises:
        InputError: Two options do not go together, or one lacks another.
    """
    _check_resume(options)
    if options.preview and not (options.sandbox or options.dry_run):
        raise InputError("--preview goes with --sandbox or --dry-run.", fix="Add one of them, or leave it out.")
    for name in ("people", "transcript", "open"):
        if getattr(options, name) and not options.sandbox:
            raise InputError(f"--{name} goes with --sandbox.", fix="Add --sandbox, or leave it out.")


def _check_resume(options: argparse.Namespace) -> None:
    if options.resume and (options.fresh or options.state or options.state_json or options.run_id or options.label):
        raise InputError(
            "--resume uses the state that the run began with.",
            fix="Leave out --fresh, --run-id, --label and the state.",
        )
    for option in ("allow_changed", "resend_unknown"):
        if getattr(options, option) and not options.resume:
            name = option.replace("_", "-")
            raise InputError(f"--{name} goes with --resume.", fix="Add --resume RUN, or leave it out.")
    if options.allow_changed and options.resend_unknown:
        raise InputError(
            "--allow-changed leaves out whom --resend-unknown would write to.", fix="Leave one of the two out."
        )
    if options.resume and options.sandbox and not options.database:
        raise InputError(
            "--resume does not go with --sandbox, which keeps no ledger.",
            fix="Leave one of the two out, or give the sandbox's runs a ledger with --database FILE.",
        )


def given_by(options: argparse.Namespace) -> dict[str, Any]:
    """Return what a later command about the run needs too: the paths of files, never what is in them."""
    given: dict[str, Any] = {}
    for name in ("credentials", "people"):
        path = getattr(options, name)
        if path and path != "-":
            given[name] = os.path.abspath(path)
    if options.sandbox:
        given["sandbox"] = True
    return given


def label(text: str) -> tuple[str, str]:
    """Return the name and the value of a label."""
    name, sign, value = text.partition("=")
    if not sign:
        raise ValueError
    return name, value


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError
    return count


def _psid(text: str) -> str:
    from ...messenger.rules.psid import SPACE, problem_of

    psid = text.strip(SPACE)
    problem = problem_of(psid)
    if problem is not None:
        # A wrong id would leave out everybody in silence.
        raise argparse.ArgumentTypeError(f"{text!r} {problem[0]}. {problem[1]}")
    return psid


def seconds_above_0(text: str) -> float:
    """Return the seconds of an option; a year at most."""
    seconds = float(text)
    if not 0 < seconds <= 31_536_000:
        raise ValueError
    return seconds


def port_number(text: str) -> int:
    """Return the port of an option; 0 is any free one."""
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError
    return port


def mebibytes_from_32(text: str) -> int:
    """Return the MiB of an option; Python itself needs 32."""
    mebibytes = int(text)
    if mebibytes < 32:
        raise ValueError
    return mebibytes


# argparse shows these names where a value is wrong.
seconds_above_0.__name__, mebibytes_from_32.__name__ = "number of seconds above 0:", "number of MiB from 32:"
label.__name__, port_number.__name__ = "NAME=VALUE such as clinic=kibera:", "port from 0 to 65535:"
_count.__name__ = "whole number from 1:"


def reply(text: str) -> str | dict[str, Any]:
    """Return a reply: its text or, where it is a JSON object, the facts of a tap."""
    import json

    from ...runner.execution.answers import REPLY_KEYS, reply_facts

    if not text.lstrip().startswith("{"):
        return text
    try:
        found = json.loads(text)
    except ValueError:
        # People write braces too.
        return text
    if not isinstance(found, dict) or not found or not set(found) <= set(REPLY_KEYS):
        raise ValueError
    return reply_facts(found)


reply.__name__ = 'text, or JSON such as {"payload": "YES", "text": "Yes"}:'
