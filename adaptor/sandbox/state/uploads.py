"""The bytes of uploaded files, as long as there is room: who looks at a message wants to see the picture."""

from __future__ import annotations

import secrets
import threading
from typing import Final

#: A file of up to this size is kept; of the kept ones, the newest that fit together.
LARGEST: Final = 8 * 1024 * 1024
_ROOM: Final = 64 * 1024 * 1024


class Uploads:
    """Keeps bytes under a key, and lets the oldest go when there is no more room."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._taken = 0
        # Uploads arrive on many connections, before anybody holds the lock of the world.
        self._lock = threading.Lock()
        self._files: dict[str, tuple[str, bytes]] = {}

    def put(self, kind: str, data: bytes) -> str:
        """Keep some bytes of a media type, and give the key."""
        key = secrets.token_hex(16)
        self.restore(key, kind, data)
        return key

    @property
    def keys(self) -> list[str]:
        """The keys of what is there, the oldest first."""
        with self._lock:
            return list(self._files)

    def restore(self, key: str, kind: str, data: bytes) -> None:
        """Put back what was kept elsewhere."""
        with self._lock:
            self._files[key] = kind, data
            self._taken += len(data)
            while self._taken > self._room:
                self._taken -= len(self._files.pop(next(iter(self._files)))[1])

    def get(self, key: str) -> tuple[str, bytes] | None:
        """Give the media type and the bytes, if they are still there."""
        return self._files.get(key)
