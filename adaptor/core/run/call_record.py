"""The record of one call to another system."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..errors import AdaptorError


class CallRecord:
    """One call to another system and its outcome.

    Attributes:
        operation: The operation's name, such as `send_text`.
        place: Where in the job it ran.
        outcome: `sent`, `failed`, `unknown` or `described` for a write, `read` or `failed` for a read.
        is_write: The call changes something.
        is_message: The call sends a message that a person reads.
        recipient: The recipient of a message.
        seconds: Its duration, with its retries and the waits before them.
        error: Its error, or None.
        count: The number of equal calls that this record stands for.
        is_earlier: An earlier attempt of the run has made it.
    """

    __slots__ = (
        "count",
        "error",
        "is_earlier",
        "is_message",
        "is_write",
        "operation",
        "outcome",
        "place",
        "recipient",
        "seconds",
    )

    def __init__(
        self,
        operation: str,
        place: str,
        outcome: str,
        is_write: bool,
        is_message: bool,
        recipient: str | None,
        seconds: float,
        error: AdaptorError | None,
        count: int = 1,
        *,
        is_earlier: bool = False,
    ) -> None:
        self.is_earlier = is_earlier
        self.count = count
        self.operation = operation
        self.place = place
        self.outcome = outcome
        self.is_write = is_write
        self.is_message = is_message
        self.recipient = recipient
        self.seconds = seconds
        self.error = error
