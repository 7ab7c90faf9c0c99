"""The HTML of the status page. All text is escaped here; nothing is loaded from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ...core.text.harmless import one_line
from ...runner.report.report_markup import badge, seconds, table
from ..store.records import CANCELLED, QUEUED, RUNNING, SUCCEEDED, UNSUCCESSFUL, WAITING, run_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..store.overview import Entry, Pace, Thread
    from ..store.records import RunRow
    from .status import StatusOptions

_KINDS = {SUCCEEDED: "good", **dict.fromkeys(UNSUCCESSFUL, "bad"), RUNNING: "warn", WAITING: "warn"}
_TABS = {"open": "Open", "failed": "Failed", "all": "All"}
_MOST_WHY = 200


@dataclass(frozen=True)
class Board:
    """What the page shows.

    Attributes:
        problems: Why the service is not ready.
        counts: How many runs there are, by status.
        oldest: For how many seconds the oldest run that is due has waited.
        tab: Which runs are shown: `open`, `failed` or `all`.
        runs: These runs.
        dead: The newest runs that have failed.
        threads: The people with the newest events.
        pace: How the Pages are doing.
    """

    problems: Sequence[str]
    counts: dict[str, int]
    oldest: float
    tab: str
    runs: Sequence[RunRow]
    dead: Sequence[RunRow]
    threads: Sequence[Thread]
    pace: Sequence[Pace]


def board_page(options: StatusOptions, board: Board, form: str) -> str:
    """Return the page.

    Args:
        options: What it shows.
        board: What is shown.
        form: What each form holds, so that no other site can send it.
    """
    ready = badge("ready", "good") if not board.problems else badge("not ready", "bad")
    trouble = "".join(f'<p class="wrong">{escape(each)}</p>' for each in board.problems)
    now = datetime.now(UTC).astimezone().strftime("%H:%M:%S")
    head = (
        f"<header><div><h1>{escape(options.title)} {ready}</h1>{trouble}"
        f'<p id="live">As of {now}. It is kept up to date.</p></div>{_sign_out(form)}</header>'
    )
    sections = [
        head,
        _tiles(board),
        _section("Dead letters", "dead", _dead(board, form)),
        _section("Runs", "runs", _runs(board, form)),
        _section("Pages", "pages", _pages(board.pace)),
        _section("People", "people", _threads(board.threads)),
    ]
    return _document(f"{options.title}: status", "<main data-live>" + "".join(sections) + "</main>", live=True)


def thread_page(options: StatusOptions, page: str, psid: str, entries: Sequence[Entry]) -> str:
    """Return the page of one person.

    Args:
        options: Whether texts are shown.
        page: The id of the Page.
        psid: The person.
        entries: Events and runs, the newest first.
    """
    heads = ["When", "What", "Text"] if options.shows_texts else ["When", "What"]
    rows = []
    for entry in entries:
        what = f"{_code(entry.what)} {_status(entry.status)} {_code(entry.run)}" if entry.run else _code(entry.what)
        row = [_time(entry.moment), what]
        rows.append([*row, escape(_said(entry.facts))] if options.shows_texts else row)
    note = "" if options.shows_texts else '<p class="empty">What was written is not shown: see --status-texts.</p>'
    body = (
        f"<main><header><div><h1>{_code(psid)}</h1><p>at the Page {_code(page)}</p></div>"
        f'<nav aria-label="Back"><a href="/status">Back to the status</a></nav></header>'
        f"<section><h2>{len(entries):,} {'entry' if len(entries) == 1 else 'entries'}</h2>{note}{table(heads, rows)}"
        f"</section></main>"
    )
    return _document(f"{options.title}: one person", body)


def sign_in_page(wrong: str = "") -> str:
    """Return the page that asks for the token."""
    problem = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return _document(
        "Sign in",
        '<main class="door"><section><h1>Status</h1><p>Give the token of this service: the <code>status_token</code> '
        f"of its credentials.</p>{problem}"
        '<form method="post" action="/status/sign-in"><label for="token">Token</label>'
        '<input id="token" name="token" type="password" autocomplete="current-password" required>'
        '<button class="main">Sign in</button></form></section></main>',
    )


def problem_page(what: str) -> str:
    """Return a page that says what is wrong."""
    return _document("Status", f'<main class="door"><section><h1>Status</h1><p>{escape(what)}</p></section></main>')


def _document(title: str, body: str, *, live: bool = False) -> str:
    script = '<script src="/status/status.js" defer></script>' if live else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" '
        f'content="light dark"><title>{escape(title)}</title><link rel="stylesheet" href="/status/status.css">{script}'
        f"</head><body>{body}</body></html>"
    )


def _sign_out(form: str) -> str:
    return f'<form method="post" action="/status/sign-out">{_hidden("form", form)}<button>Sign out</button></form>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _section(title: str, id_: str, content: str) -> str:
    return f'<section id="{id_}" aria-labelledby="{id_}-title"><h2 id="{id_}-title">{title}</h2>{content}</section>'


def _tiles(board: Board) -> str:
    dead = sum(board.counts.get(status, 0) for status in UNSUCCESSFUL)
    waited = f"oldest for {seconds(board.oldest)}" if board.counts[QUEUED] and board.oldest >= 1 else ""
    tiles = [
        ("queued", board.counts[QUEUED], "quiet", "open", waited),
        ("running", board.counts[RUNNING], "warn" if board.counts[RUNNING] else "quiet", "open", ""),
        ("waiting for a person", board.counts[WAITING], "quiet", "open", ""),
        ("failed", dead, "bad" if dead else "quiet", "failed", ""),
        ("succeeded", board.counts.get(SUCCEEDED, 0), "good", "all", ""),
    ]
    shown = "".join(
        f'<a class="tile {kind}" href="/status?{urlencode({"runs": tab})}#runs"><b>{count:,}</b>{name}'
        f"{f'<br><small>{escape(more)}</small>' if more else ''}</a>"
        for name, count, kind, tab, more in tiles
    )
    return f'<section class="bare" aria-label="Runs by status"><div class="tiles">{shown}</div></section>'


def _dead(board: Board, form: str) -> str:
    if not board.dead:
        return '<p class="empty">Nothing has failed.</p>'
    note = "A retry resumes the run: what was sent is not sent again, and what is unknown is not repeated."
    return f'<p class="empty">{note}</p>' + _run_table(board.dead, board, form)


def _runs(board: Board, form: str) -> str:
    links = "".join(
        f'<a href="/status?{urlencode({"runs": name})}#runs"{" aria-current=page" * (name == board.tab)}>{title}</a>'
        for name, title in _TABS.items()
    )
    shown = _run_table(board.runs, board, form) if board.runs else '<p class="empty">There are none.</p>'
    return f'<nav aria-label="Which runs">{links}</nav>{shown}'


def _run_table(runs: Sequence[RunRow], board: Board, form: str) -> str:
    rows = []
    for run in runs:
        # The rest is in `adaptor runs show`: it may name people.
        why = one_line((run.error or "").split("\n")[0])[:_MOST_WHY]
        button = ""
        if run.status in (*UNSUCCESSFUL, CANCELLED):
            label = f"Retry the run {run.id}"
            button = (
                f'<form method="post" action="/status/retry">{_hidden("form", form)}{_hidden("run", run.id)}'
                f'{_hidden("tab", board.tab)}<button aria-label="{escape(label)}">Retry</button></form>'
            )
        rows.append(
            [
                _code(run.id),
                escape(run_name(run.workflow, run.start)) + (f'<span class="why">{escape(why)}</span>' if why else ""),
                _status(run.status),
                _time(run.queued),
                f"{run.epoch:,}",
                button,
            ]
        )
    return table(["Run", "Workflow", "Status", "Queued", "Attempts", "Action"], rows, numbers=frozenset({4}))


def _pages(pace: Sequence[Pace]) -> str:
    if not pace:
        return '<p class="empty">No Page was used yet.</p>'
    rows = [
        [
            _code(page.page),
            f"{page.events:,}",
            seconds(page.waits) if page.waits >= 0.05 else "now",
            badge("stopped by Meta", "bad") if page.is_stopped else badge("sends", "good"),
        ]
        for page in pace
    ]
    return table(["Page", "Events in the last hour", "Next message", "State"], rows, numbers=frozenset({1}))


def _threads(threads: Sequence[Thread]) -> str:
    if not threads:
        return '<p class="empty">Nobody has written yet.</p>'
    rows = []
    for thread in threads:
        query = urlencode({"page": thread.page, "psid": thread.psid})
        states = badge("stopped", "bad") * thread.is_stopped
        if thread.paused_until is not None:
            states += badge("a human answers", "warn")
        link = f'<a href="/status/thread?{escape(query)}">{_code(thread.psid)}</a>'
        rows.append([link, _code(thread.page), f"{thread.events:,}", _time(thread.last), states])
    return table(["Person", "Page", "Events", "Last", "State"], rows, numbers=frozenset({2}))


def _status(status: str) -> str:
    return badge(status, _KINDS.get(status, "quiet")) if status else ""


def _code(text: str | None) -> str:
    return f"<code>{escape(one_line(text or ''))}</code>"


def _time(moment: float) -> str:
    when = datetime.fromtimestamp(moment, UTC).astimezone()
    return f'<time datetime="{when.isoformat(timespec="seconds")}">{when:%d %b %H:%M:%S}</time>'


def _said(facts: dict[str, Any] | None) -> str:
    """Return what a person wrote or tapped."""
    if facts is None:
        return ""
    said = facts.get("text") or facts.get("payload")
    return one_line(said)[:500] if isinstance(said, str) else ""
