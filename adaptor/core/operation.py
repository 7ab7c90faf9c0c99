"""Operations: descriptions that are performed when they are called with a state.

`send_text("123", "hi")` does nothing yet. It returns an `Operation`: a callable `state -> state` that knows its name,
its arguments and the line where it was written.
"""

from __future__ import annotations

from functools import partial, wraps

from .errors import AdaptorError, JobError, WrongCall
from .run.context import Run, active, current_run
from .run.explanation import explain
from .run.owner import is_called_by_job
from .run.place import label, written_at
from .state import State, not_a_state
from .values.arguments import function_name, same
from .values.kinds import HOW_TO_CATCH, described, is_of_kinds, shown, taken
from .values.lazy import Lazy
from .values.parameters import Parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from os import PathLike
    from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

    P = ParamSpec("P")
    T = TypeVar("T")

#: The heading of these names in `adaptor docs`.
HEADING = "control"

#: An argument that may also be a function of the state. Lazy references are of type `Any` and are always accepted.
Value: TypeAlias = "T | Callable[[State], T]"


class Operation:
    """A callable `state -> state` that knows its name and its arguments.

    Operations are values: they are printed as they were written, compared by structure, and can be pickled if their
    arguments can.
    """

    __slots__ = ("_entry", "_label", "_lazy", "args", "build", "file", "function", "kwargs", "line", "name")
    #: Marks operations for `prepare`, which must never call one by accident.
    __is_operation__ = True
    #: It performs each operation in it at most once, and the list of these operations does not depend on data.
    performs_once = False
    #: It is a loop over the items of a source.
    is_loop = False
    #: It is a loop that comes again to what an earlier attempt recorded with other content, after all other items.
    puts_off = False

    def __init__(
        self,
        build: Callable[..., Operation],
        function: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.build = build
        self.function = function
        self.name = function.__name__
        # The entry for this operation in the path of a run, built once, since loops use it very often.
        self._entry: tuple[str, int | None] = (self.name, None)
        self.args = args
        self.kwargs = kwargs
        self.file, self.line = written_at()
        self._label: str | None = None
        self._lazy = any(isinstance(value, Lazy) for value in args) or any(
            isinstance(value, Lazy) for value in kwargs.values()
        )

    def __call__(self, state: State) -> State:
        """Perform the operation: take a state, return the next one."""
        run = active.get()
        if run is None:
            with Run(of_job=is_called_by_job(self.file)):
                return self(state)
        path, under_way, made = run.path, run.under_way, run.made
        path.append(self._entry)
        under_way.append(self)
        try:
            if type(state) is not dict and not isinstance(state, dict):
                raise not_a_state("An operation was given" if not self.name else f"`{self.name}` was given", state)
            performed: Any = self.perform(state, run)
            result: State = performed if type(performed) is dict else self._resolved(performed, state)
            if "references" in result and result["references"] is not state.get("references"):
                run.last_answer.remember(self, state, result)
            return result
        except AdaptorError as error:
            error.set_counts(made, run.made)
            if error.place is None:
                self.locate(error, run, state)
            elif run.learn_secrets(state):
                # The inner operation had a state without the configuration, and so could not redact its secrets.
                error.redact(run.redactor.text)
            if not run.redactor.is_clean_before(error):
                raise error from None
            raise
        except KeyboardInterrupt:
            run.stop.place = run.stop.place or run.place()
            raise
        except BaseException as cause:
            # Whatever the job raises is its error: nothing of it may end the process unseen, as `exit(0)` would.
            raised = JobError.of(cause, self.file)
            self.locate(raised, run, state)
            raised.set_counts(made, run.made)
            # A traceback would print a secret in the cause: then the cause is left out.
            raise raised from (cause if run.redactor.is_clean(cause) else None)
        finally:
            path.pop()
            under_way.pop()

    def _resolved(self, result: Any, state: State) -> State:
        """Return the state for a lazy reference that a function of the job returned; refuse any other result."""
        value = result.__resolve__(state) if isinstance(result, Lazy) else result
        if isinstance(value, dict):
            return value
        raise not_a_state(self._returned(), value)

    def perform(self, state: State, run: Run) -> State:
        """Call the function with all lazy arguments resolved."""
        if not self._lazy:
            result: State = self.function(state, *self.args, **self.kwargs)
            return result
        args = [value.__resolve__(state) if isinstance(value, Lazy) else value for value in self.args]
        kwargs = {
            name: value.__resolve__(state) if isinstance(value, Lazy) else value for name, value in self.kwargs.items()
        }
        resolved: State = self.function(state, *args, **kwargs)
        return resolved

    def then(self, following: Step) -> Operation:
        """Return an operation that performs this one and then `following`.

        Args:
            following: An operation, or a function `state -> state`.

        Example:
            >>> fn(lambda s: {**s, "n": 1}).then(lambda s: {**s, "n": s["n"] + 1})({})["n"]
            2
        """
        return then(self, following)

    def catch(self, *handlers: Any) -> Operation:
        """Return an operation that performs this one and, if it fails, a handler.

        Write `.catch(handler)` for all errors, `.catch(WindowClosed, handler)` for one class of errors, and
        `.catch((WindowClosed, RecipientUnavailable), handler)` for several. Other errors are raised as before.

        Args:
            *handlers: A function of the error (always an `AdaptorError`) and the state from *before* this operation,
                which returns a state or raises; or an operation, which is performed with that state. Before it, the
                class of the errors or a tuple of classes. A class of Python's own, such as `KeyError`, means an
                exception of the job's own code.

        Raises:
            WrongCall: There is no handler, or a class is no class of errors.

        Example:
            >>> fn(lambda s: 1 / 0).catch(lambda error, s: {**s, "went": "wrong"})({})
            {'went': 'wrong'}
            >>> fn(lambda s: 1 / 0).catch(ZeroDivisionError, fn(lambda s: {**s, "n": 0}))({})
            {'n': 0}
        """
        if not 1 <= len(handlers) <= 2:
            raise WrongCall(f"catch() takes a handler, not {len(handlers)} arguments.", fix=HOW_TO_CATCH)
        return catch(self, *reversed(handlers))

    @property
    def calls_code(self) -> bool:
        """Whether it calls a function of the job, which may take another way after an error."""
        return getattr(self.build, "__calls_code__", False)

    def narrowed(self, state: State) -> Operation | None:
        """Return the one operation that this one performs for a state, or None if it performs nothing.

        Operations that choose or join others, such as `fn_if` or `combine`, override this; any other returns itself.
        """
        return self

    def title(self) -> str:
        """Return a short name for people: `send_text`, or `fn(prepare)`."""
        if not self.name:
            first = self.args[0]
            return first.title() if isinstance(first, Operation) else self.function.__name__
        if self.args and callable(self.args[0]) and not isinstance(self.args[0], Operation | Lazy):
            return f"{self.name}({function_name(self.args[0])})"
        return self.name

    def locate(self, error: AdaptorError, run: Run, state: Any) -> None:
        """Set the operation and the place of an error, explain it, and redact it."""
        error.operation = self.name or None
        error.place = run.place()
        explain(error, run.last_answer.of(state))
        if error.line is None:
            error.file, error.line = self.file, self.line
        run.learn_secrets(state)
        error.redact(run.redactor.text)

    def label(self) -> str:
        """Return the part of a call site for this operation."""
        if self._label is None:
            self._label = label(self.name or self.function.__name__, self.line)
        return self._label

    def _returned(self) -> str:
        name = self.name or self.function.__name__
        if self.args and callable(self.args[-1]) and not isinstance(self.args[-1], Operation):
            return f"`{name}` on line {self.line}: {function_name(self.args[-1])} returned"
        return f"`{name}` on line {self.line} returned"

    def __repr__(self) -> str:
        texts = [shown(value) for value in self.args] + [f"{key}={shown(value)}" for key, value in self.kwargs.items()]
        return f"{self.name}({', '.join(texts)})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Operation):
            return NotImplemented
        return self.function is other.function and same(self.args, other.args) and same(self.kwargs, other.kwargs)

    def __hash__(self) -> int:
        return hash((self.name, len(self.args), len(self.kwargs)))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (self.build, self.args, self.kwargs, self.file, self.line)


def _restore(
    build: Callable[..., Operation], args: tuple[Any, ...], kwargs: dict[str, Any], file: str, line: int
) -> Operation:
    operation = build(*args, **kwargs)
    operation.file, operation.line = file, line
    return operation


#: An operation, or a function `state -> state` that becomes one.
Step: TypeAlias = "Operation | Callable[[State], State]"
#: A function that is passed on unchanged, never called to get the argument's value.
Callback: TypeAlias = "Callable[P, T]"
#: A callback or an operation.
Handler: TypeAlias = "Operation | Callable[P, T]"
#: A key, or a function of each of several values and its index, which is passed on unchanged.
Keys: TypeAlias = "Value[str | int] | Callable[[Any], str | int] | Callable[[Any, int], str | int]"
#: Classes of errors.
ErrorKinds: TypeAlias = "type[BaseException] | tuple[type[BaseException], ...]"
#: A condition; the operation gets True or False.
Condition: TypeAlias = "object"
#: People who are left out: a list, a file, a lazy reference, or an operation that lists them.
People: TypeAlias = "Value[Any]"
#: What a loop goes through: a list, one object, a JSONPath, a file, or a list of Meta's.
Source: TypeAlias = "Iterable[Any] | PathLike[str] | Callable[[State], Any]"


def state_operation(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    """Make an operation of this package of a function that takes the state and its arguments.

    Arguments annotated `Step` become operations, and those annotated `Callback` are passed on unchanged. All others may
    hold lazy references at any depth, which are resolved when the operation runs.
    """
    return builder_of(function, Operation)


def builder_of(
    function: Callable[..., Any], kind: Callable[..., Operation], *, takes_state: bool = True
) -> Callable[..., Any]:
    """Return a function that builds operations of a class: it checks the call and prepares the arguments."""
    parameters = Parameters(function, 1 if takes_state else 0)

    @wraps(function)
    def build(*args: Any, **kwargs: Any) -> Operation:
        bound = parameters.bind(args, kwargs, _take)
        return kind(build, function, *bound)

    build.__operation__ = True  # type: ignore[attr-defined]
    # Whether it calls a function of the job, which may take another way after an error.
    build.__calls_code__ = bool(parameters.given)  # type: ignore[attr-defined]
    # `inspect` shows the signature without the state, which the caller does not pass.
    build.__wrapped__ = partial(function, None) if takes_state else function
    return build


def _take(parameters: Parameters, name: str, value: Any) -> Any:
    """Return an argument in the form that the operation keeps."""
    kind = parameters.kinds.get(name)
    if kind == "step" or (kind == "step or none" and value is not None):
        return as_operation(value, parameters.name)
    return taken(parameters, name, value)


def as_operation(value: Any, asked_by: str) -> Operation:
    """Return an operation unchanged, or a plain function as `fn` of it."""
    if isinstance(value, Operation):
        return value
    if hasattr(value, "__operation__"):
        raise WrongCall(
            f"{asked_by}() was given `{value.__name__}` itself, which is not an operation yet.",
            fix=f"Call it with its arguments: {value.__name__}(…).",
        )
    if callable(value) and not isinstance(value, Lazy):
        return fn(value)
    if isinstance(value, list | tuple) and any(isinstance(item, Operation) for item in value):
        raise WrongCall(
            f"{asked_by}() takes operations, not a {type(value).__name__} of them.",
            fix="Put a star before it, or join them: combine(*operations).",
        )
    raise WrongCall(
        f"{asked_by}() takes operations, not {described(value)}.",
        fix="Give an operation such as send_text(…), or a function that takes a state and returns one.",
    )


class _Function(Operation):
    """The operation of `fn`; it calls its function directly."""

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
        if not is_of_kinds(error, kinds):
            raise
        if run.open_ledger is not None:
            run.open_ledger.handle_failures()
        if isinstance(handler, Operation):
            return handler(state)
        return handler(error, state)
