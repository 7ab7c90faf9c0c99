"""The lists of a report page: steps, calls, and recipients by outcome."""

from __future__ import annotations

from collections import Counter
from html import escape

from .report_markup import badge, prose, seconds, table
from .report_timeline import kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: How many recipients of each outcome are listed; the report as JSON lists all of them.
SHOWN_RECIPIENTS = 2_000
#: The outcomes of a message: those that need a look first.
_GROUPS = {
    "unknown": ("Perhaps sent", "warn", "No trustworthy answer came. Look at the conversation before you send again."),
    "failed": ("Not sent", "bad", ""),
    "passed_over": ("Passed over", "bad", "No message could be made of these items, so nobody was written to."),
    "skipped": ("Left out", "quiet", "Excluded by a list, or by a condition of the job."),
    "duplicate": ("Duplicate", "quiet", "The same message to the same person came before. It was sent once."),
    "described": ("Would be sent", "quiet", ""),
    "sent": ("Sent", "good", ""),
}
#: The order in which outcomes are counted.
_ORDER = ("sent", "described", "failed", "unknown", "skipped", "duplicate", "read")
_ENDS = {"success": "succeeded", "fail": "failed", "kill": "killed"}
# Ids of Meta's have 15 to 20 digits.
_LONGEST_ID = 24
# Fewer recipients than this need no search.
_FEW = 10


def steps_table(report: dict[str, Any]) -> str:
    """Return the section with the steps and their operations."""
    steps = report["steps"]
    if not steps:
        return ""
    planned = report.get("plan", {}).get("steps", [])
    names = {step["id"]: step["name"] or step["id"] for step in planned}
    scripts = {step["id"]: step["script"] for step in planned}
    rows = [
        [
            _step_name(step, scripts.get(step["id"]) if len(planned) == 1 else None),
            badge("failed, handled" if step["handled"] else _ENDS.get(step["outcome"], step["outcome"]), kind_of(step)),
            seconds(step["seconds"]),
            escape(_counted(step["calls"])),
            escape(", ".join(names.get(target, target) for target in step["next"])),
        ]
        for step in steps
    ]
    heads = ["Step", "Outcome", "Took", "Calls", "Then"]
    if not any(step["next"] for step in steps):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return f"<section><h2>Steps</h2>{table(heads, rows, numbers=frozenset({2}))}</section>"


def _step_name(step: dict[str, Any], script: str | None) -> str:
    # The id of an only step was made up by the runner: its file says more.
    name = escape(script.rpartition("/")[2] if script and step["name"] == step["id"] else step["name"])
    operations = "".join(
        f"<li><code>{escape(each['name'])}</code> <small>{seconds(each['seconds'])}</small></li>"
        for each in step["operations"]
    )
    if not operations:
        return name
    return f"<details><summary>{name}</summary><ol>{operations}</ol></details>"


def _counted(calls: dict[str, dict[str, int]]) -> str:
    counts: Counter[str] = Counter()
    for outcomes in calls.values():
        counts.update(outcomes)
    return ", ".join(f"{counts[name]:,} {name}" for name in sorted(counts, key=_rank))


def _rank(outcome: str) -> int:
    return _ORDER.index(outcome) if outcome in _ORDER else len(_ORDER)


def calls_table(calls: dict[str, dict[str, int]]) -> str:
    """Return the section with the calls of each operation; of a single operation the totals say the same."""
    if len(calls) < 2:
        return ""
    outcomes = sorted({name for counts in calls.values() for name in counts}, key=_rank)
    rows = [
        [f"<code>{escape(name)}</code>", *(f"{counts[each]:,}" if counts.get(each) else "" for each in outcomes)]
        for name, counts in calls.items()
    ]
    numbers = frozenset(range(1, len(outcomes) + 1))
    return f"<section><h2>Calls</h2>{table(['Operation', *outcomes], rows, numbers=numbers)}</section>"


