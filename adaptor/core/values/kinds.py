"""What a parameter of an operation takes, by the kind that its annotation names.

Parameters that take operations are the exception: only `core.operation` can make one of a plain function.
"""

from __future__ import annotations

from ..errors import AdaptorError, JobError, WrongCall
from ..state import a_kind
from .arguments import Deferred, function_name, prepare, prepare_source
from .functions import refuse_other_parameters
from .lazy import Lazy, Logic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..state import State
    from .parameters import Parameters

#: The fix for a wrong call of `.catch`.
HOW_TO_CATCH = "Write catch(handler), or catch(WindowClosed, handler): a function of (error, state), or an operation."


def is_operation(value: object) -> bool:
    """Whether a value is an operation."""
    return hasattr(type(value), "__is_operation__")


def taken(parameters: Parameters, name: str, value: Any) -> Any:
    """Return an argument in the form that an operation keeps.

    Args:
        parameters: The parameters of the operation.
        name: The name of the parameter.
        value: The argument as it was given.

    Raises:
        WrongCall: The parameter takes something else.
    """
    kind = parameters.kinds.get(name)
    return prepare(value) if kind is None else _BY_KIND[kind](parameters, name, value)


def _condition(parameters: Parameters, name: str, value: Any) -> Any:
    prepared = prepare(value)
    return Logic("", (prepared,)) if isinstance(prepared, Lazy) and not isinstance(prepared, Logic) else prepared


def _people(parameters: Parameters, name: str, value: Any) -> Any:
    if is_operation(value) and hasattr(value, "items"):
        return Deferred(_items, (value,), reads_state=True, written=repr(value))
    return prepare(value)


def _items(state: State, listing: Any) -> Any:
    # As the source of a loop, its items are read when the loop needs them.
    return listing.items(state)


def _source(parameters: Parameters, name: str, value: Any) -> Any:
    if is_operation(value) and hasattr(value, "items"):
        return _people(parameters, name, value)
    if value is None or isinstance(value, bool | int | float | bytes):
        raise WrongCall(
            f"`{name}` of {parameters.name}() cannot be {described(value)}.",
            fix="Give a list, a JSONPath such as '$.data.rows[*]', or a lazy reference: state.data.rows.",
        )
    return prepare_source(value)


def _key(parameters: Parameters, name: str, value: Any) -> Any:
    is_function = callable(value) and not isinstance(value, Lazy)
    return _callback(parameters, name, value) if is_function else prepare(value)


def _callback(parameters: Parameters, name: str, value: Any) -> Any:
    is_function = callable(value) and not isinstance(value, Lazy) and not is_operation(value)
    if parameters.needs(name) if value is None else not is_function:
        raise WrongCall(
            f"`{name}` of {parameters.name}() must be a function, not {described(value)}.",
            fix=f"{parameters.signature()}.",
        )
    if value is not None and name in parameters.given:
        refuse_other_parameters(value, parameters.given[name], f"{parameters.name}()")
    return value


def _handler(parameters: Parameters, name: str, value: Any) -> Any:
    if isinstance(value, type) and issubclass(value, BaseException):
        raise WrongCall(f"catch() was given {value.__name__} without a handler.", fix=HOW_TO_CATCH)
    if hasattr(value, "__operation__"):
        raise WrongCall(
            f"catch() was given `{value.__name__}` itself, which is not an operation yet.",
            fix=f"Call it with its arguments: {value.__name__}(…).",
        )
    if not callable(value) or isinstance(value, Lazy):
        raise WrongCall(f"`handler` of catch() must be a function, not {a_kind(value)}.", fix=HOW_TO_CATCH)
    return value if is_operation(value) else _callback(parameters, name, value)


def _error_kinds(parameters: Parameters, name: str, value: Any) -> Any:
    kinds = value if isinstance(value, tuple) else (value,)
    if kinds and all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
        return value
    shown_kinds = ", ".join(function_name(kind) if callable(kind) else a_kind(kind) for kind in kinds) or "nothing"
    raise WrongCall(f"catch() takes a class of errors before its handler, not {shown_kinds}.", fix=HOW_TO_CATCH)


def is_of_kinds(error: AdaptorError, kinds: Any) -> bool:
    """Whether an error, or the exception of the job's own code behind it, is of one of these classes."""
    if isinstance(error, kinds) or isinstance(error.__cause__, kinds):
        return True
    # Only the name of the cause is known if its text held a secret, or if it was raised in an earlier attempt.
    names = {kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,))}
    return isinstance(error, JobError) and error.cause_type in names


_BY_KIND = {
    "condition": _condition,
    "people": _people,
    "source": _source,
    "keys": _key,
    "callback": _callback,
    "handler": _handler,
    "error kinds": _error_kinds,
}


def shown(value: Any) -> str:
    """Return an argument as it was written."""
    if isinstance(value, tuple) and value and all(isinstance(item, type) for item in value):
        return f"({', '.join(item.__name__ for item in value)})"
    return (
        function_name(value)
        if callable(value) and not is_operation(value) and not isinstance(value, Lazy)
        else repr(value)
    )


def described(value: Any) -> str:
    """Return words for an argument that is refused."""
    if is_operation(value):
        return f"the operation {value.name}"
    if isinstance(value, Lazy):
        return f"the lazy reference {value!r}"
    text = "None" if value is None else f"{type(value).__name__} {value!r}"
    # Never cut: half a secret would not be redacted.
    return text if len(text) <= 60 else a_kind(value)
