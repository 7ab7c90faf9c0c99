"""Writing to the log of a run."""

from __future__ import annotations

from ..core.context import current_run
from ..core.operation import Value, operation
from ..core.state import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@operation
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


@operation
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
    run.log(level, "job", " ".join(value if isinstance(value, str) else _as_text(value) for value in values))


def _as_text(value: Any) -> str:
    import json

    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)