def recipients_list(report: dict[str, Any]) -> str:
    """Return the section with the recipients, folded by outcome."""
    entries = [entry for entry in report["recipients"] if entry.get("is_message", True)]
    entries += [_passed_over(entry) for entry in report.get("passed_over", ())]
    by_outcome = {name: [entry for entry in entries if entry["outcome"] == name] for name in _GROUPS}
    counts = {name: max(report["messages"].get(name, 0), len(listed)) for name, listed in by_outcome.items()}
    groups = [name for name in _GROUPS if counts[name]]
    if not groups:
        return ""
    total = sum(counts.values())
    # Without the script these controls would do nothing.
    controls = "".join(
        f'<button type="button" data-filter="{name}" aria-pressed="false">{_GROUPS[name][0]} '
        f"<b>{counts[name]:,}</b></button>"
        for name in groups
    )
    search = (
        '<div class="controls" id="controls" hidden><input type="search" id="search" aria-label="Search recipients" '
        'placeholder="Search by id, row or reason" autocomplete="off">'
        f'<div class="filters" role="group" aria-label="Show only">{controls}</div></div>'
        '<p class="found" id="found" role="status"></p>'
    )
    has_steps = len(report["steps"]) > 1
    folded = "".join(
        _group(
            name,
            by_outcome[name],
            counts[name],
            is_open=name in ("unknown", "failed", "passed_over") or total <= _FEW,
            has_steps=has_steps,
        )
        for name in groups
    )
    return f'<section id="recipients"><h2>Recipients</h2>{search if total > _FEW else ""}{folded}</section>'


def _passed_over(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an item that no message came of like a recipient; whom it was for is not known."""
    loop = entry["place"].partition("[")[0].rpartition(" · ")[2]
    return {**entry, "recipient": None, "outcome": "passed_over", "operation": loop}


def _group(name: str, entries: list[dict[str, Any]], count: int, *, is_open: bool, has_steps: bool) -> str:
    title, kind, note = _GROUPS[name]
    notes = [note, _reasons(entries)]
    if count > len(entries):
        rest = "They are" if not entries else f"{count - len(entries):,} more are"
        notes.append(f"{rest} counted, not listed: <code>--results FILE</code> writes a row for each person.")
    if len(entries) > SHOWN_RECIPIENTS:
        notes.append(f"The first {SHOWN_RECIPIENTS:,} are listed; the report as JSON lists all {len(entries):,}.")
    said = "".join(f"<p>{each}</p>" for each in notes if each)
    listed = _table_of(entries[:SHOWN_RECIPIENTS], has_steps=has_steps) if entries else ""
    return (
        f'<details class="group" id="{name}" data-outcome="{name}"{" open" if is_open else ""}>'
        f'<summary>{badge(title, kind)} <span class="count">{count:,}</span></summary>{said}{listed}</details>'
    )


def _reasons(entries: list[dict[str, Any]]) -> str:
    """Return how many failed for which reason, where there are several to count."""
    reasons = Counter(entry["error"]["name"] for entry in entries if entry.get("error"))
    if len(reasons) < 2 and sum(reasons.values()) < 4:
        return ""
    return " · ".join(f"<b>{count:,}</b> {escape(name)}" for name, count in reasons.most_common())


def _table_of(entries: list[dict[str, Any]], *, has_steps: bool) -> str:
    has_reasons = any(entry.get("error") for entry in entries)
    heads = ["Recipient", "By", "Where", *(["Why"] if has_reasons else [])]
    rows = [
        [
            _id(entry["recipient"]),
            f"{escape(entry['step']) + ' · ' if has_steps else ''}<code>{escape(entry['operation'])}</code>",
            escape(_where(entry["place"])),
            *([_reason(entry.get("error"))] if has_reasons else []),
        ]
        for entry in entries
    ]
    return table(heads, rows)


def _id(recipient: str | None) -> str:
    """Return the id of a recipient, in one line unless it is far longer than Meta's are."""
    if recipient is None:
        return "–"
    if not recipient:
        return "<em>empty</em>"
    return f'<code class="{"id" if len(recipient) <= _LONGEST_ID else "long"}">{escape(recipient)}</code>'


def _where(place: str) -> str:
    """Return the row of a loop, as `people.csv line 12` or `row 4`; the place itself outside of loops."""
    inside = place.partition("[")[2].partition("]")[0]
    number, _, line = inside.partition(", ")
    if line:
        return line
    return f"row {int(number) + 1:,}" if number.isdigit() else place.partition(" · ")[0]


def _reason(error: dict[str, Any] | None) -> str:
    if error is None:
        return ""
    fix = f'<small class="fix">{prose(error["fix"])}</small>' if error.get("fix") else ""
    return f"<b>{escape(error['name'])}</b>: {prose(error['message'])}{fix}"
