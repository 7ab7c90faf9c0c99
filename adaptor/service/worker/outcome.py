"""How one attempt of a run ended, and what becomes of the run then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...core.errors import SENT_NO, NotSent
from ...graph.answers.errors import PolicyBlocked, RateLimited, TemporaryFailure, TokenInvalid
from ...ledger.errors import LedgerError, LedgerUnusable, TakenOver
from ...runner.execution.counts import Counts
from ...runner.execution.result import EXIT_CRASHED, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_KILLED, EXIT_WELL
from ..store.page_pauses import POLICY, TOKEN
from ..store.records import CRASHED, FAILED, KILLED, SUCCEEDED
from .response import response_of

if TYPE_CHECKING:
    from ...core.errors import AdaptorError
    from ...runner.execution.result import Result

#: The run's state after an attempt with this exit code; any other is `failed`.
STATUS_OF = {
    EXIT_WELL: SUCCEEDED,
    EXIT_FAILED: FAILED,
    EXIT_CRASHED: CRASHED,
    EXIT_KILLED: KILLED,
    EXIT_INTERRUPTED: KILLED,
}
#: A failed attempt is repeated so often, after so many seconds.
RETRY_SECONDS = (2.0, 10.0, 60.0, 300.0)
#: So often the process of an attempt may end without a word, before the run is given up.
MOST_LOST = 3
#: How long a run waits that another process still holds.
HELD_SECONDS = 1.0
#: Meta's codes, or pairs of code and subcode, for a Page that may send nothing for now: see `graph/answers/codes.py`.
_RESTRICTED = (368, (10, 1893063))
#: The longest error that is kept.
_MOST_ERROR = 4_000


@dataclass(frozen=True)
class Outcome:
    """The end of one attempt.

    Attributes:
        exit_code: As of `adaptor run`.
        summary: What was sent, in words.
        error: The message for people, or None.
        is_safe: Another attempt is safe and may help: nothing was sent, or what was sent is known.
        retry_after: In how many seconds Meta takes calls again, or None.
        runs_elsewhere: Another process runs it; this attempt did nothing.
        is_lost: The worker process has ended in the middle of it.
        waits: Where it waits for an answer, as `Result.waits`, or None.
        put_off: Until when it has stopped itself for quiet hours, in Unix seconds, or None.
        pauses_page: `token` or `policy` where nothing more can be sent as its Page, for that reason; or None.
        is_known: What it has sent is known: it can be resumed.
        response: What the caller gets who waits for the end of the run, or None where nobody does.
    """

    exit_code: int
    summary: str = ""
    error: str | None = None
    is_safe: bool = False
    retry_after: float | None = None
    runs_elsewhere: bool = False
    is_lost: bool = False
    waits: dict[str, Any] | None = None
    put_off: float | None = None
    pauses_page: str | None = None
    is_known: bool = False
    response: dict[str, Any] | None = None

    @property
    def was_interrupted(self) -> bool:
        """Whether a signal has ended it, as where the service is stopped in the middle of it."""
        return self.exit_code == EXIT_INTERRUPTED

    @classmethod
    def lost(cls) -> Outcome:
        """Return the outcome of an attempt whose worker has ended without a word."""
        return cls(EXIT_CRASHED, error="The worker process ended in the middle of the run.", is_lost=True)

    @classmethod
    def of(cls, result: Result, *, responds: bool = False) -> Outcome:
        """Return the outcome for the result of a run.

        Args:
            result: The result.
            responds: Somebody waits for its response.
        """
        error = result.error
        return cls(
            result.exit_code,
            Counts(result).sentence(whole=result.recorded),
            None if error is None else error.report()[:_MOST_ERROR],
            is_safe=is_safe_to_retry(result),
            retry_after=getattr(error, "retry_after", None),
            waits=result.waits if _may_wait(result) else None,
            put_off=_put_off(error),
            pauses_page=reason_to_pause(error),
            is_known=not result.unknown and not result.outcomes.get("unknown"),
            response=response_of(result) if responds else None,
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON, for `Outcome(**…)` in another process."""
        return dict(vars(self))


def _may_wait(result: Result) -> bool:
    """Whether a run that has asked waits: also where nobody knows if the question went out, as after a kill.

    Who answers it has got it, and would be asked twice by a new run. The end of the run says what is unknown.
    """
    return result.exit_code == EXIT_WELL or (result.exit_code == EXIT_FAILED and result.error is None)


def _put_off(error: AdaptorError | None) -> float | None:
    details = error.details if error is not None and error.code == "PUT_OFF" else None
    return details["until"] if isinstance(details, dict) else None


def reason_to_pause(error: AdaptorError | None) -> str | None:
    """Return why an error shows that nothing more can be sent as the Page: `token`, `policy`, or None.

    Of the errors of Meta's policies only those are meant that restrict the Page itself, and no kind of message.
    """
    if isinstance(error, TokenInvalid):
        return TOKEN
    if isinstance(error, PolicyBlocked) and (error.code in _RESTRICTED or (error.code, error.subcode) in _RESTRICTED):
        return POLICY
    return None


def is_safe_to_retry(result: Result) -> bool:
    """Whether a run failed by something that passes: the ledger repeats nothing that was sent or may have been."""
    error = result.error
    if result.exit_code == EXIT_WELL or isinstance(error, TakenOver):
        return False
    if error is None:
        # All of it went well, but for the record of its end.
        return result.is_ledger_lost
    if isinstance(error, LedgerError | LedgerUnusable):
        # The database was lost in the middle. As after a kill, what is unknown is not sent again, and the rest is.
        return True
    return not (result.unknown or result.outcomes.get("unknown")) and _passes(error)


def _passes(error: AdaptorError) -> bool:
    if isinstance(error, TemporaryFailure):
        # After a write it would be unknown; this one was a read.
        return error.sent == SENT_NO
    return isinstance(error, NotSent | RateLimited)
