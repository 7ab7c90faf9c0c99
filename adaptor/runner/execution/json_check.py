"""Checking that a state is JSON before an operation sends anything."""

from __future__ import annotations

from ...core.errors import JobError
from .step_state import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...core.state import State


class StateCheck:
    """Refuses a state that is not JSON: the step could not end well, so it must not send anything before.

    The state is checked with the first write of an operation. Parts that were checked before are not checked again.
    """

    def __init__(self) -> None:
        self._checked: dict[str, Any] = {}

    def of(self, state: State, title: str) -> Callable[[], None]:
        """Return the function that checks the state of an operation.

        Args:
            state: The state that the operation is given.
            title: The operation's name for people.
        """
        return lambda: self._check(state, title)

    def _check(self, state: State, title: str) -> None:
        parts = {
            key: value
            for key, value in state.items()
            if key != "configuration" and not (key in self._checked and self._checked[key] is value)
        }
        try:
            as_json(parts, f"The state that `{title}` is given")
        except JobError as problem:
            problem.about_sending = True
            raise
        self._checked.update(parts)
