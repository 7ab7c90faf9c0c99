"""A plan: the steps of a run and the edges between them."""

from __future__ import annotations

from ....core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from ....core.state import State
    from ..job import Job
    from ..triggers.notices import NoticeTarget
    from ..triggers.people_rules import PeopleRules
    from ..triggers.quiet_hours import QuietHours
    from ..triggers.trigger import Schedule, Trigger
    from .conditions import Condition

#: The id of the only step of a run that is given a single job.
STEP_ID = "job-1"

#: The `join` of a step that waits for all states that can still reach it.
JOIN_ALL = "all"

#: What an edge can wait for: the person's answer, or the end of the time for it.
REPLY, NO_REPLY = "reply", "no_reply"


class Edge:
    """An edge from one step to another.

    Attributes:
        source: The id of the step it leaves.
        target: The id of the step it leads to.
        condition: When it is taken; None is always.
        label: Its name for people.
        disabled: It is never taken.
        on: `reply`: it is taken when the person has answered; `no_reply`: when the time for that is over; or nothing.
        within: How many seconds there are for the answer.
    """

    __slots__ = ("condition", "disabled", "label", "on", "source", "target", "within")

    def __init__(
        self, source: str, target: str, condition: Condition | None = None, *, label: str = "", disabled: bool = False
    ) -> None:
        self.source = source
        self.target = target
        self.condition = condition
        self.label = label
        self.disabled = disabled
        self.on = ""
        self.within = 0.0

    @property
    def handles_failure(self) -> bool:
        """Whether it is taken where its source has failed, and only there."""
        return self.condition is not None and self.condition.is_for_failure and not self.disabled

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"


class Script:
    """A script of a plan: a file, or a text inside the plan's own file.

    Attributes:
        label: Its name in errors: the file, or `workflow.json, step "remind"`.
        file: Its path, or None for a text.
        text: The text, or nothing for a file.
        folder: Where modules beside it are looked for.
    """

    __slots__ = ("file", "folder", "label", "text")

    def __init__(self, label: str, file: str | None = None, text: str = "", folder: str = "") -> None:
        self.label = label
        self.file = file
        self.text = text
        self.folder = folder


class Step:
    """One step of a plan: a job, or a trigger, which has none.

    Attributes:
        id: Unique in the plan.
        name: Its name for people, or nothing.
        kind: `job`, or the kind of trigger: `webhook`, `cron`, `manual` …
        script: What it performs; a trigger has none.
        trigger: Which events start a run here; None where it is no webhook trigger, or disabled.
        schedule: At which moments a run is started here; None where it is no cron trigger, or disabled.
        state: What its state holds before anything arrives.
        configuration: Its own configuration, or None.
        configuration_file: The file of its own configuration, or None.
        credential: The name of its configuration in the credential map, or None.
        join: `all`, or nothing.
        edges: The edges that leave it, in order.
        job: Its script, once that is loaded.
    """

    def __init__(self, id: str, *, name: str = "", kind: str = "job") -> None:  # noqa: A002 - users call it that
        self.id = id
        self.name = name
        self.kind = kind
        self.script: Script | None = None
        self.trigger: Trigger | None = None
        self.schedule: Schedule | None = None
        self.state: State = {}
        self.configuration: dict[str, Any] | None = None
        self.configuration_file: str | None = None
        self.credential: str | None = None
        self.join = ""
        self.edges: list[Edge] = []
        self.job: Job | None = None

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.id


class Plan:
    """What is run: steps by their id, and where to start and end.

    Attributes:
        file: The workflow file or the job script.
        id: The workflow's id, or nothing.
        name: Its name for people, or nothing.
        steps: In the order of the file.
        start: The id of the first step.
        end: The id of the step after which the run ends, or None.
        credentials: The configuration that all steps begin with.
        globals: The script whose public names every step sees, or None.
        match: Of the triggers that an event fits, the `first` starts a run, or `all` do.
        people_rules: What the file says about the people who write to a service, or None.
        quiet_hours: When a service sends nothing that nobody waits for, or None.
        notify: Where a service sends its notices, or None.
        is_workflow: It was read from a workflow file; otherwise it is a single job.
        warnings: What deserves a look and is no error.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.id = ""
        self.name = ""
        self.steps: dict[str, Step] = {}
        self.start = STEP_ID
        self.end: str | None = None
        self.credentials: dict[str, Any] = {}
        self.globals: Script | None = None
        self.match = "first"
        self.people_rules: PeopleRules | None = None
        self.quiet_hours: QuietHours | None = None
        self.notify: NoticeTarget | None = None
        self.is_workflow = True
        self.warnings: list[InputError] = []

    @classmethod
    def of_job(cls, job: Job) -> Plan:
        """Return the plan whose only step is a job script."""
        plan = cls(job.file)
        plan.is_workflow = False
        step = plan.steps[STEP_ID] = Step(STEP_ID)
        step.script, step.job = Script(job.file, job.file), job
        return plan

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.id or self.file

    def scripts(self) -> list[Script]:
        """Return all scripts, that of the globals too."""
        scripts = [self.globals, *(step.script for step in self.steps.values())]
        return [script for script in scripts if script is not None]

    def edges(self) -> Iterable[Edge]:
        """Return all edges, in the order of the file."""
        return (edge for step in self.steps.values() for edge in step.edges)

    def starts(self) -> list[str]:
        """Return the ids of the steps that a run may begin with: the first step, and each trigger."""
        starting = [step for step in self.steps.values() if step.trigger is not None or step.schedule is not None]
        triggers = [step.id for step in starting if step.id != self.start]
        return [self.start, *triggers]

    def reachable(self, start: str) -> set[str]:
        """Return the ids of the steps that a run can reach from a step, with that step."""
        found, open_ends = {start}, [start]
        while open_ends:
            for edge in self.steps[open_ends.pop()].edges:
                if not edge.disabled and edge.target in self.steps and edge.target not in found:
                    found.add(edge.target)
                    open_ends.append(edge.target)
        return found

    def narrow(self, *, start: str | None = None, end: str | None = None, only: str | None = None) -> None:
        """Set the first and the last step of the run.

        Args:
            start: The step to begin with: its id, or a unique part of its id or name.
            end: The step after which the run ends.
            only: The only step to run.

        Raises:
            InputError: No step or several are called that.
        """
        if only is not None:
            if start is not None or end is not None:
                raise InputError("--only does not go with --start or --end.", fix="Give one or the other.")
            self.start = self.end = self.find(only)
        if start is not None:
            self.start = self.find(start)
        if end is not None:
            self.end = self.find(end)

    def find(self, name: str) -> str:
        """Return the id of a step by its id, its name, or a unique part of one.

        Raises:
            InputError: No step or several are called that.
        """
        plain = name.strip().lower()
        for matches in (
            [step for step in self.steps.values() if step.id == name],
            [step for step in self.steps.values() if plain in (step.id.lower(), step.name.lower())],
            [step for step in self.steps.values() if plain in step.id.lower() or plain in step.name.lower()],
        ):
            if len(matches) == 1:
                return matches[0].id
            if len(matches) > 1:
                found = ", ".join(f"`{step.id}`" for step in matches)
                raise InputError(f"Several steps are called `{name}`: {found}.", fix="Give the whole id.")
        from ...problems.problems import did_you_mean

        known = ", ".join(self.steps)
        raise InputError(
            f"There is no step `{name}`.",
            fix=did_you_mean(name, self.steps, f"The steps are {known}. Nothing was run."),
        )
