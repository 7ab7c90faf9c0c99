"""The triggers of a workflow: which events of a webhook start it.

They are imported only where a workflow has one: a run does not look at them, `adaptor check` and the service do.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from ...messenger.page.webhook_fields import WEBHOOK_FIELDS
from ..input.document import kind_of
from ..problems.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..input.document import Path
    from .plan import Plan
    from .reader import Reader

#: What a trigger without `events` waits for: what people do to start a conversation.
DEFAULT_EVENTS = ("messages", "messaging_postbacks")
#: Meta's names begin with one of these, which may be left out.
_PREFIXES = ("", "messaging_", "message_")
#: The filter that is searched in the text of a message, as a regular expression.
TEXT = "text"
#: What a trigger can filter by.
FILTERS = (TEXT, "payload", "quick_reply", "referral")
#: The choices of `match`.
FIRST, ALL = "first", "all"


class Trigger(NamedTuple):
    """What starts a workflow.

    Attributes:
        events: Meta's names of the webhook fields; `standby` is any event that came while another app was in charge.
        filters: By name, the patterns of which one has to fit. All filters have to.
    """

    events: tuple[str, ...] = DEFAULT_EVENTS
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def fits(self, facts: Mapping[str, Any]) -> bool:
        """Whether an event with these facts (see `service.inbox.facts`) starts the workflow.

        Example:
            >>> trigger = Trigger(filters=(("text", ("open|hours",)),))
            >>> message = {"event": "messages", "standby": False}
            >>> trigger.fits({**message, "text": "When are you OPEN?"}), trigger.fits({**message, "text": "Thanks"})
            (True, False)
        """
        event = "standby" if facts["standby"] else facts["event"]
        return event in self.events and all(_fits(name, patterns, facts) for name, patterns in self.filters)

    def covers(self, other: Trigger) -> bool:
        """Whether every event that starts the other one starts this one, as far as the patterns show it."""
        theirs = dict(other.filters)
        return set(other.events) <= set(self.events) and all(
            name in theirs and all(_is_covered(name, pattern, patterns) for pattern in theirs[name])
            for name, patterns in self.filters
        )


def _fits(name: str, patterns: tuple[str, ...], facts: Mapping[str, Any]) -> bool:
    value = facts.get(name)
    if name == "referral":
        value = value.get("ref") if isinstance(value, dict) else None
    if not isinstance(value, str):
        return False
    if name == TEXT:
        return any(re.search(pattern, value, re.IGNORECASE) for pattern in patterns)
    return any(_is_like(value, pattern) for pattern in patterns)


def _is_like(value: str, pattern: str) -> bool:
    """Whether a value is a pattern, in which `*` stands for any characters and everything else for itself."""
    return fnmatchcase(value, pattern.replace("[", "[[]").replace("?", "[?]"))


def _is_covered(name: str, pattern: str, patterns: tuple[str, ...]) -> bool:
    return pattern in patterns or (name != TEXT and any(_is_like(pattern, each) for each in patterns))


def read_trigger(reader: Reader, raw: dict[str, Any], at: Path) -> Trigger:
    """Read the trigger of a step, and add what is wrong with it to the reader's problems."""
    events = _texts(reader, raw.get("events"), (*at, "events"), 'Write "events": ["messages"].')
    names = tuple(_event(reader, name, (*at, "events")) for name in events) or DEFAULT_EVENTS
    given = reader.value(raw, (*at, "filter"), dict, fix='Write "filter": {"text": "open|hours"}.') or {}
    reader.check_keys(given, (*at, "filter"), FILTERS, "a filter")
    filters = []
    for name in FILTERS:
        patterns = _texts(reader, given.get(name), (*at, "filter", name), f'Write "{name}": "…", or a list of texts.')
        if patterns:
            filters.append((name, tuple(patterns)))
        for pattern in patterns if name == TEXT else ():
            try:
                re.compile(pattern)
            except re.error as cause:
                fix = "Put a backslash before a sign that stands for itself, as in \\?."
                what = f"`{pattern}` is no regular expression: {cause}."
                reader.refuse((*at, "filter", name), what, fix=fix)
    return Trigger(names, tuple(filters))


def _texts(reader: Reader, value: Any, at: Path, fix: str) -> list[str]:
    """Return a text, or a list of texts, as a list."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    if (value is not None and not texts) or not all(isinstance(text, str) and text for text in texts):
        what = "an empty list" if value == [] else kind_of(value)
        reader.refuse(at, f"`{at[-1]}` is {what}, not a text or a list of texts.", fix=fix)
        return []
    return texts


def _event(reader: Reader, name: str, at: Path) -> str:
    found = next((known for prefix in _PREFIXES if (known := prefix + name) in WEBHOOK_FIELDS), None)
    if found is None:
        short = {known.removeprefix("messaging_").removeprefix("message_") for known in WEBHOOK_FIELDS}
        fix = did_you_mean(name, short, "Common ones are messages, postbacks, referrals, optins and reactions.")
        reader.refuse(at, f"There are no events `{name}`.", fix=fix)
    return found or name


def warn_covered(reader: Reader, plan: Plan, places: Mapping[str, Path]) -> None:
    """Warn of each trigger that never starts anything, since an earlier one takes all its events."""
    if plan.match != FIRST:
        return
    triggers = [(step.id, step.trigger) for step in plan.steps.values() if step.trigger is not None]
    for index, (id_, trigger) in enumerate(triggers):
        first = next((earlier for earlier, other in triggers[:index] if other.covers(trigger)), None)
        if first is not None:
            what = f"The trigger `{id_}` never starts anything: `{first}` comes first and takes its events."
            fix = 'Put the narrower one first, or write "match": "all" into the file.'
            plan.warnings.append(reader.document.problem(places[id_], what, fix=fix))
