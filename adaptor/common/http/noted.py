"""Writes to other systems that the ledger notes, so that none is made twice."""

from __future__ import annotations

from typing import Any

from ...core.context import Run
from ...core.errors import AdaptorError, JobError
from ...core.state import not_json
from ...ledger.keys import digest
from ...ledger.passage import pass_through
from .call import Call, HttpRequest
from .client import Answer, HttpClient

#: How much of an answer is kept for a resume, in characters of JSON.
MOST_KEPT = 1_000_000

_NOT_KEPT = {"not kept": True}


def send_noted(request: HttpRequest, call: Call, client: HttpClient, run: Run) -> Answer:
    """Make a call at most once, and note how it ends."""
    ledger: Any = run.ledger
    # Without what is secret: a new password does not make another call of it.
    write = ledger.write(run.site(), "", digest("http", request.described()))
    (passed,) = pass_through(
        ledger, [write], lambda ours: [client.send(request, call)], lambda answer: _kept(answer, run)
    )
    if passed.row is None:
        answer: Answer = passed.answer
        return answer
    run.replayed += 1
    found = passed.answer
    if isinstance(found, AdaptorError):
        raise found
    if found == _NOT_KEPT:
        raise JobError(
            "This call was made before the run stopped, and its answer was too large to be kept.",
            fix="Begin the run anew with --fresh, if the call may be made twice.",
            code="ANSWER_NOT_KEPT",
        )
    if set(found) == {"outcome"}:
        if found["outcome"] == "unknown":
            run.note("unknown")
        return Answer(found, {})
    return Answer(found["data"], found["response"])


def _kept(answer: Answer, run: Run) -> Any:
    import json

    result = run.redactor.value({"data": answer.data, "response": answer.response})
    try:
        is_kept = not_json(result) is None and len(json.dumps(result)) <= MOST_KEPT
    except (ValueError, RecursionError):
        is_kept = False
    return result if is_kept else _NOT_KEPT
