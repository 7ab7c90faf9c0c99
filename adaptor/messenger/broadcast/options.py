"""What a broadcast asks of the program that started the run."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.run.context import Run


class BroadcastOptions:
    """What holds for all broadcasts of a run.

    Attributes:
        confirm: Asked whether a broadcast is to begin, where somebody is there to answer; else None.
        earlier: The id of a finished run of the same job and initial state, and a sentence about it; else None.
    """

    def __init__(self) -> None:
        self.confirm: Callable[[str], bool] | None = None
        self.earlier: tuple[str, str] | None = None

    @classmethod
    def of(cls, run: Run) -> BroadcastOptions:
        """Return those of a run."""
        options: BroadcastOptions = run.resource("broadcast options", cls)
        return options

    def close(self) -> None:
        """Nothing is open."""
