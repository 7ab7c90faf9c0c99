"""Comparing the outcome of a test case with what it expects.

An object must have the keys that are expected; it may have others. A list must have the same length, and is compared
item by item. In place of a value a case may write:

```
{"$exactly": value}    the value, with no further keys anywhere in it
{"$matches": "…"}      text in which this regular expression is found
{"$any": true}         anything but null
```

`null` and a missing key are equal.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MARKS = ("$exactly", "$matches", "$any")
#: The expectation for a value that is different each time.
ANY = {"$any": True}


class Difference:
    """One place at which the outcome is not as expected.

    Attributes:
        path: The place, such as `sent[0].text`.
        expected: What is expected there, as text.
        got: What is there, as text.
    """

    def __init__(self, path: str, expected: str, got: str) -> None:
        self.path = path
        self.expected = expected
        self.got = got

    def __repr__(self) -> str:
        return f"{self.path}: expected {self.expected}, got {self.got}"


def differences(expected: Any, got: Any, path: str = "", *, exact: bool = False) -> Iterator[Difference]:
    """Yield every place at which `got` is not as expected."""
    mark = mark_of(expected)
    if mark == "$exactly":
        yield from differences(expected[mark], got, path, exact=True)
    elif mark is not None:
        if not _holds(mark, expected[mark], got):
            yield Difference(path, _mark_words(mark, expected[mark]), shown(got))
    elif isinstance(expected, dict) and isinstance(got, dict):
        for key, value in expected.items():
            yield from differences(value, got.get(key), _under(path, key), exact=exact)
        for key in got.keys() - expected.keys() if exact else ():
            yield Difference(_under(path, key), "nothing", shown(got[key]))
    elif isinstance(expected, list) and isinstance(got, list):
        for index, (one, other) in enumerate(zip(expected, got, strict=False)):
            yield from differences(one, other, f"{path}[{index}]", exact=exact)
        for index in range(len(got), len(expected)):
            yield Difference(f"{path}[{index}]", shown(expected[index]), "nothing")
        for index in range(len(expected), len(got)):
            yield Difference(f"{path}[{index}]", "nothing", shown(got[index]))
    elif not _alike(expected, got):
        yield Difference(path, shown(expected), shown(got))


def matches(expected: Any, got: Any) -> bool:
    """Whether everything is as expected."""
    return next(differences(expected, got), None) is None


def updated(expected: Any, got: Any) -> Any:
    """Return the new expectation: the parts that were expected before, with their new values."""
    if matches(expected, got):
        return expected
    if isinstance(expected, dict) and mark_of(expected) is None and isinstance(got, dict):
        return {key: updated(value, got[key]) for key, value in expected.items() if key in got}
    if isinstance(expected, list) and isinstance(got, list):
        known = [updated(one, other) for one, other in zip(expected, got, strict=False)]
        return [*known, *got[len(expected) :]]
    if mark_of(expected) == "$exactly":
        return {"$exactly": got}
    return got


def lasting(one: Any, other: Any) -> Any:
    """Return what is equal in two outcomes, with `{"$any": true}` for what differs."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: lasting(value, other[key]) for key, value in one.items() if key in other}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [lasting(a, b) for a, b in zip(one, other, strict=True)]
    return one if _alike(one, other) else dict(ANY)


def mark_of(expected: Any) -> str | None:
    """Return which mark an expectation is, or None where it is a plain value."""
    if isinstance(expected, dict) and len(expected) == 1:
        (key,) = expected
        return key if key in MARKS else None
    return None


def shown(value: Any) -> str:
    """Return a value on one line; text as it is, unless it would be taken for something else."""
    if isinstance(value, str) and value.isprintable() and value == value.strip() and not _looks_like_more(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _looks_like_more(text: str) -> bool:
    if text in ("", "nothing", "anything"):
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _under(path: str, key: str) -> str:
    if not key.isidentifier():
        return f"{path}[{json.dumps(key, ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def _alike(one: Any, other: Any) -> bool:
    # In Python True equals 1, in JSON it does not.
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _holds(mark: str, argument: Any, got: Any) -> bool:
    if mark == "$any":
        return got is not None
    return isinstance(got, str) and re.search(argument, got) is not None


def _mark_words(mark: str, argument: Any) -> str:
    return "anything" if mark == "$any" else f"text that matches {argument}"
