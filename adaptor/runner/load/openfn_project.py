"""Reading OpenFn's project files: several workflows, each with jobs, triggers and edges."""

from __future__ import annotations

from ...core.errors import InputError
from ..input.document import kind_of
from ..problems.problems import did_you_mean
from .plan import Edge, Plan, Step
from .reader import TRIGGERS, Reader, first_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..input.document import Document, Path
    from .credentials import Credentials

_WORKFLOW = ("name", "jobs", "triggers", "edges", "globals", "description")
_JOB = ("name", "adaptor", "credential", "body", "globals", "id", "keychain_credential", "expression", "state")
_TRIGGER = (
    "type", "enabled", "cron_expression", "cron_cursor_job", "webhook_reply", "webhook_response_config",
    "kafka_configuration", "id", "name",
)  # fmt: skip
_EDGE = (
    "source_trigger", "source_job", "target_job", "condition_type", "condition_expression", "condition_label",
    "enabled", "id", "label",
)  # fmt: skip
_CONDITIONS = ("always", "on_job_success", "on_job_failure", "expression", "js_expression", "never")


def is_project(value: Any) -> bool:
    """Whether a document is a project rather than a workflow."""
    return isinstance(value, dict) and "workflows" in value and "steps" not in value and "workflow" not in value


def workflow_path(document: Document, name: str | None) -> Path:
    """Return where in a project the workflow of that name stands.

    Args:
        document: The project file.
        name: The workflow's key or name; None where there is only one.

    Raises:
        InputError: There is no such workflow, or several and no name.
    """
    workflows = document.value["workflows"]
    entries: dict[str | int, Any]
    if isinstance(workflows, dict):
        entries = dict(workflows)
    elif isinstance(workflows, list):
        entries = dict(enumerate(workflows))
    else:
        raise document.problem(("workflows",), f"`workflows` is {kind_of(workflows)}.", fix="Write name: {jobs: …}.")
    titles: dict[str, str | int] = {}
    for key, entry in entries.items():
        for title in (key, *(entry.get(field) for field in ("id", "name") if isinstance(entry, dict))):
            if isinstance(title, str):
                titles.setdefault(title, key)
    names = ", ".join(str(_title(key, entry)) for key, entry in entries.items())
    if name is None:
        if len(entries) == 1:
            return ("workflows", next(iter(entries)))
        raise InputError(
            f"{document.file} holds {len(entries)} workflows.",
            fix=f"Say which: {names}. For example: adaptor run {document.file} NAME.",
        )
    found = titles.get(name, next((key for title, key in titles.items() if title.lower() == name.lower()), None))
    if found is None:
        raise InputError(
            f"There is no workflow `{name}` in {document.file}.", fix=did_you_mean(name, titles, f"There are {names}.")
        )
    return ("workflows", found)


def _title(key: str | int, entry: Any) -> str | int:
    return str(entry.get("id") or entry.get("name") or key) if isinstance(key, int) and isinstance(entry, dict) else key


def read_project(document: Document, credentials: Credentials, path: Path) -> tuple[Plan, Reader]:
    """Read one workflow of a project; what is wrong with it is in the reader's `problems`.

    Args:
        document: The project file.
        credentials: The credential map, for the names that jobs give.
        path: Where in the file the workflow stands.
    """
    reading = _Project(document, credentials)
    reading.read(path)
    return reading.plan, reading.reader


