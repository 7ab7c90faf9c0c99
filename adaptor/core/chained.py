"""The operations of the methods `.then(following)` and `.catch(handler)`."""

from __future__ import annotations

from .errors import AdaptorError, JobError, WrongCall
from .operation import ErrorKinds, Handler, Operation, Step, builder_of, shown
from .run.context import current_run
from .state import State, a_kind
from .values.arguments import function_name
from .values.lazy import Lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


#: The fix for a wrong call.
HOW_TO_CATCH = "Write catch(handler), or catch(WindowClosed, handler): a function of (error, state), or an operation."


def checked_handler(value: Any) -> Any:
    """Return a handler unchanged.

    Raises:
        WrongCall: It is no handler, or only a class of errors was given.
    """
    if isinstance(value, type) and issubclass(value, BaseException):
        raise WrongCall(f"catch() was given {value.__name__} without a handler.", fix=HOW_TO_CATCH)
    if hasattr(value, "__operation__"):
        raise WrongCall(
            f"catch() was given `{value.__name__}` itself, which is not an operation yet.",
            fix=f"Call it with its arguments: {value.__name__}(…).",
        )
    if not callable(value) or isinstance(value, Lazy):
        raise WrongCall(f"`handler` of catch() must be a function, not {a_kind(value)}.", fix=HOW_TO_CATCH)
    return value


def checked_kinds(value: Any) -> Any:
    """Return a class of errors, or a tuple of them, unchanged.

    Raises:
        WrongCall: A value is no class of errors.
    """
    kinds = value if isinstance(value, tuple) else (value,)
    if kinds and all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
        return value
    shown = ", ".join(function_name(kind) if callable(kind) else a_kind(kind) for kind in kinds) or "nothing"
    raise WrongCall(f"catch() takes a class of errors before its handler, not {shown}.", fix=HOW_TO_CATCH)


class _Chained(Operation):
    """The operation of `.then` and `.catch`: it is printed as a method and does not appear in the place of an error."""

    __slots__ = ()

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.name = ""
        self._entry = ("", None)

    def _returned(self) -> str:
        return f"`{self.function.__name__}` on line {self.line}: {function_name(self.args[1])} returned"

    def __repr__(self) -> str:
        what = ", ".join(shown(value) for value in reversed(self.args[1:]))
        return f"{self.args[0]!r}.{self.function.__name__}({what})"


def _chained(function: Callable[..., State]) -> Callable[..., Operation]:
    return builder_of(function, _Chained)


@_chained
def then(state: State, first: Step, following: Step) -> State:
    """Perform `first`, then `following`."""
    return following(first(state))


@_chained
def catch(
    state: State,
    attempt: Step,
    handler: Handler[[AdaptorError, State], State],
    kinds: ErrorKinds = AdaptorError,
) -> State:
    """Perform `attempt`; if it fails, return the handler's state for the error and the state before it."""
    run = current_run()
    try:
        with run.catching(kinds):
            return attempt(state)
    except AdaptorError as error:
        if not _is_one_of(error, kinds):
            raise
        if run.open_ledger is not None:
            run.open_ledger.handle_failures()
        if isinstance(handler, Operation):
            return handler(state)
        return handler(error, state)


def _is_one_of(error: AdaptorError, kinds: Any) -> bool:
    """Whether an error, or the exception of the job's own code behind it, is of one of these classes."""
    if isinstance(error, kinds) or isinstance(error.__cause__, kinds):
        return True
    # Only the name of the cause is known if its text held a secret, or if it was raised in an earlier attempt.
    names = {kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,))}
    return isinstance(error, JobError) and error.cause_type in names
