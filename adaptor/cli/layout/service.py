"""What a running service shows: its lines in the log, and each event."""

from __future__ import annotations

from ...core.text.harmless import one_line
from ...service.store.page_pauses import policy_action
from ...service.store.records import Stored, run_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...core.errors import AdaptorError
    from ...runner.output.logs import Log
    from ...service.serving import Service
    from ...service.store.records import Event, NewRun

    #: Takes a level and a line.
    Write = Callable[[str, str], object]


#: What Meta did to a Page, and what follows.
_POLICY = {
    "block": ("has blocked", " Its runs wait. See: adaptor pages list"),
    "unblock": ("has unblocked", " Its runs continue."),
    "warning": ("warns", " Read the Page's support inbox: the next step of Meta's is a block."),
}


def lines_to(log: Log) -> Write:
    """Return a function that writes lines of the service to a log."""
    return lambda level, message: log(level, "service", message, {})


def block(lines: Sequence[str], *, as_json: bool) -> str:
    """Return several lines as one message: the log prints a block as it is, which begins with an empty line."""
    return "\n".join([*([] if as_json else [""]), *lines])


def show_warnings(warnings: Sequence[AdaptorError], write: Write) -> None:
    """Log what deserves a look."""
    from ...runner.problems.problems import shown

    for warning in warnings:
        write("info", f"warning: {shown(warning)}")


def event_line(event: Event, runs: Sequence[NewRun], stored: Stored, *, with_content: bool = False) -> tuple[str, str]:
    """Return the level and the line of an event.

    Args:
        event: The event.
        runs: What it starts.
        stored: What became of it.
        with_content: Show what the person wrote: for developers, never in a log that is kept.
    """
    facts, action = event.facts, policy_action(event)
    if stored and action is not None:
        reason = facts["policy_enforcement"].get("reason")
        said = f": {one_line(reason)}" if isinstance(reason, str) else "."
        what, then = _POLICY.get(action, (f"says `{one_line(action)}` of", ""))
        return "info" if action == "unblock" else "error", f"Meta {what} the Page {event.page}{said}{then}"
    content = facts["text"] or facts["payload"] or ", ".join(str(each.get("type")) for each in facts["attachments"])
    said = f" “{one_line(str(content))}”" if content and with_content else ""
    started = ", ".join(f"{run_name(run.workflow, run.start)} ({run.id})" for run in runs)
    if not stored:
        started = "was stored before"
    elif stored == Stored.PAUSED:
        started = "a human answers this person: nothing is started"
    elif stored == Stored.ANSWER:
        started = "the answer that a run has waited for: it goes on"
    elif event.pauses:
        started = f"a human has answered: paused for {event.pauses:,.0f} s{f'; {started}' if started else ''}"
    wish = {None: "", True: " on the stop list;", False: " off the stop list;"}[event.stops if stored else None]
    level = "info" if runs or event.opens_window or event.pauses or wish else "debug"
    return level, f"{event.kind} of {event.psid or 'the Page'}{said} →{wish} {started or 'no trigger fits'}"


def call_urls(service: Service) -> list[str]:
    """Return the addresses of the triggers that other programs call."""
    from urllib.parse import urljoin

    from ...runner.load.triggers.call import PREFIX

    calls = [entry.trigger.call for entry in service.project.entries if entry.trigger.call is not None]
    return [urljoin(service.url, PREFIX + call.path) + (" (by ANYBODY)" if call.is_open else "") for call in calls]
