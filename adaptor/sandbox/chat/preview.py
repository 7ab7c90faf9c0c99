"""The chat page as one file without a server, with its data inside."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.chat.items import local
from adaptor.sandbox.chat.rooms import list_threads, show_person, show_room
from adaptor.sandbox.chat.site import static
from adaptor.sandbox.state.page_state import FILES, milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from adaptor.sandbox.state.page_state import PageState

#: What a browser can show in one file: so many conversations, and so many records of each.
PEOPLE: Final = 1_000
RECORDS: Final = 500
# The file holds pictures up to this total size; of others it shows the name.
_PICTURES: Final = 12 * 1024 * 1024
_SCRIPTS: Final = ("text.js", "draw.js", "app.js", "frozen.js")
# These could end the script element with the data, or a line of JavaScript.
_UNSAFE: Final = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_FRAME: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Messenger preview</title>
<link rel="icon" href="data:image/svg+xml;base64,{icon}">
<style>{style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript. It loads nothing from anywhere.</noscript>
<script type="application/json" id="data">{data}</script>
{scripts}
</body>
</html>
"""


def write_preview(page: PageState, note: str, redact: Callable[[str], str] | None, *, sent: bool) -> str:
    """Write the page; the caller holds the lock of the page state.

    Args:
        page: The state of the Page.
        note: A line below the Page's name.
        redact: Removes secrets from a text.
        sent: Whether the messages were sent: then the page shows receipts.
    """
    data = json.dumps(_data(page, note, sent=sent), ensure_ascii=False, default=str)
    if redact is not None:
        data = redact(data)
    for sign, safe in _UNSAFE.items():
        data = data.replace(sign, safe)
    # A lone surrogate cannot be written as UTF-8, but JSON can escape it.
    data = "".join(f"\\u{ord(c):04x}" if 0xD800 <= ord(c) < 0xE000 else c for c in data)
    style = static("chat.css").decode()
    scripts = [static(name).decode() for name in _SCRIPTS]
    policy = (
        f"default-src 'none'; script-src {' '.join(map(_hash, scripts))}; style-src {_hash(style)}; "
        "img-src data:; media-src data:; base-uri 'none'; form-action 'none'"
    )
    return _FRAME.format(
        policy=policy,
        icon=base64.b64encode(static("icon.svg")).decode(),
        style=style,
        data=data,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
    )


def _data(page: PageState, note: str, *, sent: bool) -> dict[str, Any]:
    # Only people with records.
    there = [thread for thread in list_threads(page) if page.timeline.get(thread)]
    people = [show_person(page, thread) for thread in there[:PEOPLE]]
    rooms = {}
    left_out = 0
    for person in people:
        room = show_room(page, person["id"], count=RECORDS)
        left_out += room["first"]
        for number, item in enumerate(room["items"]):
            item["n"] = number
        if not sent:
            person.pop("unread", None)
        rooms[person["id"]] = {**room, "typing": False}
    notes = [note] if note else []
    if len(there) > PEOPLE or left_out:
        notes.append(f"the first {PEOPLE:,} people and the newest {RECORDS:,} messages of each")
    return {
        "page": {"id": page.page_id, "name": page.page_name},
        "sent": sent,
        "now": milliseconds(page.clock.now()),
        "note": "; ".join(notes),
        "people": people,
        "rooms": rooms,
        "files": _files(page, rooms),
    }


def _files(page: PageState, rooms: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    room = _PICTURES
    for url in dict.fromkeys(_addresses(rooms)):
        kept = page.uploads.get(url.removeprefix(FILES))
        if kept is None or len(kept[1]) > room:
            continue
        kind = kept[0].partition(";")[0].strip()
        # Only media: a browser would open anything else as a page.
        if kind.partition("/")[0] in {"image", "audio", "video"} and kind.replace("/", "").replace("+", "").isascii():
            room -= len(kept[1])
            found[url] = f"data:{kind};base64,{base64.b64encode(kept[1]).decode()}"
    return found


def _addresses(value: Any) -> Iterator[str]:
    # A loop, because payloads may be nested deeper than Python recurses.
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, str) and (found := local(each)).startswith(FILES):
            yield found


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
