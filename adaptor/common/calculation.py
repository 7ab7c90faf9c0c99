"""Functions of values that also take lazy references: `chunk(state.data.rows, 50)`, `data_value("name")`."""

from __future__ import annotations

from functools import partial, wraps

from ..core.errors import WrongCall
from ..core.state import a_kind
from ..core.values.arguments import Deferred, prepare
from ..core.values.lazy import Lazy
from ..core.values.parameters import Parameters
from .rows.sources import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec, TypeVar

    from ..core.state import State

    P = ParamSpec("P")
    T = TypeVar("T")


def calculation(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function of plain values take lazy references: its result is then a lazy reference itself.

    What is read from the state is handed to the function as it is and never interpreted.
    """
    return checked_calculation(None)(function)


def checked_calculation(check: Callable[..., None] | None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Do as `calculation` does, and check the arguments when the call is written.

    Args:
        check: Is given the arguments, lazy ones too, and raises where a known one is wrong.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        parameters = Parameters(function, 0)

        @wraps(function)
        def build(*args: Any, **kwargs: Any) -> Any:
            positional, named = parameters.bind(args, kwargs, _prepared)
            if check is not None:
                check(*positional, **named)
            if not any(isinstance(value, Lazy) for value in (*positional, *named.values())):
                return function(*positional, **named)
            path = path_of(positional[0]) if positional and isinstance(positional[0], Lazy) else None
            return Deferred(function, positional, named, build=build, source_path=path)

        return build

    return decorate


def reader(path: Callable[..., str | None]) -> Callable[[Callable[Concatenate[State, P], T]], Callable[P, Any]]:
    """Let a function of the state and further arguments be written where a value is expected.

    The function is given its arguments as they were written and resolves the lazy ones itself: a default is read only
    where it is needed.

    Args:
        path: Is given the arguments when the call is written. It raises where one is wrong, and returns the JSONPath
            by which a loop finds its items, or None.
    """

    def decorate(function: Callable[Concatenate[State, P], T]) -> Callable[P, Any]:
        parameters = Parameters(function, 1)

        @wraps(function)
        def build(*args: Any, **kwargs: Any) -> Any:
            positional, named = parameters.bind(args, kwargs, _prepared)
            found = path(*positional, **named)
            return Deferred(function, positional, named, build=build, reads_state=True, source_path=found)

        # `inspect` shows the signature without the state, which the caller does not pass.
        build.__wrapped__ = partial(function, None)  # type: ignore[arg-type]
        return build

    return decorate


def _prepared(_parameters: Parameters, _name: str, value: Any) -> Any:
    return prepare(value)


def wrong_kind(name: str, called: str, expected: str, value: object) -> WrongCall:
    """Return the error for an argument of the wrong kind; values stay out of it, for they may be about a person."""
    return WrongCall(f"`{name}` of {called}() must be {expected}, not {a_kind(value)}.", fix=f"Give {expected}.")
