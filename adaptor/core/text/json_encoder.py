"""Encoders of JSON that are made once; the standard library makes a new one for each text, at twice the cost of it."""

from __future__ import annotations

import json.encoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def encoder(
    *,
    ensure_ascii: bool = True,
    allow_nan: bool = True,
    sort_keys: bool = False,
    default: Callable[[Any], Any] | None = None,
) -> Callable[[Any], str]:
    """Return a function that encodes values as compact JSON.

    It raises what `json.dumps` raises, but `RecursionError` for a value that contains itself.

    Args:
        ensure_ascii: Escape what is not ASCII.
        allow_nan: Write NaN and Infinity, which are no JSON; else they are refused.
        sort_keys: Write the keys of each object in their order.
        default: Makes a value of what JSON cannot hold; by default it is refused.

    Example:
        >>> encoder(sort_keys=True)({"b": 1, "a": [None]})
        '{"a":[null],"b":1}'
    """
    plain = json.JSONEncoder(
        ensure_ascii=ensure_ascii,
        check_circular=False,
        allow_nan=allow_nan,
        sort_keys=sort_keys,
        separators=(",", ":"),
        default=default,
    )
    # CPython's own, which `JSONEncoder.encode` uses; other Pythons have none.
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    quoted = json.encoder.encode_basestring_ascii if ensure_ascii else json.encoder.encode_basestring
    pieces = make(None, plain.default, quoted, None, ":", ",", sort_keys, False, allow_nan)
    return lambda value: "".join(pieces(value, 0))
