"""The triggers of a workflow: which events of a webhook start it, or which moments.

A run does not look at them: `adaptor check` and the service do.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .call import Call

#: What a trigger without `events` waits for: what people do to start a conversation.
DEFAULT_EVENTS = ("messages", "messaging_postbacks")
#: The filter that is searched in the text of a message, as a regular expression.
TEXT = "text"
#: What a trigger can filter by.
FILTERS = (TEXT, "payload", "quick_reply", "referral", "feedback")
#: The choices of `match`.
FIRST, ALL = "first", "all"


class Trigger(NamedTuple):
    """What starts a workflow.

    Attributes:
        events: Meta's names of the webhook fields; `standby` is any event that came while another app was in charge.
        filters: By name, the patterns of which one has to fit. All filters have to.
        call: How other programs start it; None where Meta's events do.
    """

    events: tuple[str, ...] = DEFAULT_EVENTS
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    call: Call | None = None

    def fits(self, facts: Mapping[str, Any]) -> bool:
        """Whether an event with these facts (see `service.inbox.facts`) starts the workflow.

        Example:
            >>> trigger = Trigger(filters=(("text", ("open|hours",)),))
            >>> message = {"event": "messages", "standby": False}
            >>> trigger.fits({**message, "text": "When are you OPEN?"}), trigger.fits({**message, "text": "Thanks"})
            (True, False)
        """
        if self.call is not None:
            return False
        event = "standby" if facts["standby"] else facts["event"]
        return event in self.events and all(_fits(name, patterns, facts) for name, patterns in self.filters)

    def covers(self, other: Trigger) -> bool:
        """Whether every event that starts the other one starts this one, as far as the patterns show it."""
        if self.call is not None or other.call is not None:
            return False
        theirs = dict(other.filters)
        return set(other.events) <= set(self.events) and all(
            name in theirs and all(_is_covered(name, pattern, patterns) for pattern in theirs[name])
            for name, patterns in self.filters
        )


class Schedule(NamedTuple):
    """At which moments a workflow is started.

    Attributes:
        expression: Five fields, as cron takes them.
        zone: The time zone by which they are meant.
        cursor: The step with whose last output a run begins; empty where that is the final state of the last run.
        page: The id of the Page as which its runs send; empty where that is the only one, or the steps say it.
    """

    expression: str
    zone: str = "UTC"
    cursor: str = ""
    page: str = ""


def _fits(name: str, patterns: tuple[str, ...], facts: Mapping[str, Any]) -> bool:
    value = facts.get(name)
    if name == "referral":
        value = value.get("ref") if isinstance(value, dict) else None
    if name == "feedback":
        return any(_is_like(answer, pattern) for answer in _feedback(facts) for pattern in patterns)
    if not isinstance(value, str):
        return False
    if name == TEXT:
        return any(re.search(pattern, value, re.IGNORECASE) for pattern in patterns)
    return any(_is_like(value, pattern) for pattern in patterns)


def _feedback(facts: Mapping[str, Any]) -> list[str]:
    """Return what a person chose in a feedback form: of each question `id=payload`, such as `clinic_stars=5`.

    A thumb up or down on an answer of the Page is `Good response` or `Bad response`.

    Source: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_feedback and
    …/webhook-events/response_feedback (checked 2026-11-28).
    """
    thumb, form = facts.get("response_feedback"), facts.get("messaging_feedback")
    found = [thumb.get("feedback")] if isinstance(thumb, dict) else []
    screens = form.get("feedback_screens") if isinstance(form, dict) else None
    for screen in screens if isinstance(screens, list) else ():
        questions = screen.get("questions") if isinstance(screen, dict) else None
        for id_, answer in questions.items() if isinstance(questions, dict) else ():
            found += [f"{id_}={answer.get('payload')}"] if isinstance(answer, dict) else []
    return [each for each in found if isinstance(each, str)]


def _is_like(value: str, pattern: str) -> bool:
    """Whether a value is a pattern, in which `*` stands for any characters and everything else for itself."""
    return fnmatchcase(value, pattern.replace("[", "[[]").replace("?", "[?]"))


def _is_covered(name: str, pattern: str, patterns: tuple[str, ...]) -> bool:
    return pattern in patterns or (name != TEXT and any(_is_like(pattern, each) for each in patterns))
