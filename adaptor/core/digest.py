"""A digest of values, the same in every process."""

from __future__ import annotations

import hashlib
from typing import Any

from .text.json_encoder import encoder

_encoded = encoder(sort_keys=True)


def digest(*parts: Any) -> str:
    """Return a digest of values that JSON can hold, the same in every process.

    Raises:
        TypeError: JSON cannot hold one. As text it could be the same as another one, or differ in each process.
    """
    try:
        text = _encoded(parts)
    except TypeError:
        # Keys of several types have no order; JSON makes text of them.
        import json

        text = _encoded(json.loads(json.dumps(parts)))
    return hashlib.sha256(text.encode()).hexdigest()
