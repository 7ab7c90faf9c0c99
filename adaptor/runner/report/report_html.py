"""The report of a run as one page: nothing is loaded from elsewhere, light and dark, fit for a phone and for print.

Its one script searches and folds the list of recipients; without it everything can be read all the same.
"""

from __future__ import annotations

import os
from html import escape

from ...core.text.number_of import number_of
from .report_lists import calls_table, recipients_list, steps_table
from .report_markup import Sheet, badge, prose, seconds
from .report_timeline import timeline

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What is said about the messages of each outcome, and its colour.
_TILES = {
    "sent": ("sent", "good"),
    "described": ("would be sent", "quiet"),
    "failed": ("not sent", "bad"),
    "unknown": ("perhaps sent", "warn"),
    "skipped": ("left out", "quiet"),
    "duplicate": ("duplicate, sent once", "quiet"),
}
_ENDS = {
    "well": "Ended well",
    "with errors": "Ended with errors",
    "bad input": "Not run: bad input",
    "crashed": "Crashed",
    "killed": "Killed",
    "interrupted": "Interrupted",
}
_PLACES = {"sandbox": "Sandbox: nobody real was written to", "nowhere": "Dry run: nothing was sent"}


def page(report: dict[str, Any]) -> str:
    """Return the page of a report, as `report_of` makes it."""
    run, sheet = report["run"], Sheet()
    title = _title(run)
    parts = [
        _head(title, run, report),
        _outcomes(report, sheet),
        _errors(report),
        # Who was not reached matters to more readers than how long a step took.
        recipients_list(report),
        timeline(report, sheet),
        steps_table(report),
        calls_table(report["calls"]),
        f"<footer>facebook-adaptor {escape(report['adaptor'])} · run {escape(run['id'])}</footer>",
    ]
    body = "\n".join(part for part in parts if part)
    style, script = _asset("report.css") + sheet.text(), _asset("report.js")
    policy = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="referrer" content="no-referrer">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(title)} · {escape(_end(report))}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n"
        f"{body}\n</main>\n<script>{script}</script>\n</body>\n</html>\n"
    )


def _asset(name: str) -> str:
    with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
        return file.read()


def _hash(text: str) -> str:
    import base64
    import hashlib

    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _title(run: dict[str, Any]) -> str:
    """The name of the workflow, or the script with its folder: many scripts are called `job.py`."""
    path = run["path"] or ""
    short = "/".join([part for part in path.replace(os.sep, "/").split("/") if part not in ("", ".", "..")][-2:])
    return str(run["workflow"] or short or "Run")


def _end(report: dict[str, Any]) -> str:
    status = str(report["run"]["status"])
    if status == "crashed" and not report["steps"]:
        return "Not run: cannot be loaded"
    return _ENDS.get(status, status.capitalize())


def _head(title: str, run: dict[str, Any], report: dict[str, Any]) -> str:
    kind = {0: "good", 130: "warn"}.get(run["exit_code"], "bad")
    place = _PLACES.get(run.get("sent_to", ""))
    facts = [
        *([("Started", escape(_moment(run["started"]))), ("Took", seconds(run["seconds"]))] if run["started"] else []),
        ("Exit code", str(run["exit_code"])),
        ("File", escape(run["path"] or "–")),
        ("Run", f"<code>{escape(run['id'])}</code>"),
        *[("Labels", escape(", ".join(f"{name}={value}" for name, value in run.get("labels", {}).items())))]
        * bool(run.get("labels")),
    ]
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return (
        f"<header><h1>{escape(title)}</h1>"
        f'<p class="badges">{badge(_end(report), kind)}{badge(place, "quiet") if place else ""}</p>'
        f'<p class="lead">{escape(_lead(report))}</p><dl>{cells}</dl></header>'
    )


def _lead(report: dict[str, Any]) -> str:
    """Return the outcome of the messages in a sentence, and in another one the items that no message came of."""
    passed_over = len(report.get("passed_over", ()))
    if not passed_over:
        return _sent(report)
    were = "was" if passed_over == 1 else "were"
    return f"{_sent(report)} {number_of(passed_over, 'items')} {were} passed over: no message could be made."


