"""The operation `execute`: several operations in order."""

from __future__ import annotations

from .operation import Operation, Step, builder_of
from .run.context import current_run
from .run.place import STEP
from .state import State, initial_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec

    P = ParamSpec("P")

#: The heading of these names in `adaptor docs`.
HEADING = "control"


class InOrder(Operation):
    """An operation that performs others in order."""

    __slots__ = ()

    def narrowed(self, state: State) -> Operation | None:
        """Return the only part that remains after narrowing, or this operation if several remain."""
        left = [found for each in self.args if (found := each.narrowed(state)) is not None]
        if len(left) > 1:
            return self
        return left[0] if left else None


class _Execute(InOrder):
    """The operation of `execute`."""

    __slots__ = ()
    performs_once = True


def in_order(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    """Make an operation that performs its arguments one after the other."""
    return builder_of(function, InOrder)


def _executing(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Execute)


@_executing
def execute(state: State, *operations: Step) -> State:
    """Perform operations in order; the first that fails stops the chain.

    Args:
        *operations: Operations, or functions `state -> state`. Anything else is refused at once.

    Returns:
        An operation, with `execute(a, b)(state) == b(a(state))`. It adds empty `data` and `references` to a state that
        lacks them.

    Example:
        >>> execute(fn(lambda s: {**s, "data": 1}), fn(lambda s: {**s, "data": s["data"] + 1}))({})
        {'data': 2, 'references': []}
    """
    return perform_in_order(initial_state(state), operations, STEP)


def perform_in_order(state: State, operations: tuple[Any, ...], name: str | None = None) -> State:
    """Perform operations in order; the place of an error says which one failed.

    Args:
        state: The state before.
        operations: The operations.
        name: The name of each in a place. Default: that of the operation around them.
    """
    path = current_run().path
    name = name or path[-1][0]
    for index, operation in enumerate(operations):
        path[-1] = (name, index)
        state = operation(state)
    return state
