"""Which ledger a run uses, and how it treats earlier runs."""

from __future__ import annotations

from types import MappingProxyType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ....ledger.leases.leases import LeaseTerms
    from ....ledger.ledger import Ledger


class LedgerOptions:
    """Which ledger a run uses, and how it treats earlier runs in it.

    Attributes:
        database: A `postgresql://` URL, the path of a file, or `:memory:`; None is the file beside the job.
        resume: The id of the run to resume; `last` is the newest run of the job.
        fresh: Start a new run, though the last one with the same initial state stopped midway.
        is_new: It is known that no run of this id has begun, so the ledger is opened with the first write only.
        allow_changed: Resume though the job's text has changed.
        resend_unknown: Repeat the writes whose outcome is unknown, on purpose.
        labels: The user's own words for the run, by name, to find it again.
        given: What the command line was given, as `RunRecord.given`: so that a resume can be given the same.
        collections: What the collections hold at first, by name and key: for a ledger in memory.
        ask: Called with a question where the last run stopped midway: returns True to resume it, False to start a new
            run, None for neither. Without it, neither is done.
        reply: For a run that waits for an answer at a `step` and `arrival`: these, and the `facts` of the answer, None
            where the time is over. None lets it wait.
        replies: What answers the steps that wait, in order: texts, as if the person had written them; facts of a
            message or tap; or None where the time is over.
        on_reply: Called when one of them is given: with whom was asked, the facts or None, and how long the step waits.
        terms: On which terms this process holds its lease on the run; None is the usual ones.
        on_open: Called with the address of the ledger and the ledger, as soon as the run is recorded there.
    """

    database: str | None = None
    resume: str | None = None
    fresh: bool = False
    is_new: bool = False
    allow_changed: bool = False
    resend_unknown: bool = False
    labels: Mapping[str, str] | None = None
    given: Mapping[str, Any] = MappingProxyType({})
    collections: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    ask: Callable[[str], bool | None] | None = None
    reply: Mapping[str, Any] | None = None
    replies: Sequence[str | Mapping[str, Any] | None] | None = None
    on_reply: Callable[[str | None, Mapping[str, Any] | None, float], object] | None = None
    terms: LeaseTerms | None = None
    on_open: Callable[[str, Ledger], object] | None = None
