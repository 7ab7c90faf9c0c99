"""The bytes of uploaded files, so that the chat page can show them. The newest fit into a fixed space."""

from __future__ import annotations

import secrets
import threading
from typing import Final

#: A larger file is not stored.
LARGEST: Final = 8 * 1024 * 1024
_ROOM: Final = 64 * 1024 * 1024


class Uploads:
    """Stores bytes under a key, and drops the oldest when the space is full."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._taken = 0
        # Uploads arrive on many connections before the lock of the page state is taken.
        self._lock = threading.Lock()
        self._files: dict[str, tuple[str, bytes]] = {}

    def put(self, kind: str, data: bytes) -> str:
        """Store bytes of a media type, and give their key."""
        key = secrets.token_hex(16)
        self.restore(key, kind, data)
        return key

    @property
    def keys(self) -> list[str]:
        """The keys of the stored files, oldest first."""
        with self._lock:
            return list(self._files)

    def restore(self, key: str, kind: str, data: bytes) -> None:
        """Store bytes under a known key."""
        with self._lock:
            self._files[key] = kind, data
            self._taken += len(data)
            while self._taken > self._room:
                self._taken -= len(self._files.pop(next(iter(self._files)))[1])

    def get(self, key: str) -> tuple[str, bytes] | None:
        """Give the media type and the bytes, if they are still stored."""
        return self._files.get(key)
