"""Writes to other systems through the ledger, so that none is made twice."""

from __future__ import annotations

from typing import Any

from ...core.errors import AdaptorError, JobError
from ...core.run.context import Run
from ...core.state import State, not_json
from ...ledger.at_most_once import WriteOutcome, at_most_once
from ...ledger.ledger import ledger_of
from ...ledger.records import MADE, Write
from ...wire.address import credentials_of
from .call import HttpRequest
from .client import HttpAnswer, HttpClient
from .outgoing import HttpCall

#: How much of an answer is kept for a resume, in characters of JSON.
MOST_KEPT = 1_000_000

_NOT_KEPT = {"not kept": True}


def send_ledgered(request: HttpRequest, call: HttpCall, client: HttpClient, state: State, run: Run) -> HttpAnswer:
    """Make a write at most once, and record its outcome."""
    with at_most_once(run, [_write_of(request, call, state, run)]) as claimed:
        if claimed.to_make:
            answer = client.send(request, call, waiting=lambda: claimed.waiting([0], {}))
            claimed.settle([_kept(answer)])
    before = claimed.earlier_outcome(0)
    return answer if before is None else _replay(before, run)


def recorded_answer(request: HttpRequest, call: HttpCall, state: State, run: Run) -> HttpAnswer | None:
    """Return the recorded answer of a write in the dry run of a resume, or None if a run would make it now."""
    with at_most_once(run, [_write_of(request, call, state, run)]) as claimed:
        claimed.settle([{}] * len(claimed.to_make))
    before = claimed.earlier_outcome(0)
    return None if before is None else _replay(before, run)


def _write_of(request: HttpRequest, call: HttpCall, state: State, run: Run) -> Write:
    # Without secrets: with a new password it is still the same write.
    address = request.shown_url.partition("?")[0]
    only = f"{request.method} {address}" if run.runs_once() else ""
    known_by = call.digest(request.method, credentials_of(state.get("configuration")))
    return ledger_of(run).write(run.call_site(), "", known_by, only=only, is_idempotent=request.is_idempotent)


def _replay(before: WriteOutcome, run: Run) -> HttpAnswer:
    """Return the recorded outcome of a call as its answer, and count it; raise its error if it failed."""
    found = before.result
    if before.record is None:
        # The write is refused.
        raise found
    run.replayed += before.record.outcome in MADE
    if isinstance(found, AdaptorError):
        if found.is_earlier:
            run.record_call("unknown", error=found, is_earlier=True)
        raise found
    if found == _NOT_KEPT:
        raise JobError(
            "This call was made before the run stopped, and its answer was too large to be recorded.",
            fix="If the call may be made twice, begin a new run with --fresh.",
            code="ANSWER_NOT_KEPT",
        )
    if set(found) == {"outcome"}:
        if found["outcome"] == "unknown":
            run.record_call("unknown", is_earlier=True)
        return HttpAnswer(found, {})
    run.record_call("sent", is_earlier=True)
    return HttpAnswer(found["data"], found["response"])


def _kept(answer: HttpAnswer) -> Any:
    import json

    result = {"data": answer.data, "response": answer.response}
    try:
        is_kept = not_json(result) is None and len(json.dumps(result)) <= MOST_KEPT
    except (ValueError, RecursionError):
        is_kept = False
    return result if is_kept else _NOT_KEPT
