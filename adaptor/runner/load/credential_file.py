"""A credential file that a command writes: for its owner alone, whole or not at all, and nothing in it is lost."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any

from ...core.errors import InputError
from ..input.document import read_object
from ..output.files import check_output

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIX_EXISTS = "Give --replace to change the token in it; its other keys stay. Or give another file with -o."


class CredentialFile:
    """A credential file that is to get a token: whether it may be written, and what it holds already.

    Args:
        path: The file, which need not exist.
        name: Which credential of it, where it holds several.
        replaces: A token that it holds may be replaced.

    Attributes:
        known: What the credential holds already.

    Raises:
        InputError: It cannot be written or read, or holds a token that may not be replaced.
    """

    def __init__(self, path: str, name: str | None, *, replaces: bool) -> None:
        self._path, self._name, self._replaces = path, name, replaces
        if path == "-" or (os.path.exists(path) and not os.path.isfile(path)):
            raise InputError(f"{path} is no plain file. Nothing was written.", fix="Give -o FILE.json.")
        check_output(self._path)
        if self._path.lower().endswith((".yaml", ".yml")):
            raise InputError("The credential is written as JSON. Nothing was written.", fix="Give -o FILE.json.")
        self._whole: dict[str, Any] = {}
        self._is_there = os.path.exists(self._path)
        if self._is_there and os.path.getsize(self._path):
            self._whole = read_object(self._path, "credentials file", 'Write {"access_token": "…"}.', is_secret=True)
        is_map = bool(self._whole) and all(isinstance(value, dict) for value in self._whole.values())
        if is_map and self._name is None:
            raise InputError(
                f"{self._path} holds several credentials: {', '.join(self._whole)}. Nothing was written.",
                fix="Choose one with --name NAME, or another file with -o FILE.",
            )
        if self._name is not None and self._whole and not is_map:
            raise InputError(
                f"{self._path} holds one credential, and not several by their names. Nothing was written.",
                fix="Leave --name out, or give another file with -o FILE.",
            )
        self.known: dict[str, Any] = dict(self._whole.get(self._name, {}) if self._name is not None else self._whole)
        if self.known.get("access_token") and not self._replaces:
            raise InputError(f"{self._path} holds a token already. Nothing was written.", fix=_FIX_EXISTS)

    def write(self, made: dict[str, Any]) -> None:
        """Write the credential, whole or not at all, for its owner alone.

        Raises:
            InputError: It cannot be written, or was made by somebody else meanwhile.
        """
        entry = {**self.known, **made}
        whole = entry if self._name is None else {**self._whole, self._name: entry}
        text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
        with _temporary(self._path, text) as (temporary, target):
            if not self._is_there and not self._replaces:
                # Fails where a file has appeared meanwhile.
                os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            os.replace(temporary, target)


@contextlib.contextmanager
def _temporary(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Write a private file beside another one, which is to take its place; it is removed if it does not."""
    import tempfile

    # Through links, so that the file they point to is replaced, not the link.
    target = os.path.realpath(path)
    temporary = None
    try:
        folder, name = os.path.split(target)
        # It is made with the mode 0600.
        with tempfile.NamedTemporaryFile("wb", dir=folder, prefix=f".{name}.", delete=False) as file:
            temporary = file.name
            file.write(text.encode("utf-8", "backslashreplace"))
            file.flush()
            os.fsync(file.fileno())
        yield temporary, target
    except FileExistsError:
        raise InputError(f"{path} was made meanwhile. Nothing was written.", fix=_FIX_EXISTS) from None
    except OSError as cause:
        raise InputError(
            f"{path} cannot be written: {cause.strerror or cause}.", fix="Check the folder and the space."
        ) from None
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
