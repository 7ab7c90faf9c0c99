"""How long after a person's last message the Page may write to them, and with what.

Source: https://developers.facebook.com/docs/messenger-platform/policy/policy-overview and
https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags (checked 2026-11-24).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...core.operation import Value
from ...core.run.context import active
from ...core.text.number_of import number_of
from ...graph.answers.errors import WindowClosed
from ...graph.known_people import KnownPeople, psid_of
from .limits import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ...core.run.context import Run
    from ...core.state import State
    from ...graph.request import GraphRequest

#: When a person last wrote: ISO text, a datetime, or Unix time in seconds or, as webhooks give it, in milliseconds.
Moment: TypeAlias = "Value[str | int | float | datetime | None]"

_DAY = 86_400


class Window(NamedTuple):
    """How long one kind of message may be sent."""

    seconds: int
    name: str


STANDARD = Window(_DAY, "24 hours")
#: By tag. `HUMAN_AGENT` is for what a human wrote, `CUSTOMER_FEEDBACK` for its own template alone.
TAGGED = {"HUMAN_AGENT": Window(7 * _DAY, "7 days"), "CUSTOMER_FEEDBACK": Window(7 * _DAY, "7 days")}
#: Utility messages may be sent at any time.
ANY_TIME = ("UTILITY",)


def check_window(last_user_message_at: Any, messaging_type: Any, tag: Any) -> bool:
    """Refuse a message for which it is too late, without a call.

    Returns:
        Whether the job knows when the person last wrote.

    Raises:
        WindowClosed: The person has not written within the time. Nothing was sent.
    """
    if last_user_message_at is None:
        return False
    if messaging_type not in ANY_TIME:
        elapsed = _now() - _seconds_of(last_user_message_at)
        if elapsed < -_DAY:
            raise _no_moment("is more than a day ahead")
        _check(elapsed, tag)
    return True


def check_known_window(requests: Sequence[GraphRequest], state: State) -> None:
    """Refuse a message for which it is too late by what the program that started the run knows of the person.

    Where it knows nothing, and for a message that an earlier attempt has sent, nothing is refused.

    Raises:
        WindowClosed: The person has not written within the time. Nothing was sent.
    """
    run, first = active.get(), next((request for request in requests if request.is_message), None)
    psid = None if first is None else psid_of(first)
    if run is None or run.dry_run or first is None or psid is None or first.body.get("messaging_type") in ANY_TIME:
        return
    people = KnownPeople.of(run)
    last = people.last_message(psid, run, state)
    # By the clock of today: a run that is resumed keeps the time at which it began.
    elapsed = 0.0 if last is None else time.time() - last
    tag = first.body.get("tag")
    if last is None or (elapsed > _window(tag).seconds and _is_not_sent_now(requests, psid, people, run, state)):
        return
    _check(elapsed, tag)


def _is_not_sent_now(requests: Sequence[GraphRequest], psid: str, people: KnownPeople, run: Run, state: State) -> bool:
    """Whether an earlier attempt may have sent one of them, as the ledger knows, or the stop list leaves it out."""
    from ...graph.ledgered import is_made
    from ...ledger.ledger import ledger_of

    ledger = ledger_of(run)
    if ledger.is_resumed and any(request.key is not None or is_made(request, run) for request in requests):
        return True
    return not people.expects_answer(psid) and people.is_stopped(psid, run, state)


def _window(tag: Any) -> Window:
    return TAGGED.get(tag, STANDARD)


def _check(elapsed: float, tag: Any) -> None:
    window = _window(tag)
    if elapsed <= window.seconds:
        if tag == "HUMAN_AGENT" and elapsed <= STANDARD.seconds:
            _warn_of_tag()
        return
    error = WindowClosed(
        f"The person last wrote {_ago(elapsed)} ago, and this kind of message may be sent for {window.name}.",
        fix="The person has to write first. Outside the 24 hours only an approved utility template (send_utility) "
        "or, written by a human within 7 days, the HUMAN_AGENT tag may be sent.",
        code="WINDOW_CLOSED",
        details={"window_seconds": window.seconds, "elapsed_seconds": round(elapsed)},
    )
    error.message = error.description
    raise error


def _seconds_of(moment: Any) -> float:
    """Return a moment in Unix seconds; one without a timezone is in UTC."""
    from datetime import UTC, datetime

    from ...common.times import unix_time

    if moment != moment:
        # What data frames hold where there is no value.
        raise _no_moment("is no date that can be read")
    try:
        seconds = unix_time(moment)
        if seconds is not None:
            return float(seconds)
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment.strip())
    except (ValueError, OverflowError):
        raise _no_moment("is no date that can be read") from None
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    raise _no_moment(f"is a {type(moment).__name__}")


def _warn_of_tag() -> None:
    """Warn once in a run that the tag is for what a human writes after the 24 hours."""
    run = active.get()
    if run is not None:
        run.warn(
            "messenger",
            "the tag HUMAN_AGENT is for what a human writes after the 24 hours, and the person wrote within them: "
            "messaging_type RESPONSE, without a tag, is meant.",
            once="HUMAN_AGENT",
        )


def _no_moment(what: str) -> Exception:
    return refuse(
        "last_user_message_at",
        what,
        'Give ISO text ("2026-11-24T09:00:00Z"), a datetime, or Unix time in seconds or milliseconds.',
    )


def _now() -> float:
    run = active.get()
    if run is not None:
        return run.now()
    return time.time()


def _ago(seconds: float) -> str:
    hours = int(seconds // 3600)
    return number_of(hours, "hours") if hours < 72 else number_of(hours // 24, "days")
