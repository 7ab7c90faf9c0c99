"""Whether the state that an operation is given can be kept, looked at before the operation writes anything."""

from __future__ import annotations

import json

from ...core.state import json_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ...core.state import State


class StateCheck:
    """Refuses a state that is not JSON, so that nobody is written to by a step that cannot end well.

    The whole state is looked at where it is about to matter, and a part that was looked at is not looked at again.
    """

    def __init__(self) -> None:
        self._sound: dict[str, Any] = {}

    def of(self, state: State, title: str) -> Callable[[], None]:
        """Return the check of the state that an operation was given.

        Args:
            state: The state, as it was given.
            title: What people call the operation.
        """
        return lambda: self._check(state, title)

    def _check(self, state: State, title: str) -> None:
        parts = {
            key: value
            for key, value in state.items()
            if key != "configuration" and not (key in self._sound and self._sound[key] is value)
        }
        try:
            json.dumps(parts, ensure_ascii=False, allow_nan=False, check_circular=False)
        except (TypeError, ValueError, RecursionError):
            problem = json_problem(parts, f"The state that `{title}` is given")
            problem.about_sending = True
            raise problem from None
        self._sound.update(parts)
