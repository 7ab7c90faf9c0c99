"""Multipart forms whose files are read from disk while they are sent."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from ..core.state import a_kind
from .address import refuse
from .media_types import media_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, BinaryIO

#: How many bytes of a file are in memory at once.
_BLOCK = 65_536


class Upload:
    """The body of a form with files. Its length is known in advance, and it can be sent several times."""

    def __init__(self, fields: list[tuple[str, str]], files: dict[str, Any]) -> None:
        self.boundary = f"adaptor-{os.urandom(16).hex()}"
        self._parts: list[tuple[bytes, bytes | _Opened]] = []
        self._known: list[list[str]] = []
        try:
            for name, value in fields:
                self._parts.append((self._head(name), value.encode()))
                self._known.append([name])
            for name, value in files.items():
                for item in value if isinstance(value, list) else [value]:
                    self._add(str(name), item)
        except UnicodeEncodeError:
            self.close()
            refuse("form", "holds half a character, which UTF-8 cannot encode", "Look for cut emojis in the text.")
        except BaseException:
            self.close()
            raise
        self._end = f"--{self.boundary}--\r\n".encode()

    def __len__(self) -> int:
        return sum(len(head) + len(content) + 2 for head, content in self._parts) + len(self._end)

    def __iter__(self) -> Iterator[bytes]:
        for head, content in self._parts:
            yield head
            if isinstance(content, _Opened):
                yield from content
            else:
                yield content
            yield b"\r\n"
        yield self._end

    def digest(self, clean: Callable[[str], str]) -> str:
        """Return a digest of the bytes of every field and file; files are read in blocks.

        The path of a file does not count, since a program may create it under a new name each time. A file name that
        the job gives counts.

        Args:
            clean: Removes secrets from values in memory.
        """
        import hashlib

        from ..core.digest import digest

        parts: list[list[str]] = []
        for known, (_, content) in zip(self._known, self._parts, strict=True):
            found = hashlib.sha256()
            if isinstance(content, _Opened):
                try:
                    for block in content:
                        found.update(block)
                except OSError as cause:
                    why = cause.strerror or cause
                    refuse("files", f"holds a file under `{known[0]}` that cannot be read ({why})", "Check the file.")
            else:
                found.update(clean(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"))
            parts.append([*known, found.hexdigest()])
        return digest("upload", parts)

    def close(self) -> None:
        """Close the files that were opened for it."""
        for _, content in self._parts:
            if isinstance(content, _Opened):
                content.close()

    def _head(self, name: str, filename: str | None = None, kind: str | None = None) -> bytes:
        lines = [f"--{self.boundary}", f'Content-Disposition: form-data; name="{_quoted(name)}"']
        if filename is not None:
            lines[-1] += f'; filename="{_quoted(filename)}"'
            lines.append(f"Content-Type: {kind}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _add(self, name: str, item: Any) -> None:
        filename, content = _named(name, item)
        try:
            filename.encode()
        except UnicodeEncodeError:
            if isinstance(content, _Opened):
                content.close()
            shown = ascii(filename)
            refuse(
                "files",
                f"holds under `{name}` a file whose name ({shown}) is not UTF-8",
                'Rename the file, or give it a name: {"photo": ("photo.jpg", data)}.',
            )
        self._known.append([name, *([filename] if isinstance(item, tuple) else [])])
        kind = media_type(filename)
        if isinstance(content, str):
            head = self._head(name, filename, kind or "text/plain; charset=utf-8")
            self._parts.append((head, content.encode()))
        else:
            self._parts.append((self._head(name, filename, kind or "application/octet-stream"), content))


class _Opened:
    """An open file, from its position when it was given."""

    def __init__(self, file: BinaryIO, *, ours: bool) -> None:
        self._file = file
        self._ours = ours
        self._start = file.tell()
        self._size = file.seek(0, os.SEEK_END) - self._start

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._start)
        left = self._size
        while left:
            block = self._file.read(min(left, _BLOCK))
            if not block:
                raise OSError("a file became shorter while it was sent")
            left -= len(block)
            yield block

    def close(self) -> None:
        if self._ours:
            self._file.close()


def check_files(files: Any) -> None:
    """Refuse values that are no files, without opening any."""
    if not isinstance(files, dict):
        refuse("files", f"is {a_kind(files)}, not a dict", _FIX)
    for name, value in files.items():
        for item in value if isinstance(value, list) else [value]:
            if not _is_file(item):
                problem = "a text, which is no path" if isinstance(item, str) else a_kind(item)
                refuse("files", f"holds {problem} under `{name}`", _FIX)


def names_of(files: dict[str, Any]) -> dict[str, list[str]]:
    """Return the file names under each field, for people."""
    return {
        str(name): [_name_of(str(name), item) for item in (value if isinstance(value, list) else [value])]
        for name, value in files.items()
    }


def _is_file(item: Any) -> bool:
    if isinstance(item, tuple):
        return len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], str | bytes)
    return isinstance(item, Path) or (hasattr(item, "read") and not isinstance(item, io.TextIOBase))


def _name_of(field: str, item: Any) -> str:
    if isinstance(item, tuple):
        return str(item[0])
    name = getattr(item, "name", None)
    return os.path.basename(name) if isinstance(name, str) and name else field


def _named(field: str, item: Any) -> tuple[str, bytes | str | _Opened]:
    name = _name_of(field, item)
    if isinstance(item, tuple):
        return name, item[1]
    if isinstance(item, Path):
        return name, open_file(item)
    if item.seekable():
        return name, _Opened(item, ours=False)
    # The length must be known before it is sent.
    return name, item.read()


def open_file(path: Path, offset: int = 0) -> _Opened:
    """Open a file that is sent from an offset on; it can be sent several times.

    Raises:
        InvalidMessage: It does not exist, cannot be read, or is no plain file.
    """
    try:
        # Opening a pipe would block.
        if not stat.S_ISREG(os.stat(path).st_mode):
            kind = "a folder" if path.is_dir() else "no plain file"
            refuse("files", f"names {path}, which is {kind}", "Give the path of a file.")
        file = path.open("rb")
        file.seek(offset)
        return _Opened(file, ours=True)
    except OSError as cause:
        reason = "does not exist" if isinstance(cause, FileNotFoundError) else f"cannot be read ({cause.strerror})"
        refuse("files", f"names {path}, which {reason}", "Check the path; it is relative to where the job was started.")


def _quoted(name: str) -> str:
    # As browsers do (HTML, "multipart form data").
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


_FIX = 'Give {"photo": Path("photo.jpg")}, {"photo": ("photo.jpg", data)} or {"photo": open("photo.jpg", "rb")}.'
