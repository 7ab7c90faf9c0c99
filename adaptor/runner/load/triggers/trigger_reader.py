"""Reading the triggers of a workflow file. It is imported only where a workflow has one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ....messenger.page.webhook_fields import WEBHOOK_FIELDS
from ...input.document import kind_of
from ...problems.problems import did_you_mean
from .call_reader import read_call
from .trigger import DEFAULT_EVENTS, FILTERS, FIRST, TEXT, Schedule, Trigger

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...input.document import Path
    from ..workflows.plan import Plan
    from ..workflows.reader import Reader

#: Meta's names begin with one of these, which may be left out.
_PREFIXES = ("", "messaging_", "message_")


def read_trigger(reader: Reader, raw: dict[str, Any], id_: str, at: Path) -> Trigger:
    """Read the trigger of a step, and add what is wrong with it to the reader's problems."""
    call = read_call(reader, raw, id_, at)
    if call is not None:
        return Trigger((), (), call)
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


def read_schedule(reader: Reader, raw: dict[str, Any], at: Path) -> Schedule | None:
    """Read when a step of the kind `cron` is due; None where it does not say so."""
    expression = reader.value(raw, (*at, "cron_expression"), str)
    zone = reader.value(raw, (*at, "timezone"), str) or "UTC"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        what = f"There is no time zone `{zone}`."
        reader.refuse((*at, "timezone"), what, fix="Write its whole name, as Africa/Nairobi.")
    problem = None if expression is None else _problem_of(expression)
    if problem is not None:
        what = f"`{expression}` is no time for cron: {problem}."
        reader.refuse((*at, "cron_expression"), what, fix="Write minute, hour, day, month and weekday: 0 9 * * 1-5")
    return None if expression is None else Schedule(expression, zone)


def _problem_of(expression: str) -> str | None:
    """Return what is wrong with an expression; its values are looked at where the extra `serve` is installed."""
    if len(expression.split()) != 5:
        return f"it has {len(expression.split())} fields instead of 5"
    try:
        from cronsim import CronSim, CronSimError
    except ImportError:
        return None
    try:
        CronSim(expression, datetime.now(UTC))
    except CronSimError as cause:
        return str(cause).replace("Bad ", "wrong ")
    return None


def check_paths(reader: Reader, plan: Plan, places: Mapping[str, Path]) -> None:
    """Add a problem for each trigger whose path another one has."""
    seen: dict[str, str] = {}
    for step in plan.steps.values():
        call = None if step.trigger is None else step.trigger.call
        if call is not None and seen.setdefault(call.path, step.id) != step.id:
            what = f"The triggers `{seen[call.path]}` and `{step.id}` have the same path, {call.path}."
            reader.refuse(places[step.id], what, fix="Give each a `custom_path` of its own.")


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
