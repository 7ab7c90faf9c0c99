"""Reading what a workflow file says to a service: quiet hours and notices. Imported where a file says something."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ....common.collections.arguments import checked_collection
from ....core.errors import AdaptorError
from ...input.document import kind_of
from .notices import INCLUDED, NoticeTarget
from .quiet_hours import QuietHours

if TYPE_CHECKING:
    from ...input.document import Path
    from ..workflows.reader import Reader

#: The keys of a workflow file.
QUIET_HOURS, NOTIFY = "quiet_hours", "notify"
_QUIET = ("from", "to", "timezone", "people", "answers")
_NOTIFY = ("url", "command", "include")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_VARIABLE = re.compile(r"\$[A-Za-z_]\w*")


def read_quiet_hours(reader: Reader, holder: dict[str, Any], path: Path) -> QuietHours | None:
    """Read the quiet hours of a workflow file, and add what is wrong with them to the reader's problems."""
    at = (*path, QUIET_HOURS)
    example = f'{QUIET_HOURS}: {{"from": "21:00", "to": "07:30", "timezone": "Africa/Nairobi"}}'
    raw = reader.value(holder, at, dict, fix=f"Write {example}.")
    if raw is None:
        return None
    reader.check_keys(raw, at, _QUIET, "the quiet hours")
    times = [_minute(reader, raw, (*at, name)) for name in ("from", "to")]
    zone = read_zone(reader, raw, (*at, "timezone"))
    if zone is None and "timezone" not in raw:
        # Quiet hours by a wrong clock would wake people up.
        reader.refuse(at, f"`{QUIET_HOURS}` does not say in which time zone.", fix=f"Write {example}.")
    people = reader.value(raw, (*at, "people"), str) or ""
    if people:
        try:
            checked_collection(people)
        except AdaptorError as error:
            reader.refuse((*at, "people"), error.description, fix=error.fix)
    answers = reader.value(raw, (*at, "answers"), bool) or False
    begin, end = times
    if begin is None or end is None:
        return None
    if begin == end:
        reader.refuse((*at, "to"), "The quiet hours end when they begin.", fix=f"Write {example}.")
    return QuietHours(begin, end, zone or "UTC", people, answers)


def _minute(reader: Reader, raw: dict[str, Any], at: Path) -> int | None:
    """Return a time of the day as its minute."""
    found = raw.get(str(at[-1]))
    if found is None:
        reader.refuse(at[:-1], f"`{at[-1]}` is missing.", fix='Write "from": "21:00", "to": "07:30".')
        return None
    read = _TIME.fullmatch(found.strip()) if isinstance(found, str) else None
    if read is None:
        shown = f"`{found}`" if isinstance(found, str | int | float) else kind_of(found)
        reader.refuse(at, f"`{at[-1]}` is {shown}, not a time of the day.", fix='Write hours and minutes: "07:30".')
        return None
    return int(read[1]) * 60 + int(read[2])


def read_zone(reader: Reader, raw: dict[str, Any], at: Path) -> str | None:
    """Return the time zone under the last key of a path; None where there is none, or it does not exist."""
    zone: str | None = reader.value(raw, at, str)
    if zone is None:
        return None
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        what = f"There is no time zone `{zone}`."
        reader.refuse(at, what, fix="Write its whole name, as Africa/Nairobi.")
        return None
    return zone


def read_notify(reader: Reader, holder: dict[str, Any], path: Path) -> NoticeTarget | None:
    """Read where the notices of a workflow file go, and add what is wrong with that to the reader's problems."""
    at = (*path, NOTIFY)
    example = f'{NOTIFY}: {{"url": "$ALERTS_URL"}}, or {NOTIFY}: {{"command": "./alert.sh"}}'
    raw = reader.value(holder, at, dict, fix=f"Write {example}.")
    if raw is None:
        return None
    reader.check_keys(raw, at, _NOTIFY, "the notices")
    url = reader.value(raw, (*at, "url"), str) or ""
    problem = problem_of_url(url) if url else None
    if problem is not None:
        reader.refuse((*at, "url"), problem, fix="Write https://…, or $NAME for an environment variable.")
    command = _words(reader, raw.get("command"), (*at, "command"))
    if not url and not command and "url" not in raw and "command" not in raw:
        reader.refuse(at, f"`{NOTIFY}` says nothing of where notices go.", fix=f"Write {example}.")
    include = raw.get("include") or []
    names = include if isinstance(include, list) else [include]
    for name in names:
        if name not in INCLUDED:
            what = f"`include` cannot hold `{name}`." if isinstance(name, str) else f"`include` holds {kind_of(name)}."
            reader.refuse((*at, "include"), what, fix=f"Write any of {', '.join(INCLUDED)}.")
    return NoticeTarget(url, command, tuple(name for name in INCLUDED if name in names))


def problem_of_url(url: str) -> str | None:
    """Return why notices cannot go to an address, without the address, which may hold a secret; or None."""
    if _VARIABLE.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    return None if is_address else "`url` is no address."


def _words(reader: Reader, value: Any, at: Path) -> tuple[str, ...]:
    """Return the words of a command, the first of them as a whole path where it is one beside the file."""
    if value is None:
        return ()
    words = value
    if isinstance(value, str):
        try:
            words = shlex.split(value)
        except ValueError:
            words = []
    if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
        reader.refuse(at, "`command` is no command.", fix='Write "./alert.sh", or a list: ["python3", "alert.py"].')
        return ()
    return command_of(words, reader.document.folder)


def command_of(words: list[str], folder: str) -> tuple[str, ...]:
    """Return a command whose program may lie beside a file: a path with a slash begins at the folder."""
    first = os.path.expanduser(words[0])
    if "/" in first and not os.path.isabs(first):
        first = os.path.abspath(os.path.join(folder, first))
    return (first, *words[1:])
