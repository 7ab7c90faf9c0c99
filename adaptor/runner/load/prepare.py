"""Reading and checking everything that a run needs, before anything runs: from a path to a plan with its jobs."""

from __future__ import annotations

import os

from ...core.errors import AdaptorError, InputError
from ...core.run.context import current_run
from ..problems.source_lines import remember
from .modules_beside import ModulesBeside
from .script import load
from .workflows.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ..input.document import Document, Path
    from .credentials import Credentials
    from .job import Job
    from .workflows.plan import Script

#: A file with one of these endings is a workflow or a project; any other is a job script.
WORKFLOW_ENDINGS = (".json", ".yaml", ".yml")
#: A file with one of these endings is neither.
NOT_SCRIPTS = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl", ".md", ".html", ".pdf", ".db", ".log")


class Prepared:
    """A plan with its jobs loaded, and all problems with it.

    Attributes:
        plan: The plan, or None where it could not be read.
        problems: What is wrong; with any of them the plan cannot run.
        jobs: The loaded scripts.
        modules: The modules beside them.
    """

    def __init__(self) -> None:
        self.plan: Plan | None = None
        self.problems: list[AdaptorError] = []
        self.jobs: list[Job] = []
        self.modules = ModulesBeside()

    @property
    def warnings(self) -> list[InputError]:
        """Problems that do not prevent a run."""
        return self.plan.warnings if self.plan is not None else []

    def close(self) -> None:
        """Remove the modules of the jobs, and those beside them."""
        for job in self.jobs:
            job.close()
        self.modules.close()


def prepare(
    path: str, credentials: Credentials, *, workflow: str | None = None, given: Mapping[str, Any] | None = None
) -> Prepared:
    """Read a job, a workflow or a project, and load every script in it. Nothing is performed.

    Args:
        path: The file.
        credentials: The credential map, for the names that steps give.
        workflow: The workflow's name in a project.
        given: Further names that scripts may use.

    Returns:
        The plan, and all that is wrong with it.
    """
    prepared, run = Prepared(), current_run()
    prepared.modules = ModulesBeside.of(run)
    run.is_loading = True
    try:
        path, workflow = located(path, workflow)
        if path.lower().endswith(WORKFLOW_ENDINGS):
            _prepare_workflow(prepared, path, credentials, workflow, given or {})
        elif workflow is not None:
            raise _not_a_workflow(path, workflow)
        elif path.lower().endswith(NOT_SCRIPTS) and os.path.isfile(path):
            raise _not_a_script(path)
        else:
            job = load(path, given=given)
            prepared.jobs.append(job)
            prepared.plan = Plan.of_job(job)
            prepared.plan.warnings += job.warnings
    except AdaptorError as error:
        prepared.problems.append(error)
    finally:
        run.is_loading = False
    if prepared.problems:
        from ..problems.problems import all_of

        prepared.problems = all_of(prepared.problems)
    return prepared


def located(path: str, workflow: str | None) -> tuple[str, str | None]:
    """Return a path and the name of a workflow; a name alone is one in the OpenFn workspace around this folder."""
    is_name = path not in (os.curdir, os.pardir) and os.path.basename(path) == path and not os.path.splitext(path)[1]
    # A folder may have the name of the workflow in it.
    if workflow is not None or not is_name or os.path.isfile(path):
        return path, workflow
    from .openfn.workspace import workspace_above

    workspace = workspace_above(".")
    return (path, None) if workspace is None else (workspace, path)


def _not_a_workflow(path: str, given: str) -> InputError:
    """Return the error for a second word behind a job script: only a project has workflows to choose from."""
    what = f"{path} is a job script: `{given}` after it has no meaning."
    if given.lower().endswith(WORKFLOW_ENDINGS):
        from ..hints.texts import CREDENTIAL, kind_of_object

        option = "-c" if kind_of_object(_object_in(given)) == CREDENTIAL else "-s"
        return InputError(what, fix=f"Write: adaptor run {path} {option} {given}")
    if given.lower().endswith((".csv", ".tsv")):
        from ..hints.texts import csv_fix

        return InputError(what, fix=csv_fix(os.path.basename(given)))
    return InputError(what, fix="Leave it out. A second name chooses a workflow of a project file.")


