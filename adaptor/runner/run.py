"""Running a job: from a loaded script and a state to the final state and what came of it."""

from __future__ import annotations

import time
from contextlib import redirect_stderr, redirect_stdout

from ..core.context import Run
from ..core.errors import AdaptorError, ConfigurationError, InputError, JobError
from ..core.state import State, a_kind, json_problem
from ..core.template import holds_token, stray_token
from .errors import caret, excerpt
from .job import Job, load
from .logs import JobOutput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.operation import Operation

#: The id of the only step of a run that is given a single job.
STEP_ID = "job-1"

EXIT_WELL = 0
EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_CRASHED = 3
EXIT_INTERRUPTED = 130


class Result:
    """What came of a run.

    Attributes:
        state: The final state without the configuration, or None where nothing was run.
        text: The final state as JSON, free of secrets.
        exit_code: 0 all well, 1 with errors, 2 bad input, 3 crashed, 130 interrupted.
        error: What went wrong, or None.
        outcomes: How many writes ended how.
    """

    def __init__(
        self,
        state: State | None,
        text: str | None,
        exit_code: int,
        error: AdaptorError | None,
        outcomes: dict[str, int],
    ) -> None:
        self.state = state
        self.text = text
        self.exit_code = exit_code
        self.error = error
        self.outcomes = outcomes


def run_job(path: str, state: State, run: Run) -> Result:
    """Load a job and perform its steps.

    Args:
        path: The job script.
        state: The initial state, with `configuration` where the job sends anything.
        run: The run, not yet entered; it decides about logs and dry runs.

    Returns:
        The result. Errors are in it; they are not raised.
    """
    if not isinstance(state.get("errors", {}), dict):
        error = InputError(
            f"`errors` in the state is {a_kind(state['errors'])}, not an object.",
            fix="It holds the errors of steps by their id; leave it out.",
        )
        return Result(None, None, EXIT_BAD_INPUT, error, run.outcomes)
    run.learn_secrets(state)
    output = JobOutput(run)
    with run, redirect_stdout(output), redirect_stderr(output):
        try:
            job = load(path)
        except AdaptorError as error:
            output.close()
            error.redact(run.redactor.text)
            code = EXIT_BAD_INPUT if isinstance(error, InputError) else EXIT_CRASHED
            return Result(None, None, code, error, run.outcomes)
        except KeyboardInterrupt:
            return Result(None, None, EXIT_INTERRUPTED, _interrupted(run), run.outcomes)
        result = _perform(job, state, run)
        output.close()
    return result


def _perform(job: Job, state: State, run: Run) -> Result:
    before = {**state, "data": state.get("data", {})}
    run.log("debug", "run", f"{job.file}: {len(job.operations)} step{'' if len(job.operations) == 1 else 's'}")
    error: AdaptorError | None = None
    code = EXIT_WELL
    after, text = before, None
    try:
        after = _steps(job.operations, before, run)
        text = _as_json(after, run)
    except AdaptorError as caught:
        error, code = caught, EXIT_FAILED
        if isinstance(caught, ConfigurationError) and not any(run.outcomes.values()):
            code = EXIT_BAD_INPUT
    except KeyboardInterrupt:
        error, code = _interrupted(run), EXIT_INTERRUPTED
    except RecursionError:
        error, code = json_problem(after), EXIT_FAILED
    if error is not None:
        error.redact(run.redactor.text)
        _show_lines(error, job, run)
        after = {**before, "errors": {**before.get("errors", {}), STEP_ID: error.facts()}}
        text = _as_json(after, run)
    elif run.outcomes["unknown"]:
        code = EXIT_FAILED
    final = {key: value for key, value in after.items() if key != "configuration"}
    return Result(run.redactor.value(final), text, code, error, run.outcomes)


def _steps(operations: list[Operation], state: State, run: Run) -> State:
    for index, operation in enumerate(operations):
        run.path[:] = [("execute", index)]
        sent_before, started = run.outcomes.copy(), time.perf_counter()
        state = operation(state)
        counts = [
            f"{run.outcomes[outcome] - sent_before[outcome]:,} {outcome}"
            for outcome in run.outcomes
            if run.outcomes[outcome] != sent_before[outcome]
        ]
        seconds = time.perf_counter() - started
        run.log("info", "run", f"✓ {index + 1} {operation.title()}  {', '.join([*counts, f'{seconds:.2f} s'])}")
    run.path.clear()
    return state


def _as_json(state: State, run: Run) -> str:
    import json

    final = {key: value for key, value in state.items() if key != "configuration"}
    try:
        text = json.dumps(final, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        raise json_problem(final) from None
    if holds_token(text):
        raise stray_token("The final state")
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a character, as cut emojis leave: only JSON's own escapes can say it.
        text = json.dumps(final, allow_nan=False, separators=(",", ":"))
    return run.redactor.text(text)


def _show_lines(error: AdaptorError, job: Job, run: Run) -> None:
    """Attach the job's own line to an error, with a caret where the place is known."""
    if error.excerpt or error.file is None or error.line is None:
        return
    found = caret(error.__cause__.__traceback__, error.file) if error.__cause__ is not None else None
    shown = excerpt(error.file, *found) if found and found[0] == error.line else excerpt(error.file, error.line)
    error.excerpt = run.redactor.text(shown) or None


def _interrupted(run: Run) -> AdaptorError:
    error = JobError("The run was interrupted.", code="INTERRUPTED", fix="What was sent by then is counted below.")
    error.place = run.interrupted_at
    return error
