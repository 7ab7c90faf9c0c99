"""Reading a workflow file: flat or wrapped, and in OpenFn's older spelling with `jobs`."""

from __future__ import annotations

import re
from itertools import count

from ...input.document import kind_of
from ...problems.problems import did_you_mean
from .conditions import Condition
from .plan import JOIN_ALL, Edge, Plan, Step
from .reader import TRIGGERS, Reader, first_of, looks_like_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...input.document import Document, Path
    from ..credentials import Credentials

_WRAPPER = ("workflow", "options")
_OPTIONS = ("start", "end")
#: What concerns the people who write to a service (see `triggers/people_reader`).
_PEOPLE = ("stop_words", "start_words", "pause")
#: What a workflow says to a service (see `triggers/service_reader`).
_SERVICE = ("quiet_hours", "notify")
_WORKFLOW = (
    *("id", "name", "description", "steps", "credentials", "globals", "options", "start", "end", "match"),
    *_PEOPLE,
    *_SERVICE,
)
#: Keys that OpenFn's tools write into workflow files and that mean nothing for a run.
_IGNORED = ("jobs", "version", "history", "openfn", "schema_version", "concurrency", "lock_version")
_STEP = (
    "id", "name", "description", "expression", "state", "configuration", "next", "join", "adaptor", "type", "enabled",
    "events", "filter", "cron_expression", "timezone", "cron_cursor_job_id", "page", "custom_path", "webhook_reply",
    "webhook_response_config", "webhook_auth"
)  # fmt: skip
_STEP_IGNORED = (
    "adaptors",
    *("kafka_configuration", "previous", "openfn", "linker", "project_credential_id", "keychain_credential_id"),
)
_EDGE = ("condition", "label", "disabled", "on", "within")
_EDGE_IGNORED = ("openfn", "id", "name")
#: What limits an edge of a project file, with what a workflow has in its place. Without it the edge would be taken.
_EDGE_OF_PROJECT = {
    "condition_type": '"condition": "on_job_failure"',
    "condition_expression": '"condition": "state.data.n > 0"',
    "enabled": '"disabled": true',
}
#: Which of the triggers that an event fits start a run.
MATCHES = ("first", "all")


def read_workflow(document: Document, credentials: Credentials, path: Path = ()) -> tuple[Plan, Reader]:
    """Read a workflow; the reader's `problems` hold what is wrong with it.

    Args:
        document: The file.
        credentials: The credential map, for the names that steps give.
        path: The keys that lead to the workflow in the file.
    """
    reading = _Workflow(document, credentials)
    reading.read(path)
    reading.plan.warnings[:0] = reading.reader.notes
    return reading.plan, reading.reader


