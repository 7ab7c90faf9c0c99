"""References from one part of a batch to the response of another: `{result=name:$.data.*.id}`.

Of JSONPath they take what Meta's examples use: names, positions, `*`. Several matches are joined with commas.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_plus

from adaptor.sandbox.meta.errors import invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE: Final = re.compile(r"\{result=([\w-]+):(\$[^{}]*)\}")
_STEP: Final = re.compile(r"\.(\*|[\w-]+)|\[(\*|\d+|'[^']*'|\"[^\"]*\")\]")


def names_in(text: str) -> list[str]:
    """Give the names of the parts that a text refers to, URL-encoded or not."""
    return [match[1] for match in _REFERENCE.finditer(unquote_plus(text))]


def fill_references(text: str, values: Mapping[str, Any]) -> str:
    """Replace references by values from the responses of other parts."""
    return _REFERENCE.sub(lambda match: _find(values[match[1]], match[2]), text)


def _find(value: Any, path: str) -> str:
    found = [value]
    start = 1
    while start < len(path):
        step = _STEP.match(path, start)
        if step is None:
            raise invalid(f"Could not parse the JSONPath expression '{path}'.")
        key = step[1] if step[1] is not None else step[2].strip("'\"")
        found = [item for each in found for item in _step(each, key)]
        start = step.end()
    return ",".join(item if isinstance(item, str) else json.dumps(item) for item in found)


def _step(value: Any, key: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if key == "*" else [value[key]] if key in value else []
    if isinstance(value, list):
        if key == "*":
            return value
        return [value[int(key)]] if key.isdigit() and int(key) < len(value) else []
    return []
