"""Functions of plain values that also take lazy references: `chunk(state.data.rows, 50)`."""

from __future__ import annotations

from ..core.errors import WrongCall
from ..core.state import State, a_kind
from ..core.values.arguments import prepare
from ..core.values.lazy import Lazy, resolve
from ..core.values.parameters import Parameters
from .data import Reader
from .rows.sources import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ParamSpec, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")


class Calculation(Reader):
    """A call that waits for lazy arguments, worked out where its value is needed."""

    __slots__ = ("__args__", "__build__", "__function__", "__kwargs__")

    def __init__(
        self, build: Callable[..., Any], function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        self.__build__ = build
        self.__function__ = function
        self.__args__ = args
        self.__kwargs__ = kwargs

    @property
    def __source_path__(self) -> str | None:
        return path_of(self.__args__[0]) if self.__args__ and isinstance(self.__args__[0], Lazy) else None

    def __resolve__(self, state: State) -> Any:
        args = [resolve(value, state) for value in self.__args__]
        return self.__function__(*args, **{key: resolve(value, state) for key, value in self.__kwargs__.items()})

    def __repr__(self) -> str:
        texts = [*map(repr, self.__args__), *(f"{key}={value!r}" for key, value in self.__kwargs__.items())]
        return f"{self.__function__.__name__}({', '.join(texts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _call, (self.__build__, self.__args__, self.__kwargs__)


def _call(build: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return build(*args, **kwargs)


def calculation(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function of plain values take lazy references: its result is then a lazy reference itself.

    What is read from the state is handed to the function as it is and never interpreted.
    """
    return checked_calculation(None)(function)


def checked_calculation(check: Callable[..., None] | None) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Do as `calculation` does, and look at the arguments when the call is written.

    Args:
        check: Is given the arguments, lazy ones too, and raises where a known one is wrong.
    """
    return lambda function: _built(function, check)


def _built(function: Callable[P, T], check: Callable[..., None] | None) -> Callable[P, T]:
    parameters = Parameters(function, 0)

    def build(*args: Any, **kwargs: Any) -> Any:
        positional, named = parameters.bind(args, kwargs, lambda _parameters, _name, value: prepare(value))
        if check is not None:
            check(*positional, **named)
        if any(isinstance(value, Lazy) for value in (*positional, *named.values())):
            return Calculation(build, function, positional, named)
        return function(*positional, **named)

    for name in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        setattr(build, name, getattr(function, name))
    build.__wrapped__ = function  # type: ignore[attr-defined]
    return build


def wrong_kind(name: str, called: str, expected: str, value: object) -> WrongCall:
    """Return the error for an argument of the wrong kind; values stay out of it, for they may be about a person."""
    given = "None" if value is None else a_kind(value)
    return WrongCall(f"`{name}` of {called}() must be {expected}, not {given}.", fix=f"Give {expected}.")
