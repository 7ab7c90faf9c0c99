"""How runs are laid out on a terminal."""

from __future__ import annotations

from ...core.text.harmless import harmless, indented, one_line
from ...runner.execution.counts import in_words
from ...runner.history.history import WAITING, WITH_FAILURES
from ...runner.output.shown_commands import near, resume_command, runs_command, what_is_missing
from ...runner.output.terminal import Paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

#: The colour of each status.
_STYLES = {
    "finished": "green",
    WITH_FAILURES: "yellow",
    "partial": "yellow",
    "stopped": "yellow",
    "killed": "red",
    "under way": "cyan",
    WAITING: "cyan",
}
#: The least width of a job's path.
_LEAST_JOB = 12


def table(runs: Sequence[dict[str, Any]], width: int, paint: Paint) -> str:
    """Return runs as a table, as wide as the terminal is.

    Args:
        runs: As `history.run_facts` gives them.
        width: How many columns there are.
        paint: Makes text bold or coloured.
    """
    outcomes = [name for name in ("sent", "failed", "unknown", "skipped") if _any(runs, name) or name == "sent"]
    # What people got comes first; other calls that change something are one number.
    others = ["OTHER"] * any(run["writes"] != run["messages"] for run in runs)
    labels = ["LABELS"] * any(run["labels"] for run in runs)
    head = ["RUN", "JOB", "STARTED", "STATUS", *(name.upper() for name in outcomes), *others, "EXIT", *labels]
    rows = [
        [
            run["id"],
            one_line(_job(run)),
            _when(run["started"]),
            run["status"] + (", purged" if run["purged"] else ""),
            *(f"{run['messages'].get(name, 0):,}" for name in outcomes),
            *[f"{sum(run['writes'].values()) - sum(run['messages'].values()):,}" for _ in others],
            "" if run["exit_code"] is None else str(run["exit_code"]),
            *[one_line(_labels(run)) for _ in labels],
        ]
        for run in runs
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    over = sum(widths) + 2 * (len(widths) - 1) - width
    widths[1] = max(min(widths[1], _LEAST_JOB), widths[1] - max(over, 0))
    numbers = range(4, 5 + len(outcomes) + len(others))
    lines = [paint("bold", _line(head, widths, numbers=numbers))]
    for run, row in zip(runs, rows, strict=True):
        row[1] = _shortened(row[1], widths[1])
        line = _line(row, widths, numbers=numbers)
        status = row[3].ljust(widths[3])
        lines.append(line.replace(f"  {status}  ", f"  {paint(_STYLES[run['status']], status)}  ", 1))
    return "\n".join(lines)


def page(run: dict[str, Any], width: int, paint: Paint) -> str:
    """Return one run.

    Args:
        run: As `history.run_facts` gives it, with its `ledger`, `steps`, `errors` and what comes `next`.
        width: How many columns there are.
        paint: Makes text bold or coloured.
    """
    code = "" if run["exit_code"] is None else f" with exit code {run['exit_code']}"
    lines = [f"{paint('bold', run['id'])}  {paint(_STYLES[run['status']], run['status'])}{code}"]
    again = f", attempt {run['attempts']}" if run["attempts"] > 1 else ""
    facts = [
        ("job", one_line(_job(run))),
        ("started", _when(run["started"]) + again),
        ("ended", _when(run["ended"]) if run["ended"] else ""),
        ("writes", _counts(run) or "none"),
        ("service", _service(run.get("service"))),
        ("funnel", _funnel(run.get("funnel"))),
        ("ledger", run["ledger"]),
        ("labels", one_line(_labels(run))),
        ("given", one_line(_given(run["given"]))),
        ("people", f"forgotten on {_when(run['purged'])}" if run["purged"] else ""),
    ]
    lines += [f"  {name + ':':<9} {text}" for name, text in facts if text]
    if run["steps"]:
        column = max(len(_step(step)) for step in run["steps"])
        lines += ["", paint("bold", "Steps")]
        lines += [
            f"  {one_line(_step(step)):<{column}}  {step['status']:<13}  {_counts(step)}".rstrip()
            for step in run["steps"]
        ]
    if run["errors"]:
        lines += ["", paint("bold", "Errors")]
        for error in run["errors"]:
            what = error["name"] + (f" ({error['code']})" if error["code"] else "")
            lines.append(f"  {error['count']:,} × {what}")
            lines += _wrapped(harmless(error["fix"]), width, 6) if error["fix"] else []
    if run["next"]:
        lines += ["", paint("bold", "Next")]
        for step in run["next"]:
            lines += [*_wrapped(step["what"], width, 2), paint("cyan", f"    {indented(step['command'])}")]
    return "\n".join(lines)


def _service(run: dict[str, Any] | None) -> str:
    """Return what the service still does with a run, and why it has not yet done so; nothing where it has ended."""
    if run is None or run["status"] not in ("queued", "running", "waiting"):
        return ""
    return f"{run['status']}: {one_line(run['error'])}" if run["error"] else str(run["status"])


def next_steps(run: dict[str, Any], database: str | None) -> list[dict[str, str]]:
    """Return what can be done about a run: what for, and the command.

    Args:
        run: As `history.run_facts` gives it.
        database: The ledger, where it was named.
    """
    if run["purged"] or run["status"] in ("under way", WAITING):
        return []
    path, given = run["path"], run["given"]
    missing = what_is_missing(database, given)
    found = []
    if run["status"] != "finished":
        command = resume_command(path, run["words"], run["id"], database=database, given=given)
        what = "Resume it"
        if run["status"] == "partial":
            what += " for the people who were left out"
        elif run["status"] == WITH_FAILURES:
            what = "Try again what has failed"
        what += f": what was sent is not sent again. {missing}".rstrip()
        found.append({"what": what, "command": command})
    if run["writes"].get("unknown"):
        command = runs_command("settle", run["id"], path=path, database=database, given=given)
        found.append({"what": "Look for the unknown messages in the conversations.", "command": command})
        more = ["--resend-unknown"]
        again = resume_command(path, run["words"], run["id"], database=database, given=given, more=more)
        what = "Send again what stays unknown: people who got it get it twice."
        found.append({"what": what, "command": again})
    return found


def _funnel(counts: dict[str, int] | None) -> str:
    """Return how far the messages have come, where there are some and a service gets receipts."""
    if not counts or not counts["sent"]:
        return ""
    return " → ".join(f"{count:,} {name}" for name, count in counts.items())


def _given(given: dict[str, Any]) -> str:
    """Return what the command line was given: paths, never what is in the files."""
    options = (("credentials", "-c"), ("people", "--people"))
    found = [f"{option} {near(given[name])}" for name, option in options if name in given]
    return " ".join(["--sandbox"] * bool(given.get("sandbox")) + found)


def _any(runs: Sequence[dict[str, Any]], outcome: str) -> bool:
    return any(run["messages"].get(outcome) for run in runs)


def _line(cells: Sequence[str], widths: Sequence[int], *, numbers: range) -> str:
    shown = [
        cell.rjust(width) if index in numbers else cell.ljust(width)
        for index, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(shown).rstrip()


def _job(run: dict[str, Any]) -> str:
    return " ".join([near(run["path"]), *run["words"]])


def _labels(run: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in run["labels"].items())


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else f"…{text[1 - width :]}"


def _step(step: dict[str, Any]) -> str:
    return str(step["id"]) + (f" ({step['arrival'] + 1})" if step["arrival"] else "")


def _counts(facts: dict[str, Any]) -> str:
    return ", ".join(in_words(facts["messages"], facts["writes"]))


def _when(text: str) -> str:
    """Return a time by this machine's clock."""
    from datetime import datetime

    return f"{datetime.fromisoformat(text).astimezone():%Y-%m-%d %H:%M}"


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    from textwrap import wrap

    margin = " " * indent
    return wrap(text, max(width, 40), initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
