"""Checks that the functions which a job gives to an operation take the right parameters."""

from __future__ import annotations

from ..errors import WrongCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Names for the parameters of a callback, by their types in its annotation.
_WORDS = {"State": "state", "AdaptorError": "error", "int": "index", "list[Any]": "rows"}


def parameters_in(annotation: str) -> tuple[str, ...] | None:
    """Return names for the parameters of a callback by its annotation, or None if it is no callback.

    Example:
        >>> parameters_in("Callback[[Any, int, State], Any]"), parameters_in("Step")
        (('value', 'index', 'state'), None)
    """
    if "[[" not in annotation:
        return None
    words, depth, word = [], 0, ""
    for sign in annotation.partition("[[")[2]:
        if depth == 0 and sign in ",]":
            words.append(_WORDS.get(word.strip(), "value"))
            word = ""
            if sign == "]":
                break
            continue
        depth += {"[": 1, "]": -1}.get(sign, 0)
        word += sign
    return tuple(words)


def refuse_other_parameters(function: Any, given: tuple[str, ...], taker: str) -> None:
    """Refuse a function that cannot be called with the given parameters.

    Builtins and other callables without a Python signature are not checked.

    Args:
        function: The function of the job.
        given: Names for the parameters that it will be called with.
        taker: The operation that takes it, such as `fn()`.

    Raises:
        WrongCall: It takes more or fewer parameters, or requires a keyword.

    Example:
        >>> refuse_other_parameters(lambda: 1, ("state",), "fn()")
        Traceback (most recent call last):
        ...
        adaptor.core.errors.WrongCall: The lambda given to fn() takes no parameters, but is called with (state).
    """
    called: Any = function if hasattr(function, "__code__") else vars(type(function)).get("__call__")
    code = getattr(called, "__code__", None)
    if code is None or isinstance(function, type):
        return
    bound = 1 if called is not function or getattr(function, "__self__", None) is not None else 0
    names = code.co_varnames[bound : code.co_argcount]
    required = len(names) - len(called.__defaults__ or ())
    by_name = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    needed = [name for name in by_name if name not in (called.__kwdefaults__ or {})]
    is_open = bool(code.co_flags & 0x04)
    if required <= len(given) and (is_open or len(given) <= len(names)) and not needed:
        return
    name = getattr(function, "__name__", type(function).__name__)
    what = "The lambda" if name == "<lambda>" else f"`{name}`"
    takes = f"takes ({', '.join([*names, *needed])})" if (*names, *needed) else "takes no parameters"
    call = f"lambda {', '.join(given)}: …" if name == "<lambda>" else f"def {name}({', '.join(given)}): …"
    raise WrongCall(f"{what} given to {taker} {takes}, but is called with ({', '.join(given)}).", fix=f"Write {call}")
