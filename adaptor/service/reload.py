"""Reading the workflows again when their files change: for development."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from ..core.errors import AdaptorError
from ..runner.load.credentials import Credentials
from .triggers.project import load_project
from .triggers.versions import stamps_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .serving import Service

#: How often the files are looked at.
_LOOK_SECONDS = 0.5


class Reloader:
    """Watches the files of a project while a service runs: a context manager.

    Runs read the scripts anew in any case. What is replaced here are the triggers; and mistakes are shown at once.

    Args:
        service: Whose project is replaced.
        path: The file of the project.
        log: Called with a level and a line.
    """

    def __init__(self, service: Service, path: str, log: Callable[[str, str], object]) -> None:
        self._service = service
        self._path = path
        self._log = log
        self._seen = self._look()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="reload", daemon=True)

    def __enter__(self) -> Reloader:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            found = self._look()
            if found != self._seen:
                self._seen = found
                self.reload()

    def reload(self) -> None:
        """Read the project again. Where something is wrong with it, the one before is kept."""
        try:
            self._service.project = load_project(self._path, Credentials(is_lenient=True))
        except AdaptorError as error:
            self._log("error", f"{error.report()}\nThe triggers stay as they were.")
        else:
            self._log("info", f"{self._path} was read again.")
            self._seen = self._look()

    def _look(self) -> dict[str, Any]:
        """Return the files of the project, with when they changed."""
        return stamps_of(self._service.project.files)
