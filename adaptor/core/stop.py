"""How a run is ended from outside, without leaving a message in flight."""

from __future__ import annotations


class Stop:
    """Whether the run is to end, and what has to be waited for before it does.

    Attributes:
        asked: What to raise as soon as nothing is in flight; None while the run goes on.
        in_flight: How many messages, and how many other calls that change something, have left, or are about to, and
            are not answered.
        is_between: The runner is at work between two steps, or a write is being recorded: whoever does that looks at
            `asked` before anything more is sent.
        place: Where the run was when it was interrupted; None where it was not.
    """

    def __init__(self) -> None:
        self.asked: KeyboardInterrupt | None = None
        self.in_flight = (0, 0)
        self.is_between = False
        self.place: str | None = None

    def raise_if_asked(self) -> None:
        """End the run here, where it is to end and what was in flight is answered."""
        if self.asked is not None:
            raise self.asked
