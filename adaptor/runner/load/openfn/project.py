"""OpenFn's project files: a workflow in one, with its jobs, triggers and edges, becomes what a workflow file holds.

Then it is read as any workflow file; problems point at their place in the project file.
"""

from __future__ import annotations

from ....core.errors import InputError
from ...input.document import Document, kind_of
from ...problems.problems import did_you_mean, raise_for
from ..workflows.reader import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from ...input.document import Path
    from ...problems.problems import FileProblem

#: Keys of projects: of the portability format 4.0, of the older ones, and of the app's own state, which is version 1.
#: Source: https://docs.openfn.org/documentation/deploy/portability and packages/lexicon and packages/deploy of
#: https://github.com/OpenFn/kit (checked 2026-11-28).
_RECORD = ("id", "name", "openfn", "delete", "inserted_at", "updated_at", "deleted_at")
_WORKFLOW = (
    *("jobs", "triggers", "edges", "globals", "description", "version", "start", "options", "schema_version"),
    *("concurrency", "lock_version", *_RECORD),
)
#: What a workflow of ours says to a service; it means the same in a project.
_SERVICE = ("match", "stop_words", "start_words", "pause", "quiet_hours", "notify")
_JOB = (
    *("adaptor", "credential", "body", "globals", "expression", "state"),
    *("keychain_credential", "keychain_credential_id", "project_credential_id", *_RECORD),
)
_TRIGGER = (
    *("type", "enabled", "cron_expression", "cron_cursor_job", "cron_cursor_job_id", "custom_path", "webhook_reply"),
    *("webhook_response_config", "webhook_auth", "kafka_configuration", "events", "filter", "timezone", *_RECORD),
)
#: What a step takes over as it is.
_TRIGGER_OWN = (
    *("enabled", "cron_expression", "timezone", "custom_path", "webhook_reply", "webhook_response_config"),
    "webhook_auth",
)
_EDGE = (
    *("source_trigger", "source_trigger_id", "source_job", "source_job_id", "target_job", "target_job_id"),
    *("condition_type", "condition_expression", "condition_label", "enabled", "label", "on", "within", *_RECORD),
)
_CONDITIONS = ("always", "on_job_success", "on_job_failure", "expression", "js_expression", "never")


def is_project(value: Any) -> bool:
    """Whether a document is a project rather than a workflow."""
    return isinstance(value, dict) and "workflows" in value and "steps" not in value and "workflow" not in value


def workflow_names(project: Document) -> list[str]:
    """Return the names of the workflows in a project, in the order of the file, as `project_workflow` takes them."""
    workflows = project.value["workflows"]
    entries = workflows.items() if isinstance(workflows, dict) else enumerate(workflows or ())
    return [str(_title(key, entry)) for key, entry in entries]


def _workflow_path(document: Document, name: str | None) -> Path:
    """Return the keys that lead to the workflow of that name in a project."""
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


class ProjectWorkflow(Document):
    """A workflow of a project, in the form of a workflow file."""

    names_credentials = True

    def __init__(self, project: Document, value: dict[str, Any], origins: dict[Path, Path]) -> None:
        super().__init__(project.source, value, lambda text: {})
        self._project = project
        self._origins = origins

    def problem(self, path: Path, what: str, *, fix: str = "", key: bool = False) -> FileProblem:
        """Return a problem with one part of the workflow, at the place in the project that the part was made of."""
        rest: Path = ()
        while path and path not in self._origins:
            path, rest = path[:-1], (path[-1], *rest)
        # A key of the workflow was made of a value in the project.
        return self._project.problem((*self._origins[path], *rest), what, fix=fix, key=key and bool(rest))


def project_workflow(project: Document, name: str | None) -> tuple[Document, Path]:
    """Return a document that holds a workflow of a project, and the keys that lead to the workflow in it.

    Args:
        project: The project file.
        name: The workflow's key or name; None where there is only one.

    Raises:
        InputError: There is no such workflow, or several and no name.
    """
    path = _workflow_path(project, name)
    raw = project.value
    for key in path:
        raw = raw[key]
    if isinstance(raw, dict) and "steps" in raw:
        # A workflow file inside a project file.
        return project, path
    return _Conversion(project, path).workflow(raw), ()


