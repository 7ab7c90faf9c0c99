"""Writes to other systems that the ledger notes, so that none is made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.context import Run
from ...core.errors import AdaptorError, JobError
from ...core.state import State, not_json
from ...ledger.at_most_once import perform_at_most_once
from ...ledger.records import Write
from ...wire.address import credentials_of
from ...wire.connection import wire
from .call import HttpCall, HttpRequest
from .client import HttpAnswer, HttpClient

if TYPE_CHECKING:
    from ...ledger.at_most_once import Waiting, WriteOutcome

#: How much of an answer is kept for a resume, in characters of JSON.
MOST_KEPT = 1_000_000

_NOT_KEPT = {"not kept": True}


def send_ledgered(request: HttpRequest, call: HttpCall, client: HttpClient, state: State, run: Run) -> HttpAnswer:
    """Make a call at most once, and note how it ends."""

    def make(ours: list[tuple[int, str]], waiting: Waiting) -> list[HttpAnswer]:
        wire.left = False
        return [client.send(request, call, waiting=lambda: waiting([0], {}))]

    write = _write_of(request, call, state, run)
    (passed,) = perform_at_most_once(run, [write], make, _kept, lambda: wire.left)
    answer = _made_before(passed, run)
    made_now: HttpAnswer = passed.answer
    return made_now if answer is None else answer


def made_before(request: HttpRequest, call: HttpCall, state: State, run: Run) -> HttpAnswer | None:
    """Return what the run that a dry run goes on with has made of a call, or None where it is to be made."""
    write = _write_of(request, call, state, run)
    (passed,) = perform_at_most_once(run, [write], lambda ours, waiting: [None], lambda _: {}, lambda: False)
    return _made_before(passed, run)


def _made_before(passed: WriteOutcome, run: Run) -> HttpAnswer | None:
    if passed.row is not None:
        return _given_back(passed.answer, run)
    if isinstance(passed.answer, AdaptorError):
        # It may not be made.
        raise passed.answer
    return None


def _write_of(request: HttpRequest, call: HttpCall, state: State, run: Run) -> Write:
    ledger: Any = run.ledger
    # Without what is secret: a new password does not make another call of it.
    address = request.shown_url.partition("?")[0]
    only = f"{request.method} {address}" if run.is_once() else ""
    known_by = call.digest(request.method, credentials_of(state.get("configuration")))
    write: Write = ledger.write(run.call_site(), "", known_by, only=only, is_repeatable=request.is_repeatable)
    return write


def _given_back(found: Any, run: Run) -> HttpAnswer:
    """Return what an earlier attempt recorded, as if the call had been made now."""
    run.replayed += 1
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
    run.has_made("sent", is_message=False)
    return HttpAnswer(found["data"], found["response"])


def _kept(answer: HttpAnswer) -> Any:
    import json

    result = {"data": answer.data, "response": answer.response}
    try:
        is_kept = not_json(result) is None and len(json.dumps(result)) <= MOST_KEPT
    except (ValueError, RecursionError):
        is_kept = False
    return result if is_kept else _NOT_KEPT
