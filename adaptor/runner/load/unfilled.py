"""Texts of a script that would be sent with the name of a reference in braces: `Hello {state.data.name}`.

The `f` before the quote is missing; or a lazy text was made a plain one by `str(…)`, `%` or `join`, which gives how it
looks, not what it says.
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

#: `re` compiles it when a text with a brace is met: a job without one does not wait for that.
_NAMED = r"\{[^{}]*\b(?:state(?:\.[a-zA-Z_]|\[)|(?:data|source)_value\()[^{}]*\}"


def refuse_unfilled(operation: Operation) -> None:
    """Refuse an operation of which a text holds the name of a reference.

    What a loop goes through is data, and is let be.

    Raises:
        LazyStateError: There is one; it has the file and line of the operation that holds it.
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
        # Braces in an f-string are there on purpose: they were written twice.
        yield from _parts(value.__reduce__()[1])


def _named(text: str) -> str | None:
    if "{" not in text:
        return None
    import re

    found = re.search(_NAMED, text)
    return found and found[0]


def _unfilled(operation: Operation, reference: str) -> LazyStateError:
    error = LazyStateError(
        f"`{operation.name}` was given a text that holds `{reference}` in braces, and would say just that.",
        fix='Write an f before the quote, f"Hello {state.data.name}", and give the f-string as it is, without str(…), '
        "% or join. Where the braces are meant, make the text in a function: lambda state: '…'.",
        code="UNFILLED_TEXT",
    )
    error.file, error.line = operation.file, operation.line
    error.excerpt = excerpt(operation.file, operation.line) or None
    return error
