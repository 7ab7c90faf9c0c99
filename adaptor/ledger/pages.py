"""Pages, as they stand in the ledger: which token is for which, and when each may send again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .pace import next_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .database import Database
    from .pace import Place


class Pages:
    """The Pages of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_token(self, token_digest: str) -> str | None:
        """Return the Page that a token is for, where it was asked before."""
        with self._database.transaction():
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

    def reserve(self, page: str, places: Sequence[Place]) -> float:
        """Take the next free place in each of a Page's lanes, and return how many seconds it is off."""
        if not places:
            return 0.0
        with self._database.transaction():
            now, longest = self._database.now(), 0.0
            for place in places:
                # Even a lane that is free is written first, so that two processes never read the same moment.
                self._database.run(
                    "INSERT INTO pages (page, lane, free_at) VALUES (?, ?, ?) ON CONFLICT (page, lane) "
                    "DO UPDATE SET free_at = pages.free_at",
                    (page, place.lane, now),
                )
                (free_at,) = self._database.run(
                    "SELECT free_at FROM pages WHERE page = ? AND lane = ?", (page, place.lane)
                ).fetchone()
                wait, free_at = next_place(free_at, now, place.seconds)
                longest = max(longest, wait)
                self._database.run(
                    "UPDATE pages SET free_at = ? WHERE page = ? AND lane = ?", (free_at, page, place.lane)
                )
            return longest

    def stop_until(self, page: str, lanes: Sequence[str], seconds: float) -> None:
        """Let nobody take a place in a Page's lanes before some seconds have passed."""
        with self._database.transaction():
            until = self._database.now() + seconds
            for lane in lanes:
                self._database.run(
                    "INSERT INTO pages (page, lane, free_at) VALUES (?, ?, ?) ON CONFLICT (page, lane) "
                    "DO UPDATE SET free_at = CASE WHEN pages.free_at > excluded.free_at THEN pages.free_at "
                    "ELSE excluded.free_at END",
                    (page, lane, until),
                )
