"""Writing to the log of a run."""

from __future__ import annotations

from ..core.operation import Operation, Value, builder_of
from ..core.run.context import current_run
from ..core.state import State
from ..core.values.lazy import Lazy
from ..core.values.template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec

    from ..core.run.context import Run

    P = ParamSpec("P")

#: The heading under which `adaptor docs` shows this module.
HEADING = "control"


class _Writing(Operation):
    """What `log` and `debug` make: it knows which of its values come from the state."""

    __slots__ = ()

    def perform(self, state: State, run: Run) -> State:
        """Write the values; those from the state as the run's sanitizing allows."""
        if run.sanitize is None:
            return super().perform(state, run)
        result: State = self.function(state, *[_sanitized(value, state, run) for value in self.args])
        return result


def _writing(function: Callable[Concatenate[State, P], State]) -> Callable[P, Operation]:
    return builder_of(function, _Writing)


@_writing
def log(state: State, *values: Value[Any]) -> State:
    """Write values to the run's log, without secrets.

    Args:
        *values: Anything, also lazy references and f-strings over them.

    Returns:
        An operation. The state does not change.

    Example:
        >>> log("done")({"data": 1})
        {'data': 1}
    """
    _write("info", state, values)
    return state


@_writing
def debug(state: State, *values: Value[Any]) -> State:
    """Write values to the run's log where its level is `debug`, without secrets.

    Args:
        *values: Anything, also lazy references and f-strings over them.

    Returns:
        An operation. The state does not change.

    Example:
        >>> debug("here", {"n": 1})({"data": 1})
        {'data': 1}
    """
    _write("debug", state, values)
    return state


def _write(level: str, state: State, values: tuple[Any, ...]) -> None:
    run = current_run()
    run.learn_secrets(state)
    # A text is the job's own, or was sanitized before.
    run.log(level, "job", " ".join(value if isinstance(value, str) else run.shown(value) for value in values))


def _sanitized(value: Any, state: State, run: Run) -> Any:
    if not isinstance(value, Lazy):
        return value
    # What is missing is an error in every mode.
    resolved = value.__resolve__(state)
    if isinstance(value, Template):
        pieces = [
            piece if isinstance(piece, str) else run.shown(piece[0].__resolve__(state)) for piece in value.__pieces__
        ]
        return "".join(pieces)
    return run.shown(resolved)
