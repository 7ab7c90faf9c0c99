"""Store the state of a sandbox in a SQLite file while it runs, so that the next run continues with it.

Records are appended; everything else is replaced when it has changed. The format is private to this program, and only
the owner of the file may read it.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from adaptor.sandbox.checker import SandboxError
from adaptor.sandbox.state.records import Message, Refusal
from adaptor.sandbox.state.serialization import deserialize, serialize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adaptor.sandbox.state.event_log import Event
    from adaptor.sandbox.state.page_state import PageState

_log = logging.getLogger(__name__)
_FORMAT: Final = 1
# Attributes of the page state: the small ones are written each time, the large ones after events of these kinds.
_STATE: Final = (
    *("page_id", "page_name", "access_token", "spare_secret", "user_token", "token_subcode", "app_id"),
    *("templates", "personas", "labels", "profile", "menus", "nlp", "apps", "subscriptions", "subscribed"),
    *("linking_tokens", "answered", "posts", "comments", "welcome_flows", "tokens", "scopes", "other_pages"),
)
_LARGE: Final = {
    "attachments": {"attachment"},
    "upload_sessions": {"upload"},
    "handles": {"upload"},
    "reactions": {"action", "gesture"},
}
_RECORDS: Final = frozenset({"message", "action", "incoming", "gesture", "refusal"})
_SECONDS: Final = 0.5


class Storage:
    """Stores the state of one Page in one file.

    Args:
        page: The state to store. What the file already holds is loaded into it.
        path: The file; created if it is missing.
        fixed_token: The access token was given: do not replace it with the stored one.

    Raises:
        SandboxError: The file cannot be used.
    """

    def __init__(self, page: PageState, path: str | os.PathLike[str], *, fixed_token: bool = False) -> None:
        self._page = page
        self._path = Path(path)
        self._saved = 0
        self._files: set[str] = set()
        self._saving = threading.Lock()
        self._stopping = threading.Event()
        self._worker: threading.Thread | None = None
        self._file: sqlite3.Connection
        try:
            # Nobody else may read what people wrote.
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            self._open()
            try:
                self._prepare()
                self._load(fixed_token)
            finally:
                self._file.close()
        except (OSError, sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise SandboxError(f"{path}: cannot store the sandbox in this file: {error}") from error

    def start(self) -> None:
        """Start to write changes."""
        self._stopping.clear()
        self._open()
        self._worker = threading.Thread(target=self._work, name="sandbox storage", daemon=True)
        self._worker.start()

    def stop(self) -> None:
        """Write the last changes, and close the file."""
        self._stopping.set()
        if self._worker is not None:
            self._worker.join()
            self._worker = None
        self.save()
        self._file.close()

    def _open(self) -> None:
        # The worker writes, and after it has ended the thread that stops it.
        self._file = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None)

    def save(self) -> None:
        """Write what has changed since the last save."""
        with self._saving:
            self._save()

    def _save(self) -> None:
        page = self._page
        with page.lock:
            newest = page.events.number
            events = page.events.after(self._saved)
            if not events and self._saved:
                return
            # Some events were dropped, so what has changed is unknown: write everything.
            whole = not events or events[0].number != self._saved + 1
            kinds = {event.kind for event in events}
            threads = set(page.people) | set(page.threads) if whole else {event.thread for event in events}
            rows = {
                "records": self._all_records() if whole else self._records(events),
                "people": [(name, serialize(page.people[name])) for name in threads if name in page.people],
                "threads": [(name, serialize(page.threads[name])) for name in threads if name in page.threads],
                "state": [("offset", serialize(page.clock.offset.total_seconds()))],
            }
            large = [name for name, wanted in _LARGE.items() if whole or kinds & wanted]
            rows["state"] += [(name, serialize(getattr(page, name))) for name in (*_STATE, *large)]
            there = page.uploads.keys
            files = [(key, *found) for key in there if key not in self._files and (found := page.uploads.get(key))]
        self._write(rows, files, self._files - set(there), whole=whole)
        self._saved, self._files = newest, set(there)

    def _write(
        self,
        rows: dict[str, list[tuple[str, str]]],
        files: list[tuple[str, str, bytes]],
        gone: set[str],
        *,
        whole: bool,
    ) -> None:
        self._file.execute("BEGIN IMMEDIATE")
        try:
            if whole:
                for table in ("records", "people", "threads"):
                    self._file.execute(f"DELETE FROM {table}")
            self._file.executemany("INSERT INTO records (name, value) VALUES (?, ?)", rows["records"])
            for table in ("people", "threads", "state"):
                self._file.executemany(f"INSERT OR REPLACE INTO {table} VALUES (?, ?)", rows[table])
            self._file.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", files)
            self._file.executemany("DELETE FROM files WHERE key = ?", [(key,) for key in gone])
            self._file.execute("COMMIT")
        except sqlite3.Error:
            # All or nothing: the next save tries again as a whole.
            if self._file.in_transaction:
                self._file.execute("ROLLBACK")
            raise

    def _records(self, events: list[Event]) -> list[tuple[str, str]]:
        return [(event.thread, serialize(event.what)) for event in events if event.kind in _RECORDS]

    def _all_records(self) -> list[tuple[str, str]]:
        return [(thread, serialize(each)) for thread, found in self._page.timeline.items() for each in found]

    def _work(self) -> None:
        while not self._stopping.wait(_SECONDS):
            try:
                self.save()
            except sqlite3.Error:
                # The disk may be full only for now: the next save tries again.
                _log.exception("the sandbox could not write %s", self._path)

    def _prepare(self) -> None:
        (version,) = self._file.execute("PRAGMA user_version").fetchone()
        if version not in {0, _FORMAT}:
            raise ValueError("it was written by another version")
        self._file.executescript(
            f"""
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA user_version = {_FORMAT};
            CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS threads (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, kind TEXT NOT NULL, data BLOB NOT NULL);
            CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            """
        )

    def _load(self, fixed_token: bool) -> None:
        page = self._page
        state = dict(self._read("state"))
        if not state:
            return
        if state["page_id"] != page.page_id:
            raise ValueError(f"it holds the Page {state['page_id']}, not {page.page_id}")
        page.clock.set_offset(state.pop("offset"))
        if fixed_token:
            del state["access_token"]
        # The settings are newer than the stored state.
        state["templates"] = {**state["templates"], **page.templates}
        for name, value in state.items():
            setattr(page, name, value)
        page.people.update(self._read("people"))
        # The newest conversation is the last.
        page.threads = dict(sorted(self._read("threads"), key=lambda item: item[1].updated_at))
        page.conversations.update({thread.id: name for name, thread in page.threads.items()})
        self._load_records()
        for key, kind, data in self._file.execute("SELECT key, kind, data FROM files ORDER BY rowid"):
            page.uploads.restore(key, kind, data)
        self._files = set(page.uploads.keys)
        # The loaded state is in the file already: only later changes are written.
        page.changed("loaded")
        self._saved = page.events.number

    def _read(self, table: str) -> Iterator[tuple[str, Any]]:
        for name, text in self._file.execute(f"SELECT name, value FROM {table} ORDER BY rowid"):
            yield name, deserialize(text)

    def _load_records(self) -> None:
        page = self._page
        for thread, record in self._read("records"):
            page.timeline.setdefault(thread, []).append(record)
            page.index(record)
            if isinstance(record, Message):
                page.messages.append(record)
            elif isinstance(record, Refusal):
                page.refusals.append(record)
