"""The log of everything that changes in a sandbox: each change has a number, and one can wait for the next.

A page that shows the sandbox live reads what happened after the number that it saw last, and then waits for more.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import datetime

# The newest are kept; whoever comes later than that reads the state itself.
_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Event:
    """One change.

    Attributes:
        number: Counts up from 1 without a gap.
        kind: What changed: `message`, `action`, `incoming`, `refusal`, `person`, `read`, `profile`, `request`, …
        thread: The thread of the person whom it is about; empty where it is about nobody.
        at: When, by the sandbox's clock.
        what: The record behind it, or the id of what changed.
    """

    number: int
    kind: str
    thread: str
    at: datetime
    what: Any = None


class EventLog:
    """Numbers the changes and wakes those who wait for them.

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
        """Whether nobody needs to wait any more: the sandbox does not listen."""
        return self._closed

    def add(self, kind: str, thread: str, at: datetime, what: Any = None) -> None:
        """Note a change."""
        with self._changed:
            self._number += 1
            self._events.append(Event(self._number, kind, thread, at, what))
            self._changed.notify_all()

    def after(self, number: int, timeout: float = 0) -> list[Event]:
        """Give the events behind a number, oldest first.

        Args:
            number: The newest that is known already.
            timeout: How many seconds to wait for one where there is none yet.

        Returns:
            At most as many as are kept. Where the first one's number is not the next one, some were let go.
        """
        with self._changed:
            if timeout > 0:
                self._changed.wait_for(lambda: self._number > number or self._closed, timeout)
            count = min(self._number - number, len(self._events))
            return list(islice(self._events, len(self._events) - count, None)) if count > 0 else []

    def close(self, *, closed: bool = True) -> None:
        """Send everybody home who waits; nobody waits any more until it is opened again."""
        with self._changed:
            self._closed = closed
            self._changed.notify_all()
