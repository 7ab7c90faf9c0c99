"""What a running service shows: its lines in the log, and each event."""

from __future__ import annotations

from ...core.text.harmless import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ...core.errors import AdaptorError
    from ...runner.output.logs import Log
    from ...service.store.records import Event, NewRun

    #: Takes a level and a line.
    Write = Callable[[str, str], object]


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


def event_line(event: Event, runs: Sequence[NewRun], is_new: bool, *, with_content: bool = False) -> tuple[str, str]:
    """Return the level and the line of an event.

    Args:
        event: The event.
        runs: What it starts.
        is_new: It was not stored before.
        with_content: Show what the person wrote: for developers, never in a log that is kept.
    """
    facts = event.facts
    content = facts["text"] or facts["payload"] or ", ".join(str(each.get("type")) for each in facts["attachments"])
    said = f" “{one_line(str(content))}”" if content and with_content else ""
    started = ", ".join(f"{run.workflow + ': ' if run.workflow else ''}{run.start} ({run.id})" for run in runs)
    if not is_new:
        started = "was stored before"
    level = "info" if runs or event.opens_window else "debug"
    return level, f"{event.kind} of {event.psid or 'the Page'}{said} → {started or 'no trigger fits'}"
