"""JSONPath with `jsonpath-ng` (the extended parser); paths are parsed once and cached.

Plain paths (`$.data.a.b`, `$.data.rows[*].id`) are evaluated directly, fast and without loading the library. All others
(filters, slices, unions, recursive descent) are left to the library.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ..errors import JobError
from ..state import a_kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_EACH = object()
_NOTHING = object()
#: No list has an index of more digits.
_MOST_DIGITS = 18

# A key may hold any character without a meaning in JSONPath: `first name` and `a-b` are plain keys.
_SIGNS = r""".\[\]*?@()$,'"&|<>=!~`{}:/+\\"""
_PLAIN_STEP = re.compile(
    rf"""
    \.? (?P<key> [^\s\-{_SIGNS}] (?: [^{_SIGNS}]* [^\s{_SIGNS}] )? )
    | \[ (?P<index> \d{{1,{_MOST_DIGITS}}} ) \]
    | \[ (?P<each> \* ) \]
    | \[ ' (?P<single> [^'\\]+ ) ' \]
    | \[ " (?P<double> [^"\\]+ ) " \]
    """,
    re.VERBOSE,
)

#: What JavaScript writes for `==` and `!=`; a text in quotes may hold the same signs.
_STRICT = re.compile(r"""('[^']*'|"[^"]*")|([=!])==""")

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

    def found(root: Any) -> list[Any]:
        try:
            return [match.value for match in expression.find(root)]
        except Exception as cause:
            # The library says in its own ways that a path does not go with a value, such as `parent` of the root.
            raise _cannot_be_followed(path, cause) from None

    return found


def _plain_steps(path: str) -> tuple[Any, ...] | None:
    steps, rest = _leading_steps(path)
    return steps if not rest and (steps or path.strip() == "$") else None


def _leading_steps(path: str) -> tuple[tuple[Any, ...], str]:
    """Return the plain steps at the beginning of a path, and the rest of it."""
    text = path.strip()
    rest = text[1:] if text.startswith("$") else text
    if rest.startswith("."):
        if rest[1:].startswith((".", "[")) or rest == ".":
            return (), rest
        rest = rest[1:]
    steps: list[Any] = []
    position = 0
    while position < len(rest):
        match = _PLAIN_STEP.match(rest, position)
        # Every key but the first needs a dot before it.
        if match is None or (match["key"] and (rest[position] == ".") != bool(position)):
            break
        if match["index"]:
            steps.append(int(match["index"]))
        elif match["each"]:
            steps.append(_EACH)
        else:
            if match["key"] and _OPERATOR.search(match["key"]):
                break
            steps.append(match["key"] or match["single"] or match["double"])
        position = match.end()
    return tuple(steps), rest[position:]


def _walk(root: Any, steps: tuple[Any, ...]) -> list[Any]:
    found = [root]
    for step in steps:
        found = _next_to(found, step)
    return found


def _next_to(found: list[Any], step: Any) -> list[Any]:
    if step is _EACH:
        return [item for value in found for item in _children(value)]
    if isinstance(step, int):
        return [value[step] for value in found if isinstance(value, list) and step < len(value)]
    members = [_member(value, step) for value in found]
    return [member for member in members if member is not _NOTHING]


def _member(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key, _NOTHING)
    # As in JavaScript, where many paths come from: `rows.length` and `rows.0`.
    if isinstance(value, list) and key == "length":
        return len(value)
    return item_named(value, key, _NOTHING)


def item_named(value: Any, key: str, otherwise: Any) -> Any:
    """Return the item of a list whose index is written as a key, or another value where there is none."""
    # Python reads no number of thousands of digits.
    if isinstance(value, list) and key.isdecimal() and len(key) <= _MOST_DIGITS and int(key) < len(value):
        return value[int(key)]
    return otherwise


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
        expression = parse(_STRICT.sub(lambda found: found[1] or f"{found[2]}=", text))
    except (JSONPathError, ValueError, TypeError, AttributeError, re.error) as cause:
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
    # The library's positions refer to the text with the added "$.".
    added = len(text) - len(path.strip())
    match = re.search(r"(\d+):(\d+) near token", reason)
    column = int(match[2]) - added if match else len(path)
    if 0 <= column < len(path):
        where = f"it goes wrong at character {column + 1}, {path[column]!r}"
    else:
        column, where = len(path), "it ends too early"
    return JobError(
        f"The JSONPath {path!r} cannot be read: {where}.\n    {path}\n    {' ' * column}^",
        fix="Write keys with special characters in brackets and quotes: $.data['first name'].",
        code="JSONPATH",
    )


def _cannot_be_followed(path: str, cause: Exception) -> JobError:
    why = str(cause).partition("\n")[0] or type(cause).__name__
    return JobError(
        f"The JSONPath {path!r} cannot be followed here: {why}.",
        fix="Look at what the state holds there: `adaptor run … -O` shows it.",
        code="JSONPATH",
    )


def find(path: str, root: Any) -> list[Any]:
    """Return all values that match a JSONPath, in document order."""
    return compiled(path)(root)


def missing_part(path: str, root: Any) -> str | None:
    """Describe where a path without a match ends: its deepest existing part and the keys there.

    Returns:
        The description, or None if nothing is missing: the path leads to an empty list or null.

    Example:
        >>> missing_part("$.data.rows[*]", {"data": {"row": [1]}})
        '`$.data` has the keys row'
        >>> missing_part("$.data.rows[*]", {"data": {"rows": []}}) is None
        True
    """
    steps, rest = _leading_steps(path)
    found, shown = [root], "$"
    for step in (*steps, rest) if rest else steps:
        following = [] if step is rest else _next_to(found, step)
        if not following:
            # Null, and an empty list or object, is no mistake in the path.
            there = [value for value in found if not (value is None or value == [] or (step is _EACH and value == {}))]
            first = f"`{shown}`" if len(found) == 1 else f"the first of {len(found):,} `{shown}`"
            return f"{first} {_shape(there[0])}" if there else None
        found, shown = following, f"{shown}{_shown(step)}"
    return None


def _shown(step: Any) -> str:
    if step is _EACH:
        return "[*]"
    return f".{step}" if isinstance(step, str) and step.isidentifier() else f"[{step!r}]"


def _shape(value: Any) -> str:
    """Describe the kind of a value and its keys."""
    if isinstance(value, list):
        items = f"is a list of {len(value):,} item{'' if len(value) == 1 else 's'}"
        return f"{items}, the first of which {_shape(value[0])}" if isinstance(value[0], dict) else items
    if not isinstance(value, dict):
        return f"is {a_kind(value)}"
    keys = [str(key) for key in value if key != "configuration"]
    more = f" and {len(keys) - 20} more" if len(keys) > 20 else ""
    return f"has the keys {', '.join(keys[:20])}{more}" if keys else "has no keys at all"
