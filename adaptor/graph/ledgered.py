"""Graph calls through the ledger: it records every write, so that none is made twice."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..common.rows.results import is_put_off
from ..core.digest import digest
from ..core.errors import AdaptorError, JobError
from ..ledger.at_most_once import Claimed, WriteOutcome, at_most_once
from ..ledger.errors import ReplayMismatch
from ..ledger.ledger import Ledger, ledger_of
from ..ledger.pace import (
    ANSWERS_PER_SECOND,
    LANE_ANSWERS,
    LANE_MEDIA,
    LANE_MESSAGES,
    LANE_STOP,
    MEDIA_PER_SECOND,
    MESSAGES_PER_SECOND,
    Slot,
    slot_for,
)
from ..ledger.records import MADE, SENT, SKIPPED, Outcome
from .answers.answer import GraphAnswer
from .answers.errors import RateLimited
from .client import client_for
from .known_people import KnownPeople
from .request import json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from ..core.run.context import Run
    from ..core.state import State
    from ..ledger.records import Write
    from .client import GraphClient
    from .request import GraphRequest

    #: Makes calls, and opens the context `waiting` while some of them wait.
    Send = Callable[..., list[GraphAnswer | AdaptorError]]

#: Attachments that have a slower lane of their own.
_SLOW_MEDIA = ("audio", "video")


def needs_no_ledger(request: GraphRequest, run: Run) -> bool:
    """Whether a call is not recorded: it is a read or a side action, or the run has no ledger.

    Raises:
        JobError: The call has a key, and the run has no ledger.
    """
    if not request.is_write or request.is_aside:
        return True
    if run.ledger is not None:
        return False
    if request.key is not None:
        raise JobError(
            "`key` promises at most one send ever, and this run has no ledger to record it.",
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
    """Make writes at most once and record their outcomes; reads among the requests are not recorded.

    Args:
        requests: Finished requests.
        client: Makes the calls.
        run: Has a ledger.
        send: Makes several calls at once. By default they are made one by one.

    Returns:
        For each request its answer or its error.
    """
    ledger = ledger_of(run)
    send = send or _one_by_one(client)
    # A key holds for the Page, whichever token is used.
    page = client.page.name(ledger, ask=any(request.key is not None for request in requests))
    positions = [index for index, request in enumerate(requests) if request.is_write]
    _keep_pace(ledger, page, [requests[index] for index in positions], client, run)
    sole_at_site = len(positions) == 1 and run.runs_once()
    site = run.call_site()
    writes = [write_of(requests[index], ledger, site, page, sole_at_site=sole_at_site) for index in positions]
    answers: dict[int, GraphAnswer | AdaptorError] = {}
    try:
        with at_most_once(run, writes) as claimed:
            ours = {positions[place]: id_ for place, id_ in claimed.to_make}
            if ours:
                # Reads are sent along with the writes.
                chosen = [index for index, request in enumerate(requests) if index in ours or not request.is_write]
                marked = [_marked(requests[index], ours.get(index), ledger) for index in chosen]
                waiting = partial(
                    _waiting, claimed, [list(ours).index(index) if index in ours else None for index in chosen]
                )
                answers.update(zip(chosen, send(marked, waiting=waiting), strict=True))
                claimed.settle([_result(answers[index]) for index in ours])
    except RateLimited as error:
        _share_limits(ledger, page, [error])
        raise
    for place, index in enumerate(positions):
        before = claimed.earlier_outcome(place)
        if before is not None:
            answers[index] = replay(before, requests[index], run)
    left = [index for index in range(len(requests)) if index not in answers]
    if left:
        # No write was sent now, so the reads are still to be made.
        answers.update(zip(left, send([requests[index] for index in left]), strict=True))
    _share_limits(ledger, page, answers.values())
    return [answers[index] for index in range(len(requests))]


def _marked(request: GraphRequest, id_: str | None, ledger: Ledger) -> GraphRequest:
    return request if id_ is None or not ledger.is_kept else with_write_id(request, id_)


def _waiting(
    claimed: Claimed, numbers: Sequence[int | None], places: Sequence[int], others: Mapping[int, Any]
) -> AbstractContextManager[None]:
    """Return the context for calls that wait; `numbers` maps the index of a call to its index in `claimed.to_make`."""
    ended = {number: _result(answer) for place, answer in others.items() if (number := numbers[place]) is not None}
    return claimed.waiting([number for place in places if (number := numbers[place]) is not None], ended)


def _result(answer: GraphAnswer | AdaptorError) -> Any:
    """Return what the ledger keeps of an answer."""
    return answer if isinstance(answer, AdaptorError) else answer.body


def is_made(request: GraphRequest, run: Run) -> bool:
    """Whether an earlier attempt of the run has sent a message, or may have."""
    ledger = ledger_of(run)
    return ledger.is_resumed and ledger.is_made(write_of(request, ledger, run.call_site(), ""))


def record_skipped(request: GraphRequest, run: Run, state: State) -> None:
    """Record that a message is not sent, since its recipient has asked for no more."""
    ledger = ledger_of(run)
    page = client_for(run, state.get("configuration")).page.name(ledger, ask=request.key is not None)
    (entry,) = ledger.claim([write_of(request, ledger, run.call_site(), page)])
    if entry.is_claimed:
        ledger.settle([Outcome(entry.id, SKIPPED)])


def describe_ledgered(
    request: GraphRequest, state: State, run: Run, describe: Callable[[], GraphAnswer]
) -> GraphAnswer | AdaptorError:
    """Describe a write in the dry run of a resume, or return its recorded outcome.

    Args:
        request: A finished request.
        state: Holds the `configuration`.
        run: Has a copy of the ledger.
        describe: Describes the write.
    """
    ledger = ledger_of(run)
    page = "" if request.key is None else client_for(run, state.get("configuration")).page.name(ledger, ask=True)
    write = write_of(request, ledger, run.call_site(), page, sole_at_site=run.runs_once())
    with at_most_once(run, [write]) as claimed:
        if claimed.to_make:
            answer = describe()
            claimed.settle([answer.body])
    before = claimed.earlier_outcome(0)
    return answer if before is None else replay(before, request, run)


def _one_by_one(client: GraphClient) -> Send:
    return lambda requests, **how: [client.send(request, **how) for request in requests]


def replay(before: WriteOutcome, request: GraphRequest, run: Run) -> GraphAnswer | AdaptorError:
    """Return the recorded outcome of a call as its answer or error, and count it."""
    result, record, is_repeat = before
    if record is None:
        error: AdaptorError = result
        if not (isinstance(error, ReplayMismatch) and is_put_off(run)):
            # A loop puts that one off, and counts it where it stays so.
            run.record_call("failed", recipient=request.recipient, error=error, is_message=request.is_message)
        return error
    is_message = record.write.is_message
    if is_repeat:
        run.record_call("duplicate", recipient=record.write.recipient, is_message=is_message)
        run.log("debug", "graph", f"{run.place()}: this message was sent to this person before; not sent again.")
    else:
        run.replayed += record.outcome in MADE
        if record.outcome == SENT:
            run.record_call(SENT, recipient=record.write.recipient or None, is_message=is_message, is_earlier=True)
    if isinstance(result, AdaptorError):
        if result.is_earlier and not is_repeat:
            run.record_call("unknown", error=result, is_message=is_message, is_earlier=True)
        return result
    known = isinstance(result, dict) and set(result) == {"outcome"}
    if known and result["outcome"] == "unknown" and not is_repeat:
        run.record_call("unknown", is_message=is_message, is_earlier=True)
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
    """Return the write that a request makes, as the ledger identifies it.

    Args:
        request: A finished request.
        ledger: The run's ledger.
        site: The call site.
        page: The Page that sends.
        once: Equal writes count as one write.
        sole_at_site: It is the only write at its site.
        key: A key in place of the request's own.
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
        only=f"{request.method} {_address(request)[0]}" if sole_at_site else "",
        is_idempotent=request.is_idempotent,
    )


