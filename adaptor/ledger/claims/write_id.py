"""The ids of writes.

A write is identified by its call site, its recipient and its content; never by its position in a loop, since sources
change their order between a crash and a resume.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from ...core.run.place import without_lines
from ..records import Write

#: How long an id is: 24 characters, 144 bits.
_ID_BYTES = 18


def write_id(run: str, write: Write) -> str:
    """Return the id of a write. With a key of the job's own it is the same in all runs of the Page, else in this run.

    The id is opaque, so that a message can carry it in its metadata.
    """
    if write.own_key is not None:
        return _short("key", write.page, write.own_key)
    site = write.site if write.recipient else without_lines(write.site)
    return _short("site", run, write.step, write.arrival, site, write.recipient, write.fingerprint, write.occurrence)


def is_write_id(value: Any) -> bool:
    """Whether a value looks like the id of a write."""
    return isinstance(value, str) and re.fullmatch("[A-Za-z0-9_-]{24}", value) is not None


def _short(*parts: Any) -> str:
    raw = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(raw[:_ID_BYTES]).decode()
