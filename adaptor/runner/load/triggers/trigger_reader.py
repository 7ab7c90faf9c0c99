"""Reading the triggers of a workflow file. It is imported only where a workflow has one."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ....messenger.page.webhook_fields import WEBHOOK_FIELDS
from ...input.document import kind_of
from ...problems.problems import did_you_mean
from .call_reader import read_call
from .service_reader import read_zone
from .trigger import DEFAULT_EVENTS, FILTERS, FIRST, TEXT, Schedule, Trigger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    zone = read_zone(reader, raw, (*at, "timezone")) or "UTC"
    problem = None if expression is None else _problem_of(expression)
    if problem is not None:
        what = f"`{expression}` is no time for cron: {problem}."
        reader.refuse((*at, "cron_expression"), what, fix="Write minute, hour, day, month and weekday: 0 9 * * 1-5")
    cursor = reader.value(raw, (*at, "cron_cursor_job_id"), str)
    page = reader.value(raw, (*at, "page"), str, fix='Write its id in quotes: "page": "102030405060708".')
    if page is not None and re.fullmatch(r"\d{1,32}", page, re.ASCII) is None:
        reader.refuse((*at, "page"), f"`{page}` is no id of a Page.", fix="Write its digits, in quotes.")
    return None if expression is None else Schedule(expression, zone, cursor or "", page or "")


def check_cursors(reader: Reader, plan: Plan, places: Mapping[str, Path]) -> None:
    """Check with the state of which step the runs of cron triggers begin: it must exist, and should be one they run."""
    for step in plan.steps.values():
        cursor = step.schedule.cursor if step.schedule is not None else ""
        if not cursor:
            continue
        reached = {id_ for id_ in plan.reachable(step.id) if plan.steps[id_].kind == "job"}
        if cursor in reached:
            continue
        path = places[step.id][:-1] if places[step.id][-1] == "id" else places[step.id]
        fix = did_you_mean(cursor, reached, f"It runs {', '.join(sorted(reached)) or 'nothing'}.")
        what = f"`cron_cursor_job_id` of `{step.id}` names `{cursor}`, which "
        if cursor not in plan.steps:
            reader.refuse((*path, "cron_cursor_job_id"), f"{what}does not exist.", fix=fix)
        else:
            what += "it never runs: its runs begin with no earlier state."
            plan.warnings.append(reader.document.problem((*path, "cron_cursor_job_id"), what, fix=fix))


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


def warn_unreachable_triggers(reader: Reader, plan: Plan, places: Mapping[str, Path]) -> None:
    """Warn of each trigger that starts nothing: earlier ones take all its events, or a schedule leads nowhere."""
    for step in plan.steps.values():
        # A webhook trigger that leads to no step may keep its events from the next ones.
        if step.schedule is not None and all(edge.disabled for edge in step.edges):
            what = f"The trigger `{step.id}` leads to no step: its runs do nothing."
            plan.warnings.append(reader.document.problem(places[step.id], what, fix='Write "next": "…" into it.'))
    triggers = [(step.id, step.trigger) for step in plan.steps.values() if step.trigger is not None]
    for index, (id_, trigger) in enumerate(triggers if plan.match == FIRST else ()):
        names = takers(trigger, triggers[:index])
        if names:
            what = f"The trigger `{id_}` never starts anything: {_in_words(names)} first and "
            what += "takes its events." if len(names) == 1 else "take its events."
            fix = 'Put the narrower one first, or write "match": "all" into the file.'
            plan.warnings.append(reader.document.problem(places[id_], what, fix=fix))


def takers(trigger: Trigger, earlier: Sequence[tuple[str, Trigger]]) -> list[str]:
    """Return the names of the earlier triggers that take all events of a trigger; none if it keeps some.

    Args:
        trigger: The trigger.
        earlier: The triggers before it, with their names.
    """
    found: dict[str, None] = {}
    for event in trigger.events:
        part = trigger._replace(events=(event,))
        taker = next((name for name, other in earlier if other.covers(part)), None)
        if taker is None:
            return []
        found[taker] = None
    return list(found)


def _in_words(names: list[str]) -> str:
    shown = " and ".join(f"`{name}`" for name in names)
    return f"{shown} comes" if len(names) == 1 else f"{shown} come"
