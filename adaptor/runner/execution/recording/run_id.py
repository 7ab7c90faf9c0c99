"""Ids and labels of runs."""

from __future__ import annotations

import os
import re
import time

from ....core.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: The most characters of the value of a label.
_MOST_LABEL = 200
#: In place of an id: the newest run.
LAST = "last"


def new_run_id(count: int = 4) -> str:
    """Return a new id, which sorts by time: `20261124-221207-k3x9`.

    Args:
        count: How many letters follow the second: the more, the more ids can be made within one.
    """
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    tail = "".join(letters[byte % len(letters)] for byte in os.urandom(count))
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{tail}"


def check_run_id(text: str) -> str:
    """Return a given id, if it can be a part of a file name.

    Raises:
        InputError: It cannot, or it means another run.
    """
    if text == LAST:
        raise InputError(f"`{LAST}` is the newest run, and cannot be the name of one.", fix="Choose another name.")
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text) is None:
        raise InputError(
            f"`{text}` cannot be the name of a run.",
            fix="Up to 64 letters, digits, dots, hyphens and underscores; nothing was run.",
        )
    return text


def check_labels(labels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return given labels by name.

    Raises:
        InputError: One of them cannot be a label, or there are two of a name.
    """
    found: dict[str, str] = {}
    for name, value in labels:
        if not isinstance(name, str) or re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) is None:
            raise InputError(
                f"{name!r} cannot be the name of a label.",
                fix="Up to 64 letters, digits, dots, hyphens and underscores, such as clinic=kibera; nothing was run.",
            )
        if not isinstance(value, str) or not 1 <= len(value) <= _MOST_LABEL or not value.isprintable():
            raise InputError(
                f"The label `{name}` has no value that can be shown on a line.",
                fix=f"Give text of 1 to {_MOST_LABEL} characters; nothing was run.",
            )
        if found.setdefault(name, value) != value:
            raise InputError(f"The label `{name}` is given twice.", fix="Give it one value; nothing was run.")
    return found
