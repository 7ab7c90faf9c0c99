"""`adaptor run`: read the options, run the job, write what came of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from functools import partial

from ..core.errors import AdaptorError, InputError
from ..core.run.context import Run
from ..core.text.harmless import harmless
from ..runner.execution.recording.ledger_location import IN_MEMORY
from ..runner.execution.recording.run_id import check_labels
from ..runner.execution.result import EXIT_BAD_INPUT
from ..runner.execution.signals import Interruption
from ..runner.execution.start import RunOptions, start_run
from ..runner.load.credentials import read_credentials
from ..runner.output.logs import Levels, Log
from ..runner.output.terminal import is_terminal
from .layout.outputs import Outputs
from .options.run import add_options, check_options, given_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TextIO

    from ..core.run.observers import Request
    from ..runner.execution.plan_run import Watch
    from ..runner.execution.result import Result
    from ..runner.load.credentials import Credentials
    from ..runner.load.workflows.plan import Plan
    from ..runner.report.recipients_file import Results
    from ..runner.supervision.supervised_child import Child
    from ..runner.supervision.supervisor import RunLimits, Supervisor
    from ..sandbox import Sandbox


_VISIBLE = (
    "The state given with -S holds a configuration, which other users of this machine can read in the list of "
    "processes (ps), and which the shell keeps in its history. Give it with -c FILE, in the environment, or with -s -."
)


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    add_options(commands).set_defaults(perform=perform)


def perform(options: argparse.Namespace) -> int:
    """Run the job and return the exit code."""
    stdout, stderr = sys.stdout, sys.stderr
    try:
        log = Log(Levels(options.log), as_json=options.log_json, stream=stderr)
    except InputError as error:
        print(error.report(), file=stderr)
        return EXIT_BAD_INPUT
    try:
        return _perform(options, log)
    except AdaptorError as error:
        log("error", "run", error.report(), {"error": error.facts()})
        return EXIT_BAD_INPUT
    finally:
        with contextlib.suppress(OSError):
            stdout.flush()


#: What a run writes, and what it reads and must find again; a state may be replaced by the one that it leads to.
_OUTPUTS = ("output", "transcript", "report", "results", "preview")
_KEPT = (("path", "the job"), ("credentials", "the credentials file"), ("people", "the file of people"))


def _check_outputs(options: argparse.Namespace) -> None:
    """Refuse outputs that cannot be written, or that would replace each other or what the run reads.

    Raises:
        InputError: One is such.
    """
    paths = {name: path for name in _OUTPUTS if (path := getattr(options, name)) not in (None, "-")}
    if not paths:
        return
    from ..runner.output.files import check_output

    taken = {os.path.realpath(path): what for name, what in _KEPT if (path := getattr(options, name))}
    for name, path in paths.items():
        if not path:
            raise InputError(
                f"--{name} names no file.", fix="Is the variable set that the shell was to put there? Nothing was run."
            )
        check_output(path)
        target = os.path.realpath(path)
        if target in taken and (os.path.isfile(target) or not os.path.exists(target)):
            raise InputError(
                f"--{name} {path} would replace {taken[target]}.", fix="Give it another name; nothing was run."
            )
        taken[target] = f"the file of --{name}"


def _perform(options: argparse.Namespace, log: Log) -> int:
    check_options(options)
    if options.resend_unknown and not options.dry_run and not options.yes:
        _ask_to_resend(options.resume)
    _check_outputs(options)
    run_options = RunOptions(options.path)
    run_options.fill(vars(options))
    run_options.labels, run_options.given = check_labels(options.label or ()), given_by(options)
    limits = _limits(options)
    run = run_options.new_run(_run_class(limits), log)
    run.owns_process = options.is_process
    run.audience.limit, run.audience.only_to = options.limit, options.only_to
    state = _initial_state(options, run)
    credentials = read_credentials(options.credentials, is_lenient=options.sandbox or options.dry_run)
    child = None
    if limits is not None:
        from ..runner.supervision.supervised_child import Child
        from ..runner.supervision.supervisor import supervise

        side = supervise(limits, run)
        if not isinstance(side, Child):
            return _wait_for_child(side, options, run)
        child = side
    _complete(run_options, options, state, run, child)
    return _run_here(run_options, options, run, log, credentials, child)


def _run_here(
    run_options: RunOptions,
    options: argparse.Namespace,
    run: Run,
    log: Log,
    credentials: Credentials,
    child: Child | None,
) -> int:
    """Run the job in this process, write its outputs and say how it ended."""
    with (
        Interruption(run, is_supervised=child is not None) as interruption,
        _sandbox(options, credentials) as sandbox,
    ):
        run.wait = interruption.wait
        described: list[dict[str, Any]] = []
        _observe(run, options, log, described, asks=child is None)
        outputs = Outputs(options, run, None if options.dry_run else sandbox, described)

        def end(result: Result) -> None:
            with interruption.shielded():
                if child is not None:
                    child.steps_ended()
                outputs.write(result, results)

        run_options.on_end = end
        results = _results(options, run)
        result = start_run(run_options, run, credentials)
        if not outputs.are_written:
            # Nothing was run, so no run was closed either.
            end(result)
        with interruption.shielded():
            code = outputs.log_end(result)
        if options.open and sandbox is not None:
            from .options.sandbox_run import stay

            stay(sandbox, run)
        return code


def _observe(run: Run, options: argparse.Namespace, log: Log, described: list[dict[str, Any]], *, asks: bool) -> None:
    """Let the command line see what the run does.

    Args:
        run: The run.
        options: The options.
        log: Shows how far a loop has come.
        described: Gets the requests of a dry run that are to be drawn.
        asks: Whether this process may ask on the terminal.
    """
    run.observers.progress = log.progress()
    if asks and not options.yes and is_terminal():
        from ..messenger.broadcast.options import BroadcastOptions
        from .options.confirm import confirm

        # Meanwhile, what the job writes to standard error goes to the log.
        BroadcastOptions.of(run).confirm = partial(confirm, stream=sys.stderr)
    if options.curl:
        from .options.curl import curl_printer

        run.observers.on_failure = curl_printer(run)
    if options.sanitize != "none":
        from ..core.text.sanitize import Sanitizer

        run.sanitize = Sanitizer(options.sanitize)
    # Data goes to standard output. Where the final state goes there, requests go to the log.
    show = _request_printer(run, None if options.output == "-" or options.log_json else sys.stdout)
    run.observers.on_request = show
    if options.dry_run and not options.log_json and run.sanitize is None:
        run.observers.sketch = _sketch(options)
    if options.preview and options.dry_run:
        from .options.preview import also_kept

        run.observers.on_request = also_kept(show, described)


def _ask_to_resend(run: str) -> None:
    """Ask before anybody may get a message twice.

    Raises:
        InputError: Nobody said yes.
    """
    from .options.confirm import confirm

    question = f"Send again what has an unknown outcome in the run {run}? People who got it get it twice."
    if is_terminal() and confirm(question):
        return
    raise InputError(
        "--resend-unknown sends again what may have arrived, and that was not confirmed. Nothing was sent.",
        fix="Settle what can be settled first: adaptor runs settle. Then add --yes.",
    )


def _sandbox(
    options: argparse.Namespace, credentials: Credentials
) -> contextlib.AbstractContextManager[Sandbox | None]:
    if not options.sandbox:
        return contextlib.nullcontext()
    from .options.sandbox_run import sandbox_run

    return sandbox_run(options, credentials)


def _sketch(options: argparse.Namespace) -> Any:
    """Return a function that draws messages as people would see them."""

    def sketch(requests: list[dict[str, Any]]) -> str:
        from .options.preview import as_text, people_beside

        return as_text(requests, options.people or people_beside(options.path))

    return sketch


def _wait_for_child(supervisor: Supervisor, options: argparse.Namespace, run: Run) -> int:
    """Wait for the process that runs the job. Where it was killed, say what is known about the run."""
    code = supervisor.wait()
    if supervisor.result is None:
        return code
    supervisor.result.path, supervisor.result.labels = options.path, check_labels(options.label or ())
    supervisor.result.given = given_by(options)
    outputs = Outputs(options, run)
    outputs.write(supervisor.result, _results_of_killed(supervisor, options, run))
    return outputs.log_end(supervisor.result)


def _results_of_killed(supervisor: Supervisor, options: argparse.Namespace, run: Run) -> Results | None:
    """Add a row for each message that a killed process was sending to the rows that it has written."""
    if not options.results or not supervisor.in_flight:
        return None
    from ..common.rows.results import report_result
    from ..core.errors import DeliveryUnknown
    from ..runner.report.recipients_file import Results

    results = Results(options.results, goes_on=True)
    run.observers.on_result = results.write
    error = DeliveryUnknown(
        "The process was ended while this message was on its way.", fix="Settle it: adaptor runs settle."
    )
    for record in supervisor.in_flight:
        report_result(run, "unknown", record.write.recipient, error=error)
    return results


def _results(options: argparse.Namespace, run: Run) -> Results | None:
    """Write a row for each message while the run is under way."""
    if not options.results:
        return None
    from ..runner.report.recipients_file import Results

    results = Results(options.results)
    run.observers.on_result = results.write
    return results


def _limits(options: argparse.Namespace) -> RunLimits | None:
    if options.timeout is None and options.run_timeout is None and options.memory_limit is None:
        return None
    from ..runner.supervision.supervisor import RunLimits

    return RunLimits(options.timeout, options.run_timeout, options.memory_limit)


def _run_class(limits: RunLimits | None) -> Any:
    if limits is None:
        return Run
    from ..runner.supervision.supervised_child import WatchedRun

    return WatchedRun


def _complete(
    run_options: RunOptions,
    options: argparse.Namespace,
    state: dict[str, Any] | None,
    run: Run,
    child: Child | None,
) -> None:
    """Add what an option of the command line stands for: functions, and the ledger of a sandbox run."""
    run_options.captures_output = True
    if options.sandbox and not options.database:
        # A simulated Messenger forgets everything when its process ends, and so does its ledger.
        run_options.database = IN_MEMORY
    if child is None and not options.yes and is_terminal():
        from .options.confirm import ask_to_resume

        run_options.ask = partial(ask_to_resume, stream=sys.stderr)
    run_options.initial = lambda plan: _given_or_cached(state, options, plan, run)
    watches: list[Watch] = []
    if options.cache_steps:
        from ..runner.execution.recording.step_cache import keep_output

        watches.append(lambda step, after, schedule: keep_output(schedule.plan, step, after, run))
    if child is not None:
        run_options.on_open, run_options.before_step = child.ledger_opened, child.before_step
        watches.append(child.after_step)
    if watches:
        run_options.after_step = lambda step, after, schedule: [watch(step, after, schedule) for watch in watches]


def _given_or_cached(state: dict[str, Any] | None, options: argparse.Namespace, plan: Plan, run: Run) -> dict[str, Any]:
    """Return the state that was given; where none was, what an earlier run kept before the first step."""
    if state is None and (options.start or options.only):
        from ..runner.execution.recording.step_cache import cached_input

        return cached_input(plan, run)
    return state or {}


def _initial_state(options: argparse.Namespace, run: Run) -> dict[str, Any] | None:
    if options.state is None and options.state_json is None:
        return None
    from ..runner.input.document import read_state, state_in
    from ..runner.input.source import of_argument

    if options.state is not None:
        state = read_state(options.state)
        if state.get("configuration"):
            from ..runner.load.secret_warnings import of_file

            for what in of_file(options.state):
                run.warn("run", what)
        return state
    state = state_in(of_argument(options.state_json))
    if state.get("configuration"):
        run.warn("run", _VISIBLE)
    return state


def _request_printer(run: Run, stream: TextIO | None) -> Callable[[Request], None]:
    """Return a function that prints requests: to a stream, or to the log where there is none."""

    def show(request: Request) -> None:
        facts = request.described()
        if stream is None:
            text = json.dumps(facts.get("body"), ensure_ascii=False)
            where = facts.get("path") or facts["url"]
            run.log("info", "dry-run", f"{facts['method']} {where} {text}", place=run.place(), request=facts)
        else:
            from ..runner.output.files import print_out

            print_out(harmless(run.redactor.of_results().json(json.dumps(facts, ensure_ascii=False))) + "\n", stream)

    return show
