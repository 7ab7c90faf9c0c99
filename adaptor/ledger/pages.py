"""The Pages in the ledger: which token belongs to which Page, and when each Page may send again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pace import LANE_ANSWERS, LANE_MESSAGES, LANE_STOP, by_this_clock, next_slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database.database import Database
    from .pace import Slot


class Pages:
    """The Pages of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_token(self, token_digest: str) -> str | None:
        """Return the Page of a token, or None if it was not recorded yet."""
        with self._database.reading():
            found = self._database.run("SELECT page FROM tokens WHERE digest = ?", (token_digest,)).fetchone()
        return None if found is None else str(found[0])

    def learn(self, token_digest: str, page: str) -> None:
        """Record the Page of a token."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO tokens (digest, page) VALUES (?, ?) "
                "ON CONFLICT (digest) DO UPDATE SET page = excluded.page",
                (token_digest, page),
            )

    def reserve(self, page: str, slots: Sequence[Slot]) -> float:
        """Reserve the next free slot in each of these lanes of a Page, and return the seconds to wait for all.

        With a slot in `answers` only the shorter wait of that lane and of `messages` counts.
        """
        if not slots:
            return 0.0
        with self._database.transaction():
            stop = self._stop(page)
            waits = {LANE_STOP: max(0.0, stop - self._database.ticks())}
            # Always in the same order, so that two processes cannot deadlock.
            for slot in sorted(slots):
                if slot.lane != LANE_STOP:
                    free_at, now = self._lane(page, slot.lane)
                    # A slot after a stop needs no gap: nothing was sent during the stop.
                    wait, free_at = next_slot(max(free_at, stop - slot.gap), now, slot.seconds, slot.gap)
                    self._set(page, slot.lane, free_at, now)
                    waits[slot.lane] = wait
        if LANE_ANSWERS in waits:
            overtaking = waits.pop(LANE_ANSWERS)
            waits[LANE_MESSAGES] = min(waits.get(LANE_MESSAGES, 0.0), overtaking)
        return max(waits.values())

    def stop(self, page: str, seconds: float) -> None:
        """Let no slot of a Page begin before some seconds have passed."""
        with self._database.transaction():
            free_at, now = self._lane(page, LANE_STOP)
            self._set(page, LANE_STOP, max(free_at, now + seconds), now)

    def _lane(self, page: str, lane: str) -> tuple[float, float]:
        """Return when a lane is free, and the time. The lane is locked until this transaction ends."""
        # Written before it is read, so that two processes never read the same time, even of a new lane.
        free_at, seen = self._database.run(
            "INSERT INTO pages (page, lane, free_at, seen) VALUES (?, ?, 0, 0) "
            "ON CONFLICT (page, lane) DO UPDATE SET seen = pages.seen RETURNING free_at, seen",
            (page, lane),
        ).fetchone()
        # Read after the lock was acquired: other processes may have read a later time meanwhile.
        now = self._database.ticks()
        return by_this_clock(free_at, seen, now), now

    def _stop(self, page: str) -> float:
        """Return the end of the Page's stop, or 0.0 if there was none."""
        found = self._database.run(
            "SELECT free_at, seen FROM pages WHERE page = ? AND lane = ?", (page, LANE_STOP)
        ).fetchone()
        if found is None:
            return 0.0
        now = self._database.ticks()
        free_at = by_this_clock(found[0], found[1], now)
        if free_at != found[0]:
            # The clock was set back: convert the end of the stop to the new time.
            self._set(page, LANE_STOP, free_at, now)
        return free_at

    def _set(self, page: str, lane: str, free_at: float, now: float) -> None:
        self._database.run(
            "UPDATE pages SET free_at = ?, seen = ? WHERE page = ? AND lane = ?", (free_at, now, page, lane)
        )
