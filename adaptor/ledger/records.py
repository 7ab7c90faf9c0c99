"""The records of the ledger: runs, their steps, and writes."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from ..core.errors import SENT_NO, AdaptorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The state of a write. `claimed`: a process will make it. `sending`: it may be leaving. `sent`: it was made.
#: `failed`: it was certainly not made. `unknown`: it may have been made. `skipped`: it was left out.
CLAIMED = "claimed"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
UNKNOWN = "unknown"
SKIPPED = "skipped"
OUTCOMES = (CLAIMED, SENDING, SENT, FAILED, UNKNOWN, SKIPPED)
#: Outcomes of what reached the other side, or may have.
MADE = (SENT, SENDING, UNKNOWN)

#: The state of a run. `running` without a valid lease means that it was killed.
RUNNING = "running"
FINISHED = "finished"
STOPPED = "stopped"

#: The version of the rule that identifies writes (see `write_id`). Runs of another version cannot be resumed: their
#: writes would not be found and would be made again.
IDENTITY = 2


class Write(NamedTuple):
    """One write that an operation is about to make.

    Attributes:
        site: The call site in the job (see `adaptor.core.run.place`).
        recipient: The person's id, or the recipient object as text; empty where there is no recipient.
        fingerprint: A digest of everything that the request sends.
        occurrence: The number of writes with this fingerprint that came before at this site in this pass.
        step: The step's id.
        arrival: A number for the way on which the run reached the step.
        page: The Page that sends, by its real id and address.
        own_key: The job's own `key=`, or None.
        text_digest: A digest of the message's text, to find it in a conversation later.
        sole_at_site: It has no recipient and is the only write at its site in this pass, so the site identifies it.
        is_message: A person reads it; it is no sender action and no call to another system.
        is_idempotent: Repeating it has no further effect, so it is made again if an earlier attempt left it unknown.
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
    is_idempotent: bool = False


class WriteRecord(NamedTuple):
    """The record of one write.

    Attributes:
        id: The id of the write (see `write_id`).
        run: The run that has claimed it last.
        write: The write.
        outcome: Its state, one of `OUTCOMES`.
        result: Its result where it was sent, as JSON.
        error: The facts of its error where it failed or is unknown.
        about: Whom the error is about: `person`, `row`, `page` or `job`.
        holder: The id of the lease that holds it, or None.
        attempt: The last attempt of the run that has reached it.
        created: When it was first claimed, in Unix seconds.
        changed: When its outcome changed last.
        is_handled: It failed and the job handled the failure; a resume returns the failure.
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
    """The outcome of a write, to be recorded."""

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
        outcomes: The number of writes by outcome.
        messages: The same of messages alone.
        words: What follows the path on a command line that runs the same: a workflow's name, `--start`, `--only`.
        is_fresh: The user began it with `--fresh`, whatever earlier runs have sent.
        identity: The version of the rule that identifies its writes.
        labels: The user's own words for it, by name.
        given: What its command line was given: `credentials` and `people`, the paths of these files, and `sandbox`;
            `configuration` is `state` where the credential was in the initial state, which is not recorded.
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
    labels: Mapping[str, str] = MappingProxyType({})
    given: Mapping[str, Any] = MappingProxyType({})


def workflow_of(words: Sequence[str]) -> str | None:
    """Return which workflow of a project a run with these words runs, or None.

    Example:
        >>> workflow_of(["beta", "--end", "b"]), workflow_of(["--end", "b"])
        ('beta', None)
    """
    return words[0] if words and not words[0].startswith("--") else None


class StepRecord(NamedTuple):
    """One step that a run has completed, and its output."""

    step: str
    arrival: int
    status: str
    output: Any


def sent(id_: str, result: Any) -> Outcome:
    """Return the outcome of a write that succeeded."""
    return Outcome(id_, SENT, result)


def ended(id_: str, error: AdaptorError) -> Outcome:
    """Return the outcome of a write that ended with an error."""
    outcome = FAILED if error.sent == SENT_NO else UNKNOWN
    return Outcome(id_, outcome, error=error.facts(), about=error.about)