def _not_a_script(path: str) -> InputError:
    from ..hints.texts import csv_fix

    fix = "Give a job script (.py), a workflow (.json, .yaml) or a project."
    if path.lower().endswith((".csv", ".tsv")):
        fix = f"{csv_fix(os.path.basename(path))} `adaptor new DIR` makes a job to begin with."
    return InputError(f"{path} is not a job script.", fix=fix)


def _object_in(path: str) -> Any:
    from ..input.document import read_document

    try:
        return read_document(path, "file", is_secret=True).value
    except InputError:
        return None


def _refuse_other_objects(document: Document) -> None:
    """Refuse a state, a credential or a sandbox file in the place of a workflow.

    Raises:
        InputError: It is one of them.
    """
    from ..hints.texts import CREDENTIAL, PEOPLE, STATE, kind_of_object

    kind = kind_of_object(document.value)
    options = {STATE: ("a state", "-s"), CREDENTIAL: ("a credential", "-c"), PEOPLE: ("a sandbox file", "--people")}
    if kind is not None:
        what, option = options[kind]
        raise InputError(
            f"{document.file} is {what}, not a workflow.", fix=f"Write: adaptor run job.py {option} {document.file}"
        )


def _prepare_workflow(
    prepared: Prepared, path: str, credentials: Credentials, name: str | None, given: Mapping[str, Any]
) -> None:
    from ..input.document import read_document
    from .openfn.project import is_project, project_workflow
    from .openfn.workspace import is_workspace, workflow_of
    from .workflows.workflow import read_workflow

    document = read_document(path, "workflow")
    _refuse_other_objects(document)
    at: Path = ()
    if is_workspace(document):
        document, name = workflow_of(document, name), None
    if is_project(document.value):
        document, at = project_workflow(document, name)
    elif name is not None:
        raise InputError(f"{path} holds one workflow, without a name to choose by.", fix=f"Leave `{name}` out.")
    plan, reader = read_workflow(document, credentials, at)
    prepared.plan = plan
    prepared.problems += sorted(reader.problems, key=lambda problem: (problem.file or "", problem.line or 0))
    _load_scripts(prepared, plan, document, given)


def _load_scripts(prepared: Prepared, plan: Plan, document: Document, given: Mapping[str, Any]) -> None:
    names = dict(given)
    if plan.globals is not None and (module := _load(plan.globals, document, names, prepared)) is not None:
        names.update(module)
    for step in plan.steps.values():
        if step.script is None:
            continue
        try:
            step.job = _load_script(step.script, names)
            prepared.jobs.append(step.job)
            if step.script.file or step.script.text.strip():
                # An empty text is meant: the step only passes its state on.
                plan.warnings += step.job.warnings
        except AdaptorError as error:
            if not (isinstance(error, InputError) and step.script.file and not os.path.isfile(step.script.file)):
                prepared.problems.append(error)


def _load(script: Script, document: Document, given: Mapping[str, Any], prepared: Prepared) -> dict[str, Any] | None:
    """Return the public names of the globals, or None where something is wrong with them."""
    try:
        job = _load_script(script, given)
    except AdaptorError as error:
        if not (script.file and not os.path.isfile(script.file)):
            prepared.problems.append(error)
        return None
    prepared.jobs.append(job)
    if job.operations:
        problem = document.problem(
            ("globals",),
            f"The globals hold the operation `{job.operations[0].name}`, which would never run.",
            fix="Globals are functions and values. Operations belong to a step.",
        )
        prepared.problems.append(problem)
    names = getattr(job.module, "__all__", None)
    if names is None:
        names = [name for name in vars(job.module) if not name.startswith("_")]
    elif not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        problem = document.problem(
            ("globals",), "`__all__` in the globals is no list of names.", fix='Write __all__ = ["greeting"].'
        )
        prepared.problems.append(problem)
        return None
    return {name: getattr(job.module, name) for name in names if hasattr(job.module, name)}


def _load_script(script: Script, given: Mapping[str, Any]) -> Job:
    if script.file is not None:
        return load(script.file, given=given)
    remember(script.label, script.text)
    return load(script.label, text=script.text, folder=os.path.abspath(script.folder), given=given)
