"""How long after a person's last message the Page may write to them, and with what.

Source: https://developers.facebook.com/docs/messenger-platform/policy/policy-overview and
https://developers.facebook.com/docs/messenger-platform/send-messages/message-tags (checked 2026-11-24).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...common.times import unix_time
from ...core.operation import Value
from ...core.run.context import active
from ...core.text.number_of import number_of
from ...graph.errors import WindowClosed
from .limits import refuse

if TYPE_CHECKING:
    from datetime import datetime

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


def check_window(last_user_message_at: Any, messaging_type: Any, tag: Any) -> None:
    """Refuse a message for which it is too late, without a call.

    Raises:
        WindowClosed: The person has not written within the time. Nothing was sent.
    """
    if last_user_message_at is None or messaging_type in ANY_TIME:
        return
    window = TAGGED.get(tag, STANDARD)
    last = unix_seconds(last_user_message_at)
    elapsed = _now() - last
    if elapsed < -_DAY:
        raise _no_moment("is more than a day ahead")
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


def unix_seconds(moment: Any) -> float:
    """Return a moment in Unix seconds; one without a timezone is in UTC."""
    from datetime import UTC, datetime

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
    import time

    return time.time()


def _ago(seconds: float) -> str:
    hours = int(seconds // 3600)
    return number_of(hours, "hours") if hours < 72 else number_of(hours // 24, "days")
