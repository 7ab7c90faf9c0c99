"""A digest of values, the same in every process."""

from __future__ import annotations

import hashlib
import json
from typing import Any

# `json.dumps` would make an encoder for each of them.
_encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str).encode


def digest(*parts: Any) -> str:
    """Return a digest of values that JSON can hold, the same in every process."""
    return hashlib.sha256(_encoded(parts).encode()).hexdigest()
