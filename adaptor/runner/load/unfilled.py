"""Texts of a script that hold the name of a reference in braces and would be sent so: `Hello {state.data.name}`.

Either the `f` before the quote is missing, or `str(…)`, `%` or `join` turned a lazy text into its printed form.
"""

from __future__ import annotations

from ...core.errors import LazyStateError
from ...core.operation import Operation
from ...core.values.lazy import Lazy
from ...core.values.template import Template
from ..problems.source_lines import excerpt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: Compiled when the first text with a brace is found, since that takes a while.
_NAMED = r"\{[^{}]*\b(?:state(?:\.[a-zA-Z_]|\[)|(?:data|source)_value\()[^{}]*\}"


def refuse_unfilled(operation: Operation) -> None:
    """Refuse an operation with a text that holds the name of a reference in braces.

    The items of a loop are data and are not checked.

    Raises:
        LazyStateError: There is such a text; the error has file and line of the operation.
    """
    names = operation.function.__code__.co_varnames[1:]
    annotations = operation.function.__annotations__
    named = [*zip(names, operation.args, strict=False), *operation.kwargs.items()]
    values = [value for name, value in named if annotations.get(name) != "Source"]
    for value in (*values, *operation.args[len(names) :]):
        for part in _parts(value):
            if isinstance(part, Operation):
                refuse_unfilled(part)
            elif (reference := _named(part)) is not None:
                raise _unfilled(operation, reference)


def _parts(value: Any) -> Iterator[Any]:
    """Yield the texts and operations in an argument, at any depth."""
    if isinstance(value, str | Operation):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _parts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item)
    elif isinstance(value, Lazy) and not isinstance(value, Template):
        # Braces in the text of an f-string are meant: they were written twice.
        yield from _parts(value.__reduce__()[1])


def _named(text: str) -> str | None:
    if "{" not in text:
        return None
    import re

    found = re.search(_NAMED, text)
    return found and found[0]


def _unfilled(operation: Operation, reference: str) -> LazyStateError:
    error = LazyStateError(
        f"`{operation.name}` was given a text that holds `{reference}` in braces, and would send it as it is.",
        fix='Write an f before the quote, f"Hello {state.data.name}", and give the f-string as it is, without str(…), '
        "% or join. Where the braces are meant, make the text in a function: lambda state: '…'.",
        code="UNFILLED_TEXT",
    )
    error.file, error.line = operation.file, operation.line
    error.excerpt = excerpt(operation.file, operation.line) or None
    return error