def fingerprint(request: GraphRequest) -> str:
    """Return a digest of everything that a call sends, files by their content."""
    files: Any = request.files or {}
    if files:
        from ..wire.upload import Upload

        upload = Upload([], files)
        try:
            files = upload.digest(str)
        finally:
            upload.close()
    return digest(request.method, *_address(request), request.body, files, request.access, request.part)


def _address(request: GraphRequest) -> tuple[str, dict[str, Any]]:
    """Return the path and the query, as far as they say what is written."""
    # Each attempt to upload a file has a session of its own, whose id is in the path.
    return (request.path, request.params) if request.file_offset is None else ("upload", {})


def recipient_text(recipient: Any) -> str:
    """Return the recipient of a call: the person's id, or the recipient object as text; empty without a recipient."""
    if not isinstance(recipient, dict):
        return ""
    return str(recipient["id"]) if set(recipient) == {"id"} else json_text(recipient)


def with_write_id(request: GraphRequest, token: str) -> GraphRequest:
    """Return a message with the id of the write in its metadata, which its echo repeats; a job's own metadata stays."""
    message = request.body.get("message") if isinstance(request.body, dict) else None
    if not isinstance(message, dict) or message.get("metadata") is not None:
        return request
    return request._replace(body={**request.body, "message": {**message, "metadata": token}})


