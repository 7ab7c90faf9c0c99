"""The report of a run as one page: nothing is loaded from elsewhere, no script runs, light and dark, fit to print."""

from __future__ import annotations

from html import escape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: How many recipients are listed; the report as JSON lists all of them.
SHOWN_RECIPIENTS = 200
#: Those that need a look come first.
_URGENCY = {"unknown": 0, "failed": 1, "skipped": 2, "described": 3, "sent": 4, "duplicate": 5}
_ROW, _LABEL, _WIDTH = 34, 210, 960


def page(report: dict[str, Any]) -> str:
    """Return the page of a report, as `report_of` makes it."""
    run = report["run"]
    title = run["workflow"] or run["path"] or "Run"
    parts = [
        _head(title, run),
        _outcomes(report),
        _errors(report["errors"]),
        _timeline(report["steps"], run["seconds"]),
        _steps(report["steps"]),
        _calls(report["calls"]),
        _recipients(report["recipients"]),
        f"<footer>facebook-adaptor {escape(report['adaptor'])} · run {escape(run['id'])}</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)} · {escape(run['status'])}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in parts if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _head(title: str, run: dict[str, Any]) -> str:
    kind = {0: "good", 1: "bad", 130: "warn"}.get(run["exit_code"], "bad")
    facts = [
        ("Run", run["id"]),
        ("File", run["path"] or "–"),
        ("Started", run["started"].replace("T", " ").replace("+00:00", " UTC") or "–"),
        ("Took", _seconds(run["seconds"])),
        ("Exit code", str(run["exit_code"])),
        *[("Labels", ", ".join(f"{name}={value}" for name, value in run["labels"].items()))] * bool(run["labels"]),
    ]
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in facts)
    words = {"well": "Ended well", "with errors": "Ended with errors"}.get(run["status"], run["status"].capitalize())
    return (
        f'<header><h1>{escape(title)} <span class="badge {kind}">{escape(words)}</span></h1><dl>{cells}</dl></header>'
    )


def _outcomes(report: dict[str, Any]) -> str:
    words = {
        "sent": ("sent", "good"),
        "failed": ("failed, not sent", "bad"),
        "unknown": ("unknown", "warn"),
        "skipped": ("left out", "quiet"),
        "duplicate": ("duplicate, sent once", "quiet"),
        "described": ("described, not sent", "quiet"),
    }
    messages = report["messages"]
    others = sum(report["outcomes"].values()) - sum(messages.values())
    tiles = [
        f'<div class="tile {kind}"><b>{messages.get(name, 0):,}</b><span>message{_s(messages.get(name, 0))} {text}'
        "</span></div>"
        for name, (text, kind) in words.items()
        if messages.get(name) or name == "sent"
    ]
    if others:
        calls = "other call that changes" if others == 1 else "other calls that change"
        tiles.append(f'<div class="tile quiet"><b>{others:,}</b><span>{calls} something</span></div>')
    return f'<section class="tiles" aria-label="Messages">{"".join(tiles)}</section>'


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _errors(errors: list[dict[str, Any]]) -> str:
    if not errors:
        return ""
    cards = []
    for error in errors:
        name = escape(str(error.get("name", "Error")))
        where = f" in <b>{escape(error['step'])}</b>" if error.get("step") else ""
        handled = ' <span class="badge quiet">handled</span>' if error.get("handled") else ""
        cards.append(
            f'<article class="error"><h3>{name}{where}{handled}</h3>'
            f"<p>{escape(str(error.get('description', '')))}</p>"
            + (f'<p class="fix"><b>What to do:</b> {escape(error["fix"])}</p>' if error.get("fix") else "")
            + f"<details><summary>In full</summary><pre>{escape(error.get('report', ''))}</pre></details></article>"
        )
    return f"<section><h2>Errors</h2>{''.join(cards)}</section>"


