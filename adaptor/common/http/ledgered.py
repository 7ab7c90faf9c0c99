"""Writes to other systems that the ledger notes, so that none is made twice."""

from __future__ import annotations

from typing import Any

from ...core.context import Run
from ...core.errors import AdaptorError, JobError
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
    """Make a call at most once, and record how it ends."""
    with at_most_once(run, [_write_of(request, call, state, run)]) as claimed:
        if claimed.ours:
            answer = client.send(request, call, waiting=lambda: claimed.waiting([0], {}))
            claimed.settle([_kept(answer)])
    before = claimed.given_back(0)
    return answer if before is None else _given_back(before, run)


def made_before(request: HttpRequest, call: HttpCall, state: State, run: Run) -> HttpAnswer | None:
    """Return what the run that a dry run goes on with has made of a call, or None where it is to be made."""
    with at_most_once(run, [_write_of(request, call, state, run)]) as claimed:
        claimed.settle([{}] * len(claimed.ours))
    before = claimed.given_back(0)
    return None if before is None else _given_back(before, run)


def _write_of(request: HttpRequest, call: HttpCall, state: State, run: Run) -> Write:
    # Without what is secret: a new password does not make another call of it.
    address = request.shown_url.partition("?")[0]
    only = f"{request.method} {address}" if run.is_once() else ""
    known_by = call.digest(request.method, credentials_of(state.get("configuration")))
    return ledger_of(run).write(run.call_site(), "", known_by, only=only, is_repeatable=request.is_repeatable)


def _given_back(before: WriteOutcome, run: Run) -> HttpAnswer:
    """Return what an earlier attempt recorded, as if the call had been made now."""
    found = before.result
    if before.row is None:
        # It may not be made.
        raise found
    run.replayed += before.row.outcome in MADE
    if isinstance(found, AdaptorError):
        if found.is_earlier:
            run.note("unknown", error=found, is_earlier=True)
        raise found
    if found == _NOT_KEPT:
        raise JobError(
            "This call was made before the run stopped, and its answer was too large to be kept.",
            fix="Begin the run anew with --fresh, if the call may be made twice.",
            code="ANSWER_NOT_KEPT",
        )
    if set(found) == {"outcome"}:
        if found["outcome"] == "unknown":
            run.note("unknown", is_earlier=True)
        return HttpAnswer(found, {})
    run.note("sent", is_earlier=True)
    return HttpAnswer(found["data"], found["response"])


def _kept(answer: HttpAnswer) -> Any:
    import json

    result = {"data": answer.data, "response": answer.response}
    try:
        is_kept = not_json(result) is None and len(json.dumps(result)) <= MOST_KEPT
    except (ValueError, RecursionError):
        is_kept = False
    return result if is_kept else _NOT_KEPT
