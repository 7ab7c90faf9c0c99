"""What stands behind an operation: `.then(following)` and `.catch(handler)`."""

from __future__ import annotations

from .context import current_run
from .errors import AdaptorError, JobError, WrongCall
from .operation import ErrorKinds, Handler, Operation, Step, builder_of, shown
from .state import State, a_kind
from .values.arguments import function_name
from .values.lazy import Lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


#: What to write instead of a call that is wrong.
HOW_TO_CATCH = "Write catch(handler), or catch(WindowClosed, handler): a function of (error, state), or an operation."


def checked_handler(value: Any) -> Any:
    """Return a handler as it is.

    Raises:
        WrongCall: It is none, or a class of errors to which nothing is done.
    """
    if isinstance(value, type) and issubclass(value, BaseException):
        raise WrongCall(f"catch() was given {value.__name__} and nothing to do about it.", fix=HOW_TO_CATCH)
    if hasattr(value, "__operation__"):
        raise WrongCall(
            f"catch() was given `{value.__name__}` itself, which is not an operation yet.",
            fix=f"Call it with its arguments: {value.__name__}(…).",
        )
    if not callable(value) or isinstance(value, Lazy):
        raise WrongCall(f"`handler` of catch() must be a function, not {a_kind(value)}.", fix=HOW_TO_CATCH)
    return value


def checked_kinds(value: Any) -> Any:
    """Return a class of errors, or a tuple of them, as it is.

    Raises:
        WrongCall: Something else is among them.
    """
    kinds = value if isinstance(value, tuple) else (value,)
    if kinds and all(isinstance(kind, type) and issubclass(kind, BaseException) for kind in kinds):
        return value
    shown = ", ".join(function_name(kind) if callable(kind) else a_kind(kind) for kind in kinds) or "nothing"
    raise WrongCall(f"catch() takes a class of errors before its handler, not {shown}.", fix=HOW_TO_CATCH)


class _Chained(Operation):
    """What `.then` and `.catch` make: written as a method, and no place of its own in an error."""

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
    """Perform `attempt`; where it fails return what the handler makes of the error and the state from before."""
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
    """Whether an error, or what the job's own code raised, is of one of these classes."""
    if isinstance(error, kinds) or isinstance(error.__cause__, kinds):
        return True
    # The cause is kept by its name alone where its text holds a secret, or where it comes from an earlier attempt.
    names = {kind.__name__ for kind in (kinds if isinstance(kinds, tuple) else (kinds,))}
    return isinstance(error, JobError) and error.cause_type in names
