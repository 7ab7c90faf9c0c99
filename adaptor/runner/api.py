"""Running jobs from another program: the same results, without output, signal handlers and exits."""

from __future__ import annotations

import os

from ..core.errors import AdaptorError, InputError
from ..core.run.context import Run
from .execution.result import EXIT_BAD_INPUT, Result
from .execution.start import RunOptions, start_run
from .execution.step_state import copied
from .load.credentials import Credentials, credentials_of
from .load.prepare import Prepared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ..core.run.context import Sink
    from ..core.run.observers import Request
    from ..core.state import State


def run(
    path: str | os.PathLike[str],
    state: State | None = None,
    *,
    workflow: str | None = None,
    credentials: Mapping[str, Any] | None = None,
    start: str | None = None,
    end: str | None = None,
    only: str | None = None,
    dry_run: bool = False,
    run_id: str | None = None,
    database: str | None = None,
    resume: str | None = None,
    fresh: bool = False,
    allow_changed: bool = False,
    resend_unknown: bool = False,
    labels: Mapping[str, str] | None = None,
    on_log: Sink | None = None,
    on_request: Callable[[Request], object] | None = None,
) -> Result:
    """Run a job script, a workflow or a workflow of a project.

    Nothing is written to standard output or to files, no signal handler is installed, and the process does not end.
    Several runs may be under way at once, each in a thread of its own. The environment is not asked for credentials.
    What a job prints with `print` goes to `on_log`.

    While a run is under way, another thread that calls an operation directly cannot write: it looks like a thread that
    the job has started. Make it a run too.

    Args:
        path: A `.py` job, a `.json` or `.yaml` workflow, or a project file.
        state: The initial state. It is copied, and must be JSON.
        workflow: The workflow's name in a project file.
        credentials: A configuration, `{"access_token": …}`, or several by the names that steps give.
        start: The first step to run: its id, or a unique part of its id or name.
        end: The last step to run.
        only: The only step to run.
        dry_run: Describe writes instead of sending them.
        run_id: The name of the run. Default: a new one.
        database: Where every write is recorded: a file, a `postgresql://` URL, or `:memory:` for a ledger that ends
            with the run. Default: `ADAPTOR_DATABASE`, else `.adaptor/ledger.db` beside the job.
        resume: Resume this run, which stopped: what was sent is not sent again. Its own initial state is used.
        fresh: Start anew, even if the last run with the same state stopped midway and had sent messages.
        allow_changed: With `resume`: the job has changed; people to whom the interrupted step has written are left out.
        resend_unknown: With `resume`: send again what has an unknown outcome, on purpose; some may get it twice.
        labels: Words of your own for the run, such as `{"clinic": "kibera"}`: `adaptor runs list --label` finds it by
            them. A run that is resumed keeps those of its first attempt.
        on_log: Called with level, component, message and fields of each log line, all free of secrets.
        on_request: With `dry_run`: called with each request that is described.

    Returns:
        The result, whatever happened: errors are in it. `result.raise_for_error()` raises them.

    Example:
        >>> result = run("nothere.py")
        >>> result.exit_code, str(result.error)
        (2, 'The job nothere.py does not exist.')
    """
    options = RunOptions(os.fspath(path))
    options.workflow, options.start, options.end, options.only = workflow, start, end, only
    options.dry_run, options.run_id, options.database = dry_run, run_id, database
    options.resume, options.fresh = resume, fresh
    options.allow_changed, options.resend_unknown = allow_changed, resend_unknown
    options.labels = labels
    try:
        under_way = options.new_run(Run, on_log or _silent)
        initial = copied(state) if state is not None else {}
        if not isinstance(initial, dict):
            raise InputError("The state is not a dict.", fix='Give {"data": …}.')
    except AdaptorError as error:
        return Result(EXIT_BAD_INPUT, error, Run().outcomes)
    under_way.observers.on_request = on_request
    options.initial = lambda plan: initial
    known = credentials_of(credentials, is_lenient=dry_run) if credentials is not None else Credentials()
    return start_run(options, under_way, known)


def check(
    path: str | os.PathLike[str], *, workflow: str | None = None, credentials: Mapping[str, Any] | None = None
) -> Prepared:
    """Find everything that is wrong with a job or a workflow, without running it.

    Args:
        path: A `.py` job, a `.json` or `.yaml` workflow, or a project file.
        workflow: The workflow's name in a project file.
        credentials: Where given, the names that steps use must be in it.

    Returns:
        The plan, `problems` and `warnings`.

    Example:
        >>> [str(problem) for problem in check("nothere.py").problems]
        ['The job nothere.py does not exist.']
    """
    from .checking.check import check_file

    known = credentials_of(credentials) if credentials is not None else Credentials(is_lenient=True)
    return check_file(os.fspath(path), known, workflow=workflow)


def _silent(level: str, component: str, message: str, fields: dict[str, Any]) -> None:
    """Write nothing."""
