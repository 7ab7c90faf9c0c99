"""Pages, as they stand in the ledger: which token is for which, and when each may send again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pace import LANE_STOP, by_this_clock, next_slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database.database import Database
    from .pace import Slot


class Pages:
    """The Pages of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_token(self, token_digest: str) -> str | None:
        """Return the Page that a token is for, where it was asked before."""
        with self._database.reading():
            found = self._database.run("SELECT page FROM tokens WHERE digest = ?", (token_digest,)).fetchone()
        return None if found is None else str(found[0])

    def learn(self, token_digest: str, page: str) -> None:
        """Remember which Page a token is for."""
        with self._database.transaction():
            self._database.run(
                "INSERT INTO tokens (digest, page) VALUES (?, ?) "
                "ON CONFLICT (digest) DO UPDATE SET page = excluded.page",
                (token_digest, page),
            )

    def reserve(self, page: str, slots: Sequence[Slot]) -> float:
        """Take the next free place in each of a Page's lanes, and return how many seconds it is off."""
        if not slots:
            return 0.0
        with self._database.transaction():
            stop = self._stop(page)
            longest = max(0.0, stop - self._database.ticks())
            # Always in the same order, so that two processes never wait for each other.
            for slot in sorted(slots):
                if slot.lane != LANE_STOP:
                    free_at, now = self._lane(page, slot.lane)
                    # The end of a stop is no end of a call: nothing went out before it.
                    wait, free_at = next_slot(max(free_at, stop - slot.gap), now, slot.seconds, slot.gap)
                    self._set(page, slot.lane, free_at, now)
                    longest = max(longest, wait)
        return longest

    def stop_until(self, page: str, lanes: Sequence[str], seconds: float) -> None:
        """Let nobody take a place in a Page's lanes before some seconds have passed; in `stop`, in none of them."""
        with self._database.transaction():
            for lane in sorted(lanes, key=lambda lane: (lane != LANE_STOP, lane)):
                free_at, now = self._lane(page, lane)
                self._set(page, lane, max(free_at, now + seconds), now)

    def _lane(self, page: str, lane: str) -> tuple[float, float]:
        """Return when a lane is free, and the time; nobody else reads it before this transaction has ended."""
        # A new lane is written first too, so that two processes never read the same moment.
        free_at, seen = self._database.run(
            "INSERT INTO pages (page, lane, free_at, seen) VALUES (?, ?, 0, 0) "
            "ON CONFLICT (page, lane) DO UPDATE SET seen = pages.seen RETURNING free_at, seen",
            (page, lane),
        ).fetchone()
        # Read after waiting for others, who have seen a later time than there was before.
        now = self._database.ticks()
        return by_this_clock(free_at, seen, now), now

    def _stop(self, page: str) -> float:
        """Return until when the whole Page is stopped."""
        found = self._database.run(
            "SELECT free_at, seen FROM pages WHERE page = ? AND lane = ?", (page, LANE_STOP)
        ).fetchone()
        if found is None:
            return 0.0
        now = self._database.ticks()
        free_at = by_this_clock(found[0], found[1], now)
        if free_at != found[0]:
            # The clock was set back; the stop is to end by the new one.
            self._set(page, LANE_STOP, free_at, now)
        return free_at

    def _set(self, page: str, lane: str, free_at: float, now: float) -> None:
        self._database.run(
            "UPDATE pages SET free_at = ?, seen = ? WHERE page = ? AND lane = ?", (free_at, now, page, lane)
        )
