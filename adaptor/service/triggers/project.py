"""What the service serves: the workflows of a file, with their triggers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...core.errors import AdaptorError, InputError
from ...core.run.context import Run
from ...runner.checking.check import check_file
from ...runner.checking.unnamed_pages import needs_page
from ...runner.input.document import read_document
from ...runner.load.digest import job_digest, job_sources
from ...runner.load.openfn.project import is_project, workflow_names
from ...runner.load.prepare import WORKFLOW_ENDINGS, prepare
from ...runner.load.triggers.people_rules import NO_RULES, PeopleRules
from ...runner.load.triggers.trigger import ALL, FIRST, Schedule, Trigger
from ...runner.load.triggers.trigger_reader import takers
from ...runner.load.workflows.plan import Plan
from ...runner.problems.problems import raise_for

if TYPE_CHECKING:
    from ...runner.load.credentials import Credentials
    from ...runner.load.triggers.notices import NoticeTarget
    from ...runner.load.triggers.quiet_hours import QuietHours


@dataclass(frozen=True)
class Entry:
    """One trigger of a workflow.

    Attributes:
        workflow: The workflow's name in its project; empty where the file holds one workflow.
        digest: A digest of the workflow's files.
        step: The id of the trigger's step: a run starts there.
        trigger: Which events it takes.
    """

    workflow: str
    digest: str
    step: str
    trigger: Trigger


@dataclass(frozen=True)
class Clock:
    """One cron trigger of a workflow: as `Entry`, with a schedule in place of the trigger."""

    workflow: str
    digest: str
    step: str
    schedule: Schedule


@dataclass(frozen=True)
class Workflow:
    """One workflow.

    Attributes:
        name: Its name in its project; empty where the file holds one workflow.
        digest: A digest of its files.
        start: The id of the step that a run begins with, where nothing else is said.
        steps: The ids of its steps.
        needing_page: Of these, from which a run reaches a step that calls Graph and names no credential.
    """

    name: str
    digest: str
    start: str
    steps: tuple[str, ...]
    needing_page: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Project:
    """The workflows that are served.

    Attributes:
        path: The file.
        name: What the file is called by in a database that several share: its `id` or `name`, else the file's name. It
            stays where the file is moved or changed.
        entries: Their webhook triggers, in the order of the file.
        clocks: Their cron triggers.
        match: Of the triggers that an event fits, the `first` starts a run, or `all` do.
        files: The files that the workflows are made of.
        people_rules: What they say about people, together.
        quiet_hours: Those of the workflows that have some, by the workflow's name.
        notify: Where the notices about a workflow go, by its name.
        warnings: What deserves a look and is no error.
        workflows: All of them, also those without a trigger.
    """

    path: str
    entries: tuple[Entry, ...]
    clocks: tuple[Clock, ...] = ()
    name: str = ""
    match: str = FIRST
    files: frozenset[str] = frozenset()
    people_rules: PeopleRules = NO_RULES
    quiet_hours: dict[str, QuietHours] = field(default_factory=dict)
    notify: dict[str, NoticeTarget] = field(default_factory=dict)
    warnings: list[AdaptorError] = field(default_factory=list)
    workflows: tuple[Workflow, ...] = ()

    @property
    def versions(self) -> dict[str, str]:
        """The digest of each workflow, by its name."""
        return {workflow.name: workflow.digest for workflow in self.workflows}


def load_project(path: str, credentials: Credentials, *, needs_trigger: bool = True) -> Project:
    """Read and check every workflow of a file.

    Args:
        path: A workflow or a project.
        credentials: What the steps may name.
        needs_trigger: A file in which no workflow has a trigger is refused.

    Raises:
        InputError: Something is wrong with it, or it has no trigger.
    """
    if not path.lower().endswith(WORKFLOW_ENDINGS):
        raise InputError(
            f"{path} is a job script; what is served is a workflow with a trigger.",
            fix='Write a workflow file with {"id": "hook", "type": "webhook", "next": "answer"}, and name the script '
            "in its step `answer`.",
        )
    document = read_document(path, "workflow")
    names: list[str | None] = [None]
    match = None
    if is_project(document.value):
        names = [*workflow_names(document)]
        match = document.value.get("match", FIRST)
        if match not in (FIRST, ALL):
            raise document.problem(("match",), f"`match` cannot be `{match}`.", fix=f"Write {FIRST} or {ALL}.")
    entries: list[Entry] = []
    clocks: list[Clock] = []
    files: set[str] = set()
    rules = NO_RULES
    quiet_hours: dict[str, QuietHours] = {}
    notify: dict[str, NoticeTarget] = {}
    warnings: list[AdaptorError] = []
    workflows: list[Workflow] = []
    for name in names:
        # All that `adaptor check` finds, before anybody writes.
        checked = check_file(path, credentials, workflow=name)
        raise_for(checked.problems)
        warnings += checked.warnings
        plan, sources = _read(path, name, credentials)
        digest = job_digest(sources)
        needing = frozenset(id_ for id_ in plan.steps if needs_page(plan, id_) is not None)
        workflows.append(Workflow(name or "", digest, plan.start, tuple(plan.steps), needing))
        for step in plan.steps.values():
            if step.trigger is not None:
                entries.append(Entry(name or "", digest, step.id, step.trigger))
            if step.schedule is not None:
                clocks.append(Clock(name or "", digest, step.id, step.schedule))
        files.update(sources[0])
        rules |= plan.people_rules or NO_RULES
        if plan.quiet_hours is not None:
            quiet_hours[name or ""] = plan.quiet_hours
        if plan.notify is not None:
            notify[name or ""] = plan.notify
        match = match or plan.match
    if needs_trigger and not entries and not clocks:
        raise InputError(
            f"No workflow in {path} has a trigger.",
            fix='Add a step {"id": "hook", "type": "webhook", "events": ["messages"], "next": "answer"}.',
        )
    _check_paths(path, entries)
    project = Project(
        os.path.abspath(path),
        tuple(entries),
        tuple(clocks),
        _name_of(document.value, path),
        match or FIRST,
        frozenset(files),
        rules,
        quiet_hours,
        notify,
        warnings,
        tuple(workflows),
    )
    project.warnings.extend(_covered(project))
    return project


def _name_of(document: Any, path: str) -> str:
    given = document.get("id") or document.get("name") if isinstance(document, dict) else None
    return given if isinstance(given, str) else os.path.basename(path)


def _read(path: str, name: str | None, credentials: Credentials) -> tuple[Plan, tuple[list[str], list[str]]]:
    """Return the plan of one workflow, and its sources."""
    with Run(sink=lambda *line: None, dry_run=True, alone=True):
        prepared = prepare(path, credentials, workflow=name, given={"print": lambda *words, **how: None})
        try:
            raise_for(prepared.problems)
            sources = job_sources(prepared, os.path.abspath(path))
        finally:
            prepared.close()
    return prepared.plan or Plan(path), sources


def _check_paths(path: str, entries: list[Entry]) -> None:
    """Refuse two triggers with one path: only one of them could be called.

    Raises:
        InputError: There are two.
    """
    seen: dict[str, Entry] = {}
    for entry in entries:
        call = entry.trigger.call
        if call is not None and (other := seen.setdefault(call.path, entry)) is not entry:
            raise InputError(
                f"In {path} the triggers `{other.step}` of `{other.workflow}` and `{entry.step}` of `{entry.workflow}` "
                f"have the same path, {call.path}.",
                fix="Give each a `custom_path` of its own.",
            )


def _covered(project: Project) -> list[InputError]:
    """Return a warning for each trigger whose events all go to triggers of earlier workflows."""
    found = []
    for index, entry in enumerate(project.entries if project.match == FIRST else ()):
        earlier = [(f"{each.workflow}: {each.step}", each.trigger) for each in project.entries[:index]]
        own = [(each.step, each.trigger) for each in project.entries[:index] if each.workflow == entry.workflow]
        # Within one workflow the check of the workflow has said so.
        if (names := takers(entry.trigger, earlier)) and not takers(entry.trigger, own):
            what = f"The workflow `{entry.workflow}` is never started by its trigger `{entry.step}`: "
            what += (
                f"{', '.join(f'`{name}`' for name in names)} before it {'take' if names[1:] else 'takes'} its events."
            )
            found.append(InputError(what, fix='Put the narrower one first, or write "match": "all" in the file.'))
    return found