def _timeline(steps: list[dict[str, Any]], whole: float) -> str:
    """Draw each step as a bar over the time of the run."""
    if not steps:
        return ""
    whole = max(whole, *(step["started"] + step["seconds"] for step in steps), 0.001)
    width, height = _WIDTH - _LABEL - 90, len(steps) * _ROW + 26
    shapes = []
    for tick in range(5):
        x = _LABEL + width * tick / 4
        shapes.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{height - 22}"/>')
        shapes.append(
            f'<text class="axis" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{_seconds(whole * tick / 4)}</text>'
        )
    for row, step in enumerate(steps):
        y = row * _ROW + 6
        x, long = _LABEL + width * step["started"] / whole, max(width * step["seconds"] / whole, 3)
        name = _short(step["name"] + (f" ({step['arrival'] + 1})" if step["arrival"] else ""), 27)
        shapes.append(f'<text class="name" x="{_LABEL - 12}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        shapes.append(
            f'<rect class="bar {_kind(step)}" x="{x:.1f}" y="{y}" width="{long:.1f}" height="22" rx="4">'
            f"<title>{escape(step['name'])}: {_seconds(step['seconds'])}</title></rect>"
        )
        at = x
        for operation in step["operations"][:-1]:
            at += width * operation["seconds"] / whole
            if at - x > 2 and x + long - at > 2:
                shapes.append(f'<line class="cut" x1="{at:.1f}" x2="{at:.1f}" y1="{y}" y2="{y + 22}"/>')
        shapes.append(f'<text class="axis" x="{x + long + 6:.1f}" y="{y + 15}">{_seconds(step["seconds"])}</text>')
    return (
        f'<section><h2>Timeline</h2><svg viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="How long each step took">{"".join(shapes)}</svg></section>'
    )


def _steps(steps: list[dict[str, Any]]) -> str:
    if not steps:
        return ""
    rows = []
    for step in steps:
        calls = ", ".join(
            f"{count:,} {outcome}" for outcomes in step["calls"].values() for outcome, count in outcomes.items()
        )
        words = "handled" if step["handled"] else step["outcome"]
        name = escape(step["name"]) + (f" <small>{escape(step['id'])}</small>" if step["name"] != step["id"] else "")
        operations = "".join(
            f"<li>{escape(each['name'])} <small>{_seconds(each['seconds'])}</small></li>" for each in step["operations"]
        )
        inner = f"<details><summary>{name}</summary><ol>{operations}</ol></details>" if operations else name
        rows.append(
            f'<tr><td>{inner}</td><td><span class="badge {_kind(step)}">{escape(words)}</span></td>'
            f'<td class="number">{_seconds(step["seconds"])}</td><td>{escape(calls) or "–"}</td>'
            f"<td>{escape(', '.join(step['next'])) or '–'}</td></tr>"
        )
    head = '<tr><th>Step</th><th>Outcome</th><th class="number">Took</th><th>Calls</th><th>Then</th></tr>'
    return _table("Steps", head, "".join(rows))


def _calls(calls: dict[str, dict[str, int]]) -> str:
    if not calls:
        return ""
    outcomes = sorted({name for counts in calls.values() for name in counts}, key=lambda name: _URGENCY.get(name, 9))
    head = "".join(f'<th class="number">{escape(name)}</th>' for name in outcomes)
    rows = "".join(
        f"<tr><td><code>{escape(operation)}</code></td>"
        + "".join(f'<td class="number">{counts.get(name, 0):,}</td>' for name in outcomes)
        + "</tr>"
        for operation, counts in calls.items()
    )
    return _table("Calls", f"<tr><th>Operation</th>{head}</tr>", rows)


