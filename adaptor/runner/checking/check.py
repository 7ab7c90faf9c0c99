"""Checking a job or a workflow without running it."""

from __future__ import annotations

import os
from contextlib import ExitStack, redirect_stderr, redirect_stdout

from ...core.errors import InputError
from ...core.run.context import Run
from ..load.modules_beside import taken_beside
from ..load.prepare import Prepared, prepare
from ..output.logs import JobOutput, print_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..load.credentials import Credentials
    from ..load.workflows.plan import Plan


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
            from .refused_credentials import refused_credentials
            from .replaced_data import replaced_data
            from .unnamed_pages import unnamed_pages

            if prepared.plan is not None:
                prepared.plan.warnings += _useless_files(prepared.plan)
                prepared.problems += refused_credentials(prepared.plan, credentials)
                prepared.problems += unnamed_pages(prepared.plan, credentials)
                for job in prepared.jobs:
                    prepared.plan.warnings += [*damaged_ids(job), *human_tags(job)]
            prepared.problems += [problem for job in prepared.jobs for problem in replaced_data(job)]
        prepared.close()
    for problem in [*prepared.problems, *prepared.warnings]:
        problem.redact(run.redactor.text)
    return prepared


def _useless_files(plan: Plan) -> list[InputError]:
    """Return a warning for each file beside a job that no job can import, since Python or a package has its name."""
    described = [warning.description for warning in plan.warnings]
    jobs = {os.path.abspath(script.file) for script in plan.scripts() if script.file}
    folders = {os.path.dirname(os.path.abspath(script.file or plan.file)) for script in plan.scripts()}
    found = []
    for path in (path for folder in sorted(folders) for path in taken_beside(folder).values()):
        if path not in jobs and not any(path in what for what in described):
            what = f"{path} has the name of a module of Python or of a package that is used: no job can import it."
            found.append(InputError(what, fix="Give it another name, unless it is a program of its own."))
    return found