def _sent(report: dict[str, Any]) -> str:
    messages = report["messages"]
    total, sent, unknown = sum(messages.values()), messages.get("sent", 0), messages.get("unknown", 0)
    described = messages.get("described", 0)
    if not total:
        return "No message was sent." if report["steps"] else "The run did not start. No message was sent."
    if described and not sent:
        return f"{number_of(described, 'messages')} would be sent."
    # Nobody meant to send these.
    wanted = total - messages.get("skipped", 0) - messages.get("duplicate", 0)
    if sent == wanted and report["run"]["exit_code"]:
        return f"{number_of(sent, 'messages')} {'was' if sent == 1 else 'were'} sent."
    if sent == wanted:
        return f"All {wanted:,} messages were sent." if wanted != 1 else "The message was sent."
    words = f"{sent:,} of {number_of(wanted, 'messages')} {'was' if sent == 1 else 'were'} sent."
    return f"{words} {number_of(unknown, 'messages')} may have arrived; nobody knows." if unknown else words


def _moment(text: str) -> str:
    """Return a time as a person says it, in the zone of this machine."""
    from datetime import datetime

    at = datetime.fromisoformat(text).astimezone()
    return f"{at.day} {at:%B %Y, %H:%M %Z}"


def _outcomes(report: dict[str, Any], sheet: Sheet) -> str:
    messages = report["messages"]
    shown = [(name, messages[name], *words) for name, words in _TILES.items() if messages.get(name)]
    bars = "".join(f'<i class="{kind} {sheet.rule(f"flex-grow:{count}")}"></i>' for _, count, _, kind in shown)
    tiles = [
        f'<a class="tile {kind}" href="#{name}"><b>{count:,}</b>'
        f"<span>message{'' if count == 1 else 's'} {text}</span></a>"
        for name, count, text, kind in shown
    ]
    if passed_over := len(report.get("passed_over", ())):
        things = "item" if passed_over == 1 else "items"
        tiles.append(
            f'<a class="tile bad" href="#passed_over"><b>{passed_over:,}</b><span>{things} passed over</span></a>'
        )
    others = sum(report["outcomes"].values()) - sum(messages.values())
    if others:
        calls = "other call that changes" if others == 1 else "other calls that change"
        tiles.append(f'<div class="tile quiet"><b>{others:,}</b><span>{calls} something</span></div>')
    funnel = report.get("funnel")
    if funnel and funnel["sent"]:
        tiles += [
            f'<div class="tile quiet"><b>{funnel[name]:,}</b><span>of {funnel["sent"]:,} {name}</span></div>'
            for name in ("delivered", "read")
        ]
    if not tiles:
        return ""
    bar = f'<div class="share" aria-hidden="true">{bars}</div>' if len(shown) > 1 else ""
    return f'<section class="outcomes" aria-label="Messages">{bar}<div class="tiles">{"".join(tiles)}</div></section>'


def _errors(report: dict[str, Any]) -> str:
    errors = report["errors"]
    if not errors:
        return ""
    cards = []
    # The id of an only step was made up by the runner.
    keys = ("step", "place") if len(report["steps"]) > 1 else ("place",)
    for error in errors:
        handled = error.get("handled")
        where = " · ".join(escape(str(error[key])) for key in keys if error.get(key))
        line = f", line {error['line']}" if error.get("line") else ""
        fix = f'<p class="fix"><b>What to do:</b> {prose(error["fix"])}</p>' if error.get("fix") else ""
        cards.append(
            f'<article class="error {"warn" if handled else "bad"}"><h3>{escape(str(error.get("name", "Error")))}'
            f"{badge('handled', 'warn') if handled else ''}</h3>"
            + (f'<p class="where">{where}{line}</p>' if where else "")
            + f"<p>{prose(str(error.get('description', '')))}</p>{fix}"
            # The line of the job, where nothing else says what to do.
            f"<details{' open' if len(errors) == 1 and not fix else ''}><summary>In full</summary>"
            f"<pre>{escape(error.get('report', ''))}</pre></details></article>"
        )
    return f"<section><h2>{number_of(len(errors), 'errors')}</h2>{''.join(cards)}</section>"