class _Conversion:
    def __init__(self, project: Document, path: Path) -> None:
        self._reader = Reader(project)
        self._path = path
        self._steps: dict[str, dict[str, Any]] = {}
        #: The keys of steps by their ids: version 1 leads edges by ids.
        self._keys: dict[str, str] = {}
        self._value: dict[str, Any] = {"id": str(path[-1]), "steps": []}
        self._origins: dict[Path, Path] = {(): path}
        self._project = project

    def workflow(self, raw: Any) -> ProjectWorkflow:
        """Convert a workflow of the project.

        Raises:
            FileProblem: It is no object, or has no jobs.
            Problems: The same, where there is more.
        """
        if isinstance(raw, dict):
            self._convert(raw)
        else:
            self._reader.refuse(self._path, f"The workflow is {kind_of(raw)}, not an object.", fix="Write jobs: …")
        if not self._steps:
            raise_for(self._reader.problems)
        workflow = ProjectWorkflow(self._project, self._value, self._origins)
        workflow.problems = self._reader.problems
        workflow.notes = self._reader.notes
        return workflow

    def _convert(self, raw: dict[str, Any]) -> None:
        self._reader.check_foreign_keys(raw, self._path, (*_WORKFLOW, *_SERVICE), "a workflow")
        for key in ("name", *_SERVICE):
            self._put(self._value, key, raw, (), self._path)
        self._steps_of(raw, "triggers", self._trigger)
        triggers = len(self._steps)
        self._steps_of(raw, "jobs", self._job)
        if len(self._steps) == triggers:
            self._steps.clear()
            self._reader.refuse(self._path, "The workflow has no jobs.", fix="Write jobs: {name: {body: …}}.")
            return
        for step in self._value["steps"]:
            if isinstance(cursor := step.get("cron_cursor_job_id"), str):
                # Version 1 and the app name the job by its id, which is no step's here.
                step["cron_cursor_job_id"] = self._keys.get(cursor, cursor)
        self._edges_of(raw)
        if not triggers:
            # The first job that no edge leads to.
            targets = {target for step in self._steps.values() for target in step["next"]}
            self._value["start"] = next((key for key in self._steps if key not in targets), next(iter(self._steps)))

    def _put(self, into: dict[str, Any], key: str, raw: dict[str, Any], to: Path, at: Path, name: str = "") -> None:
        """Copy a value, perhaps under another name, and keep its origin for problems."""
        if raw.get(key) is not None:
            into[name or key] = raw[key]
            self._origins[(*to, name or key)] = (*at, key)

    # --- Steps ---

    def _steps_of(self, raw: dict[str, Any], part: str, convert: Callable[..., None]) -> None:
        for position, key, entry in self._entries(raw, part):
            at, to = (*self._path, part, position), ("steps", len(self._steps))
            if not isinstance(entry, dict):
                self._reader.refuse(at, f"`{key}` is {kind_of(entry)}, not an object.", fix="Write name: …")
            elif key in self._steps:
                self._reader.refuse(at, f"A trigger and a job are both called `{key}`.", fix="Rename one.", key=True)
            else:
                step = self._steps[key] = {"id": key, "next": {}}
                if isinstance(entry.get("id"), str):
                    self._keys[entry["id"]] = key
                self._value["steps"].append(step)
                self._origins[to] = self._origins[(*to, "id")] = at
                convert(step, entry, to, at)

    def _entries(self, raw: dict[str, Any], part: str) -> Iterator[tuple[str | int, str, Any]]:
        """Yield the position, the key and the value of each entry: of an object, or of a list as in version 1."""
        found = raw.get(part)
        if not isinstance(found, list):
            for key, entry in (self._reader.value(raw, (*self._path, part), dict) or {}).items():
                yield key, key, entry
            return
        for index, entry in enumerate(found):
            titles = (entry.get(key) for key in ("name", "type", "id")) if isinstance(entry, dict) else ()
            yield index, next((title for title in titles if isinstance(title, str)), str(index)), entry

    def _trigger(self, step: dict[str, Any], raw: dict[str, Any], to: Path, at: Path) -> None:
        self._reader.check_foreign_keys(raw, at, _TRIGGER, "a trigger")
        self._put(step, "type", raw, to, at)
        for key in (*_TRIGGER_OWN, "events", "filter"):
            self._put(step, key, raw, to, at)
        name = "cron_cursor_job" if raw.get("cron_cursor_job") is not None else "cron_cursor_job_id"
        self._put(step, name, raw, to, at, "cron_cursor_job_id")

    def _job(self, step: dict[str, Any], raw: dict[str, Any], to: Path, at: Path) -> None:
        self._reader.check_foreign_keys(raw, at, _JOB, "a job")
        for key in ("name", "state"):
            self._put(step, key, raw, to, at)
        self._put(step, "credential", raw, to, at, "configuration")
        key = "body" if "body" in raw else "expression"
        body, place = raw.get(key), (*at, key)
        if isinstance(body, dict):
            self._reader.check_foreign_keys(body, place, ("path", "content"), "a body")
            place = (*place, "path" if "path" in body else "content")
            body = self._reader.value(body, place, str, needed=True, fix="Write body: {path: ./job.py}.")
        elif body is None:
            fix = "Write body: {path: ./job.py}, or the text itself."
            self._reader.refuse(at, f"The job `{step['id']}` has no `body`.", fix=fix)
        elif not isinstance(body, str):
            self._reader.refuse(place, f"`body` is {kind_of(body)}.", fix="Write the text, or {path: ./job.py}.")
        step["expression"] = body if isinstance(body, str) else ""
        self._origins[(*to, "expression")] = place

    # --- Edges ---

    def _edges_of(self, workflow: dict[str, Any]) -> None:
        for position, key, raw in self._entries(workflow, "edges"):
            at = (*self._path, "edges", position)
            if not isinstance(raw, dict):
                self._reader.refuse(at, f"The edge is {kind_of(raw)}, not an object.", fix="Write source_job: …")
                continue
            self._reader.check_foreign_keys(raw, at, _EDGE, "an edge")
            source = self._source(key, raw, at)
            name = "target_job" if raw.get("target_job") is not None or "target_job_id" not in raw else "target_job_id"
            target = self._reader.value(raw, (*at, name), str, needed=True, fix="Say where it leads.")
            target = self._keys.get(target, target) if target is not None else None
            if source is None or target is None:
                continue
            if target in self._steps[source]["next"]:
                what = f"A second edge leads from `{source}` to `{target}`: the step would run twice."
                self._reader.refuse((*at, "target_job"), what, fix="Write one edge, with `or` in its condition.")
                continue
            self._edge(source, target, raw, at)

    def _source(self, key: str, raw: dict[str, Any], at: Path) -> str | None:
        kinds = ("source_trigger", "source_job")
        names = [name for name in kinds if raw.get(name) is not None] or [
            name for kind in kinds if raw.get(name := f"{kind}_id") is not None
        ]
        if len(names) != 1:
            fix = "Give one of source_trigger and source_job."
            self._reader.refuse(at, f"The edge `{key}` has {len(names) or 'no'} sources.", fix=fix, key=True)
            return None
        source: str | None = self._reader.value(raw, (*at, names[0]), str)
        source = self._keys.get(source, source) if source is not None else None
        if source is not None and source not in self._steps:
            fix = did_you_mean(source, self._steps, f"There are {', '.join(self._steps)}.")
            self._reader.refuse((*at, names[0]), f"The edge leaves `{source}`, which does not exist.", fix=fix)
            return None
        return source

    def _edge(self, source: str, target: str, raw: dict[str, Any], at: Path) -> None:
        to: Path = ("steps", list(self._steps).index(source), "next", target)
        edge: dict[str, Any] = {"disabled": self._reader.value(raw, (*at, "enabled"), bool) is False}
        self._steps[source]["next"][target] = edge
        self._origins[to] = (*at, "target_job")
        kind = self._reader.value(raw, (*at, "condition_type"), str) or "always"
        if kind not in _CONDITIONS:
            fix = did_you_mean(kind, _CONDITIONS, f"There are {', '.join(_CONDITIONS)}.")
            self._reader.refuse((*at, "condition_type"), f"There is no condition type `{kind}`.", fix=fix)
        elif kind.endswith("expression"):
            fix = "Write a Python expression over `state`."
            self._reader.value(raw, (*at, "condition_expression"), str, needed=True, fix=fix)
            self._put(edge, "condition_expression", raw, to, at, "condition")
        else:
            self._put(edge, "condition_type", raw, to, at, "condition")
        label = "condition_label" if raw.get("condition_label") else "label"
        self._put(edge, label, raw, to, at, "label")
        for key in ("on", "within"):
            self._put(edge, key, raw, to, at)
