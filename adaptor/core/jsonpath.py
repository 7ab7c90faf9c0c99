"""JSONPath, by `jsonpath-ng` (the extended parser), parsed once and cached.

Plain paths (`$.data.a.b`, `$.data.rows[*].id`) are walked directly, at the speed of dict access and without loading
the library; everything else (filters, slices, unions, recursive descent) is the library's.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .errors import JobError
from .state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_EACH = object()

# A key may hold anything but the signs that mean something to JSONPath: `first name` and `a-b` are plain keys.
_SIGNS = r""".\[\]*?@()$,'"&|<>=!~`{}:/+\\"""
_PLAIN_STEP = re.compile(
    rf"""
    \.? (?P<key> [^\s\-{_SIGNS}] (?: [^{_SIGNS}]* [^\s{_SIGNS}] )? )
    | \[ (?P<index> \d+ ) \]
    | \[ (?P<each> \* ) \]
    | \[ ' (?P<single> [^'\\]+ ) ' \]
    | \[ " (?P<double> [^"\\]+ ) " \]
    """,
    re.VERBOSE,
)

_OPERATOR = re.compile(r"\s(where|wherenot)\s")


@lru_cache(maxsize=4096)
def compiled(path: str) -> Callable[[Any], list[Any]]:
    """Return the function that finds all matches of a path.

    Args:
        path: A JSONPath; the leading `$.` may be left out.

    Raises:
        JobError: The path cannot be parsed; the message points at the character.
    """
    steps = _plain_steps(path)
    if steps is not None:
        return lambda root: _walk(root, steps)
    expression = _parsed(path)
    return lambda root: [match.value for match in expression.find(root)]


def _plain_steps(path: str) -> tuple[Any, ...] | None:
    text = path.strip()
    rest = text[1:] if text.startswith("$") else text
    if rest.startswith("."):
        rest = rest[1:]
        if rest.startswith((".", "[")) or not rest:
            return None
    steps: list[Any] = []
    position = 0
    while position < len(rest):
        match = _PLAIN_STEP.match(rest, position)
        # A key that is not the first must stand behind a dot.
        if match is None or (match["key"] and position and rest[position] != "."):
            return None
        if match["key"] and not position and rest.startswith("."):
            return None
        if match["index"]:
            steps.append(int(match["index"]))
        elif match["each"]:
            steps.append(_EACH)
        else:
            if match["key"] and _OPERATOR.search(match["key"]):
                return None
            steps.append(match["key"] or match["single"] or match["double"])
        position = match.end()
    return tuple(steps) if steps or text == "$" else None


def _walk(root: Any, steps: tuple[Any, ...]) -> list[Any]:
    found = [root]
    for step in steps:
        if step is _EACH:
            found = [item for value in found for item in _children(value)]
        elif isinstance(step, int):
            found = [value[step] for value in found if isinstance(value, list) and step < len(value)]
        else:
            found = [value[step] for value in found if isinstance(value, dict) and step in value]
    return found


def _children(value: Any) -> Any:
    if isinstance(value, list):
        return value
    return value.values() if isinstance(value, dict) else ()


def _parsed(path: str) -> Any:
    from jsonpath_ng.exceptions import JSONPathError
    from jsonpath_ng.ext.parser import parse

    text = path.strip()
    if not text.startswith("$"):
        text = f"${text}" if text.startswith("[") else f"$.{text}"
    try:
        expression = parse(text)
    except (JSONPathError, ValueError, TypeError, AttributeError) as cause:
        raise _cannot_parse(path, text, str(cause)) from None
    _judge_by_truth(expression)
    return expression


def _judge_by_truth(expression: Any) -> None:
    """Make `[?(@.ok)]` mean "where ok is true", as in every other JSONPath; the library means "where ok exists"."""
    from jsonpath_ng.ext.filter import Expression, Filter

    class Truthy(Expression):
        def find(self, datum: Any) -> Any:
            return [match for match in self.target.find(datum) if match.value]

    if isinstance(expression, Filter):
        expression.expressions = [
            Truthy(part.target, None, None) if type(part) is Expression and part.op is None else part
            for part in expression.expressions
        ]
    for side in ("left", "right"):
        if hasattr(expression, side):
            _judge_by_truth(getattr(expression, side))


def _cannot_parse(path: str, text: str, reason: str) -> JobError:
    # The library counts from the text that it was given, which begins with "$.".
    added = len(text) - len(path.strip())
    match = re.search(r"(\d+):(\d+) near token", reason)
    column = int(match[2]) - added if match else len(path)
    if 0 <= column < len(path):
        where = f"it goes wrong at character {column + 1}, {path[column]!r}"
    else:
        column, where = len(path), "it ends too early"
    return JobError(
        f"The JSONPath {path!r} cannot be read: {where}.\n    {path}\n    {' ' * column}^",
        fix="Write keys with special signs in brackets and quotes: $.data['first name'].",
        code="JSONPATH",
    )


def find(path: str, root: Any) -> list[Any]:
    """Return all values that match a JSONPath, in document order."""
    return compiled(path)(root)


def missing_part(path: str, root: Any) -> str | None:
    """Return in words where a path that matches nothing ends: the deepest part that exists, and its keys.

    Returns:
        None where nothing is missing: an empty list or null stands there; or where the path is too elaborate to say.

    Example:
        >>> missing_part("$.data.rows[*]", {"data": {"row": [1]}})
        '`$.data` has the keys row'
        >>> missing_part("$.data.rows[*]", {"data": {"rows": []}}) is None
        True
    """
    value, shown = root, "$"
    for step in _plain_steps(path) or ():
        if value is None or (step is _EACH and isinstance(value, list | dict)):
            return None
        if isinstance(step, str) and isinstance(value, dict) and step in value:
            value, shown = value[step], f"{shown}.{step}"
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value, shown = value[step], f"{shown}[{step}]"
        elif isinstance(value, dict):
            keys = [str(key) for key in value if key != "configuration"]
            more = f" and {len(keys) - 20} more" if len(keys) > 20 else ""
            return f"`{shown}` has the keys {', '.join(keys[:20])}{more}" if keys else f"`{shown}` has no keys at all"
        else:
            return f"`{shown}` is {a_kind(value)}"
    return None
