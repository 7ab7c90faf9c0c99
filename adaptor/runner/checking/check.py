"""Checking a job or a workflow without running it."""

from __future__ import annotations

from contextlib import ExitStack, redirect_stderr, redirect_stdout

from ...core.run.context import Run
from ..load.prepare import Prepared, prepare
from ..output.logs import JobOutput, print_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..load.credentials import Credentials


def check_file(
    path: str,
    credentials: Credentials,
    *,
    workflow: str | None = None,
    run: Run | None = None,
    captures_output: bool = False,
) -> Prepared:
    """Read and load everything, and collect all problems.

    The scripts are loaded as for a run, so the top level of each runs; what it would write to other systems is refused.

    Args:
        path: A job script, a workflow or a project.
        credentials: The credential map, for the names that steps give.
        workflow: The workflow's name in a project.
        run: Where lines that scripts print are logged.
        captures_output: As in `RunOptions`.
    """
    run = run or Run(sink=lambda *line: None, dry_run=True, alone=True)
    credentials.teach(run.redactor)
    output = JobOutput(run)
    with run, ExitStack() as streams:
        if captures_output:
            streams.enter_context(redirect_stdout(output))
            streams.enter_context(redirect_stderr(output))
        prepared = prepare(path, credentials, workflow=workflow, given={"print": print_to(output)})
        output.close()
        credentials.teach(run.redactor, prepared.plan)
        if not prepared.problems:
            # Not done before a run: it takes time, and the run finds out anyway.
            from .damaged_ids import damaged_ids
            from .human_tags import human_tags
            from .replaced_data import replaced_data

            if prepared.plan is not None:
                for job in prepared.jobs:
                    prepared.plan.warnings += [*damaged_ids(job), *human_tags(job)]
            prepared.problems += [problem for job in prepared.jobs for problem in replaced_data(job)]
        prepared.close()
    for problem in [*prepared.problems, *prepared.warnings]:
        problem.redact(run.redactor.text)
    return prepared
