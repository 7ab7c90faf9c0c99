"""The operations that a job holds, those inside other operations too."""

from __future__ import annotations

from ...core.operation import Operation
from ...core.values.lazy import Lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


def operations_in(values: Iterable[Any]) -> Iterator[Operation]:
    """Yield all operations in some values, those inside others too."""
    for value in values:
        if isinstance(value, Operation):
            yield value
            yield from operations_in((*value.args, *value.kwargs.values()))
        elif isinstance(value, Lazy):
            # A list of Meta's may be the source of a loop.
            yield from operations_in(value.__reduce__()[1])
        elif isinstance(value, list | tuple):
            yield from operations_in(value)
        elif isinstance(value, dict):
            yield from operations_in(value.values())
