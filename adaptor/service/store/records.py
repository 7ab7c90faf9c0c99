"""The records of the service: events that came in, and runs that wait, run or have ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    #: Events, each with the runs that it starts.
    Arrivals = Sequence[tuple["Event", Sequence["NewRun"]]]

#: The states of a run. The first two are open: while a run of a person is open, the person's later runs wait.
QUEUED = "queued"
RUNNING = "running"
SUCCEEDED = "succeeded"
FAILED = "failed"
CRASHED = "crashed"
KILLED = "killed"
CANCELLED = "cancelled"
#: It has asked, and nobody has answered yet; no process holds it, and the person's other runs do not wait for it.
WAITING = "waiting"
#: How a run ends that did not succeed, and nobody cancelled it.
UNSUCCESSFUL = (FAILED, CRASHED, KILLED)
ENDED = (SUCCEEDED, *UNSUCCESSFUL, CANCELLED)


@dataclass(frozen=True)
class Event:
    """One event of a webhook, as plain facts.

    Attributes:
        page: The id of the Page.
        kind: Meta's name of the webhook field, such as `messages`.
        mid: Meta's id of the message where that identifies the event, else a digest of the event.
        psid: Whom it is about, or None.
        happened: When, in Unix seconds, or None where Meta does not say.
        facts: What a workflow gets as `data`.
        body: The event as Meta sent it.
        opens_window: The person did something after which the Page may write for 24 hours.
        stops: The person wants no more messages that nobody asked for; False: wants them again; None: says nothing.
        pauses: For how many seconds nothing answers the person: a human did.
    """

    page: str
    kind: str
    mid: str
    psid: str | None
    happened: float | None
    facts: dict[str, Any]
    body: Any = field(repr=False, default=None)
    opens_window: bool = False
    stops: bool | None = None
    pauses: float = 0.0

    @property
    def person(self) -> str | None:
        """The person as a key: the same id means somebody else at another Page."""
        return None if self.psid is None else f"{self.page}/{self.psid}"


class Stored(IntEnum):
    """What became of an event; what was stored before is falsy."""

    BEFORE = 0
    NEW = 1
    #: New, and its runs are not performed: a human answers this person.
    PAUSED = 2
    #: New, and the answer that a run has waited for: the run continues, and nothing is started.
    ANSWER = 3


@dataclass(frozen=True)
class NewRun:
    """A run that is to be queued.

    Attributes:
        id: Its id, which is its id in the ledger too.
        workflow: The workflow's name in the project; empty where the file holds one workflow.
        start: The id of the step that it starts with.
        digest: A digest of the workflow's files.
        person: Runs with the same person are run one after the other, oldest first; None is no order.
        input: The initial state.
        is_answer: Somebody waits for it: it is run before those for which nobody does.
        page: The Page that it will send as: while that is paused, it waits. Empty is one that is not
            known; None is that of the person, else the only one that is known.
        is_wish: A stop word has started it, which answers no question of another run.
        due: It is not started before, in Unix seconds; None is at once.
        project: The name of the file whose workflow it is, as `Project.name`; only its services perform it.
    """

    id: str
    workflow: str
    start: str
    digest: str
    person: str | None
    input: dict[str, Any] = field(repr=False)
    is_answer: bool = True
    page: str | None = None
    is_wish: bool = False
    due: float | None = None
    project: str = ""


def page_of_person(person: str | None) -> str:
    """Return the Page of a person, as `Event.person` names them; empty for a schedule and for nobody."""
    page, separator, _ = (person or "").partition("/")
    return page if separator and page.isdecimal() else ""


def run_name(workflow: str, start: str) -> str:
    """Return what a run performs, for people: the workflow, where the file holds several, and the step."""
    return f"{workflow}: {start}" if workflow else start


@dataclass(frozen=True)
class RunRow:
    """A run as the table holds it.

    Attributes:
        n: Its number, in the order of queueing.
        id: As in `NewRun`; so are `workflow`, `start`, `digest`, `person`, `is_answer`, `input` and `page`.
        status: One of the states above.
        due: It is not started before, in Unix seconds.
        epoch: How often it was claimed. A worker whose epoch is not the row's has lost the run.
        holder: The lease of the process that runs it, or None.
        failures: How many attempts failed, crashed or were lost.
        queued: When, in Unix seconds; so are `started`, of the last attempt, and `ended`.
        exit_code: As of `adaptor run`, or None.
        error: What went wrong in the last attempt, as text for people, or None.
        waits: Where it waits for an answer, `{"step", "arrival"}`, with `since`, the time of what it knows; once that
            is over its `facts`, and the `runs` that these would have started; or None.
        project: As in `NewRun`; empty where an earlier release has queued it.
        names_page: `page` was said, by an event, a trigger, a person or the caller; not only the one that is known.
    """

    n: int
    id: str
    workflow: str
    start: str
    digest: str
    person: str | None
    is_answer: bool
    input: dict[str, Any] = field(repr=False)
    status: str
    due: float
    epoch: int
    holder: str | None
    failures: int
    queued: float
    started: float | None
    ended: float | None
    exit_code: int | None
    error: str | None
    waits: dict[str, Any] | None = None
    page: str | None = None
    names_page: bool = False
    project: str = ""