class _Workflow:
    def __init__(self, document: Document, credentials: Credentials) -> None:
        self.reader = Reader(document)
        self.plan = Plan(document.file)
        self._credentials = credentials
        self._edges: dict[int, Path] = {}
        self._steps: dict[str, Path] = {}
        self._disabled: set[str] = set()

    def read(self, path: Path) -> None:
        """Read the workflow at a path of the document."""
        whole = self.reader.document.value
        for key in path:
            whole = whole[key]
        if not isinstance(whole, dict):
            self.reader.refuse(path, f"The workflow is {kind_of(whole)}, not an object.", fix='Write {"steps": […]}.')
            return
        holder, options_at = whole, path
        if "workflow" in whole:
            self.reader.check_foreign_keys(whole, path, (*_WRAPPER, *_OPTIONS), "the file")
            path = (*path, "workflow")
            found = self.reader.value(whole, path, dict, needed=True, fix='Write "workflow": {"steps": […]}.')
            if found is None:
                return
            holder = found
        self._read_workflow(holder, path)
        if not self.plan.steps:
            return
        # The options around the workflow come last, so that they win: they are about this run.
        for at, options in {path: holder, options_at: whole}.items():
            self._read_options(options, at)
        if not self.reader.problems:
            self.reader.warn_unreachable(self.plan, self._steps)
            if any(step.trigger is not None or step.schedule is not None for step in self.plan.steps.values()):
                from ..triggers.trigger_reader import check_paths, warn_unreachable_triggers

                check_paths(self.reader, self.plan, self._steps)
                warn_unreachable_triggers(self.reader, self.plan, self._steps)
            if any(edge.on for edge in self.plan.edges()):
                from ..triggers.reply_reader import warn_of_unanswered

                warn_of_unanswered(self.reader, self.plan, self._steps)

    def _read_workflow(self, holder: dict[str, Any], path: Path) -> None:
        self.reader.check_foreign_keys(holder, path, (*_WORKFLOW, *_IGNORED), "the workflow")
        self.plan.id = str(self.reader.value(holder, (*path, "id"), str) or "")
        self.plan.name = str(self.reader.value(holder, (*path, "name"), str) or "")
        self.plan.credentials = self.reader.value(holder, (*path, "credentials"), dict) or {}
        self._read_globals(holder, path)
        self._read_match(holder, path)
        if any(name in holder for name in _PEOPLE):
            from ..triggers.people_reader import read_people_rules

            self.plan.people_rules = read_people_rules(self.reader, holder, path)
        if any(name in holder for name in _SERVICE):
            from ..triggers.service_reader import read_notify, read_quiet_hours

            self.plan.quiet_hours = read_quiet_hours(self.reader, holder, path)
            self.plan.notify = read_notify(self.reader, holder, path)
        self._read_steps(holder, path)
        if self.plan.steps:
            self.reader.check_edges(self.plan, self._edges)
            if any(step.schedule is not None and step.schedule.cursor for step in self.plan.steps.values()):
                from ..triggers.trigger_reader import check_cursors

                check_cursors(self.reader, self.plan, self._steps)
            self.plan.start = first_of(self.plan.steps, self._disabled)

    def _read_options(self, holder: dict[str, Any], at: Path) -> None:
        self._read_option(holder, at)
        inner = self.reader.value(holder, (*at, "options"), dict)
        if inner is not None:
            self.reader.check_foreign_keys(inner, (*at, "options"), _OPTIONS, "the options")
            self._read_option(inner, (*at, "options"))

    def _read_option(self, options: dict[str, Any], path: Path) -> None:
        for name in _OPTIONS:
            step = self.reader.value(options, (*path, name), str)
            if step is None:
                continue
            if step not in self.plan.steps:
                fix = did_you_mean(step, self.plan.steps, f"The steps are {', '.join(self.plan.steps)}.")
                self.reader.refuse((*path, name), f"`{name}` names the step `{step}`, which does not exist.", fix=fix)
            else:
                setattr(self.plan, name, step)

    def _read_match(self, holder: dict[str, Any], path: Path) -> None:
        match = self.reader.value(holder, (*path, "match"), str)
        if match not in (None, *MATCHES):
            what = f"`match` cannot be `{match}`."
            self.reader.refuse((*path, "match"), what, fix=f"Write one of {', '.join(MATCHES)}.")
        self.plan.match = match or MATCHES[0]

    def _read_globals(self, holder: dict[str, Any], path: Path) -> None:
        text = self.reader.value(holder, (*path, "globals"), str)
        if text:
            self.plan.globals = self.reader.script(text, (*path, "globals"), "globals")

    def _read_steps(self, holder: dict[str, Any], path: Path) -> None:
        key = "steps"
        if "steps" not in holder and "jobs" in holder:
            key = "jobs"
            what = "`jobs` is the old name of `steps`."
            self.plan.warnings.append(self.reader.document.problem((*path, key), what, fix="Rename it.", key=True))
        steps = self.reader.value(holder, (*path, key), list, needed=True, fix='Write "steps": [{"id": …}].')
        if steps == []:
            self.reader.refuse((*path, key), "There are no steps.", fix='Write {"id": "a", "expression": "./a.py"}.')
        given = {step.get("id") for step in steps or () if isinstance(step, dict) and isinstance(step.get("id"), str)}
        free_ids = (id_ for number in count(1) if (id_ := f"job-{number}") not in given)
        for index, raw in enumerate(steps or ()):
            at = (*path, key, index)
            if isinstance(raw, dict):
                self._add_step(self.reader.value(raw, (*at, "id"), str), free_ids, raw, at)
            else:
                self.reader.refuse(at, f"This step is {kind_of(raw)}, not an object.", fix='Write {"id": "a", …}.')

    def _add_step(self, given_id: str | None, free_ids: Iterator[str], raw: dict[str, Any], at: Path) -> None:
        id_ = next(free_ids) if given_id is None else given_id
        if id_ in self.plan.steps:
            self.reader.refuse((*at, "id"), f"Two steps have the id `{id_}`.", fix="Give one of them another.")
            return
        if not id_.strip():
            self.reader.refuse((*at, "id"), "The id of a step is empty.", fix="Give it a short name.")
        if re.search("[\0\ud800-\udfff]", id_):
            fix = "Write its name in letters."
            self.reader.refuse((*at, "id"), "The id of a step holds a NUL or half a character.", fix=fix)
            return
        self._steps[id_] = (*at, "id") if "id" in raw else at
        self.plan.steps[id_] = self._read_step(id_, raw, at)

    def _read_step(self, id_: str, raw: dict[str, Any], at: Path) -> Step:
        reader = self.reader
        reader.check_foreign_keys(raw, at, (*_STEP, *_STEP_IGNORED), "a step")
        step = Step(id_, name=str(reader.value(raw, (*at, "name"), str) or ""))
        expression = reader.value(raw, (*at, "expression"), str)
        if expression is not None:
            step.script = reader.script(expression, (*at, "expression"), f'step "{id_}"')
            if raw.get("enabled") is False:
                fix = "To pass a step over, disable the edge that leads to it."
                reader.refuse((*at, "enabled"), f"The step `{id_}` is no trigger: `enabled` means nothing.", fix=fix)
            for key in ("events", "filter", "timezone"):
                if key in raw:
                    reader.refuse((*at, key), f"The step `{id_}` is no trigger: `{key}` means nothing.", key=True)
        else:
            step.kind = self._trigger(raw, at)
            if reader.value(raw, (*at, "enabled"), bool) is False:
                self._disabled.add(id_)
            elif step.kind == "webhook":
                from ..triggers.trigger_reader import read_trigger

                step.trigger = read_trigger(reader, raw, id_, at)
            elif step.kind == "cron":
                from ..triggers.trigger_reader import read_schedule

                step.schedule = read_schedule(reader, raw, at)
        step.state = reader.object_or_file(raw, (*at, "state")) or {}
        self._read_configuration(step, raw, (*at, "configuration"))
        join = reader.value(raw, (*at, "join"), str)
        if join is not None and join != JOIN_ALL:
            reader.refuse((*at, "join"), f"`join` cannot be `{join}`.", fix='Write "all", or leave it out.')
        step.join = join or ""
        self._read_next(step, raw.get("next"), (*at, "next"))
        return step

    def _trigger(self, raw: dict[str, Any], at: Path) -> str:
        kind = self.reader.value(raw, (*at, "type"), str)
        if kind is not None and kind not in TRIGGERS:
            self._unknown_trigger(kind, (*at, "type"))
        return kind or "trigger"

    def _unknown_trigger(self, kind: str, at: Path) -> None:
        what = f"There is no kind of trigger `{kind}`."
        if meant := did_you_mean(kind, TRIGGERS):
            self.reader.refuse(at, what, fix=meant)
        else:
            # The format is OpenFn's and grows; a trigger only passes its state on.
            fix = f"The run begins with it all the same. Known are {', '.join(TRIGGERS)}."
            self.reader.notes.append(self.reader.document.problem(at, what, fix=fix))

    def _read_configuration(self, step: Step, raw: dict[str, Any], path: Path) -> None:
        found = raw.get("configuration")
        is_name = self.reader.document.names_credentials
        if isinstance(found, str) and (is_name or not looks_like_file(found)):
            problem = self._credentials.problem_with(found)
            if problem is not None:
                self.reader.refuse(path, problem[0], fix=problem[1])
            step.credential = found
        else:
            step.configuration = self.reader.object_or_file(raw, path)
            step.configuration_file = self.reader.beside(found) if isinstance(found, str) else None

    def _read_next(self, step: Step, raw: Any, path: Path) -> None:
        if raw is None:
            return
        if isinstance(raw, str):
            self._add(Edge(step.id, raw), step, path)
        elif isinstance(raw, dict):
            for target, value in raw.items():
                self._add(self._edge(step.id, target, value, (*path, target)), step, (*path, target))
        else:
            fix = 'Write "next": "b", or "next": {"b": true, "c": "on_job_failure"}.'
            self.reader.refuse(path, f"`next` is {kind_of(raw)}, not text or an object.", fix=fix)
        if any(edge.on for edge in step.edges):
            from ..triggers.reply_reader import check_waits

            check_waits(self.reader, step, path)

    def _add(self, edge: Edge, step: Step, path: Path) -> None:
        step.edges.append(edge)
        self._edges[id(edge)] = path

    def _edge(self, source: str, target: str, value: Any, path: Path) -> Edge:
        if isinstance(value, str | bool):
            return Edge(source, target, self.reader.condition(value, path))
        if not isinstance(value, dict):
            fix = 'Write true, a condition, or {"condition": …, "label": …, "disabled": …}.'
            self.reader.refuse(path, f"The edge to `{target}` is {kind_of(value)}.", fix=fix)
            return Edge(source, target)
        for key, instead in _EDGE_OF_PROJECT.items():
            if key in value:
                what = f"`{key}` is for the edges of a project file; here it would have no effect."
                self.reader.refuse((*path, key), what, fix=f"Write {instead}.", key=True)
        self.reader.check_foreign_keys(value, path, (*_EDGE, *_EDGE_IGNORED, *_EDGE_OF_PROJECT), "an edge")
        raw = value.get("condition")
        condition: Condition | None = None
        if isinstance(raw, str | bool):
            condition = self.reader.condition(raw, (*path, "condition"))
        elif raw is not None:
            fix = "Write true, or a Python expression over `state`."
            self.reader.refuse((*path, "condition"), f"`condition` is {kind_of(raw)}.", fix=fix)
        label = self.reader.value(value, (*path, "label"), str) or ""
        disabled = self.reader.value(value, (*path, "disabled"), bool) or False
        edge = Edge(source, target, condition, label=label, disabled=disabled)
        if "on" in value or "within" in value:
            from ..triggers.reply_reader import read_wait

            read_wait(self.reader, edge, value, path)
        return edge
