"""A credential file that a command writes: for its owner alone, whole or not at all, and nothing in it is lost."""

from __future__ import annotations

import json
import os
from typing import Any

from ...core.errors import InputError
from ..input.document import read_object
from ..output.files import check_output, streamed

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
        with streamed(self._path, mode=0o600) as file:
            file.write(text.encode("utf-8", "backslashreplace"))
            if not self._is_there and not self._replaces:
                # All of it is on the disk before the file is there, even an empty one.
                file.flush()
                os.fsync(file.fileno())
                try:
                    os.close(os.open(os.path.realpath(self._path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
                except FileExistsError:
                    raise InputError(
                        f"{self._path} was made meanwhile. Nothing was written.", fix=_FIX_EXISTS
                    ) from None
