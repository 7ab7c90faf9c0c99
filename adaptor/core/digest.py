"""A digest of values, the same in every process."""

from __future__ import annotations

import hashlib
from typing import Any

from .text.json_encoder import encoder

_encoded = encoder(sort_keys=True, default=str)


def digest(*parts: Any) -> str:
    """Return a digest of values that JSON can hold, the same in every process."""
    return hashlib.sha256(_encoded(parts).encode()).hexdigest()
