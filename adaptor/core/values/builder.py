"""Builders: functions of this package that build a value, not an operation."""

from __future__ import annotations

from functools import wraps

from .arguments import known
from .kinds import taken
from .parameters import Parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


def builder(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function that builds a value (not an operation) take lazy references, and check its calls.

    The function gets plain structures with lazy references in their places. It must pass these on without looking into
    them.
    """
    parameters = Parameters(function, 0)

    @wraps(function)
    def build(*args: Any, **kwargs: Any) -> T:
        positional, named = parameters.bind(args, kwargs, taken)
        return function(*map(known, positional), **{key: known(value) for key, value in named.items()})

    return build
