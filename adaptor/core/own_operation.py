"""Operations that a job defines itself."""

from __future__ import annotations

from .errors import WrongCall
from .operation import Operation, builder_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec

    from .state import State

    P = ParamSpec("P")

#: The heading of these names in `adaptor docs`.
HEADING = "control"

_EXAMPLE = "Write @operation above a function: def remind(state, psid, text)."
#: Flags of a function's code: `*args`, a generator, `async def`.
_ANY_NUMBER, _GENERATOR, _ASYNC = 0x04, 0x20, 0x80 | 0x200
_NOT_PLAIN = _GENERATOR | _ASYNC


class OwnOperation(Operation):
    """An operation that a job defines. It is code of the job: what it does is not known before it runs."""

    __slots__ = ()
    calls_function = True

    @property
    def calls_code(self) -> bool:
        """Whether it calls a function of the job, which may take another way after an error."""
        return True


def operation(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    """Make an operation of a function of your own, to be used like `send_text` or `log`.

    The function is called when the operation runs. Its first parameter is the state, a plain dict. The other arguments
    are values: lazy references and functions of the state are resolved before the call. It performs other operations
    by calling them with the state: `send_text(psid, text)(state)`. What they send is recorded in the ledger as usual,
    so a resume sends nothing twice.

    Args:
        function: Takes the state and the arguments, and returns the next state: a new dict. Its docstring, signature
            and types are kept. Annotate an argument as `Any` if type checkers should accept functions of the state for
            it.

    Returns:
        A function that takes the arguments without the state and returns an operation. A wrong call fails on the line
        where it is written; an error inside names the operation and the line in the function.

    Raises:
        WrongCall: It is no plain function whose first parameter is `state`. Nothing was sent.

    Example:
        >>> @operation
        ... def count(state, key, by=1):
        ...     return {**state, key: state.get(key, 0) + by}
        >>> count("visits")
        count('visits')
        >>> execute(count("visits"), count("visits", by=lambda state: state["step"]))({"step": 5})["visits"]
        6
    """
    _check(function)
    return builder_of(function, OwnOperation)


def _check(function: Any) -> None:
    code = getattr(function, "__code__", None)
    if code is None or isinstance(function, type):
        kind = type(function).__name__
        raise WrongCall(f"@operation is above a {kind}, which is not a plain function.", fix=_EXAMPLE)
    name = function.__name__
    if code.co_flags & _NOT_PLAIN:
        kind = "a generator" if code.co_flags & _GENERATOR else "asynchronous"
        raise WrongCall(f"`{name}` is {kind}, and an operation is a plain function.", fix=_EXAMPLE)
    if not code.co_argcount and code.co_flags & _ANY_NUMBER:
        # A decorator's wrapper, which passes its arguments on.
        return
    first = code.co_varnames[0] if code.co_argcount else ""
    # `s` as in lambdas, `_` and `_state` where it is not used.
    if first not in ("state", "s") and not first.startswith("_"):
        what = f"is `{first}`" if first else "is missing"
        raise WrongCall(
            f"The first parameter of the operation `{name}` {what}: it must be the state.",
            fix=f"Write def {name}(state, …).",
        )
