"""Writes that the ledger notes, so that none is made twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..common.rows.results import is_put_off
from ..core.digest import digest
from ..core.errors import AdaptorError, JobError
from ..ledger.at_most_once import Claimed, WriteOutcome, at_most_once
from ..ledger.errors import ReplayMismatch
from ..ledger.ledger import Ledger, ledger_of
from ..ledger.pace import LANE_MEDIA, LANE_MESSAGES, LANE_STOP, MEDIA_PER_SECOND, MESSAGES_PER_SECOND, Place, place_for
from ..ledger.records import MADE, SENT
from .answer import GraphAnswer
from .client import client_for
from .errors import RateLimited
from .request import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..core.context import Run
    from ..core.state import State
    from ..ledger.records import Write
    from .client import GraphClient
    from .request import GraphRequest

    #: Makes calls, and enters what it is given as `waiting` while some of them wait.
    Send = Callable[..., list[GraphAnswer | AdaptorError]]

#: Attachments that have a slower lane of their own.
_SLOW_MEDIA = ("audio", "video")


def needs_no_ledger(request: GraphRequest, run: Run) -> bool:
    """Whether a call needs no note: it changes nothing, or nothing keeps a ledger.

    Raises:
        JobError: The call has a key, and nothing keeps what that promises.
    """
    if not request.is_write or request.is_aside:
        return True
    if run.ledger is not None:
        return False
    if request.key is not None:
        raise JobError(
            "`key` promises at most one send ever, and this run keeps no ledger that could hold it.",
            fix="Run the job with adaptor run, or give the run a ledger.",
            code="NO_LEDGER",
        )
    return True


def send_ledgered(
    requests: Sequence[GraphRequest],
    client: GraphClient,
    run: Run,
    *,
    send: Send | None = None,
) -> list[GraphAnswer | AdaptorError]:
    """Make calls at most once, and record how each ends; reads among them are made as they are.

    Args:
        requests: Finished requests.
        client: Makes them.
        run: Has a ledger.
        send: Makes several at once; by default there is only one.
    """
    ledger = ledger_of(run)
    send = send or _alone(client)
    # A key holds for the Page, whatever token it has.
    page = client.page(ledger, ask=any(request.key is not None for request in requests))
    positions = [index for index, request in enumerate(requests) if request.is_write]
    _keep_pace(ledger, page, [requests[index] for index in positions], client, run)
    sole_at_site = len(positions) == 1 and run.is_once()
    site = run.call_site()
    writes = [write_of(requests[index], ledger, site, page, sole_at_site=sole_at_site) for index in positions]
    answers: dict[int, GraphAnswer | AdaptorError] = {}
    try:
        with at_most_once(run, writes) as claimed:
            ours = {positions[place]: id_ for place, id_ in claimed.ours}
            if ours:
                # What only reads goes along with what is to be made.
                chosen = [index for index, request in enumerate(requests) if index in ours or not request.is_write]
                marked = [_marked(requests[index], ours.get(index), ledger) for index in chosen]
                waiting = partial(
                    _waiting, claimed, [list(ours).index(index) if index in ours else None for index in chosen]
                )
                answers.update(zip(chosen, send(marked, waiting=waiting), strict=True))
                claimed.settle([_result(answers[index]) for index in ours])
    except RateLimited as error:
        _tell_limits(ledger, page, [error])
        raise
    for place, index in enumerate(positions):
        before = claimed.given_back(place)
        if before is not None:
            answers[index] = given_back(before, requests[index], run)
    left = [index for index in range(len(requests)) if index not in answers]
    if left:
        # All writes had been made before, so nothing took the reads along.
        answers.update(zip(left, send([requests[index] for index in left]), strict=True))
    _tell_limits(ledger, page, answers.values())
    return [answers[index] for index in range(len(requests))]


def _marked(request: GraphRequest, id_: str | None, ledger: Ledger) -> GraphRequest:
    return request if id_ is None or not ledger.is_kept else with_token(request, id_)


def _waiting(
    claimed: Claimed, numbers: Sequence[int | None], places: Sequence[int], others: Mapping[int, Any]
) -> AbstractContextManager[None]:
    """Let calls wait, given by their places among all that are made; `numbers` are theirs among the claimed ones."""
    ended = {number: _result(answer) for place, answer in others.items() if (number := numbers[place]) is not None}
    return claimed.waiting([number for place in places if (number := numbers[place]) is not None], ended)


def _result(answer: GraphAnswer | AdaptorError) -> Any:
    """Return what is kept of an answer."""
    return answer if isinstance(answer, AdaptorError) else answer.body


def is_made(request: GraphRequest, run: Run) -> bool:
    """Whether an earlier attempt of the run has sent a message, or may have."""
    ledger = ledger_of(run)
    return ledger.is_resumed and ledger.is_made(write_of(request, ledger, run.call_site(), ""))


def describe_ledgered(
    request: GraphRequest, state: State, run: Run, describe: Callable[[], GraphAnswer]
) -> GraphAnswer | AdaptorError:
    """Describe a write of a dry run that goes on with another, or return what that one made of it.

    Args:
        request: A finished request.
        state: Whose configuration it is made with.
        run: Has a copy of the ledger.
        describe: Describes it.
    """
    ledger = ledger_of(run)
    page = "" if request.key is None else client_for(run, state.get("configuration")).page(ledger, ask=True)
    write = write_of(request, ledger, run.call_site(), page, sole_at_site=run.is_once())
    with at_most_once(run, [write]) as claimed:
        if claimed.ours:
            answer = describe()
            claimed.settle([answer.body])
    before = claimed.given_back(0)
    return answer if before is None else given_back(before, request, run)


def _alone(client: GraphClient) -> Send:
    return lambda requests, **how: [client.send(request, **how) for request in requests]


def given_back(before: WriteOutcome, request: GraphRequest, run: Run) -> GraphAnswer | AdaptorError:
    """Return what is recorded of a call, as if it had been made now."""
    result, row, is_repeat = before
    if row is None:
        error: AdaptorError = result
        if not (isinstance(error, ReplayMismatch) and is_put_off(run)):
            # A loop puts that one off, and counts it where it stays so.
            run.note("failed", recipient=request.recipient, error=error, is_message=request.is_message)
        return error
    is_message = row.write.is_message
    if is_repeat:
        run.note("duplicate", recipient=row.write.recipient, is_message=is_message)
        run.log("debug", "graph", f"{run.place()}: the same message to the same person came before; not sent again.")
    else:
        run.replayed += row.outcome in MADE
        if row.outcome == SENT:
            run.note(SENT, recipient=row.write.recipient or None, is_message=is_message, is_earlier=True)
    if isinstance(result, AdaptorError):
        if result.is_earlier and not is_repeat:
            run.note("unknown", error=result, is_message=is_message, is_earlier=True)
        return result
    known = isinstance(result, dict) and set(result) == {"outcome"}
    if known and result["outcome"] == "unknown" and not is_repeat:
        run.note("unknown", is_message=is_message, is_earlier=True)
    return GraphAnswer(result, None, is_result=known, is_repeat=is_repeat)


def write_of(
    request: GraphRequest,
    ledger: Ledger,
    site: str,
    page: str,
    *,
    once: bool = False,
    sole_at_site: bool = False,
    key: str | None = None,
) -> Write:
    """Return what the ledger knows a call by.

    Args:
        request: A finished request.
        ledger: The run's.
        site: Where in the job it is made.
        page: The Page that writes.
        once: Alike ones are the same write.
        sole_at_site: There is no other one at that site.
        key: A key of the job's own, in place of the request's.
    """
    body = request.body if isinstance(request.body, dict) else {}
    message = body.get("message")
    text = message.get("text") if isinstance(message, dict) else None
    return ledger.write(
        site,
        recipient_text(body.get("recipient")),
        fingerprint(request),
        page=page,
        own_key=request.key if key is None else key,
        text_digest=digest("text", text.strip()) if isinstance(text, str) else None,
        once=once,
        is_message=request.is_message,
        only=f"{request.method} {request.path}" if sole_at_site else "",
        is_repeatable=request.is_repeatable,
    )


def fingerprint(request: GraphRequest) -> str:
    """Return a digest of all that a call would send, files by their content."""
    files: Any = request.files or {}
    if files:
        from ..wire.upload import Upload

        upload = Upload([], files)
        try:
            files = upload.digest(str)
        finally:
            upload.close()
    return digest(request.method, request.path, request.params, request.body, files, request.access, request.part)


def recipient_text(recipient: Any) -> str:
    """Return whom a call is for: the person's id, or the recipient object as text; empty where it is for nobody."""
    if not isinstance(recipient, dict):
        return ""
    return str(recipient["id"]) if set(recipient) == {"id"} else json_text(recipient)


