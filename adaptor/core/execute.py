"""A function as an operation, and operations one after the other."""

from __future__ import annotations

from .context import current_run
from .operation import Callback, Operation, Step, builder_of
from .place import STEP
from .state import State, initial_state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec

    from .context import Run

    P = ParamSpec("P")

#: Under which heading `adaptor docs` shows what stands here.
HEADING = "control"


class _Function(Operation):
    """What `fn` makes: nothing stands between it and the function."""

    __slots__ = ()

    def perform(self, state: State, run: Run) -> State:
        result: State = self.args[0](state)
        return result


def _calling(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Function)


@_calling
def fn(state: State, function: Callback[[State], State]) -> State:
    """Run a function of your own.

    Args:
        function: Takes the state and returns the next one: a new dict, `{**state, "data": …}`.

    Returns:
        An operation. The state afterwards is what the function returned.

    Raises:
        JobError: The function raised, or returned something that is not a dict. Nothing was sent by this operation.

    Example:
        >>> fn(lambda state: {**state, "data": 7})({"data": 1})
        {'data': 7}
    """
    return function(state)


class InOrder(Operation):
    """What performs operations one after the other; with one of them it comes down to that one."""

    __slots__ = ()

    def narrowed(self, state: State) -> Operation | None:
        """Return the only operation that is left, narrowed in turn; where several are, this one."""
        left = [found for each in self.args if (found := each.narrowed(state)) is not None]
        if len(left) > 1:
            return self
        return left[0] if left else None


class _Script(InOrder):
    """What `execute` makes."""

    __slots__ = ()
    performs_once = True


def in_order(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    """Make an operation that performs its arguments one after the other."""
    return builder_of(function, InOrder)


def _script(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Script)


@_script
def execute(state: State, *operations: Step) -> State:
    """Perform operations one after the other; the first that fails stops the chain.

    Args:
        *operations: Operations, or functions `state -> state`. Anything else is an error at once.

    Returns:
        An operation. It starts from `{"data": {}, "references": []}` where the state lacks these, and
        `execute(a, b)(state) == b(a(state))`.

    Example:
        >>> execute(fn(lambda s: {**s, "data": 1}), fn(lambda s: {**s, "data": s["data"] + 1}))({})
        {'data': 2, 'references': []}
    """
    return perform_in_order(initial_state(state), operations, STEP)


def perform_in_order(state: State, operations: tuple[Any, ...], name: str | None = None) -> State:
    """Perform operations one after the other; errors say which one it was.

    Args:
        state: The state before.
        operations: What is performed.
        name: What each of them is called; by default by the name of the operation around them.
    """
    path = current_run().path
    name = name or path[-1][0]
    for index, each_operation in enumerate(operations):
        path[-1] = (name, index)
        state = each_operation(state)
    return state
