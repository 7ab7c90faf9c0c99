"""OpenFn's names and ours.

Most names of ours are theirs in another spelling: `fnIf` is `fn_if`, `as` is `as_`. The table holds the others.

Source: https://docs.openfn.org/adaptors/packages/common-docs and
https://github.com/OpenFn/adaptors/blob/main/packages/facebook/src/Adaptor.js (checked 2026-11-28).
"""

from __future__ import annotations

import re

from ...hints.names import in_python

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

#: What to write for names that mean something else, or nothing, in a Python job; `hints.names` has the others.
PYTHON = {
    "del": "http.delete(…)",
    "Date": "datetime.now(), with `from datetime import datetime`",
    "Promise": "nothing: operations run one after the other",
}

_OF_LODASH = 'a comprehension or a function of Python: [row["id"] for row in rows]'


def python_name(name: str, known: Collection[str]) -> str | None:
    """Return what Python writes for a name of a JavaScript job, or None where nothing is known of it.

    Args:
        name: The name, with the object before it where there is one: `http.get`.
        known: Our names.

    Example:
        >>> python_name("fnIf", ["fn", "fn_if"]), python_name("as", ["as_"]), python_name("alterState", [])
        ('fn_if(…)', 'as_(…)', 'fn(…)')
    """
    first, dot, rest = name.partition(".")
    if first in ("_", "lodash"):
        return _OF_LODASH
    spelt = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", first).lower()
    for ours in (spelt, f"{spelt}_"):
        if ours in known:
            return f"{ours}{dot}{rest}(…)"
    return PYTHON.get(first) or in_python(first)
