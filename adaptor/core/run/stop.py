"""Stops a run from outside without leaving a message in flight."""

from __future__ import annotations


class PutOff(KeyboardInterrupt):
    """The run is to end now, since these are the quiet hours of a person, and to be resumed when they are over.

    Attributes:
        until: When that is, in Unix seconds.
    """

    def __init__(self, until: float) -> None:
        super().__init__()
        self.until = until


class Stop:
    """The request to stop a run, and the calls that must be answered before it stops.

    Attributes:
        asked: The exception to raise as soon as nothing is in flight; None if the run should not stop.
        in_flight: The number of messages and of other writes that are being sent and have no answer yet.
        is_between: The runner is between two steps, or a write is being recorded: a signal must not interrupt that.
            The code there checks `asked` before it sends anything more.
        place: Where the run was interrupted, or None.
    """

    def __init__(self) -> None:
        self.asked: KeyboardInterrupt | None = None
        self.in_flight = (0, 0)
        self.is_between = False
        self.place: str | None = None

    def raise_if_asked(self) -> None:
        """Raise `asked` if the run should stop. To be called when nothing is in flight."""
        if self.asked is not None:
            raise self.asked
