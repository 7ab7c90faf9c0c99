"""`adaptor run`: parse, run, print."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from functools import partial

from ..core.context import Run
from ..core.errors import AdaptorError, InputError
from ..core.text.sanitize import Sanitizer
from ..runner.execution.ledger_location import IN_MEMORY
from ..runner.execution.result import EXIT_BAD_INPUT
from ..runner.execution.run_id import check_run_id, new_run_id
from ..runner.execution.signals import Interruption
from ..runner.execution.start import RunOptions, start_run
from ..runner.load.credentials import read_credentials
from ..runner.output.files import check_output, print_out
from ..runner.output.logs import Levels, Log
from .options.curl import curl_printer
from .options.run import add_options
from .outputs import Outputs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..core.observers import Request
    from ..runner.execution.plan_run import Watch
    from ..runner.execution.result import Result
    from ..runner.load.credentials import Credentials
    from ..runner.load.plan import Plan
    from ..runner.report.recipients_file import Results
    from ..runner.supervision.supervised_child import Child
    from ..runner.supervision.supervisor import RunLimits, Supervisor
    from ..sandbox import Sandbox


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    add_options(commands).set_defaults(perform=perform)


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
    for option in ("allow_changed", "resend_unknown"):
        if getattr(given, option) and not given.resume:
            name = option.replace("_", "-")
            raise InputError(f"--{name} goes with --resume.", fix="Add --resume RUN, or leave it out.")
    if given.allow_changed and given.resend_unknown:
        raise InputError(
            "--allow-changed leaves out whom --resend-unknown would write to.", fix="Leave one of the two out."
        )
    if given.resume and given.sandbox and not given.database:
        raise InputError(
            "--resume does not go with --sandbox, which keeps no ledger.",
            fix="Leave one of the two out, or give the sandbox's runs a ledger with --database FILE.",
        )
    if given.resend_unknown and not given.dry_run and not given.yes:
        _ask_to_resend(given.resume)
    if given.preview and not (given.sandbox or given.dry_run):
        raise InputError("--preview goes with --sandbox or --dry-run.", fix="Add one of them, or leave it out.")
    for option in ("people", "transcript", "open"):
        if getattr(given, option) and not given.sandbox:
            raise InputError(f"--{option} goes with --sandbox.", fix="Add --sandbox, or leave it out.")
    for path in (given.output, given.transcript, given.report, given.results, given.preview):
        if path and path != "-":
            check_output(path)
    limits = _limits(given)
    run = _run(given, log, limits)
    state = _initial_state(given)
    credentials = read_credentials(given.credentials, is_lenient=given.sandbox or given.dry_run)
    child = None
    if limits is not None:
        from ..runner.supervision.supervised_child import Child
        from ..runner.supervision.supervisor import supervise

        side = supervise(limits, run)
        if not isinstance(side, Child):
            return _supervised(side, given, run)
        child = side
    with Interruption(run, is_supervised=child is not None) as interruption, _sandbox(given, credentials) as sandbox:
        run.wait = interruption.wait
        run.observers.progress = log.progress()
        run.audience.limit, run.audience.only_to = given.limit, given.only_to
        if not given.yes and child is None and sys.stdin.isatty() and sys.stderr.isatty():
            from ..messenger.broadcast.options import BroadcastOptions
            from .options.confirm import confirm

            # What a job writes to standard error goes to the log meanwhile.
            BroadcastOptions.of(run).confirm = partial(confirm, stream=sys.stderr)
        run.observers.on_failure = curl_printer(run) if given.curl else None
        run.sanitize = None if given.sanitize == "none" else Sanitizer(given.sanitize)
        # Data goes to standard output; where that is taken by the final state, requests go to the log.
        run.observers.on_request = _request_printer(run, None if given.output == "-" or given.log_json else stdout)
        if given.dry_run and not given.log_json and run.sanitize is None:
            run.observers.sketch = _sketch(given)
        described: list[dict[str, Any]] = []
        if given.preview and given.dry_run:
            from .options.preview import also_kept

            run.observers.on_request = also_kept(run.observers.on_request, described)
        order = _order(given, state, run, child)
        outputs = Outputs(given, run, sandbox if not given.dry_run else None, described)

        def end(result: Result) -> None:
            with interruption.shielded():
                if child is not None:
                    child.over()
                outputs.write(result, results)

        order.on_end = end
        results = _results(given, run)
        result = start_run(order, run, credentials)
        if not outputs.are_written:
            # Nothing was run, so no run was closed either.
            end(result)
        with interruption.shielded():
            code = outputs.tell(result)
        if given.open and sandbox is not None:
            from .options.sandbox_run import stay

            stay(sandbox, run)
        return code


def _ask_to_resend(run: str) -> None:
    """Ask before people may be written to twice.

    Raises:
        InputError: Nobody said yes.
    """
    from .options.confirm import confirm, is_terminal

    question = f"Send again what nobody knows of in the run {run}? Whom it did reach gets it twice."
    if is_terminal() and confirm(question):
        return
    raise InputError(
        "--resend-unknown sends again what may have arrived: nobody said yes to that. Nothing was sent.",
        fix="Settle what can be settled first: adaptor runs settle. Then add --yes.",
    )


def _sandbox(given: argparse.Namespace, credentials: Credentials) -> contextlib.AbstractContextManager[Sandbox | None]:
    if not given.sandbox:
        return contextlib.nullcontext()
    from .options.sandbox_run import rehearsal

    return rehearsal(given, credentials)


def _sketch(given: argparse.Namespace) -> Any:
    """Return what shows messages as they would look."""

    def sketch(requests: list[dict[str, Any]]) -> str:
        from .options.preview import as_text, people_beside

        return as_text(requests, given.people or people_beside(given.path))

    return sketch


def _supervised(supervisor: Supervisor, given: argparse.Namespace, run: Run) -> int:
    """Wait for the run; where it had to be killed, say what is known about it."""
    code = supervisor.wait()
    if supervisor.result is None:
        return code
    supervisor.result.path = given.path
    outputs = Outputs(given, run)
    outputs.write(supervisor.result)
    return outputs.tell(supervisor.result)


def _results(given: argparse.Namespace, run: Run) -> Results | None:
    """Let a row be written for each message."""
    if not given.results:
        return None
    from ..runner.report.recipients_file import Results

    results = Results(given.results)
    run.observers.on_result = results.write
    return results


def _limits(given: argparse.Namespace) -> RunLimits | None:
    if given.timeout is None and given.run_timeout is None and given.memory_limit is None:
        return None
    if not hasattr(os, "fork"):
        raise InputError("This system cannot supervise a run: it has no fork.", fix="Leave the limits out.")
    from ..runner.supervision.supervisor import RunLimits

    return RunLimits(given.timeout, given.run_timeout, given.memory_limit)


def _run(given: argparse.Namespace, log: Log, limits: RunLimits | None) -> Any:
    kind: Any = Run
    if limits is not None:
        from ..runner.supervision.supervised_child import WatchedRun

        kind = WatchedRun
    run = kind(sink=log, dry_run=given.dry_run, alone=True)
    # The name of a run that goes on is the one that the ledger finds.
    run.id = given.resume or (check_run_id(given.run_id) if given.run_id else new_run_id())
    return run


def _order(given: argparse.Namespace, state: dict[str, Any] | None, run: Run, child: Child | None) -> RunOptions:
    order = RunOptions(given.path, given.workflow)
    order.start, order.end, order.only = given.start, given.end, given.only
    order.captures_output = True
    wishes = order.ledger
    wishes.resume, wishes.fresh = given.resume, given.fresh
    wishes.allow_changed, wishes.resend_unknown = given.allow_changed, given.resend_unknown
    # A simulated Messenger forgets with its process, and so does its ledger.
    wishes.database = given.database or (IN_MEMORY if given.sandbox else None)
    wishes.ask = _ask_to_go_on() if child is None and not given.yes else None
    wishes.on_open = None if child is None else child.noted

    def initial(plan: Plan) -> dict[str, Any]:
        if state is None and (given.start or given.only):
            from ..runner.execution.step_cache import cached_input

            return cached_input(plan, run)
        return state or {}

    order.initial = initial
    watches: list[Watch] = []
    if given.cache_steps:
        from ..runner.execution.step_cache import keep_output

        watches.append(lambda step, after, course: keep_output(course.plan, step, after, run))
    if child is not None:
        order.before_step = child.before_step
        watches.append(child.after_step)
    if watches:
        order.after_step = lambda step, after, course: [watch(step, after, course) for watch in watches]
    return order


def _ask_to_go_on() -> Any:
    """Return what asks on the terminal, or None where nobody is there."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    from .options.confirm import ask_to_go_on

    stream = sys.stderr
    return lambda what: ask_to_go_on(what, stream)


def _initial_state(given: argparse.Namespace) -> dict[str, Any] | None:
    if given.state is None and given.state_json is None:
        return None
    from ..runner.input.document import read_state, state_in
    from ..runner.input.source import Source

    if given.state is not None:
        return read_state(given.state)
    return state_in(Source("-S", given.state_json, "state given with -S"))


def _request_printer(run: Run, stream: Any) -> Any:
    def show(request: Request) -> None:
        facts = request.described()
        if stream is None:
            text = json.dumps(facts.get("body"), ensure_ascii=False)
            where = facts.get("path") or facts["url"]
            run.log("info", "dry-run", f"{facts['method']} {where} {text}", place=run.place(), request=facts)
        else:
            print_out(run.redactor.of_results().text(json.dumps(facts, ensure_ascii=False)) + "\n", stream)

    return show
