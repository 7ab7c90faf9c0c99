"""The outputs of steps in files, so that a later run can start in the middle of a workflow."""

from __future__ import annotations

import os

from ....core.errors import InputError
from ..result import StepResult
from ..step_state import as_json
from .restoring import restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....core.run.context import Run
    from ....core.state import State
    from ...load.workflows.plan import Plan

#: The folder for outputs, beside the workflow file.
FOLDER = os.path.join(".adaptor", "cache")


def keep_output(plan: Plan, step: StepResult, after: State, run: Run) -> None:
    """Write the output of a job to its file, with marks in place of secrets; not the output of a failed one."""
    if step.error is not None or step.kind != "job":
        return
    from ...output.files import write_output

    file = _file(plan, step.id)
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        write_output(as_json(run.redactor.keep(after)), file)
    except (OSError, InputError) as cause:
        run.log("error", "run", f"The output of {step.name} could not be kept: {cause}")


def cached_input(plan: Plan, run: Run) -> State:
    """Return the newest output of the steps before the plan's start, or an empty state where there is none.

    Raises:
        InputError: It is not JSON, or holds a secret that the credential does not have.
    """
    sources = [edge.source for edge in plan.edges() if edge.target == plan.start]
    upstream = [source for source in sources if plan.steps[source].kind == "job"]
    files = [
        (os.path.getmtime(file), file, source) for source in upstream if os.path.isfile(file := _file(plan, source))
    ]
    if files:
        _, file, source = max(files)
        from ...input.document import read_state

        state: State = restored(read_state(file, "kept state"), run.redactor)
        run.log("info", "run", f"Starting from the output of {source}: {file}")
        return state
    if upstream:
        run.log(
            "error",
            "run",
            f"No state was given, and no output of {' or '.join(upstream)} is kept: `{plan.start}` starts from an "
            "empty state.\n  fix:   Give one with -s FILE, or run the workflow with --cache-steps first.",
        )
    return {}


def _file(plan: Plan, step: str) -> str:
    from urllib.parse import quote

    folder = os.path.dirname(os.path.abspath(plan.file))
    workflow = plan.id or os.path.splitext(os.path.basename(plan.file))[0]
    return os.path.join(folder, FOLDER, quote(workflow, safe=" "), f"{quote(step, safe=' ')}.json")
