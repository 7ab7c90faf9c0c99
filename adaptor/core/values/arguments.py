"""The arguments of operations: how they are prepared and resolved.

An argument is a plain value, a lazy reference, a function of the state, or a list or dict with any of these inside.
`prepare` converts it to a plain value or one `Lazy` when the operation is built; `resolve` reads it when it runs.
"""

from __future__ import annotations

from itertools import islice

from ..errors import LazyStateError
from ..state import not_a_state
from .functions import refuse_other_parameters
from .lazy import Lazy, resolve
from .template import Shown, is_template_string, shown_too_early, text_of_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..state import State

#: How many values of what a function returns are searched for references.
_MOST_SEARCHED = 256
#: The heading of these names in `adaptor docs`.
HEADING = "data"


def function_name(function: object) -> str:
    """Return a short name for a function: its own name, or `<lambda line 12>`."""
    name = getattr(function, "__name__", None)
    if name is None:
        return type(function).__name__
    code = getattr(function, "__code__", None)
    return f"<lambda line {code.co_firstlineno}>" if name == "<lambda>" and code is not None else str(name)


class FunctionReference(Lazy):
    """A function of the state where a value is expected: `lambda state: state["data"]["name"].upper()`."""

    __slots__ = ("__function__",)
    __function__: Callable[[State], Any]

    def __init__(self, function: Callable[[State], Any]) -> None:
        self.__function__ = function

    def __repr__(self) -> str:
        return function_name(self.__function__)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.__function__,)

    def __resolve__(self, state: State) -> Any:
        value = self.__function__(state)
        if value is None or isinstance(value, str | bool | int | float):
            return value
        return resolve(prepare(value), state) if _holds_lazy(value) else value


def _holds_lazy(value: Any) -> bool:
    """Whether a reference or a function is in what a function has returned.

    A function writes them into objects of a few keys. What it has read from the state may have millions of values, and
    none of them is lazy.
    """
    searched = [value]
    for each in searched:
        if isinstance(each, Lazy) or callable(each):
            return True
        if isinstance(each, dict | list | tuple) and len(searched) < _MOST_SEARCHED:
            searched += islice(each.values() if isinstance(each, dict) else each, _MOST_SEARCHED)
    return False


class SourcePath(str):
    """A JSONPath that is written in the job. A text that the state holds is none, whatever it looks like."""

    __slots__ = ()


class Structure(Lazy):
    """A list, tuple or dict with something lazy inside."""

    __slots__ = ("__parts__",)
    __parts__: Any

    def __init__(self, parts: Any) -> None:
        self.__parts__ = parts

    def __repr__(self) -> str:
        return repr(self.__parts__)

    def __reduce__(self) -> tuple[Any, ...]:
        return Structure, (self.__parts__,)

    def __resolve__(self, state: State) -> Any:
        parts = self.__parts__
        if isinstance(parts, dict):
            return {key: item.__resolve__(state) if isinstance(item, Lazy) else item for key, item in parts.items()}
        items = [item.__resolve__(state) if isinstance(item, Lazy) else item for item in parts]
        return items if isinstance(parts, list) else tuple(items)


class Deferred(Lazy):
    """A call that is made when the operation runs: `function(*arguments, **named)`.

    Called with a state it returns its value, as in OpenFn: `data_value("name")(state)`.

    Args:
        function: The function to call.
        arguments: Its positional arguments, of which some are lazy.
        named: Its keyword arguments.
        build: The public function that built it, for pickling; without one, it is rebuilt from its own parts.
        reads_state: The function gets the state first and the unresolved arguments, which it resolves itself.
        source_path: The JSONPath by which it finds the items of a loop, or None.
        written: How it is printed. Default: as the call.
    """

    __slots__ = (
        *("__arguments__", "__build__", "__function__", "__named__"),
        *("__reads_state__", "__source_path__", "__written__"),
    )
    __function__: Callable[..., Any]
    __arguments__: tuple[Any, ...]
    __named__: dict[str, Any]
    __build__: Callable[..., Any] | None
    __source_path__: str | None

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: tuple[Any, ...] = (),
        named: dict[str, Any] | None = None,
        *,
        build: Callable[..., Any] | None = None,
        reads_state: bool = False,
        source_path: str | None = None,
        written: str | None = None,
    ) -> None:
        self.__function__ = function
        self.__arguments__ = arguments
        self.__named__ = named or {}
        self.__build__ = build
        self.__reads_state__ = reads_state
        self.__source_path__ = source_path
        self.__written__ = written

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value in this state."""
        if len(args) == 1 and isinstance(args[0], dict) and not kwargs:
            return self.__resolve__(args[0])
        return super().__call__(*args, **kwargs)

    def __repr__(self) -> str:
        if self.__written__ is not None:
            return self.__written__
        texts = [*map(repr, self.__arguments__), *(f"{key}={value!r}" for key, value in self.__named__.items())]
        return f"{function_name(self.__function__)}({', '.join(texts)})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.__build__ is not None:
            return _called, (self.__build__, self.__arguments__, self.__named__)
        return _deferred, (
            *(self.__function__, self.__arguments__, self.__named__),
            *(self.__reads_state__, self.__source_path__, self.__written__),
        )

    def __resolve__(self, state: State) -> Any:
        if self.__reads_state__:
            return self.__function__(state, *self.__arguments__, **self.__named__)
        named = {key: resolve(value, state) for key, value in self.__named__.items()}
        return self.__function__(*[resolve(argument, state) for argument in self.__arguments__], **named)


def _called(build: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    return build(*arguments, **named)


def _deferred(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    reads_state: bool,
    source_path: str | None,
    written: str | None,
) -> Deferred:
    return Deferred(function, arguments, named, reads_state=reads_state, source_path=source_path, written=written)


def defer(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function now if all arguments are known, else when they are resolved."""
    prepared = tuple(prepare(argument) for argument in arguments)
    if any(isinstance(argument, Lazy) for argument in prepared):
        return Deferred(function, prepared)
    return function(*prepared)


