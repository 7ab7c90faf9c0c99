"""When tokens end, as Meta last said: a small file beside the ledger, so that a run warns in time without a call.

The file holds digests of tokens, never a token. It is only a hint: where it cannot be read or written, nothing fails.
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..core.digest import digest
from ..core.text.number_of import number_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The name of the file.
FILE = "tokens.json"
#: A token that ends within so many days gives a warning.
SOON_DAYS = 14
#: What ends, by Meta's key, with what to do.
_ENDS = {
    "expires_at": ("", "Make a new one before: adaptor config token --replace."),
    "data_access_expires_at": (
        "'s access to people's data",
        "The person who made the token has to make a new one before: adaptor config token --replace.",
    ),
}
#: Entries whose ends are longer ago are dropped.
_KEPT_SECONDS = 90 * 24 * 3600
_DAY = 24 * 3600


def learn(folders: Iterable[str], token: str, facts: Mapping[str, Any], now: float) -> None:
    """Record when a token ends.

    Args:
        folders: Where it is recorded; a folder that does not exist is made.
        token: The token.
        facts: What `debug_token` says of it.
        now: The time, in Unix seconds.
    """
    if facts.get("is_valid") is False:
        return
    ends = {key: value for key in _ENDS if (value := _seconds(facts.get(key))) is not None}
    known_by = digest("token", token)
    for folder in folders:
        known = _read(folder)
        before = dict(known)
        if ends:
            known[known_by] = ends
        else:
            known.pop(known_by, None)
        known = {key: each for key, each in known.items() if max(each.values(), default=0) > now - _KEPT_SECONDS}
        if known != before:
            with contextlib.suppress(OSError):
                _write(folder, known)


def token_warnings(folders: Iterable[str], token: str, now: float, name: str = "The token") -> list[str]:
    """Return a warning for each end of a token that is near or past.

    Args:
        folders: Where it may be recorded.
        token: The token.
        now: The time, in Unix seconds.
        name: What the token is called.
    """
    known_by = digest("token", token)
    ends: dict[str, int] = {}
    for folder in folders:
        ends.update(_read(folder).get(known_by, {}))
    return [_warning(name, key, ends[key], now) for key in _ENDS if key in ends and ends[key] - now < SOON_DAYS * _DAY]


def _warning(name: str, key: str, end: int, now: float) -> str:
    what, fix = f"{name}{_ENDS[key][0]}", _ENDS[key][1]
    day = datetime.fromtimestamp(end, UTC).date().isoformat()
    if end <= now:
        return f"{what} ended on {day}, as Meta said. {fix.replace(' before:', ':')}"
    return f"{what} ends on {day}, in {in_days(int((end - now) // _DAY))}. {fix}"


def in_days(days: int) -> str:
    """Return in how many days something ends, in words."""
    return number_of(days, "days") if days else "less than a day"


def _seconds(value: Any) -> int | None:
    # 0 is never. Beyond the year 9999 nothing can be shown.
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 253_402_300_800
    return value if is_time else None


def _read(folder: str) -> dict[str, dict[str, int]]:
    try:
        with open(os.path.join(folder, FILE), encoding="utf-8") as file:
            known = json.load(file)
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {
        key: {name: value for name, value in each.items() if name in _ENDS and _seconds(value) is not None}
        for key, each in known.items()
        if isinstance(each, dict)
    }


def _write(folder: str, known: dict[str, dict[str, int]]) -> None:
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, FILE)
    temporary = f"{path}.{os.getpid()}"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(known, file, indent=1, sort_keys=True)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