class _Project:
    def __init__(self, document: Document, credentials: Credentials) -> None:
        self.reader = Reader(document)
        self.plan = Plan(document.file)
        self._credentials = credentials
        self._edges: dict[int, Path] = {}
        self._steps: dict[str, Path] = {}
        self._disabled: set[str] = set()

    def read(self, path: Path) -> None:
        """Read the workflow that stands at a path of the document."""
        workflow = self.reader.document.value
        for key in path:
            workflow = workflow[key]
        if not isinstance(workflow, dict):
            self.reader.note(path, f"The workflow is {kind_of(workflow)}, not an object.", fix="Write jobs: …")
            return
        self.reader.check_keys(workflow, path, (*_WORKFLOW, "id", "openfn", "version"), "a workflow")
        self.plan.id = str(path[-1])
        self.plan.name = str(self.reader.value(workflow, (*path, "name"), str) or "")
        for part, read in (("triggers", self._read_trigger), ("jobs", self._read_job)):
            entries = self.reader.value(workflow, (*path, part), dict) or {}
            for key, raw in entries.items():
                at = (*path, part, key)
                if not isinstance(raw, dict):
                    self.reader.note(at, f"`{key}` is {kind_of(raw)}, not an object.", fix="Write name: …")
                elif key in self.plan.steps:
                    self.reader.note(at, f"A trigger and a job are both called `{key}`.", fix="Rename one.", key=True)
                else:
                    self._steps[key] = at
                    self.plan.steps[key] = read(key, raw, at)
        if not any(step.kind == "job" for step in self.plan.steps.values()):
            self.reader.note(path, "The workflow has no jobs.", fix="Write jobs: {name: {body: …}}.")
            return
        self._read_edges(workflow, path)
        self.plan.start = self._start()
        if not self.reader.problems:
            self.reader.warn_unreachable(self.plan, self._steps)

    def _start(self) -> str:
        """Return the trigger, or where there is none the first job that nothing leads to."""
        if any(step.kind != "job" for step in self.plan.steps.values()):
            return first_of(self.plan.steps, self._disabled)
        targets = {edge.target for edge in self.plan.edges()}
        return next((id_ for id_ in self.plan.steps if id_ not in targets), next(iter(self.plan.steps)))

    def _read_trigger(self, key: str, raw: dict[str, Any], at: Path) -> Step:
        self.reader.check_keys(raw, at, _TRIGGER, "a trigger")
        kind = self.reader.value(raw, (*at, "type"), str) or "trigger"
        if kind not in (*TRIGGERS, "trigger"):
            fix = did_you_mean(kind, TRIGGERS, f"There are {', '.join(TRIGGERS)}.")
            self.reader.note((*at, "type"), f"There is no kind of trigger `{kind}`.", fix=fix)
        if self.reader.value(raw, (*at, "enabled"), bool) is False:
            self._disabled.add(key)
        return Step(key, kind=kind)

    def _read_job(self, key: str, raw: dict[str, Any], at: Path) -> Step:
        reader = self.reader
        reader.check_keys(raw, at, _JOB, "a job")
        step = Step(key, name=str(reader.value(raw, (*at, "name"), str) or ""))
        body, place = raw.get("body", raw.get("expression")), (*at, "body" if "body" in raw else "expression")
        if isinstance(body, dict):
            reader.check_keys(body, place, ("path", "content"), "a body")
            place = (*place, "path" if "path" in body else "content")
            body = reader.value(body, place, str, needed=True, fix="Write body: {path: ./job.py}.")
        elif body is None:
            reader.note(at, f"The job `{key}` has no `body`.", fix="Write body: {path: ./job.py}, or the text itself.")
        elif not isinstance(body, str):
            reader.note(place, f"`body` is {kind_of(body)}.", fix="Write the text, or {path: ./job.py}.")
        step.script = reader.script(body if isinstance(body, str) else "", place, f'step "{key}"')
        step.state = reader.object_or_file(raw, (*at, "state")) or {}
        credential = reader.value(raw, (*at, "credential"), str)
        if credential is not None:
            problem = self._credentials.problem_with(credential)
            if problem is not None:
                reader.note((*at, "credential"), problem[0], fix=problem[1])
            step.credential = credential
        return step

    def _read_edges(self, workflow: dict[str, Any], path: Path) -> None:
        edges = self.reader.value(workflow, (*path, "edges"), dict) or {}
        for key, raw in edges.items():
            at = (*path, "edges", key)
            if not isinstance(raw, dict):
                self.reader.note(at, f"The edge is {kind_of(raw)}, not an object.", fix="Write source_job: …")
                continue
            self.reader.check_keys(raw, at, _EDGE, "an edge")
            sources = [name for name in ("source_trigger", "source_job") if raw.get(name) is not None]
            source = self.reader.value(raw, (*at, sources[0]), str) if len(sources) == 1 else None
            target = self.reader.value(raw, (*at, "target_job"), str, needed=True, fix="Say where it leads.")
            if len(sources) != 1:
                fix = "Give one of source_trigger and source_job."
                self.reader.note(at, f"The edge `{key}` has {len(sources) or 'no'} sources.", fix=fix, key=True)
            if source is None or target is None:
                continue
            if source not in self.plan.steps:
                what = f"The edge leaves `{source}`, which does not exist."
                fix = did_you_mean(source, self.plan.steps, f"There are {', '.join(self.plan.steps)}.")
                self.reader.note((*at, sources[0]), what, fix=fix)
                continue
            edge = self._edge(source, target, raw, at)
            self.plan.steps[source].edges.append(edge)
            self._edges[id(edge)] = (*at, "target_job")
        self.reader.check_edges(self.plan, self._edges)

    def _edge(self, source: str, target: str, raw: dict[str, Any], at: Path) -> Edge:
        reader = self.reader
        kind = reader.value(raw, (*at, "condition_type"), str) or "always"
        condition = None
        if kind not in _CONDITIONS:
            fix = did_you_mean(kind, _CONDITIONS, f"There are {', '.join(_CONDITIONS)}.")
            reader.note((*at, "condition_type"), f"There is no condition type `{kind}`.", fix=fix)
        elif kind.endswith("expression"):
            fix = "Write a Python expression over `state`."
            text = reader.value(raw, (*at, "condition_expression"), str, needed=True, fix=fix)
            condition = None if text is None else reader.condition(text, (*at, "condition_expression"))
        else:
            condition = reader.condition(kind, (*at, "condition_type"))
        label = reader.value(raw, (*at, "condition_label"), str) or reader.value(raw, (*at, "label"), str) or ""
        enabled = reader.value(raw, (*at, "enabled"), bool)
        return Edge(source, target, condition, label=label, disabled=enabled is False)
