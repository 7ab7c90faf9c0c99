"""The operation `batch`: several Graph operations in one call."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from ..common.rows.failures import failure, raise_if_failed
from ..common.rows.results import report_result
from ..core.errors import ABOUT_PERSON, ABOUT_ROW, SENT_UNKNOWN, AdaptorError, InvalidMessage, WrongCall
from ..core.operation import Operation, Step, builder_of
from ..core.run.context import current_run
from ..core.state import State, compose_next_state
from .batch_request import MOST_PARTS
from .listing import GraphListing
from .operation import GraphOperation, describe_or_replay, outcome_of, read_answer, skipped_answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Concatenate, ParamSpec

    from ..core.run.context import Run
    from .answers.answer import GraphAnswer
    from .draft import Draft
    from .request import GraphRequest

    P = ParamSpec("P")

#: The heading of these names in `adaptor docs`.
HEADING = "graph"


class _Batch(Operation):
    """A batch; it checks its parts when it is built."""

    __slots__ = ()

    def __init__(self, build: Any, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        super().__init__(build, function, args, kwargs)
        if len(args) > MOST_PARTS:
            raise WrongCall(
                f"batch() takes at most {MOST_PARTS} operations, but {len(args)} were given.",
                fix="Make several batches of them.",
            )
        for part in args:
            if not isinstance(part, GraphOperation) or isinstance(part, GraphListing):
                what = "reads page after page" if isinstance(part, GraphListing) else "is no single call to Graph"
                raise WrongCall(
                    f"{part.title()} cannot be a part of a batch: it {what}.",
                    fix="Give operations such as send_text(…) or get_user_profile(…), or perform it by itself.",
                )


def _batched(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Batch)


@_batched
def batch(state: State, *operations: Step, include_headers: bool = True, fail: bool | None = None) -> State:
    """Perform several Graph operations that do not depend on each other in one call.

    Each operation has its own outcome. Graph may carry them out in any order, and each counts against Meta's limits
    like a single call. Parts that were certainly not carried out are repeated, others never.

    Args:
        *operations: Up to 50 Graph operations: sends, reads, uploads. Paged lists and operations that make several
            calls (`split=`, `typing=`) are not allowed.
        include_headers: Whether Graph sends the headers of each answer, which hold the usage of Meta's limits. False
            makes the answer smaller.
        fail: What to do with parts that did not succeed. Default (None): raise, unless all of them were about a person
            (blocked, window closed, unknown). True: raise if there are any. False: never raise.

    Returns:
        An operation. `data` becomes a list with an entry for each operation, in order. `{"outcome", "data"}` has the
        outcome `sent`, `read`, `duplicate` (the same message was sent before) or `skipped` (the command line leaves
        the recipient out). `{"outcome", "error"}` has `failed` (nothing was sent) or `unknown`. `failed` lists the
        parts that did not succeed, each `{"index", "error", "about", "sent"}`.

    Raises:
        InvalidMessage: A part was refused before the wire. No part was sent.
        GraphError: The whole call failed, or the token, a permission or the Page is at fault. `details` holds all
            parts.
        ItemsFailed: Some parts did not succeed; `details` lists them. The others were carried out.
        DeliveryUnknown: The answer to the whole call was lost. Any part may have been sent; none is repeated.

    Example:
        >>> from adaptor import send_text, typing_off
        >>> batch(send_text("6543210987654321", "Hello"), send_text("6543210987654322", "Hello")).name
        'batch'

    Source: https://developers.facebook.com/docs/graph-api/batch-requests
    """
    run = current_run()
    parts: Any = operations
    requests = []
    for index, part in enumerate(operations):
        run.path[-1] = ("batch", index)
        requests.append(_single(part, state))
    run.path[-1] = ("batch", None)
    _check_typing(requests)
    outcomes = _outcomes_of(requests, [part.draft for part in parts], state, run, include_headers=include_headers)
    results, failed, at_fault = [], [], None
    for index, (request, outcome) in enumerate(zip(requests, outcomes, strict=True)):
        if isinstance(outcome, AdaptorError):
            run.path[-1] = ("batch", index)
            _locate(outcome, operations[index], run, state)
            failed.append(failure(index, outcome))
            results.append({"outcome": _outcome(outcome), "error": outcome.facts()})
            if request.is_message:
                report_result(run, _outcome(outcome), request.recipient, error=outcome)
            if outcome.about not in (ABOUT_PERSON, ABOUT_ROW):
                at_fault = at_fault or outcome
        else:
            done = outcome_of(outcome, request, run)
            results.append({"outcome": done, "data": read_answer(outcome, parts[index].draft)})
            if request.is_message and done != "skipped":
                report_result(run, done, request.recipient, result=outcome.body)
    run.path[-1] = ("batch", None)
    run.stop.raise_if_asked()
    if at_fault is not None and fail is not False:
        at_fault.details = {"failed": failed, "results": results}
        raise at_fault
    raise_if_failed(failed, len(operations), "parts of the batch", fail=fail)
    return {**compose_next_state(state, results), "failed": failed}


def _single(part: Any, state: State) -> GraphRequest:
    requests = part.calls(state)
    if len(requests) != 1:
        raise WrongCall(
            f"{part.title()} cannot be a part of a batch: it makes {len(requests)} calls, one after the other.",
            fix="Perform it by itself, or leave out typing= and split=.",
        )
    if requests[0].sealed:
        raise WrongCall(
            f"{part.title()} cannot be a part of a batch: it carries a secret, and goes out in a call of its own.",
            fix="Perform it by itself.",
        )
    request: GraphRequest = requests[0]
    return request


def _check_typing(requests: list[GraphRequest]) -> None:
    """Refuse what Meta says not to do: typing on and off for one person in the same batch.

    Source: https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions (checked 2026-11-24).
    """
    seen: dict[str, str] = {}
    for request in requests:
        body = request.body if isinstance(request.body, dict) else {}
        action, whom = str(body.get("sender_action")).lower(), str(body.get("recipient"))
        if action in ("typing_on", "typing_off") and seen.setdefault(whom, action) != action:
            raise InvalidMessage(
                "The batch turns typing on and off for the same person.",
                fix="Leave one of them out: a message ends the typing by itself.",
                details={"field": "sender_action"},
            )


def _outcomes_of(
    requests: list[GraphRequest], drafts: list[Draft], state: State, run: Run, *, include_headers: bool
) -> list[GraphAnswer | AdaptorError]:
    outcomes: dict[int, GraphAnswer | AdaptorError] = {}
    if any(request.is_write for request in requests):
        run.check_thread()
        for index, request in enumerate(requests):
            if not request.is_write:
                continue
            if (skipped := skipped_answer(request, run, state)) is not None:
                outcomes[index] = skipped
            elif run.dry_run:
                outcomes[index] = describe_or_replay(request, drafts[index], state, run)
    waiting = [index for index in range(len(requests)) if index not in outcomes]
    # The parts of one call share its token.
    for access in ("page", "app", "user"):
        places = [index for index in waiting if requests[index].access == access]
        if places:
            from .client import client_for
            from .ledgered import needs_no_ledger, send_ledgered

            client = client_for(run, state.get("configuration"))
            run.log("debug", "graph", f"{run.place()}: a batch of {len(places)}")
            send = partial(client.send_batch, include_headers=include_headers)
            parts = [requests[index] for index in places]
            ledgered = [part for part in parts if not needs_no_ledger(part, run)]
            with _reporting_whole(parts, run):
                answers = send(parts) if not ledgered else send_ledgered(parts, client, run, send=send)
            outcomes.update(zip(places, answers, strict=True))
    return [outcomes[index] for index in range(len(requests))]


@contextmanager
def _reporting_whole(requests: list[GraphRequest], run: Run) -> Iterator[None]:
    """If a call fails as a whole, report that outcome for each of its messages."""
    unknown = run.messages.get("unknown", 0)
    try:
        yield
    except (AdaptorError, KeyboardInterrupt) as stop:
        error = stop if isinstance(stop, AdaptorError) else None
        if error is not None or run.messages.get("unknown", 0) != unknown:
            for request in requests:
                if request.is_message:
                    report_result(run, "unknown" if error is None else _outcome(error), request.recipient, error=error)
        run.stop.raise_if_asked()
        raise


def _locate(error: AdaptorError, part: Any, run: Run, state: State) -> None:
    """Add to an error which part it belongs to, and the line on which that is written."""
    run.path.append((part.name, None))
    try:
        part.locate(error, run, state)
    finally:
        run.path.pop()


def _outcome(error: AdaptorError) -> str:
    return "unknown" if error.sent == SENT_UNKNOWN else "failed"