def slots_of(requests: Sequence[GraphRequest], per_second: float = MESSAGES_PER_SECOND) -> list[Slot]:
    """Return the slots that calls need in the Page's lanes."""
    messages = [request for request in requests if request.is_message]
    slow = sum(map(is_slow_media, messages))
    slots = [Slot(LANE_STOP, 0.0), slot_for(LANE_MESSAGES, len(messages), per_second)] if messages else []
    return [*slots, slot_for(LANE_MEDIA, slow, MEDIA_PER_SECOND)] if slow else slots


def is_slow_media(message: GraphRequest) -> bool:
    """Whether a message needs a slot of the lane for audio and video."""
    attachment = message.body["message"].get("attachment")
    return isinstance(attachment, dict) and attachment.get("type") in _SLOW_MEDIA


def _overtaking(requests: Sequence[GraphRequest], run: Run) -> list[Slot]:
    """Return the slot by which answers overtake a broadcast of the Page; none where nobody waits for these messages."""
    people = KnownPeople.of(run)
    messages = [request for request in requests if request.is_message]
    if messages and all(people.expects_answer(request.recipient or "") for request in messages):
        return [slot_for(LANE_ANSWERS, len(messages), ANSWERS_PER_SECOND)]
    return []


def _share_limits(ledger: Ledger, page: str, answers: Any) -> None:
    """Stop all processes of a Page for as long as Meta's rate limit asks."""
    limits = [answer.retry_after for answer in answers if isinstance(answer, RateLimited) and answer.retry_after]
    if limits:
        ledger.store.pages.stop(page, max(limits))


def _keep_pace(ledger: Ledger, page: str, requests: Sequence[GraphRequest], client: GraphClient, run: Run) -> None:
    slots = [*slots_of(requests), *_overtaking(requests, run)]
    seconds = ledger.reserve(page, slots) if slots else 0.0
    if seconds <= 0:
        return
    if seconds > client.retries.max_wait:
        error = RateLimited(
            f"The Page may not send for {seconds:.0f} more seconds: Meta's rate limit stopped another call of it.",
            fix="Continue later with --resume, which sends nothing again.",
            code="PAGE_WAITS",
        )
        error.retry_after = seconds
        raise error
    run.log("info" if seconds >= 1 else "debug", "graph", f"The Page's pace: waiting {seconds:.2f} s.")
    run.wait(seconds)