def _recipients(recipients: list[dict[str, Any]]) -> str:
    if not recipients:
        return ""
    ordered = sorted(recipients, key=lambda entry: _URGENCY.get(entry["outcome"], 9))
    rows = []
    for entry in ordered[:SHOWN_RECIPIENTS]:
        error = entry.get("error", {})
        reason = f"<b>{escape(error['name'])}</b>: {escape(error['message'])}" if error else "–"
        kind = {"sent": "good", "failed": "bad", "unknown": "warn"}.get(entry["outcome"], "quiet")
        rows.append(
            f"<tr><td><code>{escape(entry['recipient'])}</code></td>"
            f'<td><span class="badge {kind}">{escape(entry["outcome"])}</span></td>'
            f"<td>{escape(entry['step'])} · {escape(entry['operation'])}</td><td>{reason}</td></tr>"
        )
    more = len(ordered) - SHOWN_RECIPIENTS
    note = f"<p><small>And {more:,} more; the report as JSON lists all of them.</small></p>" if more > 0 else ""
    head = "<tr><th>Recipient</th><th>Outcome</th><th>By</th><th>Why</th></tr>"
    return _table("Recipients", head, "".join(rows), note)


def _table(title: str, head: str, rows: str, note: str = "") -> str:
    return f"<section><h2>{title}</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table>{note}</section>"


def _kind(step: dict[str, Any]) -> str:
    if step["outcome"] == "success":
        return "good" if step["kind"] == "job" else "quiet"
    return "warn" if step["handled"] or step["outcome"] == "interrupted" else "bad"


def _short(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


_STYLE = """
:root{--ink:#1c1e21;--soft:#65676b;--paper:#f5f6f8;--card:#fff;--line:#dfe2e7;--good:#1a7f4b;--bad:#c5283d;
--warn:#b26a00;--quiet:#6b7280;--tint:12%}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--soft:#9aa0a8;--paper:#16181b;--card:#1f2226;--line:#343940;
--good:#4cc38a;--bad:#ff6b7d;--warn:#f0b254;--quiet:#9aa0a8;--tint:18%}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1000px;margin:0 auto;padding:32px 20px 48px}
h1{font-size:26px;line-height:1.25;margin:0 0 16px;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 12px}h3{font-size:15px;margin:0 0 4px}
section,header{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:20px;margin-bottom:16px}
dl{display:flex;flex-wrap:wrap;gap:8px 32px;margin:0}dt,small,.axis,footer{color:var(--soft)}dt{font-size:12px}
dd{margin:0;overflow-wrap:anywhere}
.badge{display:inline-block;font-size:12px;font-weight:600;line-height:1;padding:5px 9px;border-radius:99px;
vertical-align:middle;color:var(--hue);background:color-mix(in srgb,var(--hue) var(--tint),transparent);
white-space:nowrap}
.good{--hue:var(--good)}.bad{--hue:var(--bad)}.warn{--hue:var(--warn)}.quiet{--hue:var(--quiet)}
.tiles{display:flex;flex-wrap:wrap;gap:12px;background:none;border:0;padding:0}
.tile{flex:1 1 150px;background:var(--card);border:1px solid var(--line);border-left:4px solid var(--hue);
border-radius:12px;padding:12px 16px}
.tile b{display:block;font-size:26px;line-height:1.2;color:var(--hue)}
.error{border-left:4px solid var(--bad);padding:2px 0 2px 14px;margin-bottom:16px}.error:last-child{margin-bottom:0}
.error p{margin:0 0 6px;overflow-wrap:anywhere}.fix{color:var(--soft)}
pre{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap;overflow-wrap:anywhere;
background:var(--paper);border-radius:8px;padding:12px;margin:8px 0 0}
code{font:13px ui-monospace,Menlo,Consolas,monospace}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:8px 10px;border-top:1px solid var(--line);
vertical-align:top;overflow-wrap:anywhere}
th{font-size:12px;color:var(--soft);border-top:0;padding-top:0;white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
summary{cursor:pointer}ol{margin:6px 0 0;padding-left:22px}
svg{display:block;width:100%;height:auto}.grid{stroke:var(--line)}.cut{stroke:var(--card);stroke-width:1.5}
.axis{font-size:12px;fill:var(--soft)}.name{font-size:13px;fill:var(--ink)}.bar{fill:var(--hue)}
footer{font-size:13px;text-align:center}
@media print{body{background:#fff;font-size:12px}main{max-width:none;padding:0}section,header,.tile{break-inside:avoid;
border-color:#ccc}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
"""
