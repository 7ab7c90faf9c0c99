"""What the ledger writes down: runs, their steps, and one row for every write."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypeAlias

#: How far a write has come. `claimed`: it is somebody's to make. `sending`: it may be leaving. `sent`: Meta has it.
#: `failed`: it certainly was not carried out. `unknown`: nobody knows. `skipped`: it was not to be made.
CLAIMED = "claimed"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
UNKNOWN = "unknown"
SKIPPED = "skipped"
OUTCOMES = (CLAIMED, SENDING, SENT, FAILED, UNKNOWN, SKIPPED)
#: Outcomes that are not made again, whatever happens.
SETTLED = frozenset({SENT, UNKNOWN, SKIPPED})
#: Outcomes of what reached the other side, or may have.
MADE = (SENT, SENDING, UNKNOWN)

#: How far a run has come. `running` without a living holder means that it was killed.
RUNNING = "running"
FINISHED = "finished"
STOPPED = "stopped"

#: The rule by which writes are known (see `keys`). A change of it leaves runs that were begun before without a resume:
#: their writes would not be found, and be made again.
IDENTITY = 2

Json: TypeAlias = "dict[str, Any] | list[Any] | str | int | float | bool | None"


class Write(NamedTuple):
    """One write that an operation is about to make.

    Attributes:
        site: Where in the job it is made (see `adaptor.core.place`).
        recipient: The person's id, or the recipient object as text; empty where it is for nobody.
        fingerprint: A digest of all that would go out.
        occurrence: How many writes with that fingerprint came before at that site in this pass.
        step: The step's id.
        arrival: By which way the run has come to that step.
        page: The Page that writes, by its real id and address.
        own_key: What the job gave as `key=`, or None.
        text_digest: A digest of the message's text, by which it can be found in a conversation later.
        sole_at_site: It is for nobody, and the only one at that site in this pass: another one there is the same one.
        is_message: It is what a person reads, not a sender action or a call to another system.
        is_repeatable: Making it again harms nothing: what an earlier attempt left unknown is made again.
    """

    site: str
    recipient: str
    fingerprint: str
    occurrence: int = 0
    step: str = ""
    arrival: int = 0
    page: str = ""
    own_key: str | None = None
    text_digest: str | None = None
    sole_at_site: bool = False
    is_message: bool = False
    is_repeatable: bool = False


class Row(NamedTuple):
    """One write as it stands in the ledger.

    Attributes:
        is_handled: It failed, and the job itself went on from that: a resume gives the failure back.
    """

    id: str
    run: str
    write: Write
    outcome: str
    result: Any = None
    error: dict[str, Any] | None = None
    about: str | None = None
    holder: str | None = None
    attempt: int = 1
    created: float = 0.0
    changed: float = 0.0
    is_handled: bool = False


class Outcome(NamedTuple):
    """How a write ended, as it is to be written down."""

    id: str
    outcome: str
    result: Any = None
    error: dict[str, Any] | None = None
    about: str | None = None


class RunRecord(NamedTuple):
    """One run.

    Attributes:
        id: Its name.
        path: The job or workflow, as an absolute path.
        job_digest: A digest of the text of the job and all that belongs to it.
        input_digest: A digest of the initial state, without the configuration.
        input: The initial state, without the configuration.
        status: `running`, `finished` or `stopped`.
        started: When it began, in Unix seconds by the store's clock; `now` in the whole run.
        ended: When it ended, or None.
        exit_code: What it ended with, or None.
        attempt: 1, and one more with each resume.
        holder: Who runs it now, or None.
        purged: When its people were forgotten, or None.
        outcomes: How many writes stand where.
        messages: The same of messages alone.
        words: What follows the path on a command line that runs the same: a workflow's name, `--start`, `--only`.
        is_fresh: It was begun anew on purpose, whatever earlier runs have sent.
        identity: By which rule its writes are known.
    """

    id: str
    path: str
    job_digest: str
    input_digest: str
    input: Any = None
    status: str = RUNNING
    started: float = 0.0
    ended: float | None = None
    exit_code: int | None = None
    attempt: int = 1
    holder: str | None = None
    purged: float | None = None
    outcomes: Mapping[str, int] = MappingProxyType({})
    messages: Mapping[str, int] = MappingProxyType({})
    words: Sequence[str] = ()
    is_fresh: bool = False
    identity: int = IDENTITY


def workflow_of(words: Sequence[str]) -> str | None:
    """Return which workflow of a project a run with these words runs, or None.

    Example:
        >>> workflow_of(["beta", "--end", "b"]), workflow_of(["--end", "b"])
        ('beta', None)
    """
    return words[0] if words and not words[0].startswith("--") else None


class StepRecord(NamedTuple):
    """One step that a run has completed: what it left for the next."""

    step: str
    arrival: int
    status: str
    output: Any
