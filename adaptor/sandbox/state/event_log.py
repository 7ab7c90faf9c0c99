"""The log of every change in a sandbox: changes are numbered, and a reader can wait for the next.

The live chat page reads the changes after the last number that it knows, and then waits for more.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

# Only the newest are kept; a reader that is further behind reads the state itself.
_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Event:
    """One change.

    Attributes:
        number: Counts up from 1 without a gap.
        kind: What changed: `message`, `action`, `incoming`, `refusal`, `person`, `read`, `profile`, `request`, …
        thread: The thread of the person concerned; empty if the change concerns no person.
        at: When, by the sandbox's clock.
        what: The record behind it, or the id of what changed.
    """

    number: int
    kind: str
    thread: str
    at: datetime
    what: Any = None


class EventLog:
    """Numbers the changes and wakes the readers that wait.

    Args:
        kept: How many of the newest are kept.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._events: deque[Event] = deque(maxlen=kept)
        self._changed = threading.Condition()
        self._number = 0
        self._closed = False

    @property
    def number(self) -> int:
        """The number of the newest event; 0 before the first."""
        return self._number

    @property
    def closed(self) -> bool:
        """Whether waiting ends at once, because the sandbox does not listen."""
        return self._closed

    def add(self, kind: str, thread: str, at: datetime, what: Any = None) -> None:
        """Add a change."""
        with self._changed:
            self._number += 1
            self._events.append(Event(self._number, kind, thread, at, what))
            self._changed.notify_all()

    def after(self, number: int, timeout: float = 0) -> list[Event]:
        """Give the events after a number, oldest first.

        Args:
            number: The newest that the reader knows.
            timeout: How many seconds to wait if there is none yet.

        Returns:
            At most as many as are kept. If the first number is not the next one, events were dropped in between.
        """
        with self._changed:
            if timeout > 0:
                self._changed.wait_for(lambda: self._number > number or self._closed, timeout)
            count = min(self._number - number, len(self._events))
            return list(islice(self._events, len(self._events) - count, None)) if count > 0 else []

    def close(self, *, closed: bool = True) -> None:
        """Wake all readers; nobody waits again until `close(closed=False)`."""
        with self._changed:
            self._closed = closed
            self._changed.notify_all()