def prepare(value: Any) -> Any:
    """Return an argument as a plain value or, if it holds anything lazy at any depth, as one `Lazy`."""
    if isinstance(value, str):
        if isinstance(value, Shown):
            raise shown_too_early(value)
        return value
    if isinstance(value, Lazy) or value is None or isinstance(value, bool | int | float | bytes):
        return value
    if isinstance(value, dict):
        parts = {key: prepare(item) for key, item in value.items()}
        return Structure(parts) if any(isinstance(item, Lazy) for item in parts.values()) else value
    if type(value) in (list, tuple):
        items = type(value)(prepare(item) for item in value)
        return Structure(items) if any(isinstance(item, Lazy) for item in items) else value
    if callable(value):
        return _function(value)
    return text_of_template(value) if is_template_string(value) else value


def prepare_source(value: Any) -> Any:
    """Prepare the source of a loop; an invalid JSONPath is an error on the line where it is written."""
    prepared = prepare(value)
    if isinstance(prepared, str):
        from .jsonpath import compiled

        compiled(prepared)
        return SourcePath(prepared)
    return prepared


def _function(value: Any) -> Lazy:
    # An operation is a function of the state too, and must never be called by accident.
    if getattr(type(value), "__is_operation__", False) or hasattr(value, "__operation__"):
        name = getattr(value, "__name__", None) or repr(value)
        raise LazyStateError(
            f"`{name}` is an operation, but a value is expected here.",
            fix="Run the operation first and read its result in the next one, from state.data.",
        )
    refuse_other_parameters(value, ("state",), "an operation as a value")
    return FunctionReference(value)


def known(value: Any) -> Any:
    """Return a prepared value as plain dicts and lists, with lazy references in their places."""
    if isinstance(value, Structure):
        return known(value.__parts__)
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [known(item) for item in value]
    return value


def expand_references(state: State, *values: Any) -> list[Any]:
    """Resolve every lazy reference in `values`, through lists, tuples and dicts.

    Args:
        state: The state to read from.
        *values: Any values. Strings are never interpreted as paths; other objects are returned unchanged.

    Returns:
        The list of resolved values.

    Raises:
        MissingReference: A path under the lazy `state` does not exist.

    Example:
        >>> expand_references({"n": 1}, {"a": [lambda s: s["n"]]}, "$.n")
        [{'a': [1]}, '$.n']
    """
    if not isinstance(state, dict):
        raise not_a_state("expand_references() was given", state)
    return [resolve(prepare(value), state) for value in values]


def same(first: Any, second: Any) -> bool:
    """Whether two arguments have the same structure (`==` on lazy references builds a reference instead)."""
    if isinstance(first, Lazy) or isinstance(second, Lazy):
        return type(first) is type(second) and same(_parts(first), _parts(second))
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(same(item, second[key]) for key, item in first.items())
    if isinstance(first, list | tuple) and isinstance(second, list | tuple):
        return (
            type(first) is type(second)
            and len(first) == len(second)
            and all(same(a, b) for a, b in zip(first, second, strict=True))
        )
    return type(first) is type(second) and bool(first == second)


def _parts(value: Lazy) -> Any:
    return value.__reduce__()[1]
