"""Reading a trigger for other programs than Meta. It is imported only where a workflow has one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .call import AFTER_COMPLETION, BEFORE_START, REPLIES, Call, is_code

if TYPE_CHECKING:
    from ...input.document import Path
    from ..workflows.reader import Reader

_CODES = ("success_code", "error_code")
_PATH = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
_MOST_LETTERS = 200


def read_call(reader: Reader, raw: dict[str, Any], id_: str, at: Path) -> Call | None:
    """Read how other programs call a trigger; None where it takes Meta's events.

    A trigger whose reply comes after the run is for others too: Meta waits for no run. Its path is then its id.
    """
    path = reader.value(raw, (*at, "custom_path"), str)
    reply = reader.value(raw, (*at, "webhook_reply"), str) or BEFORE_START
    if reply not in REPLIES:
        fix = f"Write {BEFORE_START}, or {AFTER_COMPLETION} to answer the caller after the run."
        reader.refuse((*at, "webhook_reply"), f"`webhook_reply` cannot be `{reply}`.", fix=fix)
    codes = _codes(reader, raw, at)
    auth = reader.value(raw, (*at, "webhook_auth"), str)
    if path is None and reply != AFTER_COMPLETION:
        if auth is not None:
            fix = "Give the trigger a `custom_path` too, or remove it: Meta's webhooks are signed."
            reader.refuse((*at, "webhook_auth"), "`webhook_auth` is for calls of other programs.", fix=fix)
        return None
    if path is not None and (_PATH.fullmatch(path.strip("/")) is None or len(path) > _MOST_LETTERS):
        fix = "Write words of letters, digits, . _ ~ and -, with slashes between them, as in clinic/booking."
        reader.refuse((*at, "custom_path"), f"`{path}` is no path of an address.", fix=fix)
    for key in ("events", "filter"):
        if key in raw:
            fix = "Use two triggers: one for Meta's events, one for calls."
            reader.refuse(
                (*at, key), f"`{key}` is about Meta's events, and the trigger takes calls.", fix=fix, key=True
            )
    return Call((path or id_).strip("/"), reply, codes["success_code"], codes["error_code"], auth)


def _codes(reader: Reader, raw: dict[str, Any], at: Path) -> dict[str, int | None]:
    place = (*at, "webhook_response_config")
    given = reader.value(raw, place, dict, fix='Write {"success_code": 200, "error_code": 500}.') or {}
    reader.check_foreign_keys(given, place, _CODES, "a response")
    codes: dict[str, int | None] = dict.fromkeys(_CODES)
    for key in _CODES:
        code = reader.value(given, (*place, key), int)
        if code is not None and not is_code(code):
            reader.refuse((*place, key), f"`{code}` is no status of an answer.", fix="Write a number from 200 to 599.")
        codes[key] = code
    return codes