def with_token(request: GraphRequest, token: str) -> GraphRequest:
    """Return the call with the ledger's id in its metadata, by which an echo can be told; a job's own stays."""
    message = request.body.get("message") if isinstance(request.body, dict) else None
    if not isinstance(message, dict) or message.get("metadata") is not None:
        return request
    return request._replace(body={**request.body, "message": {**message, "metadata": token}})


def places_of(requests: Sequence[GraphRequest], per_second: float = MESSAGES_PER_SECOND) -> list[Place]:
    """Return what calls take of the Page's lanes."""
    messages, slow = 0, 0
    for request in requests:
        if request.is_message:
            attachment = request.body["message"].get("attachment")
            messages += 1
            slow += isinstance(attachment, dict) and attachment.get("type") in _SLOW_MEDIA
    places = [Place(LANE_STOP, 0.0), place_for(LANE_MESSAGES, messages, per_second)] if messages else []
    return [*places, place_for(LANE_MEDIA, slow, MEDIA_PER_SECOND)] if slow else places


def _tell_limits(ledger: Ledger, page: str, answers: Any) -> None:
    """Tell all processes of a Page that Meta asks it to wait."""
    limits = [answer.retry_after for answer in answers if isinstance(answer, RateLimited) and answer.retry_after]
    if limits:
        ledger.store.pages.stop_until(page, [LANE_STOP], max(limits))


def _keep_pace(ledger: Ledger, page: str, requests: Sequence[GraphRequest], client: GraphClient, run: Run) -> None:
    places = places_of(requests)
    seconds = ledger.reserve(page, places) if places else 0.0
    if seconds <= 0:
        return
    if seconds > client.retries.max_wait:
        error = RateLimited(
            f"The Page may not send for {seconds:.0f} more seconds: Meta has asked another call of it to wait.",
            fix="Run the job again later; what was sent is not sent again with --resume.",
            code="PAGE_WAITS",
        )
        error.retry_after = seconds
        raise error
    run.log("info" if seconds >= 1 else "debug", "graph", f"The Page's pace: waiting {seconds:.2f} s.")
    run.wait(seconds)
